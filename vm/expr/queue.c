/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue: a program shall decide (nft_queue.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "base/hash.h"
#include "vm/expr.h"

/**
 * struct queue - to number @num, or one of @total from there on
 * @sreg:	the number stands there, when its nr is not 0
 * @key:	spreads flows over the numbers (nfqueue_hash(), random there too)
 */
struct queue {
	struct vm_reg sreg;
	uint16_t num, total, flags;
	struct hash_key key;
};

static int lower_numbers(struct vm_lower *lw, const struct nftnl_expr *ne,
			 struct queue *q)
{
	q->num = nftnl_expr_get_u16(ne, NFTNL_EXPR_QUEUE_NUM);
	q->total = nftnl_expr_is_set(ne, NFTNL_EXPR_QUEUE_TOTAL)
			   ? nftnl_expr_get_u16(ne, NFTNL_EXPR_QUEUE_TOTAL)
			   : 1;
	if (!q->total)
		return vm_refuse(lw, -EINVAL, "no queues");
	if (q->total - 1 + q->num > UINT16_MAX)
		return vm_refuse(lw, -EOVERFLOW, "queue number beyond 65535");
	if (q->flags & ~NFT_QUEUE_FLAG_MASK)
		return vm_refuse(lw, -EINVAL, "queue flags 0x%x", q->flags);
	q->key = hash_key_random();
	return 0;
}

static int queue_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		       void *priv)
{
	struct queue *q = priv;

	q->flags = nftnl_expr_get_u16(ne, NFTNL_EXPR_QUEUE_FLAGS);
	if (!nftnl_expr_is_set(ne, NFTNL_EXPR_QUEUE_SREG_QNUM))
		return lower_numbers(lw, ne, q);
	if (q->flags & ~NFT_QUEUE_FLAG_MASK ||
	    q->flags & NFT_QUEUE_FLAG_CPU_FANOUT)
		return vm_refuse(lw, -EOPNOTSUPP, "queue flags 0x%x", q->flags);
	return vm_lower_load(lw,
			     nftnl_expr_get_u32(ne, NFTNL_EXPR_QUEUE_SREG_QNUM),
			     sizeof(uint32_t), &q->sreg);
}

/* Both directions of a flow go to the same one. With fanout it is the CPU that
 * counts: there is one. */
static uint32_t spread(const struct queue *q, const struct packet *pkt)
{
	union inet_addr a = packet_saddr(pkt), b = packet_daddr(pkt);
	uint64_t sum;

	if (q->flags & NFT_QUEUE_FLAG_CPU_FANOUT)
		return q->num;
	sum = hash_sip13(&q->key, &a, sizeof(a)) +
	      hash_sip13(&q->key, &b, sizeof(b));
	return q->num + (uint32_t)(sum % q->total);
}

static void queue_exec(const struct vm_expr *e, struct vm_regs *regs,
		       struct vm_ctx *cx)
{
	const struct queue *q = vm_priv(e);
	uint32_t num = q->num;

	if (q->sreg.nr)
		num = regs->w[q->sreg.word];
	else if (q->total > 1)
		num = spread(q, cx->pkt);
	regs->verdict = NF_QUEUE_NR(num);
	if (q->flags & NFT_QUEUE_FLAG_BYPASS)
		regs->verdict |= NF_VERDICT_FLAG_QUEUE_BYPASS;
}

static void queue_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct queue *q = vm_priv(e);

	if (q->sreg.nr)
		strbuf_printf(out, "sreg_qnum %u ", q->sreg.nr);
	else if (q->total > 1)
		strbuf_printf(out, "num %u-%u ", q->num, q->num + q->total - 1);
	else
		strbuf_printf(out, "num %u ", q->num);
	if (q->flags & NFT_QUEUE_FLAG_BYPASS)
		strbuf_puts(out, "bypass ");
	if (q->flags & NFT_QUEUE_FLAG_CPU_FANOUT)
		strbuf_puts(out, "fanout ");
}

const struct vm_expr_ops vm_expr_queue = {
	.name = "queue",
	.priv_size = sizeof(struct queue),
	.lower = queue_lower,
	.exec = queue_exec,
	.describe = queue_describe,
};
