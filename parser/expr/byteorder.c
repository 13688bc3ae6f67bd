/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A value turned from one byte order into the other: made by lowering, so only
 * met on the way back. */
#include <stdio.h>
#include <libnftnl/expr.h>

#include "parser/json.h"
#include "parser/print.h"
#include "parser/raise.h"

static bool byteorder_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct expr *arg = raise_get(r, n, NFTNL_EXPR_BYTEORDER_SREG);
	struct byteorder_expr *b = raise_expr(r, &expr_byteorder, sizeof(*b),
					      NULL, arg->len,
					      BYTEORDER_INVALID);

	b->arg = arg;
	raise_set(r, n, NFTNL_EXPR_BYTEORDER_DREG, &b->e);
	return true;
}

/* The other side of a comparison is bytes in network order by now. */
static void byteorder_complete(struct raise *r, struct expr **e)
{
	struct byteorder_expr *b = raise_copy(r, *e, byteorder_expr);

	*e = &b->e;
	raise_complete(r, &b->arg);
	b->e.dtype = b->arg->dtype;
	b->e.byteorder = BYTEORDER_INVALID;
}

static void byteorder_print(struct printer *pr, const struct expr *e)
{
	expr_print(pr, expr_as_const(e, byteorder_expr)->arg);
}

static json_t *byteorder_json(struct printer *pr, const struct expr *e)
{
	return expr_json(pr, expr_as_const(e, byteorder_expr)->arg);
}

const struct expr_ops expr_byteorder = {
	.name = "byte order",
	.print = byteorder_print,
	.json = byteorder_json,
	.nftnl = "byteorder",
	.raise = byteorder_raise,
	.complete = byteorder_complete,
};
