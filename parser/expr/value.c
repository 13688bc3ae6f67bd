/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A typed constant. */
#include "parser/lower.h"
#include "parser/print.h"

static struct expr *value_check(struct check *c, struct expr *e)
{
	return e;
}

static void value_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	uint8_t bytes[16];
	unsigned n = (e->len + 7u) / 8;

	value_export(expr_as_const(e, value_expr)->v, n,
		     e->dtype->id == TYPE_IFNAME || e->dtype->id == TYPE_STRING
			     ? BYTEORDER_BIG
			     : e->byteorder,
		     bytes);
	lower_immediate(l, reg, bytes, n);
}

static void value_print(struct printer *pr, const struct expr *e)
{
	print_value(pr, e, expr_as_const(e, value_expr)->v);
}

static bool value_same(const struct expr *a, const struct expr *b)
{
	return expr_as_const(a, value_expr)->v ==
	       expr_as_const(b, value_expr)->v;
}

const struct expr_ops expr_value = {
	.name = "value",
	.is_const = true,
	.check = value_check,
	.lower = value_lower,
	.print = value_print,
	.same = value_same,
};
