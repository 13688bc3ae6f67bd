/* SPDX-License-Identifier: GPL-2.0-or-later */
/* masquerade: the source becomes an address of the output link. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_nat.h>

#include "parser/lower.h"
#include "parser/nat.h"

static int masquerade_check(struct check *c, struct stmt *s)
{
	struct masq_stmt *m = arena_memdup(c->arena, s, sizeof(*m));

	if (m->port) {
		if (nat_check_port(c, s, &m->port))
			return -1;
		m->flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	}
	check_emit(c, &m->s);
	return 0;
}

static void masquerade_lower(struct lower *l, const struct stmt *s)
{
	const struct masq_stmt *m = stmt_as_const(s, masq_stmt);
	unsigned reg = 0;
	uint32_t max = 0;
	struct nftnl_expr *n;

	if (m->port)
		max = nat_lower_value(l, m->port, &reg);
	n = lower_add(l, "masq");
	if (m->flags)
		nftnl_expr_set_u32(n, NFTNL_EXPR_MASQ_FLAGS, m->flags);
	if (m->port)
		nftnl_expr_set_u32(n, NFTNL_EXPR_MASQ_REG_PROTO_MIN,
				   lower_reg(0));
	if (max)
		nftnl_expr_set_u32(n, NFTNL_EXPR_MASQ_REG_PROTO_MAX, max);
}

static void masquerade_print(struct printer *pr, const struct stmt *s)
{
	const struct masq_stmt *m = stmt_as_const(s, masq_stmt);

	strbuf_puts(pr->out, "masquerade");
	if (m->port) {
		strbuf_puts(pr->out, " to :");
		expr_print(pr, m->port);
	}
	nat_print_flags(m->flags, pr->out);
}

static bool masquerade_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct masq_stmt *m = raise_stmt(r, &stmt_masquerade, sizeof(*m));

	m->flags = nftnl_expr_get_u32(n, NFTNL_EXPR_MASQ_FLAGS);
	m->port = nat_raise_port(r, n, NFTNL_EXPR_MASQ_REG_PROTO_MIN,
				 NFTNL_EXPR_MASQ_REG_PROTO_MAX);
	return true;
}

static void masquerade_complete(struct raise *r, struct stmt *s)
{
	struct masq_stmt *m = stmt_as(s, masq_stmt);

	if (m->port)
		raise_complete(r, &m->port);
	raise_emit(r, s);
}

const struct stmt_ops stmt_masquerade = {
	.name = "masquerade",
	.check = masquerade_check,
	.lower = masquerade_lower,
	.print = masquerade_print,
	.nftnl = "masq",
	.raise = masquerade_raise,
	.complete = masquerade_complete,
};
