/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

Test(expr_byteorder, swaps_numbers_of_each_size)
{
	static const uint8_t in[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const struct {
		uint32_t size, len;
		uint8_t want[8];
	} cases[] = {
		{ 2, 8, { 2, 1, 4, 3, 6, 5, 8, 7 } },
		{ 2, 6, { 2, 1, 4, 3, 6, 5, 0, 0 } },
		{ 4, 8, { 4, 3, 2, 1, 8, 7, 6, 5 } },
		{ 8, 8, { 8, 7, 6, 5, 4, 3, 2, 1 } },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = nftnl_expr_alloc("byteorder");
		struct vm_regs regs = { 0 };
		struct vm_expr *e;

		nftnl_expr_set_u32(ne, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_3);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_BYTEORDER_LEN,
				   cases[i / 2].len);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_BYTEORDER_SIZE,
				   cases[i / 2].size);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_BYTEORDER_OP, i % 2);
		cr_assert(fx_describes(&fx, ne));
		e = fx_lower(&fx, ne);
		memcpy(&regs.w[4], in, 8);
		fx_exec(&fx, e, &regs);
		cr_assert_arr_eq(&regs.w[12], cases[i / 2].want, 8);
		vm_expr_free(e);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_BYTEORDER_SIZE, 3);
		cr_assert_null(fx_lower(&fx, ne));
		cr_assert_eq(fx.err.code, -EINVAL);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
