/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bytecode.c and bytecode_run.c share. */
#ifndef TWIN_BYTECODE_INTERNAL_H
#define TWIN_BYTECODE_INTERNAL_H

#include "bytecode.h"

struct nftnl_chain;
struct nftnl_rule;
struct nftnl_obj;
struct nftnl_set;
struct nftnl_table;

/** struct bytecode - a ruleset in libnftnl's objects, owned, in dump order */
struct bytecode {
	VEC(struct nftnl_table *) tables;
	VEC(struct nftnl_chain *) chains;
	VEC(struct nftnl_obj *) objects;
	VEC(struct nftnl_set *) sets;
	VEC(struct nftnl_rule *) rules;
};

#endif
