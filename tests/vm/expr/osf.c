/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static const struct {
	uint8_t ttl;
	uint32_t flags;
	int want;
} cases[] = {
	{ 0, 0, 0 },
	{ 2, NFT_OSF_F_VERSION, 0 },
	{ 3, 0, -EINVAL },
	{ 0, 2, -EINVAL },
};

static struct nftnl_expr *osf(uint8_t ttl, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("osf");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_OSF_DREG, NFT_REG_1);
	nftnl_expr_set_u8(ne, NFTNL_EXPR_OSF_TTL, ttl);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_OSF_FLAGS, flags);
	return ne;
}

Test(expr_osf, what_is_taken)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = osf(cases[i].ttl, cases[i].flags);
		struct vm_expr *e;

		fx.err.code = 0;
		e = fx_lower(&fx, ne);
		cr_expect_eq(fx.err.code, cases[i].want, "case %zu", i);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

/* Without fingerprints all are unknown; only SYNs are looked at. */
Test(expr_osf, syns_are_unknown)
{
	struct nftnl_expr *ne = osf(0, 0);
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	fx_tcp4(&fx, 1, 2, 3, 4);
	e = fx_lower(&fx, ne);
	fx.pkt.data[fx.pkt.l4_off + 13] = 0x12;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	cr_assert_arr_eq(&regs.w[4], "unknown\0\0\0\0\0\0\0\0\0", 16);
	fx.pkt.data[fx.pkt.l4_off + 13] = 0x10;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NFT_BREAK);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_osf, hooks)
{
	for (uint8_t hook = 0; hook <= NF_INET_POST_ROUTING; hook++) {
		struct vm_chain_spec base = { .is_base = true, .hook = hook };
		bool may = hook != NF_INET_LOCAL_OUT &&
			   hook != NF_INET_POST_ROUTING;

		cr_expect_eq(vm_expr_osf.validate(NULL, &base),
			     may ? 0 : -EOPNOTSUPP);
	}
}
