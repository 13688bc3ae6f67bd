/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow add @f: the connection's next packets take the short way. */
#include <stdio.h>
#include <libnftnl/expr.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int flow_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct flow_stmt)));
	return 0;
}

static void flow_lower(struct lower *l, const struct stmt *s)
{
	nftnl_expr_set_str(lower_add(l, "flow_offload"),
			   NFTNL_EXPR_FLOW_TABLE_NAME,
			   stmt_as_const(s, flow_stmt)->name);
}

static void flow_print(struct printer *pr, const struct stmt *s)
{
	strbuf_printf(pr->out, "flow add @%s",
		      stmt_as_const(s, flow_stmt)->name);
}

static json_t *flow_json(struct printer *pr, const struct stmt *s)
{
	return json_pack("{s:{s:s, s:o}}", "flow", "op", "add", "flowtable",
			 json_sprintf("@%s",
				      stmt_as_const(s, flow_stmt)->name));
}

static bool flow_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct flow_stmt *f = raise_stmt(r, &stmt_flow, sizeof(*f));

	f->name = arena_strdup(
		r->arena, nftnl_expr_get_str(n, NFTNL_EXPR_FLOW_TABLE_NAME));
	return true;
}

const struct stmt_ops stmt_flow = {
	.name = "flow",
	.check = flow_check,
	.lower = flow_lower,
	.print = flow_print,
	.json = flow_json,
	.nftnl = "flow_offload",
	.raise = flow_raise,
};
