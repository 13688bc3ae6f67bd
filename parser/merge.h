/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_MERGE_H
#define NFTVM_PARSER_MERGE_H

#include "parser/parser.h"

/** merge_payloads() - join adjacent payload matches of a checked rule */
void merge_payloads(struct rule_ast *r);

#endif
