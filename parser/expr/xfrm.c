/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec: the state that the packet came or goes through. */
#include <stdio.h>
#include <string.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

#define HOST BYTEORDER_HOST
#define BIG  BYTEORDER_BIG

/* clang-format off */
const struct key_desc xfrm_keys[] = {
	{ "reqid", NFT_XFRM_KEY_REQID, &type_integer, 32, HOST },
	{ "spi", NFT_XFRM_KEY_SPI, &type_integer, 32, BIG },
	{ "ip saddr", NFT_XFRM_KEY_SADDR_IP4, &type_ipv4_addr, 32, BIG },
	{ "ip daddr", NFT_XFRM_KEY_DADDR_IP4, &type_ipv4_addr, 32, BIG },
	{ "ip6 saddr", NFT_XFRM_KEY_SADDR_IP6, &type_ipv6_addr, 128, BIG },
	{ "ip6 daddr", NFT_XFRM_KEY_DADDR_IP6, &type_ipv6_addr, 128, BIG },
	{ NULL },
};
/* clang-format on */

static struct expr *xfrm_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));

	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	return &k->e;
}

static void xfrm_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	struct nftnl_expr *n = lower_add(l, "xfrm");

	nftnl_expr_set_u32(n, NFTNL_EXPR_XFRM_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_XFRM_KEY, k->key->key);
	nftnl_expr_set_u8(n, NFTNL_EXPR_XFRM_DIR, (uint8_t)k->dir);
	nftnl_expr_set_u32(n, NFTNL_EXPR_XFRM_SPNUM, k->flags);
}

static void xfrm_print(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);

	strbuf_printf(pr->out, "ipsec %s ", k->dir ? "out" : "in");
	if (k->flags)
		strbuf_printf(pr->out, "spnum %u ", k->flags);
	strbuf_puts(pr->out, k->key->name);
}

/* The key's family apart from its name: "ip saddr". */
static json_t *xfrm_json(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	const char *space = strchr(k->key->name, ' ');
	json_t *o = json_pack("{s:s}", "key", space ? space + 1 : k->key->name);

	if (space)
		json_object_set_new(
			o, "family",
			json_stringn(k->key->name,
				     (size_t)(space - k->key->name)));
	json_object_set_new(o, "dir", json_string(k->dir ? "out" : "in"));
	json_object_set_new(o, "spnum", json_integer(k->flags));
	return json_one("ipsec", o);
}

static bool xfrm_same(const struct expr *a, const struct expr *b)
{
	const struct key_expr *x = expr_as_const(a, key_expr);
	const struct key_expr *y = expr_as_const(b, key_expr);

	return x->key == y->key && x->dir == y->dir && x->flags == y->flags;
}

static bool xfrm_raise(struct raise *r, const struct nftnl_expr *n)
{
	const struct key_desc *k = key_by_number(
		xfrm_keys, nftnl_expr_get_u32(n, NFTNL_EXPR_XFRM_KEY));
	struct key_expr *e;

	if (!k)
		return false;
	e = raise_expr(r, &expr_xfrm, sizeof(*e), k->type, k->len,
		       k->byteorder);
	e->key = k;
	e->dir = (int8_t)nftnl_expr_get_u8(n, NFTNL_EXPR_XFRM_DIR);
	e->flags = nftnl_expr_get_u32(n, NFTNL_EXPR_XFRM_SPNUM);
	raise_set(r, n, NFTNL_EXPR_XFRM_DREG, &e->e);
	return true;
}

const struct expr_ops expr_xfrm = {
	.name = "ipsec",
	.check = xfrm_check,
	.lower = xfrm_lower,
	.print = xfrm_print,
	.json = xfrm_json,
	.same = xfrm_same,
	.nftnl = "xfrm",
	.raise = xfrm_raise,
};
