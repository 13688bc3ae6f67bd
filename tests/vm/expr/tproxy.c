/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static const struct {
	uint8_t table, family;
	bool addr, port;
	int want;
} cases[] = {
	{ NFPROTO_IPV4, NFPROTO_IPV4, true, true, 0 },
	{ NFPROTO_IPV6, NFPROTO_IPV6, true, false, 0 },
	{ NFPROTO_INET, NFPROTO_UNSPEC, false, true, 0 },
	{ NFPROTO_INET, NFPROTO_IPV4, true, true, 0 },
	{ NFPROTO_INET, NFPROTO_UNSPEC, true, true, -EINVAL },
	{ NFPROTO_INET, NFPROTO_ARP, false, true, -EINVAL },
	{ NFPROTO_IPV4, NFPROTO_IPV6, true, true, -EINVAL },
	{ NFPROTO_IPV4, NFPROTO_UNSPEC, false, true, -EINVAL },
	{ NFPROTO_IPV4, NFPROTO_IPV4, false, false, -EINVAL },
};

Test(expr_tproxy, nobody_has_sockets)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = nftnl_expr_alloc("tproxy");
		struct vm_regs regs = { .verdict = NFT_CONTINUE };
		struct vm_expr *e;
		struct fx fx;

		fx_init(&fx, cases[i].table);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_TPROXY_FAMILY,
				   cases[i].family);
		if (cases[i].addr)
			nftnl_expr_set_u32(ne, NFTNL_EXPR_TPROXY_REG_ADDR,
					   NFT_REG_1);
		if (cases[i].port)
			nftnl_expr_set_u32(ne, NFTNL_EXPR_TPROXY_REG_PORT,
					   NFT_REG_2);
		e = fx_lower(&fx, ne);
		cr_expect_eq(fx.err.code, cases[i].want, "case %zu", i);
		if (e) {
			cr_expect(fx_describes(&fx, ne));
			fx_exec(&fx, e, &regs);
			cr_expect_eq(regs.verdict, NFT_BREAK);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
		fx_fini(&fx);
	}
}

Test(expr_tproxy, hooks)
{
	for (uint8_t hook = 0; hook <= NF_INET_POST_ROUTING; hook++) {
		struct vm_chain_spec base = { .is_base = true, .hook = hook };

		cr_expect_eq(vm_expr_tproxy.validate(NULL, &base),
			     hook == NF_INET_PRE_ROUTING ? 0 : -EOPNOTSUPP);
	}
}
