/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands and declarations as written, before they are checked and flattened
 * into struct cmd (flatten.c).
 */
#ifndef NFTVM_PARSER_ITEM_H
#define NFTVM_PARSER_ITEM_H

#include "base/list.h"
#include "parser/ast.h"
#include "parser/cmd.h"

struct name_list;
struct prio;
struct words;

/** struct chain_item - a chain's own part of an item */
struct chain_item {
	struct str type, hook;
	struct loc type_loc, hook_loc, prio_loc, policy_loc, device_loc;
	struct prio *prio;
	struct expr *devices, *policy_var;
	bool offloads;
	int policy; /* NF_*, or -1 */
	struct loc flags_loc;
	struct {
		struct rule_ast **v;
		size_t len, cap;
	} rules; /* in the arena */
};

/** struct set_item - a set's own part */
struct set_item {
	bool is_map;
	struct words *key, *data;
	struct expr *key_expr, *data_expr;
	struct str data_word; /* typeof ... : verdict */
	struct loc type_loc;
	uint32_t flags;
	struct loc flags_loc;
	bool has_timeout, has_size, has_policy, auto_merge, has_gc;
	uint64_t timeout_ms, gc_interval_ms;
	uint32_t size, policy;
	struct stmt *stmts;
	struct {
		struct expr **v;
		size_t len, cap;
	} elems; /* in the arena */
};

/** struct flowtable_item - a flowtable's own part; @flags: NFT_FLOWTABLE_* */
struct flowtable_item {
	struct str hook;
	struct loc hook_loc, prio_loc, device_loc;
	struct prio *prio;
	struct expr *devices;
	uint32_t flags;
};

/** struct item - one command or declaration */
struct item {
	struct list node;
	struct list children; /* of a table: chains, sets, counters */
	struct item *up;
	enum cmd_op op;
	enum cmd_obj obj;
	struct loc loc;
	struct name_list *names;
	uint64_t handle, position;
	uint32_t index;
	struct loc handle_loc;
	bool has_handle;
	struct rule_ast *rule;
	struct chain_item *chain;
	struct set_item *set;
	struct flowtable_item *flowtable;
	struct expr *elems;
	const char *comment;
	uint32_t flags;
	uint32_t object_type;
	struct stmt *object; /* what it holds */
	const char *list_what;
};

#endif
