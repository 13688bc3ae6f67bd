/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counter: packets and their network-layer bytes (nft_counter.c). */
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/core.h"

struct counter {
	uint64_t packets, bytes;
};

static int counter_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			 void *priv)
{
	struct counter *c = priv;

	c->packets = nftnl_expr_get_u64(ne, NFTNL_EXPR_CTR_PACKETS);
	c->bytes = nftnl_expr_get_u64(ne, NFTNL_EXPR_CTR_BYTES);
	return 0;
}

/* A rule that is loaded with numbers goes on from them. */
static void counter_init(const struct vm_expr *e, void *state)
{
	memcpy(state, vm_priv(e), sizeof(struct counter));
}

static void counter_exec(const struct vm_expr *e, struct vm_regs *regs,
			 struct vm_ctx *cx)
{
	struct counter *c = e->state;

	c->packets++;
	c->bytes += cx->pkt->wire_len;
}

static void counter_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct counter *c = e->state;

	strbuf_printf(out, "pkts %llu bytes %llu ",
		      (unsigned long long)c->packets,
		      (unsigned long long)c->bytes);
}

static void counter_dump(const struct vm_expr *e, struct nftnl_expr *ne)
{
	const struct counter *c = e->state;

	nftnl_expr_set_u64(ne, NFTNL_EXPR_CTR_PACKETS, c->packets);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_CTR_BYTES, c->bytes);
}

bool vm_counter_read(const struct vm_expr *e, uint64_t *packets,
		     uint64_t *bytes)
{
	const struct counter *c = e->state;

	if (e->ops != &vm_expr_counter)
		return false;
	*packets = c->packets;
	*bytes = c->bytes;
	return true;
}

const struct vm_expr_ops vm_expr_counter = {
	.name = "counter",
	.priv_size = sizeof(struct counter),
	.state_size = sizeof(struct counter),
	.lower = counter_lower,
	.init = counter_init,
	.exec = counter_exec,
	.describe = counter_describe,
	.dump = counter_dump,
};
