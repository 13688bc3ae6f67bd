/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A use of $name: its value, checked anew for each use. */
#include "parser/check.h"

static struct expr *var_check(struct check *c, struct expr *e)
{
	const struct define *def = expr_as(e, var_expr)->def;
	struct expr *r;

	if (!def || !def->init)
		return NULL; /* has been complained about */
	r = expr_check(c, def->init);
	if (r && r->ops->is_const)
		r->loc = e->loc;
	return r;
}

const struct expr_ops expr_var = {
	.name = "variable",
	.check = var_check,
};
