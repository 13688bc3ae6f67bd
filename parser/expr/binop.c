/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * left & right and the like. Of constants they are folded; of a packet's value
 * they become the kernel's bitwise, which knows (reg & mask) ^ xor and shifts:
 * a chain of and, or and xor is one pair of mask and xor.
 */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static struct expr *fold(struct check *c, struct binop_expr *b,
			 const struct expr *left)
{
	struct expr *right = expr_check(c, b->right);
	u128 x, y;

	if (!right)
		return NULL;
	if (!expr_is(left, value) || !expr_is(right, value)) {
		diag_error2(c->diags, &right->loc, &left->loc,
			    "only values can be combined");
		return NULL;
	}
	x = expr_as_const(left, value_expr)->v;
	y = expr_as(right, value_expr)->v;
	if ((b->op == BINOP_LSHIFT || b->op == BINOP_RSHIFT) && y > 127)
		y = 127;
	switch (b->op) {
	case BINOP_AND:
		x &= y;
		break;
	case BINOP_OR:
		x |= y;
		break;
	case BINOP_XOR:
		x ^= y;
		break;
	case BINOP_LSHIFT:
		x <<= (unsigned)y;
		break;
	case BINOP_RSHIFT:
		x >>= (unsigned)y;
		break;
	}
	return value_new(c->arena, &b->e.loc, left->dtype, left->len,
			 left->byteorder, x & u128_mask(left->len));
}

/* Shift counts are plain numbers, whatever they shift. */
static struct expr *operand(struct check *c, const struct binop_expr *b,
			    const struct expr *left)
{
	struct expect old = check_want(c, left);
	struct expr *r;

	if (b->op == BINOP_LSHIFT || b->op == BINOP_RSHIFT) {
		c->want.dtype = &type_integer;
		c->want.len = 32;
	}
	r = expr_check(c, b->right);
	c->want = old;
	if (r && !expr_is(r, value)) {
		diag_error2(c->diags, &r->loc, &left->loc,
			    "a constant is expected here");
		return NULL;
	}
	return r;
}

static void combine(struct binop_expr *r, u128 all)
{
	const struct binop_expr *in = NULL;
	u128 v = r->operand;

	if (expr_is(r->left, binop))
		in = expr_as(r->left, binop_expr);
	if (in && (in->op == BINOP_LSHIFT || in->op == BINOP_RSHIFT))
		in = NULL;
	r->mask = in ? in->mask : all;
	r->xor = in ? in->xor : 0;
	if (r->op == BINOP_AND) {
		r->mask &= v;
		r->xor &= v;
	} else if (r->op == BINOP_OR) {
		r->mask &= ~v & all;
		r->xor = (r->xor &~v) | v;
	} else {
		r->xor ^= v;
	}
	if (in)
		r->left = in->left;
}

static struct expr *binop_check(struct check *c, struct expr *e)
{
	struct binop_expr *b = expr_as(e, binop_expr), *r;
	struct expr *left = expr_check(c, b->left), *right;

	if (!left)
		return NULL;
	if (left->ops->is_const)
		return fold(c, b, left);
	right = operand(c, b, left);
	if (!right)
		return NULL;
	r = arena_new_of(c->arena, struct binop_expr);
	r->e = *left;
	r->e.ops = &expr_binop;
	r->e.loc = e->loc;
	r->op = b->op;
	r->left = left;
	r->right = right;
	r->operand = expr_as(right, value_expr)->v;
	if (r->op != BINOP_LSHIFT && r->op != BINOP_RSHIFT)
		combine(r, u128_mask(left->len));
	else if (!r->operand)
		return diag_error(c->diags, &right->loc,
				  "Linux shifts by 1 to 31 bits"),
		       NULL;
	return &r->e;
}

/* Load what is masked. A field of bits that needs no shift comes with the bits
 * beside it: the mask takes them away as well. */
static void lower_left(struct lower *l, const struct binop_expr *b,
		       unsigned reg)
{
	struct payload_expr whole;

	if (!expr_is(b->left, payload) || expr_shift(b->left) || b->xor) {
		expr_lower(l, b->left, reg);
		return;
	}
	whole = *expr_as_const(b->left, payload_expr);
	whole.offset -= whole.offset % 8;
	whole.e.len = 8 * expr_bytes(b->left);
	expr_lower(l, &whole.e, reg);
}

static void binop_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);
	unsigned bytes = expr_bytes(b->left);
	uint8_t mask[16], xor[16];

	if (b->op == BINOP_LSHIFT || b->op == BINOP_RSHIFT) {
		expr_lower(l, b->left, reg);
		lower_shift(l, reg, bytes, b->op == BINOP_LSHIFT,
			    (uint32_t)b->operand);
		return;
	}
	lower_left(l, b, reg);
	value_export(b->mask, bytes, expr_order(e), mask);
	value_export(b->xor, bytes, expr_order(e), xor);
	lower_bitwise(l, reg, bytes, mask, xor);
}

static void binop_bits(const struct expr *e, unsigned *bytes, unsigned *shift)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);

	*bytes = expr_shift(b->left) ? DIV_ROUND_UP(e->len, 8)
				     : expr_bytes(b->left);
	*shift = 0;
}

/* ---- raise --------------------------------------------------------------- */

static struct expr *wrap(struct raise *r, enum binop_kind op, struct expr *left,
			 struct expr *right)
{
	struct binop_expr *b = raise_expr(r, &expr_binop, sizeof(*b),
					  left->dtype, left->len,
					  left->byteorder);

	b->op = op;
	b->left = left;
	b->right = right;
	return &b->e;
}

static struct expr *number(struct raise *r, u128 v, unsigned bytes)
{
	uint8_t buf[16];

	value_export(v, bytes, BYTEORDER_BIG, buf);
	return raise_value(r, buf, bytes);
}

/* (left & mask) ^ xor, as the and, xor and or that it was made of. */
static struct expr *raise_bool(struct raise *r, const struct nftnl_expr *n,
			       struct expr *left)
{
	uint32_t m_len, x_len;
	const void *m_data = raise_data(n, NFTNL_EXPR_BITWISE_MASK, &m_len);
	const void *x_data = raise_data(n, NFTNL_EXPR_BITWISE_XOR, &x_len);
	unsigned bytes = MIN(MIN(m_len, x_len), 16u);
	u128 all = u128_mask(8 * bytes), m, x, o = 0;
	struct expr *e = left;

	m = value_import(m_data, bytes, BYTEORDER_BIG);
	x = value_import(x_data, bytes, BYTEORDER_BIG);
	if (m != all || x) {
		o = ~m & x & all;
		x &= m;
		m |= o;
	}
	if (!left->len || m != all || 8 * bytes != left->len)
		e = wrap(r, BINOP_AND, e, number(r, m, bytes));
	if (x)
		e = wrap(r, BINOP_XOR, e, number(r, x, bytes));
	if (o)
		e = wrap(r, BINOP_OR, e, number(r, o, bytes));
	return e;
}

static struct expr *raise_shift(struct raise *r, const struct nftnl_expr *n,
				struct expr *left, bool to_left)
{
	uint32_t len;
	const void *data = raise_data(n, NFTNL_EXPR_BITWISE_DATA, &len);
	struct expr *by = raise_value(r, data, len);

	by = raise_typed(r, by, &type_integer, BYTEORDER_HOST);
	return wrap(r, to_left ? BINOP_LSHIFT : BINOP_RSHIFT, left, by);
}

static bool binop_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct expr *e = raise_get(r, n, NFTNL_EXPR_BITWISE_SREG);

	switch (nftnl_expr_get_u32(n, NFTNL_EXPR_BITWISE_OP)) {
	case NFT_BITWISE_BOOL:
		e = raise_bool(r, n, e);
		break;
	case NFT_BITWISE_LSHIFT:
		e = raise_shift(r, n, e, true);
		break;
	case NFT_BITWISE_RSHIFT:
		e = raise_shift(r, n, e, false);
		break;
	default:
		return false;
	}
	raise_set(r, n, NFTNL_EXPR_BITWISE_DREG, e);
	return true;
}

static void binop_complete(struct raise *r, struct expr **e)
{
	struct binop_expr *b = raise_copy(r, *e, binop_expr);
	bool shifts = b->op == BINOP_LSHIFT || b->op == BINOP_RSHIFT;

	*e = &b->e;
	raise_complete(r, &b->left);
	b->right = raise_typed(r, b->right,
			       shifts ? &type_integer : b->left->dtype,
			       shifts ? BYTEORDER_HOST : b->left->byteorder);
	if (b->op == BINOP_AND && r->trims && expr_is(b->left, payload) &&
	    raise_mask(r, e, NULL)) {
		raise_complete(r, e);
		return;
	}
	raise_complete(r, &b->right);
	b->e.dtype = b->left->dtype;
	b->e.byteorder = b->left->byteorder;
}

/* ---- print --------------------------------------------------------------- */

static unsigned precedence(const struct expr *e)
{
	static const uint8_t of[] = {
		[BINOP_LSHIFT] = 1, [BINOP_RSHIFT] = 1, [BINOP_AND] = 2,
		[BINOP_XOR] = 3,    [BINOP_OR] = 4,
	};

	return expr_is(e, binop) ? of[expr_as_const(e, binop_expr)->op] : 0;
}

static void print_side(struct printer *pr, const struct expr *e,
		       const struct expr *side)
{
	bool parens = precedence(side) > precedence(e);

	strbuf_puts(pr->out, parens ? "(" : "");
	expr_print(pr, side);
	strbuf_puts(pr->out, parens ? ")" : "");
}

static const char *const op_signs[] = {
	[BINOP_AND] = "&",     [BINOP_OR] = "|",      [BINOP_XOR] = "^",
	[BINOP_LSHIFT] = "<<", [BINOP_RSHIFT] = ">>",
};

static void binop_print(struct printer *pr, const struct expr *e)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);

	print_side(pr, e, b->left);
	strbuf_printf(pr->out, " %s ", op_signs[b->op]);
	print_side(pr, e, b->right);
}

static bool binop_same(const struct expr *a, const struct expr *b)
{
	const struct binop_expr *x = expr_as_const(a, binop_expr);
	const struct binop_expr *y = expr_as_const(b, binop_expr);

	return x->op == y->op && x->mask == y->mask &&
	       x->xor == y->xor &&x->left->ops == y->left->ops &&
	       x->left->ops->same && x->left->ops->same(x->left, y->left);
}

static size_t binop_children(const struct expr *e, const struct expr **out)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);

	out[0] = b->left;
	out[1] = b->right;
	return 2;
}

static json_t *binop_json(struct printer *pr, const struct expr *e)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);

	return json_pack("{s:[o, o]}", op_signs[b->op], expr_json(pr, b->left),
			 expr_json(pr, b->right));
}

const struct expr_ops expr_binop = {
	.name = "operation",
	.check = binop_check,
	.lower = binop_lower,
	.bits = binop_bits,
	.lower_bits = binop_lower,
	.print = binop_print,
	.json = binop_json,
	.same = binop_same,
	.nftnl = "bitwise",
	.raise = binop_raise,
	.complete = binop_complete,
	.children = binop_children,
};
