/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * left & right and the like. Of constants they are folded; of a packet's value
 * they become the kernel's bitwise, which knows (reg & mask) ^ xor and shifts:
 * a chain of and, or and xor is one pair of mask and xor.
 */
#include "parser/lower.h"
#include "parser/print.h"

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
	r->operand = expr_as(right, value_expr)->v;
	if (r->op != BINOP_LSHIFT && r->op != BINOP_RSHIFT)
		combine(r, u128_mask(left->len));
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
	value_export(b->mask, bytes, e->byteorder, mask);
	value_export(b->xor, bytes, e->byteorder, xor);
	lower_bitwise(l, reg, bytes, mask, xor);
}

static void binop_bits(const struct expr *e, unsigned *bytes, unsigned *shift)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);

	*bytes = expr_shift(b->left) ? DIV_ROUND_UP(e->len, 8)
				     : expr_bytes(b->left);
	*shift = 0;
}

/* Flags of a mask: (a | b). */
static void print_mask(struct printer *pr, const struct expr *e, u128 m)
{
	struct strbuf b = STRBUF_INIT;
	bool several = e->dtype->bitmask && m & (m - 1);

	if (!several) {
		print_value(pr, e, m);
		return;
	}
	datatype_print(pr->env, e->dtype, m, e->len, &b);
	strbuf_putc(pr->out, '(');
	for (const char *p = strbuf_str(&b); *p; p++)
		strbuf_printf(pr->out, *p == ',' ? " | " : "%c", *p);
	strbuf_putc(pr->out, ')');
	strbuf_fini(&b);
}

/* mask and xor taken apart again: and, xor, or. */
static void binop_print(struct printer *pr, const struct expr *e)
{
	const struct binop_expr *b = expr_as_const(e, binop_expr);
	u128 all = u128_mask(e->len), m = b->mask, x = b->xor, o;

	expr_print(pr, b->left);
	if (b->op == BINOP_LSHIFT || b->op == BINOP_RSHIFT) {
		strbuf_printf(pr->out, " %s %u",
			      b->op == BINOP_LSHIFT ? "<<" : ">>",
			      (unsigned)b->operand);
		return;
	}
	o = ~m & x & all;
	x &= m;
	m |= o;
	if (m != all || !(x | o)) {
		strbuf_puts(pr->out, " & ");
		print_mask(pr, e, m);
	}
	if (x) {
		strbuf_puts(pr->out, " ^ ");
		print_value(pr, e, x);
	}
	if (o) {
		strbuf_puts(pr->out, " | ");
		print_value(pr, e, o);
	}
}

static bool binop_same(const struct expr *a, const struct expr *b)
{
	const struct binop_expr *x = expr_as_const(a, binop_expr);
	const struct binop_expr *y = expr_as_const(b, binop_expr);

	return x->op == y->op && x->mask == y->mask &&
	       x->xor == y->xor &&x->left->ops == y->left->ops &&
	       x->left->ops->same && x->left->ops->same(x->left, y->left);
}

const struct expr_ops expr_binop = {
	.name = "operation",
	.check = binop_check,
	.lower = binop_lower,
	.bits = binop_bits,
	.lower_bits = binop_lower,
	.print = binop_print,
	.same = binop_same,
};
