/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *bitwise(uint32_t op, uint32_t len)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("bitwise");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_BITWISE_DREG, NFT_REG_2);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_BITWISE_OP, op);
	return ne;
}

/* Run it on the words @in; the words of register 2 to @out. */
static void run(const struct nftnl_expr *ne, const uint32_t in[2],
		uint32_t out[2])
{
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	memcpy(&regs.w[4], in, 8);
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	memcpy(out, &regs.w[8], 8);
	vm_expr_free(e);
	fx_fini(&fx);
}

Test(expr_bitwise, mask_and_xor)
{
	struct nftnl_expr *ne = bitwise(NFT_BITWISE_BOOL, 8);
	static const uint32_t mask[] = { 0xffff0000, 0x0f },
			      xor_[] = { 1, 0x30 }, in[] = { 0x12345678, 0xff };
	uint32_t out[2];

	nftnl_expr_set(ne, NFTNL_EXPR_BITWISE_MASK, mask, 8);
	nftnl_expr_set(ne, NFTNL_EXPR_BITWISE_XOR, xor_, 8);
	run(ne, in, out);
	cr_assert_eq(out[0], 0x12340001);
	cr_assert_eq(out[1], 0x3f);
	nftnl_expr_free(ne);
}

/* nft_bitwise_eval_lshift(), _rshift(): word 0 is the most significant. */
Test(expr_bitwise, shifts_carry_between_words)
{
	static const uint32_t in[] = { 0x00000001, 0x80000001 };
	static const struct {
		uint32_t op, bits, want[2];
	} cases[] = {
		{ NFT_BITWISE_LSHIFT, 1, { 0x00000003, 0x00000002 } },
		{ NFT_BITWISE_LSHIFT, 31, { 0xc0000000, 0x80000000 } },
		{ NFT_BITWISE_RSHIFT, 1, { 0x00000000, 0xc0000000 } },
		{ NFT_BITWISE_RSHIFT, 31, { 0x00000000, 0x00000003 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = bitwise(cases[i].op, 8);
		uint32_t out[2];

		nftnl_expr_set(ne, NFTNL_EXPR_BITWISE_DATA, &cases[i].bits, 4);
		run(ne, in, out);
		cr_assert_eq(out[0], cases[i].want[0], "case %zu: 0x%x", i,
			     out[0]);
		cr_assert_eq(out[1], cases[i].want[1], "case %zu: 0x%x", i,
			     out[1]);
		nftnl_expr_free(ne);
	}
}

Test(expr_bitwise, refusals)
{
	struct nftnl_expr *ne = bitwise(NFT_BITWISE_BOOL, 8);
	uint32_t bits = 32;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	nftnl_expr_set(ne, NFTNL_EXPR_BITWISE_MASK, &bits, 4);
	nftnl_expr_set(ne, NFTNL_EXPR_BITWISE_XOR, &bits, 4);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_free(ne);
	ne = bitwise(NFT_BITWISE_LSHIFT, 4);
	nftnl_expr_set(ne, NFTNL_EXPR_BITWISE_DATA, &bits, 4);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
