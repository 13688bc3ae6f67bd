/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_CHAIN_H
#define NFTVM_PARSER_CHAIN_H

#include "parser/check.h"

/**
 * chain_check() - a base chain's type, hook, priority and policy
 * Return: the checked chain, NULL with a diagnostic.
 */
struct cmd_chain *chain_check(struct check *c, const struct item *it);

/** struct device_names - names of links, in the arena */
struct device_names {
	const char **v;
	size_t len, cap;
};

/** devices_check() - the links that @e names, sorted; 0, or -1 with a
 * diagnostic at @loc */
int devices_check(struct check *c, struct expr *e, const struct loc *loc,
		  struct device_names *out);

/** flowtable_check() - its hook, priority and links; NULL with a diagnostic */
struct cmd_flowtable *flowtable_check(struct check *c, const struct item *it);

#endif
