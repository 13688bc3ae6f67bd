/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip dscp set af11, tcp option maxseg size set 1400: header fields written.
 *
 * The kernel writes whole bytes, and, where a checksum covers them, whole pairs
 * of bytes. A field that is less is written with its neighbours: they are
 * loaded, the field's bits are replaced, and all of it is written back.
 */
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

/* ---- check --------------------------------------------------------------- */

/**
 * struct span - the bytes that are written for a field
 * @offset, @bytes: from the header's first byte
 * @shift:	bits of them to the right of the field
 * @whole:	they are the field and nothing else
 */
struct span {
	unsigned offset, bytes, shift;
	bool whole;
};

static struct span span_of(const struct payload_expr *p)
{
	bool sum = !p->raw && p->proto->csum_type;
	unsigned end = p->offset + p->e.len;
	struct span s = {
		.offset = p->offset / 8,
		.bytes = (end + 7) / 8 - p->offset / 8,
		.shift = (8 - end % 8) % 8,
	};

	s.whole = !(p->offset % 8) && !(p->e.len % 8) &&
		  (!sum || (!(s.bytes % 2) && !(s.offset % 2)));
	if (!sum || s.whole || !(s.bytes % 2))
		return s;
	s.bytes++;
	if (s.offset % 2)
		s.offset--;
	else
		s.shift += 8;
	return s;
}

static int check_value(struct check *c, struct set_stmt *st)
{
	struct expect old = check_want(c, st->left);

	st->value = expr_check(c, st->value);
	c->want = old;
	if (!st->value)
		return -1;
	if (!types_match(st->left->dtype, st->value->dtype))
		return check_mismatch(c, st->left, st->value);
	if (st->value->ops->is_const && !expr_is(st->value, value))
		return diag_error(c->diags, &st->value->loc,
				  "one value is expected");
	return 0;
}

static int write_check(struct check *c, struct stmt *s)
{
	struct set_stmt *st = arena_memdup(c->arena, s, sizeof(*st));

	st->s.ops = &stmt_write;
	st->left = expr_check(c, st->left);
	if (!st->left)
		return -1;
	if (!st->value) {
		check_emit(c, &st->s);
		return 0;
	}
	if (check_value(c, st))
		return -1;
	if (expr_is(st->left, payload)) {
		struct span at = span_of(expr_as(st->left, payload_expr));

		if (!at.whole && !expr_is(st->value, value))
			return diag_error2(c->diags, &st->value->loc,
					   &st->left->loc,
					   "a field that shares its bytes with "
					   "others is set to a constant");
	} else if (!expr_as(st->left, key_expr)->field || st->left->len % 8) {
		return diag_error(c->diags, &st->left->loc,
				  "this cannot be set");
	}
	check_emit(c, &st->s);
	return 0;
}

/* ---- lower --------------------------------------------------------------- */

static const uint32_t bases[PROTO_BASE_COUNT] = {
	[PROTO_BASE_LL] = NFT_PAYLOAD_LL_HEADER,
	[PROTO_BASE_NETWORK] = NFT_PAYLOAD_NETWORK_HEADER,
	[PROTO_BASE_TRANSPORT] = NFT_PAYLOAD_TRANSPORT_HEADER,
	[PROTO_BASE_INNER] = NFT_PAYLOAD_INNER_HEADER,
};

static struct nftnl_expr *access(struct lower *l, const struct payload_expr *p,
				 const struct span *at)
{
	struct nftnl_expr *n = lower_add(l, "payload");

	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_BASE, bases[p->base]);
	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_OFFSET, at->offset);
	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_LEN, at->bytes);
	return n;
}

/* The bytes as they are, with the field's bits replaced. */
static void lower_bits(struct lower *l, const struct payload_expr *p,
		       const struct span *at, u128 v)
{
	struct nftnl_expr *n = access(l, p, at);
	u128 all = u128_mask(8 * at->bytes);
	uint8_t mask[16], bits[16];

	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_DREG, lower_reg(0));
	value_export(all & ~(u128_mask(p->e.len) << at->shift), at->bytes,
		     BYTEORDER_BIG, mask);
	value_export(v << at->shift, at->bytes, BYTEORDER_BIG, bits);
	lower_bitwise(l, 0, at->bytes, mask, bits);
}

static void lower_payload(struct lower *l, const struct set_stmt *st)
{
	const struct payload_expr *p = expr_as_const(st->left, payload_expr);
	struct span at = span_of(p);
	struct nftnl_expr *n;

	if (at.whole)
		expr_lower(l, st->value, 0);
	else
		lower_bits(l, p, &at, expr_as_const(st->value, value_expr)->v);
	if (at.whole && !st->value->ops->is_const)
		lower_to_big(l, st->value, 0);
	n = access(l, p, &at);
	nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_SREG, lower_reg(0));
	if (p->raw)
		return;
	if (p->proto->csum_type) {
		nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_CSUM_TYPE,
				   p->proto->csum_type);
		nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET,
				   p->proto->csum_offset);
	}
	if (p->field->pseudo)
		nftnl_expr_set_u32(n, NFTNL_EXPR_PAYLOAD_FLAGS,
				   NFT_PAYLOAD_L4CSUM_PSEUDOHDR);
}

static void lower_option(struct lower *l, const struct set_stmt *st)
{
	const struct key_expr *k = expr_as_const(st->left, key_expr);
	const struct exthdr_field *f = k->field;
	const struct exthdr_desc *h = k->hdr;
	struct nftnl_expr *n;

	if (st->value)
		expr_lower(l, st->value, 0);
	if (st->value && !st->value->ops->is_const)
		lower_to_big(l, st->value, 0);
	n = lower_add(l, "exthdr");
	nftnl_expr_set_u8(n, NFTNL_EXPR_EXTHDR_TYPE, h->number);
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_OP, h->op);
	if (!st->value)
		return;
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_SREG, lower_reg(0));
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_OFFSET, f->offset / 8);
	nftnl_expr_set_u32(n, NFTNL_EXPR_EXTHDR_LEN, f->len / 8);
}

static void write_lower(struct lower *l, const struct stmt *s)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	if (expr_is(st->left, payload))
		lower_payload(l, st);
	else
		lower_option(l, st);
}

/* ---- raise --------------------------------------------------------------- */

static void raise_write(struct raise *r, struct expr *left, struct expr *value)
{
	struct set_stmt *st = raise_stmt(r, &stmt_write, sizeof(*st));

	st->left = left;
	st->value = value;
}

static bool raise_payload(struct raise *r, const struct nftnl_expr *n)
{
	struct payload_expr *p;

	if (!nftnl_expr_is_set(n, NFTNL_EXPR_PAYLOAD_SREG))
		return false;
	p = payload_node(r, n);
	if (!p)
		return false;
	raise_write(r, &p->e, raise_get(r, n, NFTNL_EXPR_PAYLOAD_SREG));
	return true;
}

static bool write_raise(struct raise *r, const struct nftnl_expr *n)
{
	const char *name = nftnl_expr_get_str(n, NFTNL_EXPR_NAME);
	struct expr *left;

	if (!strcmp(name, "payload"))
		return raise_payload(r, n);
	if (strcmp(name, "exthdr"))
		return false;
	left = exthdr_node(r, n);
	if (nftnl_expr_is_set(n, NFTNL_EXPR_EXTHDR_DREG))
		return false;
	if (!nftnl_expr_is_set(n, NFTNL_EXPR_EXTHDR_SREG)) {
		expr_as(left, key_expr)->field = NULL;
		raise_write(r, left, NULL);
		return true;
	}
	raise_write(r, left,
		    raise_typed(r, raise_get(r, n, NFTNL_EXPR_EXTHDR_SREG),
				left->dtype, left->byteorder));
	return true;
}

static bool same_load(const struct expr *a, const struct expr *b)
{
	return expr_is(b, payload) && a->len == b->len &&
	       expr_as_const(a, payload_expr)->base ==
		       expr_as_const(b, payload_expr)->base &&
	       expr_as_const(a, payload_expr)->offset ==
		       expr_as_const(b, payload_expr)->offset;
}

static bool number(const struct expr *e, u128 *v)
{
	if (!expr_is(e, value))
		return false;
	*v = expr_as_const(e, value_expr)->v;
	return true;
}

/* The bits that are replaced and what they become, of a value that is the bytes
 * themselves, masked and filled in; as nft tells it, zeroes and ones included. */
static bool replaced(const struct set_stmt *st, u128 *bits, u128 *v)
{
	const struct binop_expr *b = expr_as_const(st->value, binop_expr);
	u128 all = u128_mask(st->left->len), mask;

	if (!expr_is(st->value, binop) || !number(b->right, v))
		return false;
	if (b->op == BINOP_AND && same_load(st->left, b->left)) {
		*bits = all ^ *v;
		*v = 0;
		return true;
	}
	if (b->op != BINOP_OR)
		return false;
	if (same_load(st->left, b->left)) {
		*bits = *v;
		return true;
	}
	if (!expr_is(b->left, binop))
		return false;
	b = expr_as_const(b->left, binop_expr);
	if (b->op != BINOP_AND || !same_load(st->left, b->left) ||
	    !number(b->right, &mask))
		return false;
	*bits = all ^ mask ^ *v;
	return true;
}

/* The field that these bits are, written alone. */
static void complete_bits(struct raise *r, struct set_stmt *st)
{
	struct payload_expr *p, *named;
	struct value_expr *value;
	unsigned shift;
	u128 bits, v;

	if (!replaced(st, &bits, &v))
		return;
	p = raise_trim(r, expr_as(st->left, payload_expr), bits, &shift);
	named = p ? raise_named(r, p) : NULL;
	if (!named)
		return;
	raise_uses(r, named);
	value = raise_expr(r, &expr_value, sizeof(*value), named->e.dtype,
			   named->e.len, BYTEORDER_BIG);
	value->v = v >> shift;
	st->left = &named->e;
	st->value = &value->e;
}

static void write_complete(struct raise *r, struct stmt *s)
{
	struct set_stmt *st = stmt_as(s, set_stmt);

	raise_complete(r, &st->left);
	if (expr_is(st->left, payload)) {
		if (expr_as(st->left, payload_expr)->raw)
			complete_bits(r, st);
		st->value = raise_typed(r, st->value, st->left->dtype,
					BYTEORDER_BIG);
	}
	if (st->value)
		raise_complete(r, &st->value);
	raise_emit(r, s);
}

static void write_print(struct printer *pr, const struct stmt *s)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	if (!st->value)
		strbuf_puts(pr->out, "reset ");
	expr_print(pr, st->left);
	if (!st->value)
		return;
	strbuf_puts(pr->out, " set ");
	expr_print(pr, st->value);
}

static size_t write_children(const struct stmt *s, const struct expr **out,
			     const char **word)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	out[0] = st->left;
	out[1] = st->value;
	return st->value ? 2 : 1;
}

static json_t *write_json(struct printer *pr, const struct stmt *s)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	if (!st->value)
		return json_one("reset", expr_json(pr, st->left));
	return stmt_set.json(pr, s);
}

const struct stmt_ops stmt_write = {
	.name = "write",
	.check = write_check,
	.lower = write_lower,
	.print = write_print,
	.json = write_json,
	.raise = write_raise,
	.complete = write_complete,
	.children = write_children,
};
