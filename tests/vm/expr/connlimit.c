/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *connlimit(uint32_t count, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("connlimit");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_CONNLIMIT_COUNT, count);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_CONNLIMIT_FLAGS, flags);
	return ne;
}

/* The fixture counts each packet as a connection of its own. */
Test(expr_connlimit, until_and_over)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (uint32_t flags = 0; flags <= NFT_CONNLIMIT_F_INV; flags++) {
		struct nftnl_expr *ne = connlimit(2, flags);
		struct vm_expr *e;

		cr_assert(fx_describes(&fx, ne));
		e = fx_lower(&fx, ne);
		cr_assert_neq(e->flags & VM_EXPR_NEED_CT, 0);
		for (int i = 1; i <= 4; i++) {
			struct vm_regs regs = { .verdict = NFT_CONTINUE };

			fx_exec(&fx, e, &regs);
			cr_expect_eq(regs.verdict == NFT_CONTINUE,
				     (i <= 2) == !flags, "packet %d", i);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_connlimit, without_a_tuple_the_packet_goes)
{
	struct nftnl_expr *ne = connlimit(2, 0);
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx.pkt.flags &= ~PKT_L4;
	e = fx_lower(&fx, ne);
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NF_DROP);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_connlimit, unknown_flags)
{
	struct nftnl_expr *ne = connlimit(2, 2);
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EOPNOTSUPP);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
