/* SPDX-License-Identifier: GPL-2.0-or-later */
/* a,b,c: flags, all in one value */
#include "parser/check.h"
#include "parser/json.h"
#include "parser/print.h"

static struct expr *list_check(struct check *c, struct expr *e)
{
	const struct list_expr *l = expr_as(e, list_expr);
	u128 v = 0;

	if (!c->want.dtype || !c->want.dtype->bitmask) {
		diag_error(c->diags, &e->loc,
			   "a list is for flags; several values need braces");
		return NULL;
	}
	for (size_t i = 0; i < l->items.len; i++) {
		struct expr *item = expr_check(c, l->items.v[i]);

		if (!item)
			return NULL;
		if (!expr_is(item, value)) {
			diag_error(c->diags, &item->loc, "a flag is expected");
			return NULL;
		}
		v |= expr_as(item, value_expr)->v;
	}
	return value_new(c->arena, &e->loc, c->want.dtype, c->want.len,
			 c->want.byteorder, v);
}

static void list_print(struct printer *pr, const struct expr *e)
{
	const struct list_expr *l = expr_as_const(e, list_expr);

	for (size_t i = 0; i < l->items.len; i++) {
		strbuf_puts(pr->out, i ? "," : "");
		expr_print(pr, l->items.v[i]);
	}
}

static json_t *list_json(struct printer *pr, const struct expr *e)
{
	const struct list_expr *l = expr_as_const(e, list_expr);
	json_t *a = json_array();

	for (size_t i = 0; i < l->items.len; i++)
		json_array_append_new(a, expr_json(pr, l->items.v[i]));
	return a;
}

const struct expr_ops expr_list = {
	.name = "list",
	.check = list_check,
	.print = list_print,
	.json = list_json,
};
