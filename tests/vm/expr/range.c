/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *range(uint32_t op, const void *from, const void *to,
				uint32_t len)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("range");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_RANGE_OP, op);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set(ne, NFTNL_EXPR_RANGE_FROM_DATA, from, len);
	nftnl_expr_set(ne, NFTNL_EXPR_RANGE_TO_DATA, to, len);
	return ne;
}

Test(expr_range, both_ends_belong_to_it)
{
	static const struct {
		uint16_t v;
		bool inside;
	} cases[] = { { 99, false },
		      { 100, true },
		      { 300, true },
		      { 1000, true },
		      { 1001, false } };
	uint16_t from = htobe16(100), to = htobe16(1000);
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (uint32_t op = 0; op <= NFT_RANGE_NEQ; op++) {
		struct nftnl_expr *ne = range(op, &from, &to, 2);
		struct vm_expr *e = fx_lower(&fx, ne);

		cr_assert(fx_describes(&fx, ne));
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			struct vm_regs regs = { 0 };
			uint16_t v = htobe16(cases[i].v);

			memcpy(&regs.w[4], &v, 2);
			fx_exec(&fx, e, &regs);
			cr_assert_eq(regs.verdict == NFT_CONTINUE,
				     cases[i].inside == !op, "%u op %u",
				     cases[i].v, op);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_range, refusals)
{
	struct nftnl_expr *ne = range(2, "ab", "cd", 2);
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_RANGE_OP, 0);
	nftnl_expr_set(ne, NFTNL_EXPR_RANGE_TO_DATA, "cde", 3);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
