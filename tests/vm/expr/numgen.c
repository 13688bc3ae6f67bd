/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *numgen(uint32_t type, uint32_t modulus,
				 uint32_t offset)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("numgen");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_NG_DREG, NFT_REG_1);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_NG_TYPE, type);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_NG_MODULUS, modulus);
	if (offset)
		nftnl_expr_set_u32(ne, NFTNL_EXPR_NG_OFFSET, offset);
	return ne;
}

Test(expr_numgen, inc_begins_at_its_offset)
{
	static const uint32_t want[] = { 7, 8, 9, 7, 8 };
	struct nftnl_expr *ne = numgen(NFT_NG_INCREMENTAL, 3, 7);
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.w[4], want[i]);
	}
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_numgen, random_stays_below)
{
	struct nftnl_expr *ne = numgen(NFT_NG_RANDOM, 4, 10);
	unsigned seen = 0;
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	for (int i = 0; i < 200; i++) {
		fx_exec(&fx, e, &regs);
		cr_assert(regs.w[4] >= 10 && regs.w[4] < 14);
		seen |= 1u << (regs.w[4] - 10);
	}
	cr_assert_eq(seen, 15);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_numgen, refusals)
{
	static const struct {
		uint32_t type, modulus, offset;
		int code;
	} bad[] = {
		{ 2, 4, 0, -EINVAL },
		{ 0, 0, 0, -ERANGE },
		{ 0, 2, UINT32_MAX, -EOVERFLOW },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne =
			numgen(bad[i].type, bad[i].modulus, bad[i].offset);

		cr_assert_null(fx_lower(&fx, ne));
		cr_assert_eq(fx.err.code, bad[i].code);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
