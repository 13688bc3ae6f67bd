/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking: types, ranges, families, and the statements that nft adds by
 * itself.
 */
#ifndef NFTVM_PARSER_CHECK_H
#define NFTVM_PARSER_CHECK_H

#include "parser/datatype.h"
#include "parser/parser.h"
#include "parser/proto.h"

/**
 * struct expect - the type that a constant must have, set by what it is
 * compared with or assigned to
 */
struct expect {
	const struct datatype *dtype;
	uint16_t len;
	uint8_t byteorder;
	bool has_max;
	uint64_t max; /* of numbers compared with numgen and its like */
};

/** struct proto_state - what is known of a packet at this point of a rule */
struct proto_state {
	const struct proto_desc *at[PROTO_BASE_COUNT];
	bool icmp_type_known;
	uint8_t icmp_type, icmp_type_pair;
};

/**
 * struct check - the checking of one rule or declaration
 * @want:	for the constant being checked
 * @want_range:	the data of a map may be ranges
 * @in_rule:	the rule is one of those within another
 * @rule:	checked statements go there; NULL in declarations
 * @tail:	of rule->checked
 */
struct check {
	struct parser *parser;
	struct diags *diags;
	struct arena *arena;
	const struct parser_env *env;
	uint8_t family;
	const char *table;
	struct expect want;
	struct proto_state proto;
	struct rule_ast *rule;
	struct stmt *tail;
	bool want_range, in_rule;
	bool in_set; /* elements: prefixes and ranges welcome */
};

void check_init(struct check *c, struct parser *p, uint8_t family,
		const char *table, struct rule_ast *rule);

/** check_emit() - append a checked statement to the rule */
void check_emit(struct check *c, struct stmt *s);

/**
 * stmts_check() - the statements of a set, an element or a dynset
 * @list:	as written; becomes the checked ones
 * Return: 0; -1 with a diagnostic.
 */
int stmts_check(struct check *c, struct stmt **list);

/** expr_check() - the typed node, NULL with a diagnostic; see struct expr_ops */
static inline struct expr *expr_check(struct check *c, struct expr *e)
{
	return e->ops->check(c, e);
}

/** check_const() - @e as a constant of @left's type, or NULL */
struct expr *check_const(struct check *c, const struct expr *left,
			 struct expr *e);

/** check_want() - from now on constants are of @e's type; the old wish */
struct expect check_want(struct check *c, const struct expr *e);

/** types_match() - may a value of @b stand where @a is wanted? */
bool types_match(const struct datatype *a, const struct datatype *b);

/** check_mismatch() - says that the types of two expressions differ; -1 */
int check_mismatch(struct check *c, const struct expr *left,
		   const struct expr *right);

/** expr_concat_type() - the type of a concatenation, made once per list */
const struct datatype *
concat_type(struct arena *a, const struct datatype *const *fields, unsigned n);

/** value_new() - a checked constant */
struct expr *value_new(struct arena *a, const struct loc *loc,
		       const struct datatype *t, unsigned len,
		       uint8_t byteorder, u128 v);

/**
 * depend_payload() - emit what must hold so that @e's header is there
 * Return: 0; -1 with a diagnostic (conflicting protocols).
 */
int depend_payload(struct check *c, const struct payload_expr *e);
/** depend_network() - the packet must be of this family (exthdr) */
int depend_network(struct check *c, const struct expr *e, uint8_t nfproto);
/** depend_learn() - what a match that was just emitted says of the packet */
void depend_learn(struct check *c, const struct match_stmt *m);

/**
 * check_set_of() - a literal as the set that @left is looked up in
 * Return: the checked set, or the element when it is but one; NULL with a
 * diagnostic.
 */
struct expr *check_set_of(struct check *c, const struct expr *left,
			  struct set_expr *e);

/** depend_skip() - bits of the headers before @p in its own layer */
unsigned depend_skip(const struct proto_desc *p);

/** check_l3() - @e is of packets of @nfproto only: can it be true here? 0, or -1
 * with a diagnostic */
int check_l3(struct check *c, const struct expr *e, uint8_t nfproto);

#endif
