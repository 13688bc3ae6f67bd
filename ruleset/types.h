/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The things of a ruleset, as ruleset/ keeps them and those above read them.
 * Only ruleset/ writes to them.
 *
 *	ruleset --< table --< chain --< rule >-- refs --> chains, sets, objects
 *			  --< set --< elements
 *			  --< object
 */
#ifndef NFTVM_RULESET_TYPES_H
#define NFTVM_RULESET_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/list.h"
#include "parser/cmd.h"
#include "ruleset/elems.h"
#include "ruleset/handles.h"

struct nftnl_obj;
struct strmap;

/**
 * struct rs_table - owned by the ruleset
 * @node:	in the ruleset's list, in order of creation
 * @flags:	NFT_TABLE_F_*
 * @handle:	tables have a count of their own
 * @last_handle: the one count that chains, sets, rules of this table share
 * @committed_handle: @last_handle when the last transaction ended: what has a
 *		larger one is new in this
 * @last_anonymous, @last_chain: number of the last __set%d or __map%d, and
 *		__chain%d
 * @chains, @sets, @objects, @flowtables: in order of creation, anonymous sets among them
 */
struct rs_table {
	struct list node;
	uint8_t family;
	char *name;
	char *comment;
	uint32_t flags;
	uint64_t handle, last_handle, committed_handle;
	uint32_t last_anonymous, last_chain;
	struct list chains, sets, objects, flowtables;
	struct strmap *chain_names, *set_names;
	struct rs_handles chain_handles, set_handles, rule_handles;
};

/**
 * struct rs_chain - owned by its table
 * @use:	jumps and gotos that lead here, from rules and map elements
 * @id:		of one that a rule alone leads to, in its transaction @tx (struct
 *		cmd_handle); it goes with its rule, and nothing else names it.
 *		0: a chain with a name
 * @type, @hook_name: static strings; @type NULL: a regular chain, and what
 *		follows is not used
 * @policy:	NF_ACCEPT or NF_DROP
 * @devices:	of hooks of links: their names, sorted, NULL behind the last; or
 *		NULL
 * @offloads:	to the hardware of its links
 */
struct rs_chain {
	struct list node;
	struct rs_table *table;
	char *name, *comment;
	uint64_t handle, tx;
	uint32_t use;
	uint32_t len;
	uint32_t id;
	struct list rules;
	char *type, *hook_name, **devices;
	bool offloads;
	uint32_t hook;
	int32_t priority;
	uint32_t policy;
};

/** struct rs_ref - what a rule uses: exactly one of these */
struct rs_ref {
	struct rs_chain *chain;
	struct rs_set *set;
	struct rs_object *object;
	struct rs_flowtable *flowtable;
};

/**
 * struct rs_object - a named object; owned by its table
 * @type:	NFT_OBJECT_*
 * @use:	rules that name it; elements of maps are not counted
 * @nftnl:	as it was loaded
 */
struct rs_object {
	struct list node;
	struct rs_table *table;
	uint32_t type, use;
	uint64_t handle;
	char *name, *comment;
	struct nftnl_obj *nftnl;
};

/**
 * struct rs_flowtable - owned by its table
 * @use:	rules that put flows into it
 * @flags:	NFT_FLOWTABLE_*
 * @devices:	as of a chain
 */
struct rs_flowtable {
	struct list node;
	struct rs_table *table;
	char *name, **devices;
	uint64_t handle;
	uint32_t use, flags;
	int32_t priority;
};

/**
 * struct rs_rule - owned by its chain; one piece of memory with what it
 * points at
 * @refs:	chains it jumps to, sets it looks up
 * @locs:	source map: one place per expression; @cmd_loc of the whole rule
 * @bytes:	netlink bytes of its expressions (NFTA_RULE_EXPRESSIONS payload),
 *		if the ruleset keeps what can be listed
 * @comment:	or NULL
 */
struct rs_rule {
	struct list node;
	struct rs_chain *chain;
	uint64_t handle;
	struct rs_ref *refs;
	struct loc *locs;
	uint8_t *bytes;
	char *comment;
	struct loc cmd_loc;
	uint32_t bytes_len;
	uint16_t n_refs, n_locs;
};

/**
 * struct rs_set - a set or map; owned by its table, or a deleted rule
 * @type:	with strings of its own, no layout; has_elems is for who asks to
 *		set
 * @anonymous:	goes with its rule; its elements are kept for the listing
 * @use:	rules that look it up
 * @stmt:	the statements of its elements: netlink bytes, @stmt_len; or NULL
 * @tx:		number of the transaction that made it
 * @chains:	of an anonymous verdict map whose elements are not kept: where it
 *		jumps to
 */
struct rs_set {
	struct list node;
	struct rs_table *table;
	char *name, *comment;
	uint8_t *stmt;
	size_t stmt_len;
	uint64_t handle;
	struct set_type type;
	bool anonymous, auto_merge;
	uint32_t size, policy, use;
	uint64_t timeout_ms, gc_interval_ms;
	uint64_t tx;
	struct rs_elems elems;
	struct rs_chain **chains;
	size_t n_chains;
};

#endif
