/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct count [over] N: how many connections there are like this one. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int connlimit_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct connlimit_stmt)));
	return 0;
}

static void connlimit_lower(struct lower *l, const struct stmt *s)
{
	const struct connlimit_stmt *k = stmt_as_const(s, connlimit_stmt);
	struct nftnl_expr *n = lower_add(l, "connlimit");

	nftnl_expr_set_u32(n, NFTNL_EXPR_CONNLIMIT_COUNT, k->count);
	nftnl_expr_set_u32(n, NFTNL_EXPR_CONNLIMIT_FLAGS,
			   k->over ? NFT_CONNLIMIT_F_INV : 0);
}

static bool connlimit_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct connlimit_stmt *k = raise_stmt(r, &stmt_connlimit, sizeof(*k));

	k->count = nftnl_expr_get_u32(n, NFTNL_EXPR_CONNLIMIT_COUNT);
	k->over = nftnl_expr_get_u32(n, NFTNL_EXPR_CONNLIMIT_FLAGS) &
		  NFT_CONNLIMIT_F_INV;
	return true;
}

static void connlimit_print(struct printer *pr, const struct stmt *s)
{
	const struct connlimit_stmt *k = stmt_as_const(s, connlimit_stmt);

	strbuf_printf(pr->out, "ct count %s%u", k->over ? "over " : "",
		      k->count);
}

static json_t *connlimit_json(struct printer *pr, const struct stmt *s)
{
	const struct connlimit_stmt *k = stmt_as_const(s, connlimit_stmt);
	json_t *o = json_pack("{s:I}", "val", (json_int_t)k->count);

	if (k->over)
		json_object_set_new(o, "inv", json_true());
	return json_one("ct count", o);
}

const struct stmt_ops stmt_connlimit = {
	.name = "connlimit",
	.stateful = true,
	.check = connlimit_check,
	.lower = connlimit_lower,
	.print = connlimit_print,
	.json = connlimit_json,
	.nftnl = "connlimit",
	.raise = connlimit_raise,
};
