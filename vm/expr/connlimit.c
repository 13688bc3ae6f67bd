/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct count: how many connections came this far and are still there
 * (nft_connlimit.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "ct/conncount.h"
#include "vm/expr.h"

struct connlimit {
	uint32_t limit, flags;
};

static int connlimit_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			   void *priv)
{
	struct connlimit *c = priv;

	c->limit = nftnl_expr_get_u32(ne, NFTNL_EXPR_CONNLIMIT_COUNT);
	c->flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_CONNLIMIT_FLAGS);
	if (c->flags & ~(uint32_t)NFT_CONNLIMIT_F_INV)
		return vm_refuse(lw, -EOPNOTSUPP, "ct count flags 0x%x",
				 c->flags);
	lw->e->flags |= VM_EXPR_NEED_CT;
	return 0;
}

static void connlimit_done(void *state)
{
	struct ct_conncount *count = state;

	vec_fini(&count->tuples);
}

static void connlimit_exec(const struct vm_expr *e, struct vm_regs *regs,
			   struct vm_ctx *cx)
{
	const struct connlimit *c = vm_priv(e);
	struct ct_conncount *count = e->state;

	if (!ct_conncount_packet(cx->env->ct, count, cx->pkt, &cx->env->now)) {
		regs->verdict = NF_DROP;
		return;
	}
	if ((count->tuples.len > c->limit) != (c->flags & NFT_CONNLIMIT_F_INV))
		vm_break(regs);
}

static void connlimit_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct connlimit *c = vm_priv(e);

	strbuf_printf(out, "count %u flags %x ", c->limit, c->flags);
}

const struct vm_expr_ops vm_expr_connlimit = {
	.name = "connlimit",
	.priv_size = sizeof(struct connlimit),
	.state_size = sizeof(struct ct_conncount),
	.lower = connlimit_lower,
	.done = connlimit_done,
	.exec = connlimit_exec,
	.describe = connlimit_describe,
};
