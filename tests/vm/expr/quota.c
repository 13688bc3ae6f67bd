/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* The packet that crosses the line is already over (facts section 8.3). */
Test(expr_quota, until_and_over)
{
	static const bool until[] = { true, true, false, false };
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (uint32_t flags = 0; flags < 2; flags++) {
		struct nftnl_expr *ne = nftnl_expr_alloc("quota");
		struct vm_expr *e;

		nftnl_expr_set_u64(ne, NFTNL_EXPR_QUOTA_BYTES, 200);
		nftnl_expr_set_u64(ne, NFTNL_EXPR_QUOTA_CONSUMED, 50);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_QUOTA_FLAGS, flags);
		cr_assert(fx_describes(&fx, ne));
		e = fx_lower(&fx, ne);
		fx.pkt.wire_len = 60;
		for (size_t i = 0; i < ARRAY_LEN(until); i++) {
			struct vm_regs regs = { 0 };

			fx_exec(&fx, e, &regs);
			cr_assert_eq(regs.verdict == NFT_CONTINUE,
				     until[i] == !flags, "packet %zu", i);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
