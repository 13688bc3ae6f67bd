/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta keys: what the kernel knows of a packet beside its bytes. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

#define HOST BYTEORDER_HOST
#define BIG  BYTEORDER_BIG

/* clang-format off */
const struct key_desc meta_keys[] = {
	/* name, key, type, bits, order, listed without "meta", can be set */
	{ "length", NFT_META_LEN, &type_integer, 32, HOST },
	{ "protocol", NFT_META_PROTOCOL, &type_ether_type, 16, BIG },
	{ "nfproto", NFT_META_NFPROTO, &type_nf_proto, 8, HOST },
	{ "l4proto", NFT_META_L4PROTO, &type_inet_proto, 8, HOST },
	{ "priority", NFT_META_PRIORITY, &type_classid, 32, HOST, false, true },
	{ "mark", NFT_META_MARK, &type_mark, 32, HOST, true, true },
	{ "iif", NFT_META_IIF, &type_iface_index, 32, HOST, true },
	{ "iifname", NFT_META_IIFNAME, &type_ifname, 128, HOST, true },
	{ "iiftype", NFT_META_IIFTYPE, &type_iface_type, 16, HOST, true },
	{ "oif", NFT_META_OIF, &type_iface_index, 32, HOST, true },
	{ "oifname", NFT_META_OIFNAME, &type_ifname, 128, HOST, true },
	{ "oiftype", NFT_META_OIFTYPE, &type_iface_type, 16, HOST, true },
	{ "skuid", NFT_META_SKUID, &type_uid, 32, HOST, true },
	{ "skgid", NFT_META_SKGID, &type_gid, 32, HOST, true },
	{ "nftrace", NFT_META_NFTRACE, &type_integer, 1, HOST, true, true },
	{ "rtclassid", NFT_META_RTCLASSID, &type_realm, 32, HOST, true },
	{ "pkttype", NFT_META_PKTTYPE, &type_pkt_type, 8, HOST, true, true },
	{ "cpu", NFT_META_CPU, &type_integer, 32, HOST, true },
	{ "iifgroup", NFT_META_IIFGROUP, &type_devgroup, 32, HOST, true },
	{ "oifgroup", NFT_META_OIFGROUP, &type_devgroup, 32, HOST, true },
	{ "cgroup", NFT_META_CGROUP, &type_integer, 32, HOST, true },
	{ "random", NFT_META_PRANDOM, &type_integer, 32, BIG },
	{ "iifkind", NFT_META_IIFKIND, &type_ifname, 128, HOST },
	{ "oifkind", NFT_META_OIFKIND, &type_ifname, 128, HOST },
	{ "time", NFT_META_TIME_NS, &type_date, 64, HOST, true },
	{ "day", NFT_META_TIME_DAY, &type_day, 8, HOST, true },
	{ "ipsec", NFT_META_SECPATH, &type_boolean, 1, HOST },
	{ "secpath", NFT_META_SECPATH, &type_boolean, 1, HOST },
	{ "hour", NFT_META_TIME_HOUR, &type_hour, 32, HOST, true },
	{ NULL },
};
/* clang-format on */

static struct expr *meta_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));

	if (k->key->key == NFT_META_NFPROTO && c->family != NFPROTO_INET) {
		diag_error(c->diags, &e->loc,
			   "meta nfproto is for tables of inet");
		return NULL;
	}
	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	return &k->e;
}

static void meta_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	struct nftnl_expr *n = lower_add(l, "meta");

	nftnl_expr_set_u32(n, NFTNL_EXPR_META_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_META_KEY,
			   expr_as_const(e, key_expr)->key->key);
}

/* The keys that the listing gives without the word: fewer than the grammar
 * takes without it. */
static bool listed_bare(unsigned key)
{
	static const unsigned bare[] = { NFT_META_IIF,	    NFT_META_IIFNAME,
					 NFT_META_OIF,	    NFT_META_OIFNAME,
					 NFT_META_IIFGROUP, NFT_META_OIFGROUP };

	for (size_t i = 0; i < ARRAY_LEN(bare); i++)
		if (bare[i] == key)
			return true;
	return false;
}

static void meta_print(struct printer *pr, const struct expr *e)
{
	const struct key_desc *key = expr_as_const(e, key_expr)->key;

	strbuf_printf(pr->out, "%s%s", listed_bare(key->key) ? "" : "meta ",
		      key->name);
}

static bool meta_same(const struct expr *a, const struct expr *b)
{
	return expr_as_const(a, key_expr)->key ==
	       expr_as_const(b, key_expr)->key;
}

struct expr *meta_node(struct raise *r, unsigned key)
{
	const struct key_desc *k = key_by_number(meta_keys, key);
	struct key_expr *e;

	if (!k)
		return NULL;
	e = raise_expr(r, &expr_meta, sizeof(*e), k->type, k->len,
		       k->byteorder);
	e->key = k;
	e->dir = -1;
	return &e->e;
}

static bool meta_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct expr *e;

	if (!nftnl_expr_is_set(n, NFTNL_EXPR_META_DREG))
		return false;
	e = meta_node(r, nftnl_expr_get_u32(n, NFTNL_EXPR_META_KEY));
	if (e)
		raise_set(r, n, NFTNL_EXPR_META_DREG, e);
	return e;
}

static json_t *meta_json(struct printer *pr, const struct expr *e)
{
	return json_pack("{s:{s:s}}", "meta", "key",
			 expr_as_const(e, key_expr)->key->name);
}

const struct expr_ops expr_meta = {
	.name = "meta",
	.check = meta_check,
	.lower = meta_lower,
	.print = meta_print,
	.json = meta_json,
	.same = meta_same,
	.nftnl = "meta",
	.raise = meta_raise,
};
