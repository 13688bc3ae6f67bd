/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <linux/netfilter.h>

#include "tests/vm/fixture.h"

static int32_t read_key(struct fx *fx, uint32_t key, uint32_t *value)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("rt");
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct vm_expr *e;

	nftnl_expr_set_u32(ne, NFTNL_EXPR_RT_KEY, key);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_RT_DREG, NFT_REG_1);
	cr_assert(fx_describes(fx, ne));
	e = fx_lower(fx, ne);
	fx_exec(fx, e, &regs);
	*value = regs.w[4];
	vm_expr_free(e);
	nftnl_expr_free(ne);
	return regs.verdict;
}

/* No route before the decision; the segment size fits both ways. */
Test(expr_rt, keys)
{
	uint32_t v;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_tcp4(&fx, 1, 2, 3, 4);
	fx.host.route.type = ROUTE_UNICAST;
	fx.host.route.mtu = 1400;
	fx.env.host = &fx.host;
	fx.pkt.hook = NF_INET_PRE_ROUTING;
	cr_assert_eq(read_key(&fx, NFT_RT_CLASSID, &v), NFT_BREAK);
	fx.pkt.hook = NF_INET_FORWARD;
	cr_assert_eq(read_key(&fx, NFT_RT_CLASSID, &v), NFT_CONTINUE);
	cr_assert_eq(v, 0);
	cr_assert_eq(read_key(&fx, NFT_RT_TCPMSS, &v), NFT_CONTINUE);
	cr_assert_eq(v, 1360);
	fx.host.route.mtu = 40;
	cr_assert_eq(read_key(&fx, NFT_RT_TCPMSS, &v), NFT_CONTINUE);
	cr_assert_eq(v, 536);
	cr_assert_eq(read_key(&fx, NFT_RT_NEXTHOP6, &v), NFT_BREAK);
	fx_fini(&fx);
}
