/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *limit(uint64_t rate, uint64_t unit, uint32_t burst,
				uint32_t type, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("limit");

	nftnl_expr_set_u64(ne, NFTNL_EXPR_LIMIT_RATE, rate);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_LIMIT_UNIT, unit);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_BURST, burst);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_TYPE, type);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_FLAGS, flags);
	return ne;
}

/* How many of @n packets of @len bytes match, @gap ns apart. */
static unsigned matches(const struct nftnl_expr *ne, unsigned n, uint32_t len,
			uint64_t gap)
{
	struct vm_expr *e;
	unsigned hits = 0;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	cr_assert_not_null(e, "%s", fx.err.message);
	fx.pkt.wire_len = len;
	for (unsigned i = 0; i < n; i++) {
		struct vm_regs regs = { 0 };

		fx_exec(&fx, e, &regs);
		hits += regs.verdict == NFT_CONTINUE;
		fx.env.now.mono_ns += gap;
	}
	vm_expr_free(e);
	fx_fini(&fx);
	return hits;
}

/* Seen on a live kernel: facts section 8.4. */
Test(expr_limit, as_the_kernel_counts)
{
	static const struct {
		uint64_t rate, unit;
		uint32_t burst, type, flags;
		unsigned packets;
		uint32_t len;
		uint64_t gap;
		unsigned want;
	} cases[] = {
		{ 1, 1, 5, NFT_LIMIT_PKTS, 0, 10, 40, 0, 5 },
		{ 1, 1, 0, NFT_LIMIT_PKTS, 0, 10, 40, 0, 5 },
		{ 1, 1, 5, NFT_LIMIT_PKTS, NFT_LIMIT_F_INV, 10, 40, 0, 5 },
		{ 1, 1, 2, NFT_LIMIT_PKTS, 0, 10, 40, 0, 2 },
		{ 100, 1, 5, NFT_LIMIT_PKT_BYTES, 0, 10, 40, 0, 2 },
		/* 10/s with burst 1: exactly every 100 ms one */
		{ 10, 1, 1, NFT_LIMIT_PKTS, 0, 10, 40, 100000000, 10 },
		/* a little faster: the bucket holds no more than one, so what is
		 * over is lost, and every other packet is too early */
		{ 10, 1, 1, NFT_LIMIT_PKTS, 0, 10, 40, 99999999, 5 },
		{ 10, 1, 1, NFT_LIMIT_PKTS, 0, 10, 40, 50000000, 5 },
		{ 1, 3600, 1, NFT_LIMIT_PKTS, 0, 3, 40, 1800000000000, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = limit(cases[i].rate, cases[i].unit,
					      cases[i].burst, cases[i].type,
					      cases[i].flags);
		unsigned got = matches(ne, cases[i].packets, cases[i].len,
				       cases[i].gap);

		cr_assert_eq(got, cases[i].want, "case %zu: %u", i, got);
		nftnl_expr_free(ne);
	}
}

Test(expr_limit, refusals)
{
	static const struct {
		uint64_t rate, unit;
		uint32_t type;
		int code;
	} bad[] = {
		{ 0, 1, NFT_LIMIT_PKTS, -EOVERFLOW },
		{ 1, UINT64_MAX, NFT_LIMIT_PKTS, -EOVERFLOW },
		{ UINT64_MAX, 1, NFT_LIMIT_PKT_BYTES, -EOVERFLOW },
		{ 1, 1, 2, -EOPNOTSUPP },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne =
			limit(bad[i].rate, bad[i].unit, 5, bad[i].type, 0);

		cr_assert_null(fx_lower(&fx, ne));
		cr_assert_eq(fx.err.code, bad[i].code, "case %zu", i);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
