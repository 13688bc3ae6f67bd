/* SPDX-License-Identifier: GPL-2.0-or-later */
/* low-high, both included */
#include "parser/check.h"
#include "parser/json.h"
#include "parser/print.h"
#include "parser/raise.h"

static struct expr *range_check(struct check *c, struct expr *e)
{
	const struct range_expr *w = expr_as(e, range_expr);
	struct expr *lo = expr_check(c, w->lo), *hi = expr_check(c, w->hi);
	struct range_expr *r;

	if (!lo || !hi)
		return NULL;
	if (!expr_is(lo, value) || !expr_is(hi, value)) {
		diag_error(c->diags, &e->loc, "a range goes between values");
		return NULL;
	}
	if (lo->dtype == &type_ifname || lo->dtype == &type_string) {
		diag_error(c->diags, &e->loc, "there are no ranges of names");
		return NULL;
	}
	r = arena_new_of(c->arena, struct range_expr);
	r->e = *lo;
	r->e.ops = &expr_range;
	r->e.loc = e->loc;
	r->lo = lo;
	r->hi = hi;
	r->from = expr_as(lo, value_expr)->v;
	r->to = expr_as(hi, value_expr)->v;
	if (r->from > r->to && lo->dtype == &type_hour && !c->in_set) {
		r->lo = hi;
		r->hi = lo;
		r->from = expr_as(hi, value_expr)->v;
		r->to = expr_as(lo, value_expr)->v;
		r->outside = true;
	}
	if (r->from > r->to) {
		diag_error(c->diags, &e->loc,
			   "the range ends before it begins");
		return NULL;
	}
	return &r->e;
}

static void range_print(struct printer *pr, const struct expr *e)
{
	const struct range_expr *r = expr_as_const(e, range_expr);
	const struct parser_env *env = pr->env;
	struct parser_env numeric = *env;

	numeric.numeric = true; /* nft's ranges are of numbers */
	pr->env = &numeric;
	expr_print(pr, r->lo);
	strbuf_putc(pr->out, '-');
	expr_print(pr, r->hi);
	pr->env = env;
}

static void range_complete(struct raise *r, struct expr **e)
{
	struct range_expr *g = raise_copy(r, *e, range_expr);

	*e = &g->e;
	raise_complete(r, &g->lo);
	raise_complete(r, &g->hi);
}

static json_t *range_json(struct printer *pr, const struct expr *e)
{
	const struct range_expr *r = expr_as_const(e, range_expr);
	const struct parser_env *env = pr->env;
	struct parser_env numeric = *env;
	json_t *o;

	numeric.numeric |= r->lo->dtype->id == TYPE_INET_PROTOCOL;
	pr->env = &numeric;
	o = json_pack("{s:[o, o]}", "range", expr_json(pr, r->lo),
		      expr_json(pr, r->hi));
	pr->env = env;
	return o;
}

const struct expr_ops expr_range = {
	.name = "range",
	.is_const = true,
	.check = range_check,
	.print = range_print,
	.json = range_json,
	.complete = range_complete,
};
