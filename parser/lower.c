/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lowering of all kinds shares: libnftnl's objects. */
#include "parser/lower.h"

#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>

struct nftnl_expr *lower_add(struct lower *l, const char *name)
{
	struct nftnl_expr *n = nftnl_expr_alloc(name);

	if (!n)
		xalloc_failed(0);
	if (l->nested) {
		l->nested[l->n_nested++] = n;
		return n;
	}
	nftnl_rule_add_expr(l->rule, n);
	vec_push(&l->locs, l->loc);
	l->n++;
	return n;
}

void lower_immediate(struct lower *l, unsigned reg, const void *data,
		     uint32_t bytes)
{
	struct nftnl_expr *n = lower_add(l, "immediate");

	nftnl_expr_set_u32(n, NFTNL_EXPR_IMM_DREG, lower_reg(reg));
	nftnl_expr_set(n, NFTNL_EXPR_IMM_DATA, data, bytes);
}

void lower_cmp(struct lower *l, unsigned reg, uint32_t op, const void *data,
	       uint32_t bytes)
{
	struct nftnl_expr *n = lower_add(l, "cmp");

	nftnl_expr_set_u32(n, NFTNL_EXPR_CMP_SREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(n, NFTNL_EXPR_CMP_DATA, data, bytes);
}

static struct nftnl_expr *bitwise(struct lower *l, unsigned reg, uint32_t op,
				  uint32_t bytes)
{
	struct nftnl_expr *n = lower_add(l, "bitwise");

	nftnl_expr_set_u32(n, NFTNL_EXPR_BITWISE_SREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_BITWISE_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_BITWISE_OP, op);
	nftnl_expr_set_u32(n, NFTNL_EXPR_BITWISE_LEN, bytes);
	return n;
}

void lower_bitwise(struct lower *l, unsigned reg, uint32_t bytes,
		   const void *mask, const void *xor_)
{
	struct nftnl_expr *n = bitwise(l, reg, NFT_BITWISE_BOOL, bytes);

	nftnl_expr_set(n, NFTNL_EXPR_BITWISE_MASK, mask, bytes);
	nftnl_expr_set(n, NFTNL_EXPR_BITWISE_XOR, xor_, bytes);
}

void lower_shift(struct lower *l, unsigned reg, uint32_t bytes, bool left,
		 uint32_t by)
{
	struct nftnl_expr *n = bitwise(
		l, reg, left ? NFT_BITWISE_LSHIFT : NFT_BITWISE_RSHIFT, bytes);

	nftnl_expr_set(n, NFTNL_EXPR_BITWISE_DATA, &by, sizeof(by));
}

static void byteorder(struct lower *l, unsigned reg, uint32_t bytes)
{
	struct nftnl_expr *n = lower_add(l, "byteorder");

	nftnl_expr_set_u32(n, NFTNL_EXPR_BYTEORDER_SREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_BYTEORDER_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	nftnl_expr_set_u32(n, NFTNL_EXPR_BYTEORDER_LEN, bytes);
	nftnl_expr_set_u32(n, NFTNL_EXPR_BYTEORDER_SIZE,
			   bytes % 8 == 0   ? 8
			   : bytes % 4 == 0 ? 4
					    : 2);
}

uint8_t expr_order(const struct expr *e)
{
	return datatype_is_string(e->dtype) ? BYTEORDER_BIG : e->byteorder;
}

void lower_to_big(struct lower *l, const struct expr *e, unsigned reg)
{
	if (expr_order(e) == BYTEORDER_HOST && e->len > 8)
		byteorder(l, reg, expr_bytes(e));
}

unsigned expr_bytes(const struct expr *e)
{
	unsigned bytes = (e->len + 7u) / 8, shift;

	if (e->ops->bits)
		e->ops->bits(e, &bytes, &shift);
	return bytes;
}

unsigned expr_shift(const struct expr *e)
{
	unsigned bytes, shift = 0;

	if (e->ops->bits)
		e->ops->bits(e, &bytes, &shift);
	return shift;
}

void expr_lower_bits(struct lower *l, const struct expr *e, unsigned reg)
{
	if (e->ops->lower_bits)
		e->ops->lower_bits(l, e, reg);
	else
		e->ops->lower(l, e, reg);
}

void lower_key(struct lower *l, const struct expr *e, unsigned reg,
	       bool interval, bool shifted)
{
	const struct list_expr *fields;

	if (!expr_is(e, concat)) {
		if (shifted)
			expr_lower_bits(l, e, reg);
		else
			expr_lower(l, e, reg);
		if (interval)
			lower_to_big(l, e, reg);
		return;
	}
	fields = expr_as_const(e, list_expr);
	for (size_t i = 0; i < fields->items.len; i++) {
		const struct expr *f = fields->items.v[i];

		expr_lower(l, f, reg);
		/* one byte as well: it changes nothing, and nft says it */
		if (interval && expr_order(f) == BYTEORDER_HOST)
			byteorder(l, reg, expr_bytes(f));
		reg += lower_words(f->len);
	}
}

void lower_rule(struct lower *l, const struct rule_ast *r)
{
	for (const struct stmt *s = r->checked; s; s = s->next) {
		l->loc = s->loc;
		s->ops->lower(l, s);
	}
}
