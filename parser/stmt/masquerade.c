/* SPDX-License-Identifier: GPL-2.0-or-later */
/* masquerade, redirect: the source becomes an address of the output link, the
 * destination this host. Alike but for their names. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_nat.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/nat.h"

/**
 * struct own_addr - one of the two
 * @expr:	its expression's name
 * @flags, @min, @max: that one's attributes
 */
struct own_addr {
	const struct stmt_ops *ops;
	const char *expr;
	uint16_t flags, min, max;
};

static const struct own_addr kinds[] = {
	{ &stmt_masquerade, "masq", NFTNL_EXPR_MASQ_FLAGS,
	  NFTNL_EXPR_MASQ_REG_PROTO_MIN, NFTNL_EXPR_MASQ_REG_PROTO_MAX },
	{ &stmt_redirect, "redir", NFTNL_EXPR_REDIR_FLAGS,
	  NFTNL_EXPR_REDIR_REG_PROTO_MIN, NFTNL_EXPR_REDIR_REG_PROTO_MAX },
};

static const struct own_addr *kind_of(const struct stmt_ops *ops)
{
	return &kinds[ops == &stmt_redirect];
}

static int own_addr_check(struct check *c, struct stmt *s)
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

static void own_addr_lower(struct lower *l, const struct stmt *s)
{
	const struct masq_stmt *m = stmt_as_const(s, masq_stmt);
	const struct own_addr *k = kind_of(s->ops);
	unsigned reg = 0;
	uint32_t max = 0;
	struct nftnl_expr *n;

	if (m->port)
		max = nat_lower_value(l, m->port, &reg);
	n = lower_add(l, k->expr);
	if (m->flags)
		nftnl_expr_set_u32(n, k->flags, m->flags);
	if (m->port)
		nftnl_expr_set_u32(n, k->min, lower_reg(0));
	if (max)
		nftnl_expr_set_u32(n, k->max, max);
}

static void own_addr_print(struct printer *pr, const struct stmt *s)
{
	const struct masq_stmt *m = stmt_as_const(s, masq_stmt);

	strbuf_puts(pr->out, s->ops->name);
	if (m->port) {
		strbuf_puts(pr->out, " to :");
		expr_print(pr, m->port);
	}
	nat_print_flags(m->flags, pr->out);
}

static json_t *own_addr_json(struct printer *pr, const struct stmt *s)
{
	const struct masq_stmt *m = stmt_as_const(s, masq_stmt);
	json_t *o = json_object();

	if (m->port)
		json_object_set_new(o, "port", expr_json(pr, m->port));
	json_put_words(o, "flags", nat_flags_json(m->flags));
	return json_empty_or(s->ops->name, o);
}

static bool own_addr_raise(struct raise *r, const struct nftnl_expr *n,
			   const struct own_addr *k)
{
	struct masq_stmt *m = raise_stmt(r, k->ops, sizeof(*m));

	m->flags = nftnl_expr_get_u32(n, k->flags);
	m->port = nat_raise_port(r, n, k->min, k->max);
	return true;
}

static bool masquerade_raise(struct raise *r, const struct nftnl_expr *n)
{
	return own_addr_raise(r, n, kind_of(&stmt_masquerade));
}

static bool redirect_raise(struct raise *r, const struct nftnl_expr *n)
{
	return own_addr_raise(r, n, kind_of(&stmt_redirect));
}

static void own_addr_complete(struct raise *r, struct stmt *s)
{
	struct masq_stmt *m = stmt_as(s, masq_stmt);

	if (m->port)
		raise_complete(r, &m->port);
	raise_emit(r, s);
}

const struct stmt_ops stmt_masquerade = {
	.name = "masquerade",
	.check = own_addr_check,
	.lower = own_addr_lower,
	.print = own_addr_print,
	.json = own_addr_json,
	.nftnl = "masq",
	.raise = masquerade_raise,
	.complete = own_addr_complete,
};

const struct stmt_ops stmt_redirect = {
	.name = "redirect",
	.check = own_addr_check,
	.lower = own_addr_lower,
	.print = own_addr_print,
	.json = own_addr_json,
	.nftnl = "redir",
	.raise = redirect_raise,
	.complete = own_addr_complete,
};
