/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rt keys: the route that the packet takes. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

/* clang-format off */
const struct key_desc rt_keys[] = {
	{ "classid", NFT_RT_CLASSID, &type_realm, 32, BYTEORDER_HOST },
	{ "nexthop", NFT_RT_NEXTHOP4, &type_ipv4_addr, 32, BYTEORDER_BIG,
	  false, false, 0, NFT_RT_NEXTHOP6 },
	{ "mtu", NFT_RT_TCPMSS, &type_integer, 16, BYTEORDER_HOST },
	{ "ipsec", NFT_RT_XFRM, &type_boolean, 8, BYTEORDER_HOST },
	{ NULL },
};
/* clang-format on */

static struct expr *rt_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	if (!k->key->alt)
		return &k->e;
	if (!k->l3 && net)
		k->l3 = net->nfproto;
	if (!k->l3) {
		diag_error(c->diags, &e->loc,
			   "cannot tell the IP version: say rt ip %s or "
			   "rt ip6 %s",
			   k->key->name, k->key->name);
		return NULL;
	}
	if (c->family != NFPROTO_INET && check_l3(c, e, k->l3))
		return NULL;
	if (k->l3 == NFPROTO_IPV6) {
		k->e.dtype = &type_ipv6_addr;
		k->e.len = 128;
	}
	return &k->e;
}

static void rt_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	struct nftnl_expr *n = lower_add(l, "rt");

	nftnl_expr_set_u32(n, NFTNL_EXPR_RT_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_RT_KEY,
			   k->l3 == NFPROTO_IPV6 ? k->key->alt : k->key->key);
}

static void rt_print(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);

	strbuf_printf(pr->out, "rt %s%s",
		      !k->key->alt	      ? ""
		      : k->l3 == NFPROTO_IPV6 ? "ip6 "
					      : "ip ",
		      k->key->name);
}

static bool rt_raise(struct raise *r, const struct nftnl_expr *n)
{
	unsigned key = nftnl_expr_get_u32(n, NFTNL_EXPR_RT_KEY);
	bool ip6 = key == NFT_RT_NEXTHOP6;
	const struct key_desc *k =
		key_by_number(rt_keys, ip6 ? NFT_RT_NEXTHOP4 : key);
	struct key_expr *e;

	if (!k)
		return false;
	e = raise_expr(r, &expr_rt, sizeof(*e), ip6 ? &type_ipv6_addr : k->type,
		       ip6 ? 128 : k->len, k->byteorder);
	e->key = k;
	e->l3 = ip6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	raise_set(r, n, NFTNL_EXPR_RT_DREG, &e->e);
	return true;
}

static json_t *rt_json(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	json_t *o = json_object();

	json_object_set_new(o, "key", json_string(k->key->name));
	if (k->key->alt)
		json_object_set_new(o, "family",
				    json_string(k->l3 == NFPROTO_IPV6 ? "ip6"
								      : "ip"));
	return json_one("rt", o);
}

const struct expr_ops expr_rt = {
	.name = "rt",
	.check = rt_check,
	.lower = rt_lower,
	.print = rt_print,
	.json = rt_json,
	.nftnl = "rt",
	.raise = rt_raise,
};
