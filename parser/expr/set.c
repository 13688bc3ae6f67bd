/* SPDX-License-Identifier: GPL-2.0-or-later */
/* { ... } : an anonymous set, looked up by the rule that it stands in. */
#include "parser/check.h"
#include "parser/print.h"
#include "parser/setdecl.h"

/* Only what looks it up knows its type (check_set_of(), map.c). */
static struct expr *set_check(struct check *c, struct expr *e)
{
	if (expr_as(e, set_expr)->set)
		return e;
	diag_error(c->diags, &e->loc, "a set cannot stand here");
	return NULL;
}

/* One plain element needs no set. */
static struct expr *only_element(struct check *c, const struct expr *left,
				 const struct set_expr *e)
{
	struct expr *key = e->elems.v[0].key;
	bool in_set = c->in_set;

	while (expr_is(key, var) && expr_as(key, var_expr)->def)
		key = expr_as(key, var_expr)->def->init;
	if (expr_is(key, set) || expr_is(key, wildcard) ||
	    left->dtype->n_fields)
		return NULL;
	c->in_set = true;
	key = check_const(c, left, e->elems.v[0].key);
	c->in_set = in_set;
	return key;
}

struct expr *check_set_of(struct check *c, const struct expr *left,
			  struct set_expr *e)
{
	struct set_layout layout;
	struct set_expr *r;
	struct expr *one;

	if (e->elems.len == 1 && !e->elems.v[0].data) {
		one = only_element(c, left, e);
		if (one || diags_errors(c->diags))
			return one;
	}
	if (set_layout_of_key(c, left, &layout))
		return NULL;
	r = arena_memdup(c->arena, e, sizeof(*e));
	r->e.dtype = left->dtype;
	r->e.len = left->len;
	r->set = set_literal(c, e, &layout, 0, 0);
	return r->set ? &r->e : NULL;
}

/* Its elements stand apart, under this number. */
static void set_print(struct printer *pr, const struct expr *e)
{
	strbuf_printf(pr->out, "%u", expr_as_const(e, set_expr)->set->id);
}

const struct expr_ops expr_set = {
	.name = "set",
	.is_const = true,
	.check = set_check,
	.print = set_print,
};
