/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quota: until so many bytes, or over them (nft_quota.c). The packet that
 * crosses the line is already over. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

struct quota {
	uint64_t bytes, consumed;
	uint32_t flags;
};

static int quota_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		       void *priv)
{
	struct quota *q = priv;

	q->bytes = nftnl_expr_get_u64(ne, NFTNL_EXPR_QUOTA_BYTES);
	q->consumed = nftnl_expr_get_u64(ne, NFTNL_EXPR_QUOTA_CONSUMED);
	q->flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_QUOTA_FLAGS);
	if (q->bytes > INT64_MAX)
		return vm_refuse(lw, -EOVERFLOW, "quota of too many bytes");
	if (q->consumed > q->bytes)
		return vm_refuse(lw, -EINVAL, "quota used up from the start");
	if (q->flags & ~NFT_QUOTA_F_INV)
		return vm_refuse(lw, -EOPNOTSUPP, "quota flags 0x%x", q->flags);
	return 0;
}

static void quota_init(const struct vm_expr *e, void *state)
{
	const struct quota *q = vm_priv(e);

	*(uint64_t *)state = q->consumed;
}

static void quota_exec(const struct vm_expr *e, struct vm_regs *regs,
		       struct vm_ctx *cx)
{
	const struct quota *q = vm_priv(e);
	uint64_t *consumed = e->state;

	*consumed += cx->pkt->wire_len;
	if ((*consumed > q->bytes) != (q->flags & NFT_QUOTA_F_INV))
		vm_break(regs);
}

static void quota_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct quota *q = vm_priv(e);

	strbuf_printf(out, "bytes %llu consumed %llu flags %u ",
		      (unsigned long long)q->bytes,
		      *(const unsigned long long *)e->state, q->flags);
}

static void quota_dump(const struct vm_expr *e, struct nftnl_expr *ne)
{
	const struct quota *q = vm_priv(e);

	nftnl_expr_set_u64(ne, NFTNL_EXPR_QUOTA_BYTES, q->bytes);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_QUOTA_CONSUMED,
			   *(const uint64_t *)e->state);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_QUOTA_FLAGS, q->flags);
}

const struct vm_expr_ops vm_expr_quota = {
	.name = "quota",
	.priv_size = sizeof(struct quota),
	.state_size = sizeof(uint64_t),
	.lower = quota_lower,
	.init = quota_init,
	.exec = quota_exec,
	.describe = quota_describe,
	.dump = quota_dump,
};
