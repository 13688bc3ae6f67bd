/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jhash ip saddr . ip daddr mod N seed N offset N; symhash mod N offset N. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

#define ARG_WORDS 4 /* the argument's registers begin behind the result's */

static struct expr *hash_check(struct check *c, struct expr *e)
{
	struct hash_expr *h = arena_memdup(c->arena, e, sizeof(*h));
	struct expect old = c->want;

	if (!h->mod) {
		diag_error(c->diags, &e->loc, "a modulus is more than 0");
		return NULL;
	}
	h->e.dtype = &type_integer;
	h->e.len = 32;
	h->e.byteorder = BYTEORDER_HOST;
	if (!h->arg)
		return &h->e;
	c->want.dtype = NULL;
	h->arg = expr_check(c, h->arg);
	c->want = old;
	return h->arg ? &h->e : NULL;
}

static void hash_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);
	struct nftnl_expr *n;

	if (h->arg)
		expr_lower(l, h->arg, reg + ARG_WORDS);
	n = lower_add(l, "hash");
	nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_TYPE, h->type);
	nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_MODULUS, h->mod);
	if (h->has_seed)
		nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_SEED, h->seed);
	nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_OFFSET, h->offset);
	if (!h->arg)
		return;
	nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_SREG, lower_reg(reg + ARG_WORDS));
	nftnl_expr_set_u32(n, NFTNL_EXPR_HASH_LEN, (h->arg->len + 7u) / 8);
}

static bool hash_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct hash_expr *h = raise_expr(r, &expr_hash, sizeof(*h),
					 &type_integer, 32, BYTEORDER_HOST);

	h->type = nftnl_expr_get_u32(n, NFTNL_EXPR_HASH_TYPE);
	h->mod = nftnl_expr_get_u32(n, NFTNL_EXPR_HASH_MODULUS);
	h->offset = nftnl_expr_get_u32(n, NFTNL_EXPR_HASH_OFFSET);
	h->has_seed = nftnl_expr_is_set(n, NFTNL_EXPR_HASH_SEED);
	h->seed = nftnl_expr_get_u32(n, NFTNL_EXPR_HASH_SEED);
	if (h->type != NFT_HASH_SYM)
		h->arg = raise_get_key(
			r, n, NFTNL_EXPR_HASH_SREG,
			8 * nftnl_expr_get_u32(n, NFTNL_EXPR_HASH_LEN));
	raise_set(r, n, NFTNL_EXPR_HASH_DREG, &h->e);
	return true;
}

static void hash_complete(struct raise *r, struct expr **e)
{
	struct hash_expr *h = raise_copy(r, *e, hash_expr);

	*e = &h->e;
	if (h->arg)
		raise_complete(r, &h->arg);
}

static void hash_print(struct printer *pr, const struct expr *e)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);

	strbuf_puts(pr->out, h->arg ? "jhash " : "symhash ");
	if (h->arg) {
		expr_print(pr, h->arg);
		strbuf_putc(pr->out, ' ');
	}
	strbuf_printf(pr->out, "mod %u", h->mod);
	if (h->has_seed)
		strbuf_printf(pr->out, " seed 0x%x", h->seed);
	if (h->offset)
		strbuf_printf(pr->out, " offset %u", h->offset);
}

static size_t hash_children(const struct expr *e, const struct expr **out)
{
	out[0] = expr_as_const(e, hash_expr)->arg;
	return out[0] ? 1 : 0;
}

static json_t *hash_json(struct printer *pr, const struct expr *e)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);
	json_t *o = json_object();

	json_object_set_new(o, "mod", json_integer(h->mod));
	if (h->has_seed)
		json_object_set_new(o, "seed", json_integer(h->seed));
	if (h->offset)
		json_object_set_new(o, "offset", json_integer(h->offset));
	if (h->arg)
		json_object_set_new(o, "expr", expr_json(pr, h->arg));
	return json_one(h->arg ? "jhash" : "symhash", o);
}

const struct expr_ops expr_hash = {
	.name = "hash",
	.check = hash_check,
	.lower = hash_lower,
	.print = hash_print,
	.json = hash_json,
	.nftnl = "hash",
	.raise = hash_raise,
	.complete = hash_complete,
	.children = hash_children,
};
