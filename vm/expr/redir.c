/* SPDX-License-Identifier: GPL-2.0-or-later */
/* redir: the connection's destination becomes this host (nft_redir.c). */
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/nat.h"

/** struct redir - ports and NF_NAT_RANGE_* */
struct redir {
	struct vm_nat_ports ports;
	uint32_t flags;
	bool has_flags;
};

static int redir_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		       void *priv)
{
	struct redir *m = priv;

	m->has_flags = nftnl_expr_is_set(ne, NFTNL_EXPR_REDIR_FLAGS);
	return vm_nat_lower_masq(lw, ne, NFTNL_EXPR_REDIR_REG_PROTO_MIN,
				 NFTNL_EXPR_REDIR_REG_PROTO_MAX,
				 NFTNL_EXPR_REDIR_FLAGS, &m->ports, &m->flags);
}

static void redir_exec(const struct vm_expr *e, struct vm_regs *regs,
		       struct vm_ctx *cx)
{
	const struct redir *m = vm_priv(e);
	struct nat_range range = { .flags = m->flags };
	struct nat_env env = vm_nat_env(cx);

	vm_nat_load_ports(&m->ports, regs, &range);
	vm_nat_verdict(regs, cx, nat_redirect(&env, cx->pkt, &range));
}

static int redir_validate(const struct vm_expr *e,
			  const struct vm_chain_spec *base)
{
	return vm_nat_validate(base, 1u << NF_INET_PRE_ROUTING |
					     1u << NF_INET_LOCAL_OUT);
}

static void redir_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct redir *m = vm_priv(e);

	vm_nat_describe_ports(&m->ports, out);
	if (m->has_flags)
		strbuf_printf(out, "flags 0x%x ", m->flags);
}

const struct vm_expr_ops vm_expr_redir = {
	.name = "redir",
	.priv_size = sizeof(struct redir),
	.lower = redir_lower,
	.exec = redir_exec,
	.validate = redir_validate,
	.describe = redir_describe,
};
