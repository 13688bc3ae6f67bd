/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syntax tree of one compile: expressions and statements, all in the
 * parser's arena.
 *
 * A kind of expression is one file expr/KIND.c: its node embeds struct expr
 * first and its struct expr_ops says how it is checked, lowered and printed;
 * expr.def lists the kinds. Statements are the same in stmt/KIND.c.
 *
 * The scanner and the grammar make nodes without types. Checking never changes
 * such a node (a variable's value is checked once per use, each time against
 * another type): it returns a new, typed one.
 */
#ifndef NFTVM_PARSER_AST_H
#define NFTVM_PARSER_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct check;
struct cmd_set;
struct datatype;
struct json_t;
struct lower;
struct nftnl_expr;
struct printer;
struct proto_desc;
struct proto_field;
struct raise;
struct rule_ast;

/* A number of up to 16 bytes: every constant that fits one register. Strings
 * stand in it with their first byte most significant. */
typedef unsigned __int128 u128;

enum byteorder {
	BYTEORDER_INVALID,
	BYTEORDER_HOST,
	BYTEORDER_BIG,
};

enum rel_op {
	OP_IMPLICIT, /* none written: what it means depends on the types */
	OP_EQ,
	OP_NEQ,
	OP_LT,
	OP_GT,
	OP_LTE,
	OP_GTE,
	OP_NEG, /* `!`: none of these bits */
};

enum binop_kind {
	BINOP_AND,
	BINOP_OR,
	BINOP_XOR,
	BINOP_LSHIFT,
	BINOP_RSHIFT,
};

/** struct str - bytes of a source text, not terminated */
struct str {
	const char *s;
	uint32_t len;
};

/**
 * struct expr - what all expressions have
 * @dtype:	NULL before the check
 * @len:	bits; 0 before the check
 */
struct expr {
	const struct expr_ops *ops;
	const struct datatype *dtype;
	struct loc loc;
	uint16_t len;
	uint8_t byteorder;
};

/* As many as a concatenation has fields. */
#define EXPR_CHILDREN 16

/**
 * struct expr_ops - a kind of expression
 * @name:	as messages call it
 * @is_const:	checked nodes of this kind are constants
 * @check:	the typed node; NULL with a diagnostic
 * @lower:	emit libnftnl expressions that leave the value in @reg (a 32-bit
 *		register's index, see lower.h)
 * @print:	in the words of nft's listing
 * @json:	the same as JSON, a new reference (parser/json.h)
 * @bits:	fields of bits: the bytes they lie in, and how many bits of the
 *		last byte are to the right of them; NULL: whole bytes
 * @lower_bits:	load these bytes, other bits zeroed; constants are shifted to
 *		where the field lies
 * @same:	do two checked nodes denote the same value of a packet?
 * @nftnl:	libnftnl's name of the expression that @raise reads
 * @raise:	put the node that a libnftnl expression says into its register;
 *		false: it is another kind's (raise.h)
 * @complete:	replace a raised node by one that knows its type and name
 * @children:	the expressions that it is made of, EXPR_CHILDREN at most, into
 *		@out; how many. NULL: none
 */
struct expr_ops {
	const char *name;
	bool is_const;
	struct expr *(*check)(struct check *c, struct expr *e);
	void (*lower)(struct lower *l, const struct expr *e, unsigned reg);
	void (*print)(struct printer *pr, const struct expr *e);
	struct json_t *(*json)(struct printer *pr, const struct expr *e);
	void (*bits)(const struct expr *e, unsigned *bytes, unsigned *shift);
	void (*lower_bits)(struct lower *l, const struct expr *e, unsigned reg);
	bool (*same)(const struct expr *a, const struct expr *b);
	const char *nftnl;
	bool (*raise)(struct raise *r, const struct nftnl_expr *n);
	void (*complete)(struct raise *r, struct expr **e);
	size_t (*children)(const struct expr *e, const struct expr **out);
};

/** struct symbol_expr - a word, number or quoted text not yet understood */
struct symbol_expr {
	struct expr e;
	struct str text;
	bool quoted;
};

/** struct value_expr - a constant; @v is the number, whatever its byte order */
struct value_expr {
	struct expr e;
	u128 v;
};

/** struct var_expr - a use of `$name` */
struct var_expr {
	struct expr e;
	const struct define *def;
};

/** struct prefix_expr - @base/@plen as written; checked: @v and @bits */
struct prefix_expr {
	struct expr e;
	struct expr *base, *plen;
	u128 v;
	unsigned bits;
};

/**
 * struct range_expr - @lo-@hi as written; checked: @from to @to
 * @outside:	hours over midnight: what is not in it is meant
 */
struct range_expr {
	struct expr e;
	bool outside;
	struct expr *lo, *hi;
	u128 from, to;
};

/** struct list_expr - a,b,c of flags; or the fields of a concatenation */
struct list_expr {
	struct expr e;
	struct {
		struct expr **v;
		size_t len, cap;
	} items;
};

/* Operators in one expression, those of its variables too. */
#define BINOP_MAX 1000

/** struct binop_expr - @left op @right; of constants it is folded */
struct binop_expr {
	struct expr e;
	enum binop_kind op;
	uint16_t operators; /* how many it is of, itself too */
	struct expr *left, *right;
	u128 mask, xor; /* checked: what the kernel's bitwise does */
	u128 operand;	/* checked: the constant on the right */
};

/** struct unary_expr - nothing but a place in the text: `*` */
struct wildcard_expr {
	struct expr e;
};

/** struct payload_expr - @field of @proto; raw: @proto NULL; @offset in bits */
struct payload_expr {
	struct expr e;
	const struct proto_desc *proto;
	const struct proto_field *field;
	struct str name; /* as written, until it is looked up */
	struct loc name_loc;
	unsigned base; /* PROTO_BASE_* */
	unsigned offset;
	bool raw;
};

/** struct key_expr - subject and key: meta, ct, rt, socket, fib, exthdr */
struct key_expr {
	struct expr e;
	struct str name;
	struct loc name_loc;
	const struct key_desc *key;
	int8_t dir;	   /* ct: -1 none, 0 original, 1 reply */
	uint8_t l3;	   /* ct tuple: family named before the key, or 0 */
	bool any;	   /* ct tuple: @l3 is not said, but known */
	bool present;	   /* fib, exthdr: existence alone */
	uint32_t flags;	   /* fib: NFTA_FIB_F_* */
	const void *field; /* exthdr: struct exthdr_field */
	const void *hdr;   /* exthdr: struct exthdr_desc */
};

/** struct hash_expr - a number below @mod, and @offset: numgen, jhash, symhash */
struct hash_expr {
	struct expr e;
	uint32_t type, mod, offset, seed;
	bool has_seed;
	struct expr *arg; /* jhash */
};

/** struct exthdr_expr - raised: where @k was loaded from, for masks */
struct exthdr_expr {
	struct key_expr k;
	unsigned op, offset;
	uint8_t number;
};

/** struct elem_opts - what may stand behind a key: rare, so apart */
struct elem_opts {
	uint64_t timeout_ms, expires_ms;
	bool has_timeout, has_expires;
	const char *comment;
	struct stmt *stmts;
};

/** struct elem - one element as written; @data NULL in sets */
struct elem {
	struct expr *key, *data;
	struct elem_opts *opts;
};

/** struct set_expr - { ... }; checked: @set is what it became */
struct set_expr {
	struct expr e;
	struct {
		struct elem *v;
		size_t len, cap;
	} elems;
	struct cmd_set *set;
};

/**
 * struct setref_expr - @name; checked: @type
 * @shift:	raised: bits that the keys are shifted left (struct set_field)
 * @key:	raised: the fields that are looked up, if there are several
 */
struct setref_expr {
	struct expr e;
	const char *name;
	const struct set_type *type;
	unsigned shift;
	const struct list_expr *key;
};

/** struct byteorder_expr - @arg in the other byte order: raised only */
struct byteorder_expr {
	struct expr e;
	struct expr *arg;
};

/** struct map_expr - @key map|vmap @map; @verdict raised: it is a vmap */
struct map_expr {
	struct expr e;
	struct expr *key, *map;
	bool verdict;
};

/**
 * struct own_rules - the rules of a chain that only one rule leads to
 * @id:	names it to who loads both (struct cmd_handle); 0 until it is
 *		checked
 * @n_sets:	anonymous sets that its rule had before it
 */
struct own_rules {
	uint32_t id;
	unsigned n_sets;
	struct {
		struct rule_ast **v;
		size_t len, cap;
	} rules; /* in the arena */
};

/** struct verdict_expr - @chain for jump and goto, or an expression of it, or
 * @own */
struct verdict_expr {
	struct expr e;
	int32_t code;
	struct expr *target;
	struct own_rules *own;
	const char *chain;
};

/**
 * struct stmt - what all statements have
 * @next:	in its rule
 * @implicit:	a dependency that the compiler added
 * @at:		raised: the bytecode's expression, from 0, that it was made of
 */
struct stmt {
	const struct stmt_ops *ops;
	struct stmt *next;
	struct loc loc;
	uint16_t at;
	bool implicit;
};

/**
 * struct stmt_ops - a kind of statement
 * @stateful:	may stand in a set: counter, limit, quota
 * @check:	0, or -1 with a diagnostic; adds the checked statement to its
 *		rule with check_emit()
 * @nftnl, @raise: as of an expression; @raise adds its statement with
 *		raise_stmt()
 * @complete:	complete the raised statement's expressions and add it with
 *		raise_emit(); NULL: it has none
 * @children:	as of an expression; @word: what else there is to say (an
 *		operator). NULL: all is said by @print
 */
struct stmt_ops {
	const char *name;
	bool stateful;
	int (*check)(struct check *c, struct stmt *s);
	void (*lower)(struct lower *l, const struct stmt *s);
	void (*print)(struct printer *pr, const struct stmt *s);
	struct json_t *(*json)(struct printer *pr, const struct stmt *s);
	const char *nftnl;
	bool (*raise)(struct raise *r, const struct nftnl_expr *n);
	void (*complete)(struct raise *r, struct stmt *s);
	size_t (*children)(const struct stmt *s, const struct expr **out,
			   const char **word);
};

/** struct match_stmt - @left op @right */
struct match_stmt {
	struct stmt s;
	enum rel_op op;
	struct expr *left, *right;
	struct expr *mask;	   /* right / mask, for flags */
	bool flagcmp;		   /* checked: any of these bits */
	struct match_stmt *merged; /* payload fields loaded together with this
				      one, in the order of their offsets */
};

/** struct verdict_stmt - a verdict, or a verdict map */
struct verdict_stmt {
	struct stmt s;
	struct expr *e;
};

/** struct set_stmt - @left set @value: meta, ct */
struct set_stmt {
	struct stmt s;
	struct expr *left, *value;
};

/** struct counter_stmt */
struct counter_stmt {
	struct stmt s;
	uint64_t packets, bytes;
};

/** struct helper_stmt - what a `ct helper` object holds; @l3: NFPROTO_*, 0: not
 * said; @l4: IPPROTO_*; @name NULL: no type yet */
struct helper_stmt {
	struct stmt s;
	const char *name;
	uint8_t l3, l4;
};

/** struct objref_stmt - an object by @name, or by the map @e; @type:
 * NFT_OBJECT_* */
struct objref_stmt {
	struct stmt s;
	uint32_t type;
	const char *name;
	struct expr *e;
};

/** struct limit_stmt - @unit in seconds */
struct limit_stmt {
	struct stmt s;
	uint64_t rate, unit;
	uint32_t burst;
	bool bytes, over;
};

/** struct connlimit_stmt - how many connections */
struct connlimit_stmt {
	struct stmt s;
	uint32_t count;
	bool over;
};

/** struct quota_stmt - bytes */
struct quota_stmt {
	struct stmt s;
	uint64_t bytes, used;
	bool over;
};

enum {
	LOG_HAS_PREFIX = 1,
	LOG_HAS_LEVEL = 2,
	LOG_HAS_GROUP = 4,
	LOG_HAS_SNAPLEN = 8,
	LOG_HAS_QTHRESHOLD = 16,
};

/** struct log_stmt - @has: LOG_HAS_*; @logflags: NF_LOG_* */
struct log_stmt {
	struct stmt s;
	unsigned has;
	const char *prefix;
	uint32_t level, group, snaplen, qthreshold, logflags;
};

/**
 * struct dynset_stmt - add/update/delete @set { key opts : data }
 * @is_meter:	of a set of its own, called @set_name and of @size (0: not said)
 * @own:	checked: that set
 */
struct dynset_stmt {
	struct stmt s;
	uint32_t op; /* NFT_DYNSET_OP_* */
	struct expr *set;
	struct expr *key, *data;
	uint64_t timeout_ms;
	struct stmt *stmts;
	const char *set_name;
	bool is_meter;
	uint32_t size;
	struct cmd_set *own;
};

/**
 * struct queue_stmt - to a program
 * @to:		number, range of numbers or an expression; NULL: number 0
 * @flags:	NFT_QUEUE_FLAG_*
 */
struct queue_stmt {
	struct stmt s;
	struct expr *to;
	uint16_t flags;
};

/**
 * struct tproxy_stmt - to a socket of this host
 * @family:	NFPROTO_* as named, or the table's; 0: either
 * @addr, @port: NULL when not given
 */
struct tproxy_stmt {
	struct stmt s;
	uint8_t family;
	struct expr *addr, *port;
	bool shows_family;
};

/**
 * struct divert_stmt - dup: a copy goes elsewhere; fwd: the packet itself
 * @family:	of @addr, NFPROTO_IPV4 or IPV6
 * @addr:	the next hop, or NULL: none
 * @dev:	the link, or NULL: as the route goes
 */
struct divert_stmt {
	struct stmt s;
	uint8_t family;
	struct expr *addr, *dev;
};

/** struct flow_stmt - into the flowtable @name */
struct flow_stmt {
	struct stmt s;
	const char *name;
};

/** struct synproxy_stmt - what it answers with; @flags: NF_SYNPROXY_OPT_* */
struct synproxy_stmt {
	struct stmt s;
	uint16_t mss;
	uint8_t wscale;
	uint32_t flags;
};

/** struct notrack_stmt - no parameters */
struct notrack_stmt {
	struct stmt s;
};

/** struct unsupported_stmt - the name of an expression that is no statement here */
struct unsupported_stmt {
	struct stmt s;
	struct str word;
};

#define EXPR(name) extern const struct expr_ops expr_##name;
#include "parser/expr.def"
#undef EXPR
#define STMT(name) extern const struct stmt_ops stmt_##name;
#include "parser/stmt.def"
#undef STMT

#define expr_is(e, name)	((e)->ops == &expr_##name)
#define expr_as(e, type)	((struct type *)(void *)(e))
#define expr_as_const(e, type)	((const struct type *)(const void *)(e))
#define stmt_is(st, name)	((st)->ops == &stmt_##name)
#define stmt_as(st, type)	((struct type *)(void *)(st))
#define stmt_as_const(st, type) ((const struct type *)(const void *)(st))

#endif
