/* SPDX-License-Identifier: GPL-2.0-or-later */
/* numgen inc|random mod N offset N: the next number, or any. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static struct expr *numgen_check(struct check *c, struct expr *e)
{
	struct hash_expr *h = arena_memdup(c->arena, e, sizeof(*h));

	if (!h->mod) {
		diag_error(c->diags, &e->loc, "a modulus is more than 0");
		return NULL;
	}
	if ((uint64_t)h->mod + h->offset > 1ull << 32) {
		diag_error(c->diags, &e->loc, "the numbers exceed 32 bits");
		return NULL;
	}
	h->e.dtype = &type_integer;
	h->e.len = 32;
	h->e.byteorder = BYTEORDER_HOST;
	return &h->e;
}

static void numgen_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);
	struct nftnl_expr *n = lower_add(l, "numgen");

	nftnl_expr_set_u32(n, NFTNL_EXPR_NG_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_NG_TYPE, h->type);
	nftnl_expr_set_u32(n, NFTNL_EXPR_NG_MODULUS, h->mod);
	nftnl_expr_set_u32(n, NFTNL_EXPR_NG_OFFSET, h->offset);
}

static bool numgen_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct hash_expr *h = raise_expr(r, &expr_numgen, sizeof(*h),
					 &type_integer, 32, BYTEORDER_HOST);

	h->type = nftnl_expr_get_u32(n, NFTNL_EXPR_NG_TYPE);
	h->mod = nftnl_expr_get_u32(n, NFTNL_EXPR_NG_MODULUS);
	h->offset = nftnl_expr_get_u32(n, NFTNL_EXPR_NG_OFFSET);
	raise_set(r, n, NFTNL_EXPR_NG_DREG, &h->e);
	return true;
}

static void numgen_print(struct printer *pr, const struct expr *e)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);

	strbuf_printf(pr->out, "numgen %s mod %u",
		      h->type == NFT_NG_RANDOM ? "random" : "inc", h->mod);
	if (h->offset)
		strbuf_printf(pr->out, " offset %u", h->offset);
}

static json_t *numgen_json(struct printer *pr, const struct expr *e)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);

	return json_pack("{s:{s:s, s:I, s:I}}", "numgen", "mode",
			 h->type == NFT_NG_RANDOM ? "random" : "inc", "mod",
			 (json_int_t)h->mod, "offset", (json_int_t)h->offset);
}

const struct expr_ops expr_numgen = {
	.name = "numgen",
	.check = numgen_check,
	.lower = numgen_lower,
	.print = numgen_print,
	.json = numgen_json,
	.nftnl = "numgen",
	.raise = numgen_raise,
};
