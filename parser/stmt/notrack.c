/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notrack: no connection tracking for this packet. */
#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int notrack_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct notrack_stmt)));
	return 0;
}

static void notrack_lower(struct lower *l, const struct stmt *s)
{
	lower_add(l, "notrack");
}

static void notrack_print(struct printer *pr, const struct stmt *s)
{
	strbuf_puts(pr->out, "notrack");
}

static bool notrack_raise(struct raise *r, const struct nftnl_expr *n)
{
	raise_stmt(r, &stmt_notrack, sizeof(struct notrack_stmt));
	return true;
}

static json_t *notrack_json(struct printer *pr, const struct stmt *s)
{
	return json_one("notrack", json_null());
}

const struct stmt_ops stmt_notrack = {
	.name = "notrack",
	.check = notrack_check,
	.lower = notrack_lower,
	.print = notrack_print,
	.json = notrack_json,
	.nftnl = "notrack",
	.raise = notrack_raise,
};
