/* SPDX-License-Identifier: GPL-2.0-or-later */
/* masq: the connection's source becomes an address of the output link (nft_masq.c). */
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/nat.h"

/** struct masq - ports and NF_NAT_RANGE_* */
struct masq {
	struct vm_nat_ports ports;
	uint32_t flags;
	bool has_flags;
};

static int masq_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		      void *priv)
{
	struct masq *m = priv;

	m->has_flags = nftnl_expr_is_set(ne, NFTNL_EXPR_MASQ_FLAGS);
	return vm_nat_lower_masq(lw, ne, NFTNL_EXPR_MASQ_REG_PROTO_MIN,
				 NFTNL_EXPR_MASQ_REG_PROTO_MAX,
				 NFTNL_EXPR_MASQ_FLAGS, &m->ports, &m->flags);
}

static void masq_exec(const struct vm_expr *e, struct vm_regs *regs,
		      struct vm_ctx *cx)
{
	const struct masq *m = vm_priv(e);
	struct nat_range range = { .flags = m->flags };
	struct nat_env env = vm_nat_env(cx);

	vm_nat_load_ports(&m->ports, regs, &range);
	vm_nat_verdict(regs, cx, nat_masquerade(&env, cx->pkt, &range));
}

static int masq_validate(const struct vm_expr *e,
			 const struct vm_chain_spec *base)
{
	return vm_nat_validate(base, 1u << NF_INET_POST_ROUTING);
}

static void masq_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct masq *m = vm_priv(e);

	vm_nat_describe_ports(&m->ports, out);
	if (m->has_flags)
		strbuf_printf(out, "flags 0x%x ", m->flags);
}

const struct vm_expr_ops vm_expr_masq = {
	.name = "masq",
	.priv_size = sizeof(struct masq),
	.lower = masq_lower,
	.exec = masq_exec,
	.validate = masq_validate,
	.describe = masq_describe,
};
