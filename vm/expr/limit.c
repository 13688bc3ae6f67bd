/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit: a token bucket in nanoseconds (nft_limit.c, facts section 8.4).
 *
 * A packet costs the time that the rate gives it; the bucket fills with the
 * time that passes and holds at most the burst's worth. It starts full, so the
 * moment of loading does not matter.
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "base/clock.h"
#include "vm/expr.h"

/**
 * struct limit - @rate packets or bytes per @unit seconds
 * @max:	nanoseconds that the bucket holds
 * @cost:	of a packet, when packets are counted
 */
struct limit {
	uint64_t rate, unit, nsecs, max, cost;
	uint32_t burst, type, flags;
	uint32_t asked_burst;
};

struct limit_state {
	uint64_t tokens, last;
};

enum {
	/* NFT_LIMIT_PKT_BURST_DEFAULT */
	BURST_DEFAULT = 5,
};

static int lower_bucket(struct vm_lower *lw, struct limit *l)
{
	uint64_t sum;

	if (!l->rate || __builtin_mul_overflow(l->unit, NS_PER_SEC, &l->nsecs))
		return vm_refuse(lw, -EOVERFLOW, "limit of %llu in %llu s",
				 (unsigned long long)l->rate,
				 (unsigned long long)l->unit);
	if (__builtin_add_overflow(l->rate, (uint64_t)l->burst, &sum))
		return vm_refuse(lw, -EOVERFLOW, "limit's rate and burst");
	if (l->type == NFT_LIMIT_PKTS) {
		l->cost = l->nsecs / l->rate;
		if (__builtin_mul_overflow(l->cost, (uint64_t)l->burst,
					   &l->max))
			return vm_refuse(lw, -EOVERFLOW, "limit's burst");
		return 0;
	}
	if (__builtin_mul_overflow(l->nsecs, sum, &l->max))
		return vm_refuse(lw, -EOVERFLOW, "limit's rate and burst");
	l->max /= l->rate;
	return 0;
}

static int limit_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		       void *priv)
{
	struct limit *l = priv;

	l->rate = nftnl_expr_get_u64(ne, NFTNL_EXPR_LIMIT_RATE);
	l->unit = nftnl_expr_get_u64(ne, NFTNL_EXPR_LIMIT_UNIT);
	l->burst = nftnl_expr_get_u32(ne, NFTNL_EXPR_LIMIT_BURST);
	l->type = nftnl_expr_get_u32(ne, NFTNL_EXPR_LIMIT_TYPE);
	l->flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_LIMIT_FLAGS);
	l->asked_burst = l->burst;
	if (l->type > NFT_LIMIT_PKT_BYTES)
		return vm_refuse(lw, -EOPNOTSUPP, "no limit type %u", l->type);
	if (l->flags & ~NFT_LIMIT_F_INV)
		return vm_refuse(lw, -EOPNOTSUPP, "limit flags 0x%x", l->flags);
	if (!l->burst && l->type == NFT_LIMIT_PKTS)
		l->burst = BURST_DEFAULT;
	return lower_bucket(lw, l);
}

static void limit_init(const struct vm_expr *e, void *state)
{
	const struct limit *l = vm_priv(e);
	struct limit_state *s = state;

	s->tokens = l->max;
}

/* nft_limit_eval(): is the packet over the limit? */
static bool limit_is_over(const struct limit *l, struct limit_state *s,
			  uint64_t cost, uint64_t now)
{
	uint64_t tokens = s->tokens + (now > s->last ? now - s->last : 0);

	if (tokens > l->max)
		tokens = l->max;
	s->last = now;
	if (tokens >= cost) {
		s->tokens = tokens - cost;
		return false;
	}
	s->tokens = tokens;
	return true;
}

static void limit_exec(const struct vm_expr *e, struct vm_regs *regs,
		       struct vm_ctx *cx)
{
	const struct limit *l = vm_priv(e);
	uint64_t cost = l->type == NFT_LIMIT_PKTS
				? l->cost
				: l->nsecs * cx->pkt->wire_len / l->rate;
	bool over = limit_is_over(l, e->state, cost, cx->env->now.mono_ns);

	if (over != (l->flags & NFT_LIMIT_F_INV))
		vm_break(regs);
}

static const char *unit_name(uint64_t unit)
{
	static const struct {
		uint64_t secs;
		const char *name;
	} units[] = {
		{ 1, "second" },  { 60, "minute" },   { 3600, "hour" },
		{ 86400, "day" }, { 604800, "week" },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].secs == unit)
			return units[i].name;
	return "error";
}

static void limit_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct limit *l = vm_priv(e);

	strbuf_printf(out, "rate %llu/%s burst %u type %s flags 0x%x ",
		      (unsigned long long)l->rate, unit_name(l->unit),
		      l->asked_burst,
		      l->type == NFT_LIMIT_PKTS ? "packets" : "bytes",
		      l->flags);
}

static void limit_dump(const struct vm_expr *e, struct nftnl_expr *ne)
{
	const struct limit *l = vm_priv(e);

	nftnl_expr_set_u64(ne, NFTNL_EXPR_LIMIT_RATE, l->rate);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_LIMIT_UNIT, l->unit);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_BURST, l->burst);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_TYPE, l->type);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_FLAGS, l->flags);
}

const struct vm_expr_ops vm_expr_limit = {
	.name = "limit",
	.priv_size = sizeof(struct limit),
	.state_size = sizeof(struct limit_state),
	.lower = limit_lower,
	.init = limit_init,
	.exec = limit_exec,
	.describe = limit_describe,
	.dump = limit_dump,
};
