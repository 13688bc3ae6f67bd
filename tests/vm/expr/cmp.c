/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* (a OP b) by the kernel's memcmp(), for every operator. */
static const struct {
	uint8_t a[3], b[3];
	uint8_t matches; /* bit per NFT_CMP_* */
} cases[] = {
	{ { 1, 2, 3 },
	  { 1, 2, 3 },
	  1 << NFT_CMP_EQ | 1 << NFT_CMP_LTE | 1 << NFT_CMP_GTE },
	{ { 1, 2, 2 },
	  { 1, 2, 3 },
	  1 << NFT_CMP_NEQ | 1 << NFT_CMP_LT | 1 << NFT_CMP_LTE },
	/* the first byte weighs most, whatever the machine's order */
	{ { 2, 0, 0 },
	  { 1, 0xff, 0xff },
	  1 << NFT_CMP_NEQ | 1 << NFT_CMP_GT | 1 << NFT_CMP_GTE },
	/* bytes are unsigned */
	{ { 0x80, 0, 0 },
	  { 0x7f, 0, 0 },
	  1 << NFT_CMP_NEQ | 1 << NFT_CMP_GT | 1 << NFT_CMP_GTE },
};

static struct nftnl_expr *cmp(uint32_t op, uint32_t reg, const void *data,
			      uint32_t len)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("cmp");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_CMP_SREG, reg);
	nftnl_expr_set(ne, NFTNL_EXPR_CMP_DATA, data, len);
	return ne;
}

Test(expr_cmp, operators)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (uint32_t op = 0; op <= NFT_CMP_GTE; op++) {
			struct nftnl_expr *ne =
				cmp(op, NFT_REG32_01, cases[i].b, 3);
			struct vm_expr *e = fx_lower(&fx, ne);
			struct vm_regs regs = { 0 };
			int32_t want = cases[i].matches >> op & 1 ? NFT_CONTINUE
								  : NFT_BREAK;

			cr_assert(fx_describes(&fx, ne));
			memcpy(&regs.w[5], cases[i].a, 3);
			fx_exec(&fx, e, &regs);
			cr_assert_eq(regs.verdict, want, "case %zu op %u", i,
				     op);
			vm_expr_free(e);
			nftnl_expr_free(ne);
		}
	}
	fx_fini(&fx);
}

Test(expr_cmp, refusals)
{
	static const uint8_t data[16];
	const struct {
		uint32_t op, reg, len;
		int code;
	} bad[] = {
		{ 6, NFT_REG_1, 4, -EINVAL },
		{ NFT_CMP_EQ, NFT_REG_VERDICT, 4, -EINVAL },
		{ NFT_CMP_EQ, 24, 4, -EINVAL },
		{ NFT_CMP_EQ, 5, 4, -EINVAL },
		{ NFT_CMP_EQ, NFT_REG32_15, 5, -ERANGE },
		{ NFT_CMP_EQ, NFT_REG_4, 16, 0 },
		{ NFT_CMP_EQ, NFT_REG32_15, 4, 0 },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne =
			cmp(bad[i].op, bad[i].reg, data, bad[i].len);
		struct vm_expr *e = fx_lower(&fx, ne);

		cr_assert_eq(!e, bad[i].code != 0, "case %zu", i);
		cr_assert_eq(fx.err.code, bad[i].code, "case %zu", i);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
