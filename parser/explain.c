/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a rule did not go on: of the bytecode's expression that broke, the match
 * it belongs to, and what the packet had in the register that was tested.
 *
 * The match is found by raising the rule, as for the listing. A dependency that
 * is not listed (the packet is no TCP at all) is told as what it is, with the
 * match that needed it. Masks and byte orders are undone: what is told is the
 * field itself, whatever of it was compared.
 */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/print.h"
#include "parser/raise.h"
#include "parser/lower.h"

static const struct nftnl_expr *expr_at(struct nftnl_rule *rule, unsigned at)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(rule);
	const struct nftnl_expr *n = NULL;

	if (!it)
		xalloc_failed(0);
	for (unsigned i = 0; i <= at; i++)
		n = nftnl_expr_iter_next(it);
	nftnl_expr_iter_destroy(it);
	return n;
}

/* The register that the expression tests, as a word; -1: it tests none. */
static int tested(const struct nftnl_expr *n)
{
	static const struct {
		const char *name;
		uint16_t sreg;
	} tests[] = {
		{ "cmp", NFTNL_EXPR_CMP_SREG },
		{ "range", NFTNL_EXPR_RANGE_SREG },
		{ "lookup", NFTNL_EXPR_LOOKUP_SREG },
	};
	const char *name = nftnl_expr_get_str(n, NFTNL_EXPR_NAME);
	uint32_t reg;

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		if (strcmp(name, tests[i].name))
			continue;
		reg = nftnl_expr_get_u32(n, tests[i].sreg);
		return (int)(reg >= NFT_REG32_00 ? reg - NFT_REG32_00
						 : 4 * (reg - NFT_REG_1));
	}
	return -1;
}

/* How many bits are compared; 0: as many as there are. */
static unsigned compared(const struct nftnl_expr *n)
{
	uint32_t len = 0;

	if (!strcmp(nftnl_expr_get_str(n, NFTNL_EXPR_NAME), "cmp"))
		nftnl_expr_get(n, NFTNL_EXPR_CMP_DATA, &len);
	return 8 * len;
}

/* What of a packet is tested, without what is done to it. */
static const struct expr *left_of(const struct stmt *s)
{
	const struct expr *e = NULL;

	if (stmt_is(s, match))
		e = stmt_as_const(s, match_stmt)->left;
	else if (stmt_is(s, verdict) &&
		 expr_is(stmt_as_const(s, verdict_stmt)->e, map))
		e = expr_as_const(stmt_as_const(s, verdict_stmt)->e, map_expr)
			    ->key;
	while (e && (expr_is(e, binop) || expr_is(e, byteorder)))
		e = expr_is(e, binop) ? expr_as_const(e, binop_expr)->left
				      : expr_as_const(e, byteorder_expr)->arg;
	return e;
}

/* The field's value in the bytes it was loaded with. */
static void put_value(struct printer *pr, const struct expr *e,
		      const uint8_t *bytes)
{
	uint8_t order = datatype_is_string(e->dtype) ? BYTEORDER_BIG
						     : expr_order(e);
	unsigned n = MIN(expr_bytes(e), 16u);
	u128 v = value_import(bytes, n, order);

	expr_print(pr, e);
	strbuf_putc(pr->out, ' ');
	if (datatype_is_string(e->dtype))
		v <<= 8 * (16 - n);
	else
		v = v >> expr_shift(e) & u128_mask(e->len);
	datatype_print(pr->env, e->dtype, v,
		       datatype_is_string(e->dtype) ? 128 : e->len, pr->out);
}

/* @bits: that were loaded; fewer than the field has are its prefix. */
static void put_seen(struct printer *pr, const struct expr *left,
		     const uint8_t *bytes, unsigned bits)
{
	const struct list_expr *l;

	if (!expr_is(left, concat)) {
		if (left->dtype)
			put_value(pr, left, bytes);
		if (left->dtype && bits && bits < left->len &&
		    !datatype_is_string(left->dtype))
			strbuf_printf(pr->out, "/%u", bits);
		return;
	}
	l = expr_as_const(left, list_expr);
	for (size_t i = 0; i < l->items.len; i++) {
		const struct expr *f = l->items.v[i];

		if (!f->dtype)
			continue;
		if (i)
			strbuf_puts(pr->out, " . ");
		put_value(pr, f, bytes);
		bytes += 4 * (size_t)lower_words(f->len);
	}
}

/* Is it one of several fields that were compared as one, and the same? */
static bool is_equal_piece(const struct stmt *s, const uint8_t *bytes)
{
	const struct match_stmt *m = stmt_as_const(s, match_stmt);
	uint8_t want[16];
	unsigned n;

	if (!stmt_is(s, match) || !expr_is(m->left, payload) ||
	    !expr_is(m->right, value) || m->op != OP_EQ)
		return false;
	n = MIN(expr_bytes(m->left), 16u);
	value_export(expr_as_const(m->right, value_expr)->v
			     << expr_shift(m->left),
		     n, BYTEORDER_BIG, want);
	return !memcmp(want, bytes, n);
}

/* The statement made of expression @at or the first behind it; of several
 * made of one comparison, the first that differs. @bytes: where its part is */
static size_t find(const struct raise *r, unsigned at, const uint8_t **bytes)
{
	size_t i = 0, last;

	while (i < r->out.len && r->out.v[i].s->at < at)
		i++;
	last = i;
	while (last + 1 < r->out.len &&
	       r->out.v[last + 1].s->at == r->out.v[i].s->at)
		last++;
	for (; i < last && *bytes && is_equal_piece(r->out.v[i].s, *bytes); i++)
		*bytes += expr_bytes(
			stmt_as_const(r->out.v[i].s, match_stmt)->left);
	return i;
}

static void put_match(struct printer *pr, const struct raise *r, size_t i)
{
	while (i < r->out.len && r->out.v[i].dropped)
		i++;
	if (i < r->out.len)
		r->out.v[i].s->ops->print(pr, r->out.v[i].s);
}

void list_rule_break(struct parser *p, struct nftnl_rule *rule,
		     const struct list_world *world, unsigned at,
		     const uint32_t *words, struct strbuf *match,
		     struct strbuf *seen)
{
	uint32_t family = nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY);
	struct printer pr = { .parser = p,
			      .env = &p->env,
			      .world = world,
			      .out = match,
			      .family = (uint8_t)family };
	const struct nftnl_expr *n = expr_at(rule, at);
	const uint8_t *bytes = NULL;
	struct arena *a = arena_new();
	const struct expr *left;
	struct raise r;
	size_t i;
	int word = n ? tested(n) : -1;

	if (word >= 0 && word < RAISE_WORDS)
		bytes = (const uint8_t *)(words + word);
	raise_init(&r, p, a, (uint8_t)family, world);
	raise_rule(&r, rule);
	i = find(&r, at, &bytes);
	put_match(&pr, &r, i);
	left = bytes && i < r.out.len ? left_of(r.out.v[i].s) : NULL;
	pr.out = seen;
	if (left)
		put_seen(&pr, left, bytes, compared(n));
	raise_fini(&r);
	arena_free(a);
}
