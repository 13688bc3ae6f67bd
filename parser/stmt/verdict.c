/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict, or a verdict map. */
#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int verdict_stmt_check(struct check *c, struct stmt *s)
{
	struct verdict_stmt *v = arena_memdup(c->arena, s, sizeof(*v));
	struct expect old = c->want;

	c->want.dtype = &type_verdict;
	c->want.len = 32;
	c->want.byteorder = BYTEORDER_HOST;
	v->e = expr_check(c, v->e);
	c->want = old;
	if (!v->e)
		return -1;
	check_emit(c, &v->s);
	return 0;
}

static void verdict_stmt_lower(struct lower *l, const struct stmt *s)
{
	expr_lower(l, stmt_as_const(s, verdict_stmt)->e, 0);
}

static void verdict_stmt_print(struct printer *pr, const struct stmt *s)
{
	expr_print(pr, stmt_as_const(s, verdict_stmt)->e);
}

static void verdict_stmt_complete(struct raise *r, struct stmt *s)
{
	struct verdict_stmt *v = stmt_as(s, verdict_stmt);

	raise_complete(r, &v->e);
	raise_emit(r, s);
}

static size_t verdict_stmt_children(const struct stmt *s,
				    const struct expr **out, const char **word)
{
	out[0] = stmt_as_const(s, verdict_stmt)->e;
	return 1;
}

static json_t *verdict_stmt_json(struct printer *pr, const struct stmt *s)
{
	return expr_json(pr, stmt_as_const(s, verdict_stmt)->e);
}

const struct stmt_ops stmt_verdict = {
	.name = "verdict",
	.check = verdict_stmt_check,
	.lower = verdict_stmt_lower,
	.print = verdict_stmt_print,
	.json = verdict_stmt_json,
	.complete = verdict_stmt_complete,
	.children = verdict_stmt_children,
};
