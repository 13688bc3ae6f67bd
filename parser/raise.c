/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The expressions of a rule load values into registers and test them there. So
 * raising keeps for each register the node that says what is in it: a load
 * makes one (raw: bytes at an offset), bitwise and the like wrap the node of
 * their source, and a test or a statement takes the node out and becomes a
 * statement of the language.
 *
 * That first pass knows no types: what a load at an offset is called depends on
 * the headers that the matches before it have proved, and how a constant reads
 * depends on what it is compared with. So each statement is then completed, in
 * order, while the headers that are known so far are followed (raise_proto.c).
 * On that way nft's own additions go again: the match that only says which
 * header is there, the mask of a field of bits, several fields that are loaded
 * as one.
 *
 * All of it is made to come out as nft lists it, to the letter, also where that
 * is odd: the listing is read by programs.
 */
#include "parser/raise.h"

#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/lower.h"

static const struct expr_ops *const expr_kinds[] = {
#define EXPR(name) &expr_##name,
#include "parser/expr.def"
#undef EXPR
};

static const struct stmt_ops *const stmt_kinds[] = {
#define STMT(name) &stmt_##name,
#include "parser/stmt.def"
#undef STMT
};

/* ---- registers ----------------------------------------------------------- */

static unsigned word_of(const struct nftnl_expr *n, uint16_t attr)
{
	uint32_t reg = nftnl_expr_get_u32(n, attr);

	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
		return 4 * (reg - NFT_REG_1);
	if (reg >= NFT_REG32_00 && reg <= NFT_REG32_15)
		return reg - NFT_REG32_00;
	return RAISE_WORDS;
}

/* What nothing was loaded into. */
static struct expr *nothing(struct raise *r)
{
	static const uint8_t zero[4];

	return raise_value(r, zero, sizeof(zero));
}

static struct expr *word_get(struct raise *r, unsigned word)
{
	return word < RAISE_WORDS && r->regs[word] ? r->regs[word] : NULL;
}

struct expr *raise_get(struct raise *r, const struct nftnl_expr *n,
		       uint16_t attr)
{
	struct expr *e = word_get(r, word_of(n, attr));

	return e ? e : nothing(r);
}

void raise_set(struct raise *r, const struct nftnl_expr *n, uint16_t attr,
	       struct expr *e)
{
	unsigned word = word_of(n, attr);

	if (word < RAISE_WORDS)
		r->regs[word] = e;
}

struct expr *raise_get_key(struct raise *r, const struct nftnl_expr *n,
			   uint16_t attr, unsigned bits)
{
	struct expr *one = raise_get(r, n, attr), *e;
	unsigned word = word_of(n, attr), got = 0;
	struct list_expr *l;

	if (!one->len || one->len >= bits)
		return one;
	l = raise_expr(r, &expr_concat, sizeof(*l), NULL, bits,
		       BYTEORDER_INVALID);
	while (got < bits) {
		e = word_get(r, word + got / 32);
		if (!e)
			break;
		arena_push(r->arena, &l->items, e);
		got += 32 * MAX(lower_words(e->len), 1u);
	}
	return l->items.len > 1 ? &l->e : one;
}

/* ---- nodes --------------------------------------------------------------- */

void *raise_expr(struct raise *r, const struct expr_ops *ops, size_t size,
		 const struct datatype *t, unsigned bits, uint8_t order)
{
	struct expr *e = arena_alloc(r->arena, size);

	e->ops = ops;
	e->dtype = t;
	e->len = (uint16_t)bits;
	e->byteorder = order;
	return e;
}

struct expr *raise_value(struct raise *r, const void *data, uint32_t bytes)
{
	unsigned n = MIN(bytes, 16u);
	struct value_expr *v = raise_expr(r, &expr_value, sizeof(*v), NULL,
					  8 * n, BYTEORDER_INVALID);

	v->v = value_import(data, n, BYTEORDER_BIG);
	return &v->e;
}

void *raise_stmt(struct raise *r, const struct stmt_ops *ops, size_t size)
{
	struct stmt *s = arena_alloc(r->arena, size);

	s->ops = ops;
	s->at = (uint16_t)r->at;
	vec_push(&r->stmts, s);
	return s;
}

size_t raise_emit(struct raise *r, struct stmt *s)
{
	struct raised out = { s, false };

	vec_push(&r->out, out);
	return r->out.len;
}

const void *raise_data(const struct nftnl_expr *n, uint16_t attr, uint32_t *len)
{
	*len = 0;
	return nftnl_expr_is_set(n, attr) ? nftnl_expr_get(n, attr, len) : NULL;
}

/* ---- constants ----------------------------------------------------------- */

bool raise_is_flags(const struct datatype *t)
{
	return t && t->bitmask;
}

static struct expr *typed_list(struct raise *r, struct expr *e,
			       const struct datatype *t)
{
	struct list_expr *l = raise_copy(r, e, list_expr);
	struct expr **items = l->items.v;

	l->items.v = arena_array(r->arena, struct expr *, l->items.len);
	for (size_t i = 0; i < l->items.len; i++) {
		const struct datatype *f = i < t->n_fields ? t->fields[i]
							   : NULL;

		l->items.v[i] = f ? raise_typed(r, items[i], f, f->byteorder)
				  : items[i];
	}
	return &l->e;
}

struct expr *raise_typed(struct raise *r, struct expr *e,
			 const struct datatype *t, uint8_t order)
{
	struct range_expr *range;
	struct value_expr *v;

	if (!t)
		return e;
	if (expr_is(e, concat))
		return typed_list(r, e, t);
	if (expr_is(e, range)) {
		range = raise_copy(r, e, range_expr);
		range->lo = raise_typed(r, range->lo, t, order);
		range->hi = raise_typed(r, range->hi, t, order);
		range->e.dtype = t;
		return &range->e;
	}
	if (expr_is(e, prefix)) {
		struct prefix_expr *p = raise_copy(r, e, prefix_expr);

		p->e.dtype = t;
		p->e.byteorder = order;
		return &p->e;
	}
	if (expr_is(e, setref)) {
		struct setref_expr *s = raise_copy(r, e, setref_expr);

		s->e.dtype = t->n_fields ? NULL : t;
		return &s->e;
	}
	if (!expr_is(e, value))
		return e;
	v = raise_copy(r, e, value_expr);
	v->e.dtype = t;
	v->e.byteorder = order;
	return &v->e;
}

static struct expr *flags_of(struct raise *r, const struct value_expr *v)
{
	struct binop_expr *b;
	struct expr *sum = NULL;

	for (unsigned bit = 0; bit < 128; bit++) {
		struct value_expr *one;

		if (!(v->v >> bit & 1))
			continue;
		one = arena_memdup(r->arena, v, sizeof(*v));
		one->v = (u128)1 << bit;
		if (!sum) {
			sum = &one->e;
			continue;
		}
		b = raise_expr(r, &expr_binop, sizeof(*b), v->e.dtype, v->e.len,
			       v->e.byteorder);
		b->op = BINOP_OR;
		b->left = sum;
		b->right = &one->e;
		sum = &b->e;
	}
	return sum;
}

/* A name without its ending zero is the beginning of names. */
static struct expr *string_of(struct raise *r, const struct value_expr *v)
{
	struct value_expr *s = arena_memdup(r->arena, v, sizeof(*v));
	struct prefix_expr *p;
	unsigned bits = v->e.len;

	s->v = v->v << (128 - bits);
	s->e.len = 128;
	if (!bits || !(v->v & 0xff))
		return &s->e;
	p = raise_expr(r, &expr_prefix, sizeof(*p), v->e.dtype, 128,
		       v->e.byteorder);
	p->v = s->v;
	p->bits = bits;
	return &p->e;
}

void raise_settle(struct raise *r, struct expr **e)
{
	struct value_expr *v = raise_copy(r, *e, value_expr);
	unsigned bytes = (v->e.len + 7u) / 8;
	uint8_t buf[16];

	*e = &v->e;
	if (datatype_is_string(v->e.dtype)) {
		*e = string_of(r, v);
		return;
	}
	if (v->e.byteorder == BYTEORDER_HOST) {
		value_export(v->v, bytes, BYTEORDER_BIG, buf);
		v->v = value_import(buf, bytes, BYTEORDER_HOST);
	}
	if (raise_is_flags(v->e.dtype) && v->v & (v->v - 1))
		*e = flags_of(r, v);
}

/* ---- a rule -------------------------------------------------------------- */

void raise_init(struct raise *r, struct parser *p, struct arena *a,
		uint8_t family, const struct list_world *world)
{
	memset(r, 0, sizeof(*r));
	r->parser = p;
	r->arena = a;
	r->family = family;
	r->world = world;
	raise_proto_init(r);
}

void raise_fini(struct raise *r)
{
	vec_fini(&r->stmts);
	vec_fini(&r->out);
}

/* What no kind knows: shown as what it is, so that nothing is hidden. */
static void unknown(struct raise *r, const char *name)
{
	struct unsupported_stmt *u =
		raise_stmt(r, &stmt_unsupported, sizeof(*u));

	u->word.s = arena_strdup(r->arena, name);
	u->word.len = (uint32_t)strlen(name);
}

static void raise_any(struct raise *r, const struct nftnl_expr *n)
{
	const char *name = nftnl_expr_get_str(n, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < ARRAY_LEN(expr_kinds); i++)
		if (expr_kinds[i]->nftnl &&
		    !strcmp(expr_kinds[i]->nftnl, name) &&
		    expr_kinds[i]->raise(r, n))
			return;
	for (size_t i = 0; i < ARRAY_LEN(stmt_kinds); i++)
		if (stmt_kinds[i]->raise &&
		    (!stmt_kinds[i]->nftnl ||
		     !strcmp(stmt_kinds[i]->nftnl, name)) &&
		    stmt_kinds[i]->raise(r, n))
			return;
	unknown(r, name);
}

struct stmt *raise_one(struct raise *r, const struct nftnl_expr *n)
{
	size_t before = r->stmts.len;

	raise_any(r, n);
	return r->stmts.len > before ? r->stmts.v[--r->stmts.len] : NULL;
}

static void complete(struct raise *r, struct stmt *s)
{
	bool tests = stmt_is(s, match) ||
		     (stmt_is(s, verdict) &&
		      expr_is(stmt_as(s, verdict_stmt)->e, map));

	if (s->ops->complete)
		s->ops->complete(r, s);
	else
		raise_emit(r, s);
	if (!tests)
		raise_forget(r);
}

void raise_rule(struct raise *r, struct nftnl_rule *rule)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(rule);
	struct nftnl_expr *n;

	if (!it)
		xalloc_failed(0);
	for (; (n = nftnl_expr_iter_next(it)); r->at++)
		raise_any(r, n);
	nftnl_expr_iter_destroy(it);
	for (size_t i = 0; i < r->stmts.len; i++)
		complete(r, r->stmts.v[i]);
}
