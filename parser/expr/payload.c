/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A header's field, or raw bits. A field that is not made of whole bytes is
 * loaded with the bytes it touches, the other bits masked; constants are
 * shifted to where it lies, or, where they cannot be (a declared set), the
 * value is shifted down.
 */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

/* A raw load that is a known field everywhere: a port. */
static bool is_port(const struct payload_expr *p)
{
	return p->base == PROTO_BASE_TRANSPORT && p->e.len == 16 &&
	       (p->offset == 0 || p->offset == 16);
}

/* Raw bits are integers, listed in hexadecimal. */
static const struct datatype raw_integer = {
	.id = TYPE_INTEGER,
	.name = "integer",
	.desc = "integer",
	.format = FORMAT_HEX,
};

static struct expr *payload_check(struct check *c, struct expr *e)
{
	struct payload_expr *p = arena_memdup(c->arena, e, sizeof(*p));

	if (p->raw) {
		p->e.dtype = is_port(p) ? &type_integer : &raw_integer;
		p->e.byteorder = BYTEORDER_BIG;
		return &p->e;
	}
	p->e.dtype = p->field->type;
	p->e.len = p->field->len;
	p->e.byteorder = BYTEORDER_BIG;
	if (depend_payload(c, p))
		return NULL;
	p->offset += depend_skip(p->proto);
	return &p->e;
}

static void payload_bits(const struct expr *e, unsigned *bytes, unsigned *shift)
{
	const struct payload_expr *p = expr_as_const(e, payload_expr);

	*bytes = (p->offset + e->len + 7) / 8 - p->offset / 8;
	*shift = (8 - (p->offset + e->len) % 8) % 8;
}

static void load(struct lower *l, const struct payload_expr *p, unsigned bytes,
		 unsigned reg)
{
	static const uint32_t bases[PROTO_BASE_COUNT] = {
		[PROTO_BASE_LL] = NFT_PAYLOAD_LL_HEADER,
		[PROTO_BASE_NETWORK] = NFT_PAYLOAD_NETWORK_HEADER,
		[PROTO_BASE_TRANSPORT] = NFT_PAYLOAD_TRANSPORT_HEADER,
		[PROTO_BASE_INNER] = 3, /* NFT_PAYLOAD_INNER_HEADER */
	};
	struct nftnl_expr *n = lower_add(l, "payload");

	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_BASE, bases[p->base]);
	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_OFFSET, p->offset / 8);
	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_LEN, bytes);
}

static void payload_lower_bits(struct lower *l, const struct expr *e,
			       unsigned reg)
{
	const struct payload_expr *p = expr_as_const(e, payload_expr);
	unsigned bytes = expr_bytes(e);
	uint8_t mask[16], none[16] = { 0 };

	load(l, p, bytes, reg);
	if (!(p->offset % 8) && !(e->len % 8))
		return;
	value_export(u128_mask(e->len) << expr_shift(e), bytes, BYTEORDER_BIG,
		     mask);
	lower_bitwise(l, reg, bytes, mask, none);
}

static void payload_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	payload_lower_bits(l, e, reg);
	if (expr_shift(e))
		lower_shift(l, reg, expr_bytes(e), false, expr_shift(e));
}

const char *payload_base_name(unsigned base)
{
	static const char *const names[PROTO_BASE_COUNT] = { "", "ll", "nh",
							     "th", "ih" };

	return names[base];
}

static void payload_print(struct printer *pr, const struct expr *e)
{
	const struct payload_expr *p = expr_as_const(e, payload_expr);

	if (p->raw)
		strbuf_printf(pr->out, "@%s,%u,%u", payload_base_name(p->base),
			      p->offset, e->len);
	else
		strbuf_printf(pr->out, "%s %s", p->proto->name, p->field->name);
}

struct payload_expr *payload_raw(struct arena *a, unsigned base,
				 unsigned offset, unsigned bits)
{
	struct payload_expr *p = arena_new_of(a, struct payload_expr);

	p->e.ops = &expr_payload;
	p->e.len = (uint16_t)bits;
	p->e.byteorder = BYTEORDER_BIG;
	p->base = base;
	p->offset = offset;
	p->raw = !is_port(p);
	p->e.dtype = p->raw ? &raw_integer : &type_inet_service;
	if (!p->raw) {
		p->proto = &proto_th;
		p->field = &proto_th.fields[offset ? 1 : 0];
	}
	return p;
}

struct payload_expr *payload_node(struct raise *r, const struct nftnl_expr *n)
{
	uint32_t base = nftnl_expr_get_u32(n, NFTNL_EXPR_PAYLOAD_BASE) + 1;

	if (base >= PROTO_BASE_COUNT)
		return NULL;
	return payload_raw(r->arena, base,
			   8 * nftnl_expr_get_u32(n, NFTNL_EXPR_PAYLOAD_OFFSET),
			   8 * nftnl_expr_get_u32(n, NFTNL_EXPR_PAYLOAD_LEN));
}

static bool payload_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct payload_expr *p;

	if (!nftnl_expr_is_set(n, NFTNL_EXPR_PAYLOAD_DREG))
		return false;
	p = payload_node(r, n);
	if (!p)
		return false;
	raise_set(r, n, NFTNL_EXPR_PAYLOAD_DREG, &p->e);
	return true;
}

static void payload_complete(struct raise *r, struct expr **e)
{
	struct payload_expr *p = raise_named(r, expr_as(*e, payload_expr));

	if (p)
		*e = &p->e;
	raise_uses(r, expr_as(*e, payload_expr));
}

static bool payload_same(const struct expr *a, const struct expr *b)
{
	const struct payload_expr *x = expr_as_const(a, payload_expr);
	const struct payload_expr *y = expr_as_const(b, payload_expr);

	return x->base == y->base && x->offset == y->offset &&
	       x->e.len == y->e.len && x->proto == y->proto;
}

static json_t *payload_json(struct printer *pr, const struct expr *e)
{
	const struct payload_expr *p = expr_as_const(e, payload_expr);

	if (p->raw)
		return json_pack("{s:{s:s, s:i, s:i}}", "payload", "base",
				 payload_base_name(p->base), "offset",
				 (int)p->offset, "len", (int)e->len);
	return json_pack("{s:{s:s, s:s}}", "payload", "protocol",
			 p->proto->name, "field", p->field->name);
}

const struct expr_ops expr_payload = {
	.name = "payload",
	.check = payload_check,
	.lower = payload_lower,
	.bits = payload_bits,
	.lower_bits = payload_lower_bits,
	.print = payload_print,
	.json = payload_json,
	.same = payload_same,
	.nftnl = "payload",
	.raise = payload_raise,
	.complete = payload_complete,
};
