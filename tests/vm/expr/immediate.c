/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

Test(expr_immediate, data_fills_words)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("immediate");
	static const uint8_t data[5] = { 1, 2, 3, 4, 5 };
	static const uint8_t want[12] = { 1, 2, 3,    4,    5,	  0,
					  0, 0, 0xff, 0xff, 0xff, 0xff };
	struct vm_regs regs;
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(ne, NFTNL_EXPR_IMM_DATA, data, sizeof(data));
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	memset(&regs, 0xff, sizeof(regs));
	fx_exec(&fx, e, &regs);
	cr_assert_arr_eq(&regs.w[4], want, sizeof(want));
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

static struct nftnl_expr *verdict(int32_t code, const char *chain)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (chain)
		nftnl_expr_set_str(ne, NFTNL_EXPR_IMM_CHAIN, chain);
	return ne;
}

Test(expr_immediate, verdicts)
{
	static const struct {
		int32_t code;
		const char *chain;
		int refused;
	} cases[] = {
		{ NF_ACCEPT, NULL, 0 },
		{ NF_DROP, NULL, 0 },
		{ NFT_CONTINUE, NULL, 0 },
		{ NFT_BREAK, NULL, 0 },
		{ NFT_RETURN, NULL, 0 },
		{ NFT_JUMP, "a", 0 },
		{ NFT_GOTO, "a", 0 },
		{ NFT_JUMP, "none", -ENOENT },
		{ NFT_JUMP, "in", -EOPNOTSUPP },
		{ NFT_GOTO, NULL, -EINVAL },
		{ NF_STOLEN, NULL, -EINVAL },
		{ -9, NULL, -EINVAL },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "a");
	fx_commit(&fx);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = verdict(cases[i].code, cases[i].chain);
		struct vm_expr *e = fx_lower(&fx, ne);
		struct vm_regs regs = { 0 };

		cr_assert_eq(fx.err.code, cases[i].refused, "case %zu", i);
		if (e) {
			cr_assert(fx_describes(&fx, ne));
			fx_exec(&fx, e, &regs);
			cr_assert_eq(regs.verdict, cases[i].code);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
