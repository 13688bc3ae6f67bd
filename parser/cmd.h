/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parser makes of a text: a list of checked commands. This is the
 * interface between parser/ and those above it (ruleset/, api/); the AST behind
 * it is parser/'s own.
 *
 *	parser_new()
 *	parser_sink()			who takes the commands one by one
 *	parser_file() / parser_text()	scan, parse, check; all faults queued
 *	parser_next_cmd()		commands, in the order the kernel gets
 *					them: the block form of a table comes
 *					flattened as nft sends it; none if
 *					a sink took them
 *	cmd_rule_lower()
 *	parser_free()			everything above dies with it
 */
#ifndef NFTVM_PARSER_CMD_H
#define NFTVM_PARSER_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/elem_batch.h"
#include "base/list.h"

struct datatype;
struct parser;
struct json_t;
struct rule_ast;
struct set_layout;
struct strbuf;
struct nftnl_obj;
struct nftnl_rule;
struct nftnl_set;

/* What a concatenation has at most. */
#define SET_MAX_FIELDS 16

/* Statements that a set or an element can have. */
#define STMTS_IN_SET 2

/**
 * struct set_type - what the language must know of a set that exists
 *
 * Made by the parser for the sets it declares; handed back by the ruleset for
 * sets that are already loaded (struct parser_env).
 * @key_type, @data_type: nft's datatype ids (concatenations: 6 bits a field,
 *		as libnftnl has them); data_type 0xffffff00 is a verdict, 0 none
 * @key_len, @data_len: bytes in registers
 * @flags:	NFT_SET_*
 * @key_typeof, @data_typeof: text of typeof expressions, or NULL
 * @auto_merge: intervals that overlap are joined
 * @has_elems:	there are elements already: no end row at 0 is to be added
 * @unsent:	they are intervals of the same text, and no command about elements
 *		came after
 * @stmts:	what its elements keep, by libnftnl's names; NULL: no more
 * @fields:	of a concatenation: those whose type has no size of its own are of
 *		@bits, in @byteorder
 * @layout:	parser/'s own, of sets that it made; NULL otherwise
 */
struct set_type {
	uint32_t key_type, data_type;
	uint32_t key_len, data_len;
	uint32_t flags;
	uint8_t key_byteorder, data_byteorder; /* as in nft's set userdata */
	const char *key_typeof, *data_typeof;
	uint32_t obj_type;
	bool auto_merge, has_elems, unsent;
	const char *stmts[STMTS_IN_SET];
	bool data_interval; /* data are ranges: both ends */
	struct {
		uint16_t bits;
		uint8_t byteorder;
	} fields[SET_MAX_FIELDS];
	const struct set_layout *layout;
};

/**
 * struct parser_env - the world outside the text; callbacks may be NULL
 * @link_index:	ifindex of a link's name, 0 when there is none: `iif "lan"`
 *		is then an error
 * @link_name:	name of an ifindex, or NULL (for printing)
 * @find_set:	the type of a set that is loaded already, or NULL
 * @find_table, @find_chain: is it loaded already?
 * @data:	for all of them
 * @include_dirs: for include and -I; NULL-terminated, may be NULL
 * @numeric:	print numbers, not names (nft -n)
 */
struct parser_env {
	uint32_t (*link_index)(void *data, const char *name);
	const char *(*link_name)(void *data, uint32_t index);
	const struct set_type *(*find_set)(void *data, uint8_t family,
					   const char *table, const char *set);
	bool (*find_table)(void *data, uint8_t family, const char *table);
	bool (*find_chain)(void *data, uint8_t family, const char *table,
			   const char *chain);
	void *data;
	const char *const *include_dirs;
	bool numeric;
};

enum cmd_op {
	CMD_ADD,
	CMD_CREATE,
	CMD_INSERT,
	CMD_REPLACE,
	CMD_DELETE,
	CMD_FLUSH,
	CMD_LIST,
	CMD_RESET,
	CMD_RENAME,
};

enum cmd_obj {
	OBJ_RULESET,
	OBJ_TABLE,
	OBJ_CHAIN,
	OBJ_RULE,
	OBJ_SET, /* and maps; set->type tells */
	OBJ_ELEMENTS,
	OBJ_FLOWTABLE,
	OBJ_OBJECT, /* counters, quotas, limits: object->type tells */
};

/**
 * struct cmd_handle - which thing a command names, each part with its place
 * @family:	NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6, ...; 0 for "all" (flush ruleset)
 * @handle:	of a rule (delete, replace) or object, or 0
 * @position:	handle of the rule to insert before / add after, or 0
 * @index:	1-based index instead of @position, or 0
 * @chain_id:	number of a chain without a name, that one rule leads to
 *		(NFTNL_EXPR_IMM_CHAIN_ID); or 0
 */
struct cmd_handle {
	uint8_t family;
	const char *table, *chain, *set, *obj;
	uint64_t handle, position;
	uint32_t index, chain_id;
	struct loc table_loc, chain_loc, set_loc, obj_loc, handle_loc;
};

/**
 * struct cmd_chain - @type "filter", "nat", "route"; @policy -1 when unset
 * @devices:	of hooks of links: @n_devices names, sorted
 * @offloads:	to the hardware of its links
 */
struct cmd_chain {
	bool is_base;
	const char *type;
	uint32_t hook; /* NF_INET_* / NF_NETDEV_* number */
	const char *hook_name;
	int32_t priority;
	int policy; /* NF_DROP, NF_ACCEPT or -1 */
	const char *const *devices;
	size_t n_devices;
	bool offloads;
	const char *comment;
	struct loc hook_loc, priority_loc, policy_loc, type_loc, flags_loc;
};

/**
 * struct cmd_flowtable - of a hook of links
 * @devices:	@n_devices names, sorted
 * @flags:	NFT_FLOWTABLE_*
 */
struct cmd_flowtable {
	int32_t priority;
	const char *const *devices;
	size_t n_devices;
	uint32_t flags;
};

/**
 * struct cmd_set - a set or map
 * @anonymous:	made for a rule that follows; named __set%d / __map%d, @id says
 *		which rule's
 * @nftnl:	the declaration in libnftnl's form, owned by the parser
 * @stays:	elements to be deleted that are there after all: nft deletes what
 *		it found when it began, and adds what it did not
 * @layout, @open_end, @no_first,
 *		@type_loc: parser/'s own
 * @elems:	its elements as nft sends them, sorted and merged as nft does;
 *		NULL when none
 */
struct cmd_set {
	struct set_type type;
	bool anonymous;
	uint32_t id;
	struct nftnl_set *nftnl;
	struct elem_batch *elems;
	const char *comment;
	uint32_t timeout_ms_valid;
	uint64_t timeout_ms, gc_interval_ms;
	uint32_t size;
	bool auto_merge;
	uint32_t policy;
	const struct set_layout *layout;
	uint32_t open_end;
	bool no_first, stays;
	struct loc type_loc;
};

/**
 * struct cmd_object - a named object
 * @type:	NFT_OBJECT_*
 * @nftnl:	in libnftnl's form, owned by the parser; NULL unless it is made
 */
struct cmd_object {
	uint32_t type;
	struct nftnl_obj *nftnl;
	const char *comment;
};

/**
 * struct cmd - one checked command, in the parser's arena
 * @sets_from, @sets_to: which of the rule's anonymous sets nft sends just before
 *		this; a rule has all of them, but those before a chain of its own
 *		are sent with that
 * @rule:	OBJ_RULE; of a chain that is a rule's own, that rule
 */
struct cmd {
	struct list node;
	enum cmd_op op;
	enum cmd_obj obj;
	struct loc loc;
	struct cmd_handle h;
	uint32_t table_flags;
	const char *comment;
	struct cmd_chain *chain;
	struct cmd_set *set; /* OBJ_SET; OBJ_ELEMENTS: elems alone */
	struct rule_ast *rule;
	unsigned sets_from, sets_to;
	const char *new_name;		 /* CMD_RENAME */
	struct cmd_object *object;	 /* OBJ_OBJECT */
	struct cmd_flowtable *flowtable; /* OBJ_FLOWTABLE */
};

struct parser *parser_new(struct diags *d, const struct parser_env *env);
void parser_free(struct parser *p);
/**
 * parser_sink() - have commands taken as soon as they are checked
 * @fn:		called for each command in order, which is gone when it returns,
 *		with all that cmd_rule_sets() and cmd_rule_lower() gave for it:
 *		so a text of any length takes the memory of one rule's checked
 *		form. Not called any more once a fault was found
 */
void parser_sink(struct parser *p, void (*fn)(void *data, struct cmd *cmd),
		 void *data);
/** parser_define() - -D name=value; -1 with a diagnostic when malformed */
int parser_define(struct parser *p, const char *assignment);
/** parser_file() - a file or "-"; 0, or -1 with faults queued */
int parser_file(struct parser *p, const char *path);
/** parser_text() - a text that came another way (shell, test) */
int parser_text(struct parser *p, const char *name, const char *text,
		size_t len);
/** parser_next_cmd() - @prev NULL to begin; NULL at the end */
struct cmd *parser_next_cmd(struct parser *p, struct cmd *prev);

/**
 * cmd_rule_sets() - the anonymous sets of a rule, to be added before it
 * Return: the @i-th, or NULL.
 */
struct cmd_set *cmd_rule_sets(const struct cmd *cmd, unsigned i);

/**
 * cmd_rule_lower() - a checked rule as libnftnl expressions
 * @locs:	set to one location per expression (source map), in the arena
 * @n_locs:	how many
 *
 * NFTNL_RULE_FAMILY, TABLE, CHAIN, USERDATA (comment) are set too. Anonymous
 * sets are referred to by their cmd_set.id (NFTNL_EXPR_LOOKUP_SET_ID).
 * Return: the rule, the caller's to nftnl_rule_free(); NULL with a diagnostic.
 */
struct nftnl_rule *cmd_rule_lower(struct parser *p, const struct cmd *cmd,
				  const struct loc **locs, unsigned *n_locs);

/** cmd_dump() - a checked command's syntax tree as text (compile --emit=ast) */
void cmd_dump(struct parser *p, const struct cmd *cmd, struct strbuf *out);

/**
 * struct elem_look - how the rule that an anonymous set is part of sees keys
 * @shift:	bits that they are shifted left by: a field of bits
 * @type:	of the value that is looked up; NULL: the set's own
 * @key:	the fields that are looked up; NULL: one
 */
struct elem_look {
	unsigned shift;
	const struct datatype *type;
	const struct list_expr *key;
};

/**
 * set_key_print() - one element's key in the listing's words
 *
 * With a key_ends column the element is a range, both ends included, also for
 * sets without concatenation: printed as `a-b`, as a prefix when it is one, as
 * `a` when both ends are the same. A row with ELEM_CATCHALL is `*`. @look may
 * be NULL.
 */
void set_key_print(struct parser *p, const struct set_type *type,
		   const struct elem_batch *elems, size_t row,
		   const struct elem_look *look, struct strbuf *out);

/** set_data_print() - what stands behind the colon of a map's element: data,
 * verdict with its chain, or the name of an object */
void set_data_print(struct parser *p, const struct set_type *type,
		    const struct elem_batch *elems, size_t row,
		    struct strbuf *out);

/** set_type_print() - the first line of a set's listing: "type ipv4_addr .
 * inet_service : verdict", or its typeof form */
void set_type_print(struct parser *p, const struct set_type *type,
		    struct strbuf *out);

/* The same as JSON, new references: keys, data, and "type" and "map" of a set
 * into @to. */
struct json_t *set_key_json(struct parser *p, const struct set_type *type,
			    const struct elem_batch *elems, size_t row,
			    const struct elem_look *look);
struct json_t *set_data_json(struct parser *p, const struct set_type *type,
			     const struct elem_batch *elems, size_t row);
void set_type_json(struct parser *p, const struct set_type *type,
		   struct json_t *to);

#endif
