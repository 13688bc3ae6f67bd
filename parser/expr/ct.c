/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct keys: what connection tracking knows of a packet's connection. */
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

#define HOST BYTEORDER_HOST
#define BIG  BYTEORDER_BIG

/* clang-format off */
const struct key_desc ct_keys[] = {
	/* name, key, type, bits, order, -, can be set, direction, IPv6's key,
	 * the one for both */
	{ "state", NFT_CT_STATE, &type_ct_state, 32, HOST },
	{ "direction", NFT_CT_DIRECTION, &type_ct_dir, 8, HOST },
	{ "status", NFT_CT_STATUS, &type_ct_status, 32, HOST },
	{ "mark", NFT_CT_MARK, &type_mark, 32, HOST, false, true },
	{ "expiration", NFT_CT_EXPIRATION, &type_time, 32, HOST },
	{ "helper", NFT_CT_HELPER, &type_string, 128, HOST },
	{ "l3proto", NFT_CT_L3PROTOCOL, &type_nf_proto, 8, HOST, false, false,
	  1 },
	{ "protocol", NFT_CT_PROTOCOL, &type_inet_proto, 8, BIG, false, false,
	  1 },
	{ "saddr", NFT_CT_SRC_IP, &type_ipv4_addr, 32, BIG, false, false, 2,
	  NFT_CT_SRC_IP6, NFT_CT_SRC },
	{ "daddr", NFT_CT_DST_IP, &type_ipv4_addr, 32, BIG, false, false, 2,
	  NFT_CT_DST_IP6, NFT_CT_DST },
	{ "proto-src", NFT_CT_PROTO_SRC, &type_inet_service, 16, BIG, false,
	  false, 2 },
	{ "proto-dst", NFT_CT_PROTO_DST, &type_inet_service, 16, BIG, false,
	  false, 2 },
	{ "label", NFT_CT_LABELS, &type_ct_label, 128, HOST, false, true },
	{ "packets", NFT_CT_PKTS, &type_integer, 64, HOST, false, false, 1 },
	{ "bytes", NFT_CT_BYTES, &type_integer, 64, HOST, false, false, 1 },
	{ "avgpkt", NFT_CT_AVGPKT, &type_integer, 64, HOST, false, false, 1 },
	{ "zone", NFT_CT_ZONE, &type_integer, 16, HOST, false, true, 1 },
	{ "event", NFT_CT_EVENTMASK, &type_ct_event, 32, HOST, false, true },
	{ "id", NFT_CT_ID, &type_integer, 32, BIG },
	{ NULL },
};
/* clang-format on */

/* Which family the addresses of a tuple are of. */
static int tuple_family(struct check *c, struct key_expr *k)
{
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	if (!k->l3 && c->family == NFPROTO_INET && !net)
		return diag_error(c->diags, &k->e.loc,
				  "cannot tell the IP version: say ip %s or "
				  "ip6 %s",
				  k->key->name, k->key->name);
	k->any = !k->l3;
	if (k->any)
		k->l3 = c->family == NFPROTO_INET ? net->nfproto : c->family;
	if (check_l3(c, &k->e, k->l3))
		return -1;
	if (k->l3 == NFPROTO_IPV6) {
		k->e.dtype = &type_ipv6_addr;
		k->e.len = 128;
	}
	return 0;
}

static struct expr *ct_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));
	const struct key_desc *key = k->key;

	if (c->family == NFPROTO_NETDEV || c->family == NFPROTO_ARP) {
		diag_error(c->diags, &e->loc,
			   "no connections are tracked in this family");
		return NULL;
	}
	if (k->dir >= 0 && !key->dir) {
		diag_error(c->diags, &e->loc, "ct %s has no direction",
			   key->name);
		return NULL;
	}
	if (k->dir < 0 && key->dir == 2) {
		diag_error(c->diags, &e->loc,
			   "ct %s needs a direction: original or reply",
			   key->name);
		return NULL;
	}
	k->e.dtype = key->type;
	k->e.len = key->len;
	k->e.byteorder = key->byteorder;
	if (key->alt && tuple_family(c, k))
		return NULL;
	if (key->type == &type_inet_service &&
	    !c->proto.at[PROTO_BASE_TRANSPORT]) {
		diag_error(c->diags, &e->loc,
			   "ct %s needs a transport protocol matched before",
			   key->name);
		return NULL;
	}
	return &k->e;
}

static unsigned kernel_key(const struct key_expr *k)
{
	if (k->any)
		return k->key->any;
	return k->l3 == NFPROTO_IPV6 && k->key->alt ? k->key->alt : k->key->key;
}

int ct_check_field(struct check *c, const struct expr *e)
{
	if (!expr_is(e, ct) || !expr_as_const(e, key_expr)->any)
		return 0;
	return diag_error(c->diags, &e->loc,
			  "say ip or ip6 for an address that is looked up");
}

static void ct_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	unsigned key = kernel_key(k);
	struct nftnl_expr *n = lower_add(l, "ct");

	nftnl_expr_set_u32(n, NFTNL_EXPR_CT_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_CT_KEY, key);
	if (k->dir >= 0)
		nftnl_expr_set_u8(n, NFTNL_EXPR_CT_DIR, (uint8_t)k->dir);
}

/* The direction of two keys is taken, and not listed. */
static bool shows_dir(const struct key_expr *k)
{
	return k->dir >= 0 && k->key->key != NFT_CT_L3PROTOCOL &&
	       k->key->key != NFT_CT_PROTOCOL;
}

static void ct_print(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);

	strbuf_puts(pr->out, "ct ");
	if (shows_dir(k))
		strbuf_puts(pr->out, k->dir ? "reply " : "original ");
	if (k->key->alt && k->l3)
		strbuf_puts(pr->out, k->l3 == NFPROTO_IPV6 ? "ip6 " : "ip ");
	strbuf_puts(pr->out, k->key->name);
}

static bool ct_same(const struct expr *a, const struct expr *b)
{
	const struct key_expr *x = expr_as_const(a, key_expr);
	const struct key_expr *y = expr_as_const(b, key_expr);

	return kernel_key(x) == kernel_key(y) && x->dir == y->dir &&
	       x->l3 == y->l3;
}

/* The key's row: addresses have one for both IP versions. */
static const struct key_desc *row_of(unsigned key, uint8_t *l3)
{
	const struct key_desc *k = key_by_number(ct_keys, key);

	*l3 = k && k->alt ? NFPROTO_IPV4 : 0;
	for (const struct key_desc *alt = ct_keys; !k && alt->name; alt++)
		if (alt->alt == key) {
			*l3 = NFPROTO_IPV6;
			return alt;
		} else if (alt->any == key && key) {
			*l3 = NFPROTO_IPV4;
			return alt;
		}
	return k;
}

struct expr *ct_node(struct raise *r, unsigned key, int dir)
{
	const struct key_desc *k;
	struct key_expr *e;
	uint8_t l3;

	k = row_of(key, &l3);
	if (!k)
		return NULL;
	e = raise_expr(r, &expr_ct, sizeof(*e), k->type, k->len, k->byteorder);
	e->key = k;
	e->dir = (int8_t)dir;
	e->l3 = l3;
	e->any = k->any == key && key;
	if (l3 == NFPROTO_IPV6) {
		e->e.dtype = &type_ipv6_addr;
		e->e.len = 128;
	}
	return &e->e;
}

static bool ct_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct expr *e;
	int dir = -1;

	if (!nftnl_expr_is_set(n, NFTNL_EXPR_CT_DREG))
		return false;
	if (nftnl_expr_is_set(n, NFTNL_EXPR_CT_DIR))
		dir = nftnl_expr_get_u8(n, NFTNL_EXPR_CT_DIR);
	e = ct_node(r, nftnl_expr_get_u32(n, NFTNL_EXPR_CT_KEY), dir);
	if (e)
		raise_set(r, n, NFTNL_EXPR_CT_DREG, e);
	return e;
}

/* An address whose version the key does not say is of the one that the rule
 * has told of before. */
static void ct_complete(struct raise *r, struct expr **e)
{
	const struct proto_desc *net = r->proto[PROTO_BASE_NETWORK];
	struct key_expr *k = raise_copy(r, *e, key_expr);

	if (!k->any || !net || net->nfproto != NFPROTO_IPV6)
		return;
	k->l3 = NFPROTO_IPV6;
	k->e.dtype = &type_ipv6_addr;
	k->e.len = 128;
	*e = &k->e;
}

static json_t *ct_json(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	const char *l3 = !k->key->alt || k->any	 ? ""
			 : k->l3 == NFPROTO_IPV6 ? "ip6 "
						 : "ip ";
	json_t *o = json_object();

	json_object_set_new(o, "key", json_sprintf("%s%s", l3, k->key->name));
	if (shows_dir(k))
		json_object_set_new(o, "dir",
				    json_string(k->dir ? "reply" : "original"));
	return json_one("ct", o);
}

const struct expr_ops expr_ct = {
	.name = "ct",
	.check = ct_check,
	.lower = ct_lower,
	.print = ct_print,
	.json = ct_json,
	.same = ct_same,
	.nftnl = "ct",
	.raise = ct_raise,
	.complete = ct_complete,
};
