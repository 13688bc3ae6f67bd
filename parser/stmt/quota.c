/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quota: true until (over: once) so many bytes have passed. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int quota_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct quota_stmt)));
	return 0;
}

static void quota_lower(struct lower *l, const struct stmt *s)
{
	const struct quota_stmt *q = stmt_as_const(s, quota_stmt);
	struct nftnl_expr *n = lower_add(l, "quota");

	nftnl_expr_set_u64(n, NFTNL_EXPR_QUOTA_BYTES, q->bytes);
	nftnl_expr_set_u64(n, NFTNL_EXPR_QUOTA_CONSUMED, q->used);
	nftnl_expr_set_u32(n, NFTNL_EXPR_QUOTA_FLAGS,
			   q->over ? NFT_QUOTA_F_INV : 0);
}

static void quota_print(struct printer *pr, const struct stmt *s)
{
	const struct quota_stmt *q = stmt_as_const(s, quota_stmt);

	strbuf_printf(pr->out, "quota %s", q->over ? "over " : "");
	print_size(q->bytes, pr->out);
	if (q->used && !(pr->world && pr->world->stateless)) {
		strbuf_puts(pr->out, " used ");
		print_size(q->used, pr->out);
	}
}

static bool quota_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct quota_stmt *q = raise_stmt(r, &stmt_quota, sizeof(*q));

	q->bytes = nftnl_expr_get_u64(n, NFTNL_EXPR_QUOTA_BYTES);
	q->used = nftnl_expr_get_u64(n, NFTNL_EXPR_QUOTA_CONSUMED);
	q->over = nftnl_expr_get_u32(n, NFTNL_EXPR_QUOTA_FLAGS) &
		  NFT_QUOTA_F_INV;
	return true;
}

const struct stmt_ops stmt_quota = {
	.name = "quota",
	.stateful = true,
	.check = quota_check,
	.lower = quota_lower,
	.print = quota_print,
	.nftnl = "quota",
	.raise = quota_raise,
};
