/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notrack: conntrack shall leave the packet alone (nft_ct.c). Unlike reading
 * ct, it does not pull conntrack in. */
#include "ct/ct.h"
#include "vm/expr.h"

static int notrack_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			 void *priv)
{
	lw->e->flags |= VM_EXPR_CHANGES;
	return 0;
}

static void notrack_exec(const struct vm_expr *e, struct vm_regs *regs,
			 struct vm_ctx *cx)
{
	ct_untrack(cx->pkt);
}

static void notrack_describe(const struct vm_expr *e, struct strbuf *out)
{
}

const struct vm_expr_ops vm_expr_notrack = {
	.name = "notrack",
	.lower = notrack_lower,
	.exec = notrack_exec,
	.describe = notrack_describe,
};
