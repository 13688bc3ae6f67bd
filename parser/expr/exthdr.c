/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 extension headers, TCP options, IP options. */
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
#define FIELDS(name) static const struct exthdr_field name##_fields[] =

FIELDS(hbh) {
	{ "nexthdr", &type_inet_proto, 0, 8 }, { "hdrlength", &type_integer, 8, 8 },
	{ NULL },
};
FIELDS(rt) {
	{ "nexthdr", &type_inet_proto, 0, 8 }, { "hdrlength", &type_integer, 8, 8 },
	{ "type", &type_integer, 16, 8 }, { "seg-left", &type_integer, 24, 8 },
	{ NULL },
};
FIELDS(rt2) {
	{ "addr", &type_ipv6_addr, 64, 128 },
	{ NULL },
};
FIELDS(srh) {
	{ "last-entry", &type_integer, 32, 8 }, { "flags", &type_integer, 40, 8 },
	{ "tag", &type_integer, 48, 16 },
	{ NULL },
};
FIELDS(frag) {
	{ "nexthdr", &type_inet_proto, 0, 8 }, { "reserved", &type_integer, 8, 8 },
	{ "frag-off", &type_integer, 16, 13 }, { "reserved2", &type_integer, 29, 2 },
	{ "more-fragments", &type_integer, 31, 1 }, { "id", &type_integer, 32, 32 },
	{ NULL },
};
FIELDS(mh) {
	{ "nexthdr", &type_inet_proto, 0, 8 }, { "hdrlength", &type_integer, 8, 8 },
	{ "type", &type_mh_type, 16, 8 }, { "reserved", &type_integer, 24, 8 },
	{ "checksum", &type_integer, 32, 16 },
	{ NULL },
};

const struct exthdr_desc ip6_exthdrs[] = {
	{ "hbh", IPPROTO_HOPOPTS, NFT_EXTHDR_OP_IPV6, hbh_fields },
	{ "rt", IPPROTO_ROUTING, NFT_EXTHDR_OP_IPV6, rt_fields },
	{ "rt0", IPPROTO_ROUTING, NFT_EXTHDR_OP_IPV6, rt2_fields },
	{ "rt2", IPPROTO_ROUTING, NFT_EXTHDR_OP_IPV6, rt2_fields },
	{ "srh", IPPROTO_ROUTING, NFT_EXTHDR_OP_IPV6, srh_fields },
	{ "frag", IPPROTO_FRAGMENT, NFT_EXTHDR_OP_IPV6, frag_fields },
	{ "dst", IPPROTO_DSTOPTS, NFT_EXTHDR_OP_IPV6, hbh_fields },
	{ "mh", IPPROTO_MH, NFT_EXTHDR_OP_IPV6, mh_fields },
	{ NULL },
};

#define KIND_LENGTH                           \
	{ "kind", &type_integer, 0, 8 },      \
	{ "length", &type_integer, 8, 8 }

FIELDS(eol) { { "kind", &type_integer, 0, 8 }, { NULL } };
FIELDS(maxseg) { KIND_LENGTH, { "size", &type_integer, 16, 16 }, { NULL } };
FIELDS(window) { KIND_LENGTH, { "count", &type_integer, 16, 8 }, { NULL } };
FIELDS(two) { KIND_LENGTH, { NULL } };
FIELDS(sack) {
	KIND_LENGTH, { "left", &type_integer, 16, 32 },
	{ "right", &type_integer, 48, 32 }, { NULL },
};
FIELDS(sack1) {
	KIND_LENGTH, { "left", &type_integer, 80, 32 },
	{ "right", &type_integer, 112, 32 }, { NULL },
};
FIELDS(sack2) {
	KIND_LENGTH, { "left", &type_integer, 144, 32 },
	{ "right", &type_integer, 176, 32 }, { NULL },
};
FIELDS(sack3) {
	KIND_LENGTH, { "left", &type_integer, 208, 32 },
	{ "right", &type_integer, 240, 32 }, { NULL },
};
FIELDS(mptcp) { KIND_LENGTH, { "subtype", &type_integer, 16, 4 }, { NULL } };
FIELDS(timestamp) {
	KIND_LENGTH, { "tsval", &type_integer, 16, 32 },
	{ "tsecr", &type_integer, 48, 32 }, { NULL },
};

#define TCPOPT NFT_EXTHDR_OP_TCPOPT
const struct exthdr_desc tcp_options[] = {
	{ "eol", 0, TCPOPT, eol_fields }, { "nop", 1, TCPOPT, eol_fields },
	{ "maxseg", 2, TCPOPT, maxseg_fields },
	{ "mss", 2, TCPOPT, maxseg_fields },
	{ "window", 3, TCPOPT, window_fields },
	{ "sack-perm", 4, TCPOPT, two_fields },
	{ "sack-permitted", 4, TCPOPT, two_fields },
	{ "sack", 5, TCPOPT, sack_fields }, { "sack0", 5, TCPOPT, sack_fields },
	{ "sack1", 5, TCPOPT, sack1_fields },
	{ "sack2", 5, TCPOPT, sack2_fields },
	{ "sack3", 5, TCPOPT, sack3_fields },
	{ "timestamp", 8, TCPOPT, timestamp_fields },
	{ "fastopen", 34, TCPOPT, two_fields },
	{ "mptcp", 30, TCPOPT, mptcp_fields },
	{ "md5sig", 19, TCPOPT, two_fields },
	{ NULL },
};

FIELDS(ipopt) {
	{ "type", &type_integer, 0, 8 }, { "length", &type_integer, 8, 8 },
	{ "value", &type_integer, 16, 16 }, { NULL },
};
FIELDS(iproute) {
	{ "type", &type_integer, 0, 8 }, { "length", &type_integer, 8, 8 },
	{ "ptr", &type_integer, 16, 8 }, { "addr", &type_integer, 24, 32 },
	{ NULL },
};

#define IPOPT NFT_EXTHDR_OP_IPV4
const struct exthdr_desc ip_options[] = {
	{ "lsrr", 131, IPOPT, iproute_fields }, { "rr", 7, IPOPT, iproute_fields },
	{ "ssrr", 137, IPOPT, iproute_fields }, { "ra", 148, IPOPT, ipopt_fields },
	{ NULL },
};
/* clang-format on */

const struct exthdr_desc *exthdr_find(const struct exthdr_desc *table,
				      struct str name)
{
	for (; table->name; table++)
		if (str_is(name, table->name))
			return table;
	return NULL;
}

const struct exthdr_field *exthdr_field_find(const struct exthdr_desc *h,
					     struct str name)
{
	for (const struct exthdr_field *f = h->fields; f->name; f++)
		if (str_is(name, f->name))
			return f;
	return NULL;
}

/* The match that says the IP version goes in front of the whole rule: nft puts
 * it there for extension headers, and before the match for all others. */
static int depend_first(struct check *c, const struct expr *e, uint8_t nfproto)
{
	struct stmt *before = c->tail;
	struct stmt *head = c->rule ? c->rule->checked : NULL;

	if (depend_network(c, e, nfproto))
		return -1;
	if (!c->rule || !before || c->tail == before)
		return 0;
	c->rule->checked = before->next;
	c->tail->next = head;
	c->tail = before;
	before->next = NULL;
	return 0;
}

static struct expr *exthdr_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));
	const struct exthdr_desc *h = k->hdr;
	const struct exthdr_field *f = k->field;

	k->e.dtype = f ? f->type : &type_boolean;
	k->e.len = f ? f->len : 1;
	k->e.byteorder = BYTEORDER_BIG;
	if (h->op == NFT_EXTHDR_OP_IPV6 && depend_first(c, e, NFPROTO_IPV6))
		return NULL;
	if (h->op == NFT_EXTHDR_OP_IPV4 && depend_first(c, e, NFPROTO_IPV4))
		return NULL;
	return &k->e;
}

static void load(struct lower *l, const struct key_expr *k, unsigned offset,
		 unsigned bytes, unsigned reg)
{
	const struct exthdr_desc *h = k->hdr;
	struct nftnl_expr *n = lower_add(l, "exthdr");

	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_DREG, lower_reg(reg));
	nftnl_expr_set_u8(n, NFTNL_EXPR_EXTHDR_TYPE, h->number);
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_OFFSET, offset);
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_LEN, bytes);
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_OP, h->op);
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_FLAGS,
			   k->present ? NFT_EXTHDR_F_PRESENT : 0);
}

static void exthdr_bits(const struct expr *e, unsigned *bytes, unsigned *shift)
{
	const struct exthdr_field *f = expr_as_const(e, key_expr)->field;

	*bytes = f ? (f->offset + f->len + 7u) / 8 - f->offset / 8 : 1;
	*shift = f ? (8 - (f->offset + f->len) % 8) % 8 : 0;
}

static void exthdr_lower_bits(struct lower *l, const struct expr *e,
			      unsigned reg)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	const struct exthdr_field *f = k->field;
	uint8_t mask[16], none[16] = { 0 };

	load(l, k, f ? f->offset / 8 : 0, expr_bytes(e), reg);
	if (!f || (!(f->offset % 8) && !(f->len % 8)))
		return;
	value_export(u128_mask(f->len) << expr_shift(e), expr_bytes(e),
		     BYTEORDER_BIG, mask);
	lower_bitwise(l, reg, expr_bytes(e), mask, none);
}

static void exthdr_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	exthdr_lower_bits(l, e, reg);
	if (expr_shift(e))
		lower_shift(l, reg, expr_bytes(e), false, expr_shift(e));
}

/* ---- raise --------------------------------------------------------------- */

/* What is not in the tables. */
static const struct exthdr_field no_field = { "unknown", &type_integer, 0, 0 };
static const struct exthdr_field no_fields[] = { { NULL } };
static const struct exthdr_desc unknown_hdr = { "unknown-exthdr", 0,
						NFT_EXTHDR_OP_IPV6, no_fields };

const struct exthdr_desc *tcp_option_of(struct arena *a, uint8_t number)
{
	struct exthdr_desc *n;

	for (const struct exthdr_desc *h = tcp_options; h->name; h++)
		if (h->number == number)
			return h;
	n = arena_new_of(a, struct exthdr_desc);
	n->name = arena_printf(a, "%u", number);
	n->number = number;
	n->op = TCPOPT;
	n->fields = no_fields;
	return n;
}

static const struct exthdr_desc *table_of(unsigned op)
{
	return op == NFT_EXTHDR_OP_TCPOPT ? tcp_options
	       : op == NFT_EXTHDR_OP_IPV4 ? ip_options
					  : ip6_exthdrs;
}

/* The row of a header or option that has this field; bits that are none are
 * given to the first row of the number. */
static void name_load(struct raise *r, struct key_expr *k, unsigned op,
		      uint8_t number, unsigned offset, unsigned bits)
{
	const struct exthdr_desc *h, *first = NULL;

	for (h = table_of(op); h->name; h++) {
		if (h->number != number || h->op != op)
			continue;
		first = first ? first : h;
		for (const struct exthdr_field *f = h->fields; f->name; f++) {
			if (f->offset != offset || f->len != bits)
				continue;
			k->hdr = h;
			k->field = f;
			return;
		}
	}
	if (!first && op == NFT_EXTHDR_OP_TCPOPT)
		first = tcp_option_of(r->arena, number);
	k->hdr = first ? first : &unknown_hdr;
	k->field = &no_field;
}

struct expr *exthdr_node(struct raise *r, const struct nftnl_expr *n)
{
	unsigned offset = 8 * nftnl_expr_get_u32(n, NFTNL_EXPR_EXTHDR_OFFSET);
	unsigned bits = 8 * nftnl_expr_get_u32(n, NFTNL_EXPR_EXTHDR_LEN);
	unsigned op = nftnl_expr_get_u32(n, NFTNL_EXPR_EXTHDR_OP);
	struct exthdr_expr *x = raise_expr(r, &expr_exthdr, sizeof(*x), NULL,
					   bits, BYTEORDER_BIG);
	struct key_expr *k = &x->k;

	x->op = op;
	x->number = nftnl_expr_get_u8(n, NFTNL_EXPR_EXTHDR_TYPE);
	x->offset = offset;
	name_load(r, k, op, x->number, offset, bits);
	k->e.dtype = ((const struct exthdr_field *)k->field)->type;
	if (nftnl_expr_get_u32(n, NFTNL_EXPR_EXTHDR_FLAGS) &
	    NFT_EXTHDR_F_PRESENT) {
		k->present = true;
		k->field = NULL;
		k->e.dtype = &type_boolean;
	}
	return &k->e;
}

static bool exthdr_raise(struct raise *r, const struct nftnl_expr *n)
{
	if (!nftnl_expr_is_set(n, NFTNL_EXPR_EXTHDR_DREG))
		return false;
	raise_set(r, n, NFTNL_EXPR_EXTHDR_DREG, exthdr_node(r, n));
	return true;
}

struct expr *exthdr_trim(struct raise *r, const struct expr *e, u128 mask,
			 unsigned *shift)
{
	const struct exthdr_expr *x = expr_as_const(e, exthdr_expr);
	unsigned low = 0, high;
	struct exthdr_expr *n;

	if (!mask || x->k.field != &no_field)
		return NULL;
	while (!(mask >> low & 1))
		low++;
	for (high = low; high < 128 && mask >> high & 1;)
		high++;
	if (high > e->len)
		return NULL;
	n = arena_memdup(r->arena, x, sizeof(*x));
	name_load(r, &n->k, x->op, x->number, x->offset + e->len - high,
		  high - low);
	if (n->k.field == &no_field)
		return NULL;
	n->k.e.len = (uint16_t)(high - low);
	n->k.e.dtype = ((const struct exthdr_field *)n->k.field)->type;
	*shift = low;
	return &n->k.e;
}

struct expr *exthdr_nameless(struct raise *r, struct expr *e)
{
	struct exthdr_expr *x = raise_copy(r, e, exthdr_expr);

	if (x->op == NFT_EXTHDR_OP_IPV6 && !x->k.present)
		x->k.field = &no_field;
	return &x->k.e;
}

static void exthdr_complete(struct raise *r, struct expr **e)
{
	const struct exthdr_expr *x = expr_as(*e, exthdr_expr);

	raise_uses_layer(r, x->op == NFT_EXTHDR_OP_TCPOPT ? PROTO_BASE_TRANSPORT
							  : PROTO_BASE_NETWORK);
}

static void exthdr_print(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	const struct exthdr_desc *h = k->hdr;
	const struct exthdr_field *f = k->field;

	if (h->op == NFT_EXTHDR_OP_IPV6)
		strbuf_printf(pr->out, f ? "%s" : "exthdr %s", h->name);
	else
		strbuf_printf(pr->out, "%s option %s",
			      h->op == NFT_EXTHDR_OP_TCPOPT ? "tcp" : "ip",
			      h->name);
	if (f)
		strbuf_printf(pr->out, " %s", f->name);
}

static json_t *exthdr_json(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	const struct exthdr_desc *h = k->hdr;
	const struct exthdr_field *f = k->field;
	const char *kind = h->op == NFT_EXTHDR_OP_IPV6	   ? "exthdr"
			   : h->op == NFT_EXTHDR_OP_TCPOPT ? "tcp option"
							   : "ip option";
	json_t *o;

	if (h->op == NFT_EXTHDR_OP_TCPOPT && h->fields == no_fields)
		return json_pack("{s:{s:i, s:i, s:i}}", kind, "base", h->number,
				 "offset", 0, "len", (int)e->len);
	o = json_object();
	json_object_set_new(o, "name", json_string(h->name));
	if (f)
		json_object_set_new(o, "field", json_string(f->name));
	return json_one(kind, o);
}

const struct expr_ops expr_exthdr = {
	.name = "exthdr",
	.check = exthdr_check,
	.lower = exthdr_lower,
	.bits = exthdr_bits,
	.lower_bits = exthdr_lower_bits,
	.print = exthdr_print,
	.json = exthdr_json,
	.nftnl = "exthdr",
	.raise = exthdr_raise,
	.complete = exthdr_complete,
};
