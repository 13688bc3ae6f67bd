/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raising: libnftnl expressions to statements, the way back of lower.h.
 *
 *	raise_rule()
 *	    ops->raise()	each libnftnl expression: a node into a register,
 *				or a statement with raise_stmt()
 *	    ops->complete()	each statement: types, names, what can be left
 *				out; what is listed goes to raise_emit()
 *	stmt_ops->print()
 *
 * Nodes are never changed, since registers hand out the same node again: who
 * learns more about one makes a copy.
 */
#ifndef NFTVM_PARSER_RAISE_H
#define NFTVM_PARSER_RAISE_H

#include "base/vec.h"
#include "parser/check.h"
#include "parser/listing.h"

struct nftnl_expr;
struct nftnl_rule;

#define RAISE_WORDS 16 /* 32-bit words of the registers */

/** struct raised - a statement that will be listed, unless it is dropped */
struct raised {
	struct stmt *s;
	bool dropped;
};

/**
 * struct raise - the raising of one rule
 * @world:	tells of sets
 * @regs:	what is in the registers, by their first word
 * @stmts:	statements in the order of the bytecode, not yet complete
 * @out:	complete ones
 * @proto, @stacked: headers that are known to be there, as struct
 *		proto_state; link headers on top of each other
 * @icmp_type:	known type, or 0
 * @deps:	per layer, the statement (index in @out, + 1) that says what its
 *		header is: dropped once a field of it implies the same
 * @dep_type:	ICMP type that the dependency at the transport layer is about
 * @prev:	the match before this one (index + 1), for ranges
 * @at:		the expression that is being raised, from 0
 * @trims:	fields of bits lose their mask at once: not in matches, which
 *		shift their constants
 */
struct raise {
	struct parser *parser;
	struct arena *arena;
	const struct list_world *world;
	uint8_t family;
	struct expr *regs[RAISE_WORDS];
	VEC(struct stmt *) stmts;
	VEC(struct raised) out;
	const struct proto_desc *proto[PROTO_BASE_COUNT];
	const struct proto_desc *stacked[2];
	unsigned n_stacked;
	uint8_t icmp_type, dep_type;
	size_t deps[PROTO_BASE_COUNT + 1];
	size_t prev;
	unsigned at;
	bool trims;
};

/** raise_rule() - all of a rule's expressions; raise_fini() it */
void raise_rule(struct raise *r, struct nftnl_rule *rule);
/** raise_one() - one expression, as a statement of a set or element; NULL if it
 * is none */
struct stmt *raise_one(struct raise *r, const struct nftnl_expr *n);
void raise_init(struct raise *r, struct parser *p, struct arena *a,
		uint8_t family, const struct list_world *world);
void raise_fini(struct raise *r);

/* Registers: by the kernel's number, in attribute @attr of @n. */
struct expr *raise_get(struct raise *r, const struct nftnl_expr *n,
		       uint16_t attr);
void raise_set(struct raise *r, const struct nftnl_expr *n, uint16_t attr,
	       struct expr *e);
/**
 * raise_get_key() - the key of a set: one value, or several registers' values
 * @bits:	as long as the set's key, padding included
 */
struct expr *raise_get_key(struct raise *r, const struct nftnl_expr *n,
			   uint16_t attr, unsigned bits);

/** raise_expr() - a new node of a kind; @size of its struct */
void *raise_expr(struct raise *r, const struct expr_ops *ops, size_t size,
		 const struct datatype *t, unsigned bits, uint8_t order);
/** raise_copy() - a copy of a node, to be changed */
#define raise_copy(r, e, type)                                       \
	((struct type *)arena_memdup((r)->arena, expr_as((e), type), \
				     sizeof(struct type)))
/** raise_value() - bytes of a register, without a type yet */
struct expr *raise_value(struct raise *r, const void *data, uint32_t bytes);
/** raise_add() - a statement of the rule, to be completed */
void *raise_stmt(struct raise *r, const struct stmt_ops *ops, size_t size);
/** raise_emit() - a complete one, to be listed; its index + 1 */
size_t raise_emit(struct raise *r, struct stmt *s);
/** raise_data() - an attribute's bytes */
const void *raise_data(const struct nftnl_expr *n, uint16_t attr,
		       uint32_t *len);

/** raise_complete() - see expr_ops.complete */
static inline void raise_complete(struct raise *r, struct expr **e)
{
	if ((*e)->ops->complete)
		(*e)->ops->complete(r, e);
}

/** raise_typed() - constants in @e are of this type; other nodes are left */
struct expr *raise_typed(struct raise *r, struct expr *e,
			 const struct datatype *t, uint8_t order);
/** raise_settle() - a typed constant as number, from the bytes it is in */
void raise_settle(struct raise *r, struct expr **e);
/** raise_is_flags() - are constants of the type sets of named bits? */
bool raise_is_flags(const struct datatype *t);

/* ---- headers (raise_proto.c) --------------------------------------------- */

/** raise_proto_init() - what a family knows of all its packets */
void raise_proto_init(struct raise *r);
/** raise_learn() - a match for equality that becomes statement @at of the
 * listing says something about headers; fields of headers and keys only */
void raise_learn_payload(struct raise *r, const struct payload_expr *p, u128 v);
void raise_learn_key(struct raise *r, const struct key_expr *k, u128 v,
		     size_t at);
/** raise_upper() - the header that @number names behind @base, or NULL */
const struct proto_desc *raise_upper(const struct proto_desc *base,
				     unsigned number);
/** raise_header() - the header that a load lies in, or NULL; @skip: bits of
 * the headers before it on the same layer */
const struct proto_desc *raise_header(const struct raise *r,
				      const struct payload_expr *p,
				      unsigned *skip);
/** raise_field() - does @f lie here, in a packet that is known so far? */
bool raise_has_field(const struct raise *r, const struct proto_desc *d,
		     const struct proto_field *f);
/** raise_named() - a load as a field by name, if it is one */
struct payload_expr *raise_named(struct raise *r, const struct payload_expr *p);
/** raise_is_key() - does the field say which header follows? */
bool raise_is_key(const struct payload_expr *p);
/**
 * raise_trim() - a masked load as the field of bits that the mask leaves
 * @mask:	of as many bits as the load has
 * @shift:	set to the bits to the right of the field
 * Return: the field; NULL if it is none.
 */
struct payload_expr *raise_trim(struct raise *r, const struct payload_expr *p,
				u128 mask, unsigned *shift);

/** raise_uses() - a field is read: what says that its header is there need not
 * be listed */
void raise_uses(struct raise *r, const struct payload_expr *p);
/** raise_uses_layer() - the same for @base, without a look at the field */
void raise_uses_layer(struct raise *r, unsigned base);
/** raise_depends() - statement @at (index + 1) says what follows @base */
void raise_depends(struct raise *r, size_t at, unsigned base);
/** raise_forget() - a statement with effects: what was said before it stays */
void raise_forget(struct raise *r);

/* Nodes by the kernel's number of the key, NULL when there is none; @dir: -1,
 * or the direction. */
struct expr *meta_node(struct raise *r, unsigned key);
struct expr *ct_node(struct raise *r, unsigned key, int dir);
struct expr *exthdr_node(struct raise *r, const struct nftnl_expr *n);
/** setref_node() - a set by its name */
struct expr *setref_node(struct raise *r, const char *name);
/** setref_look() - @key is looked up in it; returned */
struct expr *setref_look(struct expr *set, struct expr *key);
/** payload_node() - what a payload expression reads or writes; NULL if its base
 * is none of ours */
struct payload_expr *payload_node(struct raise *r, const struct nftnl_expr *n);
/** payload_raw() - bits at an offset of a layer, which may be ports anywhere */
struct payload_expr *payload_raw(struct arena *a, unsigned base,
				 unsigned offset, unsigned bits);
/** exthdr_trim() - as raise_trim(), of an option or extension header */
struct expr *exthdr_trim(struct raise *r, const struct expr *e, u128 mask,
			 unsigned *shift);
/** exthdr_nameless() - a whole field under a mask has no name in nft's listing,
 * if it is one of an extension header */
struct expr *exthdr_nameless(struct raise *r, struct expr *e);

/* ---- matches (raise_match.c) --------------------------------------------- */

/** raise_mask() - left & right of a load: the field it is, if it is one, with
 * constants in @right (NULL: none) shifted to it; false: it is none */
bool raise_mask(struct raise *r, struct expr **binop, struct expr **right);
void raise_match_complete(struct raise *r, struct stmt *s);

#endif
