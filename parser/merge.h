/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_MERGE_H
#define NFTVM_PARSER_MERGE_H

#include "parser/parser.h"

/** merge_payloads() - join adjacent payload matches of a checked rule */
void merge_payloads(struct rule_ast *r);
/** drop_redundant() - take out `meta protocol ip` in a table of family ip, unless
 * it is last */
void drop_redundant(struct rule_ast *r, uint8_t family);

#endif
