/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_CHAIN_H
#define NFTVM_PARSER_CHAIN_H

#include "parser/check.h"

/**
 * chain_check() - a base chain's type, hook, priority and policy
 * Return: the checked chain, NULL with a diagnostic.
 */
struct cmd_chain *chain_check(struct check *c, const struct item *it);

#endif
