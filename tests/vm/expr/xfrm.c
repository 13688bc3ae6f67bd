/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static const struct {
	uint32_t key, spnum;
	uint8_t dir;
	int want;
} cases[] = {
	{ NFT_XFRM_KEY_DADDR_IP4, 0, 0, 0 },
	{ NFT_XFRM_KEY_DADDR_IP6, 1, 1, 0 },
	{ NFT_XFRM_KEY_SADDR_IP4, 2, 0, 0 },
	{ NFT_XFRM_KEY_SADDR_IP6, 15, 1, 0 },
	{ NFT_XFRM_KEY_REQID, 0, 0, 0 },
	{ NFT_XFRM_KEY_SPI, 0, 1, 0 },
	{ NFT_XFRM_KEY_UNSPEC, 0, 1, -EINVAL },
	{ NFT_XFRM_KEY_SPI + 1, 0, 1, -EINVAL },
	{ NFT_XFRM_KEY_SPI, 0, 2, -EINVAL },
	{ NFT_XFRM_KEY_SPI, 16, 0, -ERANGE },
};

Test(expr_xfrm, nobody_has_ipsec)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = nftnl_expr_alloc("xfrm");
		struct vm_regs regs = { .verdict = NFT_CONTINUE };
		struct vm_expr *e;

		nftnl_expr_set_u32(ne, NFTNL_EXPR_XFRM_DREG, NFT_REG_1);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_XFRM_KEY, cases[i].key);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_XFRM_SPNUM, cases[i].spnum);
		nftnl_expr_set_u8(ne, NFTNL_EXPR_XFRM_DIR, cases[i].dir);
		fx.err.code = 0;
		e = fx_lower(&fx, ne);
		cr_expect_eq(fx.err.code, cases[i].want, "case %zu", i);
		if (e) {
			cr_expect(fx_describes(&fx, ne));
			fx_exec(&fx, e, &regs);
			cr_expect_eq(regs.verdict, NFT_BREAK);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
