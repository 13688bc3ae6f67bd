/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A typed constant. */
#include <stdio.h>
#include <libnftnl/expr.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static struct expr *value_check(struct check *c, struct expr *e)
{
	return e;
}

static void value_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	uint8_t bytes[16];
	unsigned n = (e->len + 7u) / 8;

	value_export(expr_as_const(e, value_expr)->v, n,
		     datatype_is_string(e->dtype) ? BYTEORDER_BIG
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

/* A constant in a register; a verdict is another kind's. */
static bool value_raise(struct raise *r, const struct nftnl_expr *n)
{
	uint32_t len;
	const void *data = raise_data(n, NFTNL_EXPR_IMM_DATA, &len);

	if (!data || nftnl_expr_is_set(n, NFTNL_EXPR_IMM_VERDICT))
		return false;
	raise_set(r, n, NFTNL_EXPR_IMM_DREG, raise_value(r, data, len));
	return true;
}

static void value_complete(struct raise *r, struct expr **e)
{
	raise_settle(r, e);
}

static json_t *value_json(struct printer *pr, const struct expr *e)
{
	return json_constant(pr->env, e->dtype, expr_as_const(e, value_expr)->v,
			     e->len);
}

const struct expr_ops expr_value = {
	.name = "value",
	.is_const = true,
	.check = value_check,
	.lower = value_lower,
	.print = value_print,
	.json = value_json,
	.same = value_same,
	.nftnl = "immediate",
	.raise = value_raise,
	.complete = value_complete,
};
