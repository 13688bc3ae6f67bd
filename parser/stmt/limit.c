/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limit rate: a token bucket of packets or bytes. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int limit_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct limit_stmt)));
	return 0;
}

static void limit_lower(struct lower *l, const struct stmt *s)
{
	const struct limit_stmt *m = stmt_as_const(s, limit_stmt);
	struct nftnl_expr *n = lower_add(l, "limit");

	nftnl_expr_set_u64(n, NFTNL_EXPR_LIMIT_RATE, m->rate);
	nftnl_expr_set_u64(n, NFTNL_EXPR_LIMIT_UNIT, m->unit);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LIMIT_TYPE,
			   m->bytes ? NFT_LIMIT_PKT_BYTES : NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LIMIT_BURST, m->burst);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LIMIT_FLAGS,
			   m->over ? NFT_LIMIT_F_INV : 0);
}

static const char *unit_name(uint64_t unit)
{
	switch (unit) {
	case 1:
		return "second";
	case 60:
		return "minute";
	case 3600:
		return "hour";
	case 86400:
		return "day";
	default:
		return "week";
	}
}

static void limit_print(struct printer *pr, const struct stmt *s)
{
	const struct limit_stmt *m = stmt_as_const(s, limit_stmt);

	strbuf_printf(pr->out, "limit rate %s", m->over ? "over " : "");
	if (m->bytes)
		print_size(m->rate, pr->out);
	else
		strbuf_printf(pr->out, "%llu", (unsigned long long)m->rate);
	strbuf_printf(pr->out, "/%s", unit_name(m->unit));
	if (m->bytes && m->burst) {
		strbuf_puts(pr->out, " burst ");
		print_size(m->burst, pr->out);
	} else if (!m->bytes && m->burst && m->burst != 5) {
		strbuf_printf(pr->out, " burst %u packets", m->burst);
	}
}

static bool limit_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct limit_stmt *m = raise_stmt(r, &stmt_limit, sizeof(*m));

	m->rate = nftnl_expr_get_u64(n, NFTNL_EXPR_LIMIT_RATE);
	m->unit = nftnl_expr_get_u64(n, NFTNL_EXPR_LIMIT_UNIT);
	m->burst = nftnl_expr_get_u32(n, NFTNL_EXPR_LIMIT_BURST);
	m->bytes = nftnl_expr_get_u32(n, NFTNL_EXPR_LIMIT_TYPE) ==
		   NFT_LIMIT_PKT_BYTES;
	m->over = nftnl_expr_get_u32(n, NFTNL_EXPR_LIMIT_FLAGS) &
		  NFT_LIMIT_F_INV;
	return true;
}

const struct stmt_ops stmt_limit = {
	.name = "limit",
	.stateful = true,
	.check = limit_check,
	.lower = limit_lower,
	.print = limit_print,
	.nftnl = "limit",
	.raise = limit_raise,
};
