/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counter: packets and bytes that came here; or a named counter. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/lower.h"
#include "parser/names.h"
#include "parser/print.h"
#include "parser/raise.h"

static int counter_check(struct check *c, struct stmt *s)
{
	struct counter_stmt *ct = arena_memdup(c->arena, s, sizeof(*ct));

	check_emit(c, &ct->s);
	return 0;
}

static void counter_lower(struct lower *l, const struct stmt *s)
{
	const struct counter_stmt *c = stmt_as_const(s, counter_stmt);
	struct nftnl_expr *n;

	if (c->name) {
		n = lower_add(l, "objref");
		nftnl_expr_set_u32(n, NFTNL_EXPR_OBJREF_IMM_TYPE,
				   NFT_OBJECT_COUNTER);
		nftnl_expr_set_str(n, NFTNL_EXPR_OBJREF_IMM_NAME, c->name);
		return;
	}
	n = lower_add(l, "counter");
	nftnl_expr_set_u64(n, NFTNL_EXPR_CTR_PACKETS, c->packets);
	nftnl_expr_set_u64(n, NFTNL_EXPR_CTR_BYTES, c->bytes);
}

static void counter_print(struct printer *pr, const struct stmt *s)
{
	const struct counter_stmt *c = stmt_as_const(s, counter_stmt);

	if (c->name)
		strbuf_printf(pr->out, "counter name \"%s\"", c->name);
	else if (pr->world->stateless)
		strbuf_puts(pr->out, "counter");
	else
		strbuf_printf(pr->out, "counter packets %llu bytes %llu",
			      (unsigned long long)c->packets,
			      (unsigned long long)c->bytes);
}

static bool counter_raise(struct raise *r, const struct nftnl_expr *n)
{
	bool named = !strcmp(nftnl_expr_get_str(n, NFTNL_EXPR_NAME), "objref");
	struct counter_stmt *c;

	if (!named && strcmp(nftnl_expr_get_str(n, NFTNL_EXPR_NAME), "counter"))
		return false;
	c = raise_stmt(r, &stmt_counter, sizeof(*c));
	if (named) {
		c->name = arena_strdup(
			r->arena,
			nftnl_expr_get_str(n, NFTNL_EXPR_OBJREF_IMM_NAME));
		return true;
	}
	c->packets = nftnl_expr_get_u64(n, NFTNL_EXPR_CTR_PACKETS);
	c->bytes = nftnl_expr_get_u64(n, NFTNL_EXPR_CTR_BYTES);
	return true;
}

const struct stmt_ops stmt_counter = {
	.name = "counter",
	.stateful = true,
	.check = counter_check,
	.lower = counter_lower,
	.print = counter_print,
	.raise = counter_raise,
};
