/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *fib(uint32_t result, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("fib");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_FIB_RESULT, result);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_FIB_FLAGS, flags);
	return ne;
}

enum {
	OIF = NFT_FIB_RESULT_OIF,
	NAME = NFT_FIB_RESULT_OIFNAME,
	TYPE = NFT_FIB_RESULT_ADDRTYPE,
	S = NFTA_FIB_F_SADDR,
	D = NFTA_FIB_F_DADDR,
	IIF = NFTA_FIB_F_IIF,
	P = NFTA_FIB_F_PRESENT,
};

/* The packet came by link 0; a route says link @out (-1: none). */
static const struct {
	const char *what;
	uint32_t result, flags;
	enum host_route_type route;
	int out;
	uint8_t want[16];
} cases[] = {
	{ "route", OIF, S, ROUTE_UNICAST, 1, { 12 } },
	{ "name", NAME, S, ROUTE_UNICAST, 1, "wan" },
	{ "no route", OIF, S, ROUTE_UNSPEC, -1, { 0 } },
	{ "no route, name", NAME, D, ROUTE_UNSPEC, -1, "" },
	{ "local is missing", OIF, S, ROUTE_LOCAL, 0, { 0 } },
	{ "blackhole", OIF, S, ROUTE_BLACKHOLE, -1, { 0 } },
	{ "back where it came from", OIF, S | IIF, ROUTE_UNICAST, 0, { 11 } },
	{ "not where it came from", OIF, S | IIF, ROUTE_UNICAST, 1, { 0 } },
	{ "present", OIF, S | P, ROUTE_UNICAST, 1, { 1 } },
	{ "not present", OIF, S | IIF | P, ROUTE_UNICAST, 1, { 0 } },
	{ "type", TYPE, D, ROUTE_UNICAST, 0, { ROUTE_BROADCAST } },
};

Test(expr_fib, answers)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx.host.links[0] = (struct host_link){ .name = "lan", .ifindex = 11 };
	fx.host.links[1] = (struct host_link){ .name = "wan", .ifindex = 12 };
	fx.host.addr_type = ROUTE_BROADCAST;
	fx.pkt.in = &fx.host.links[0];
	fx.pkt.hook = NF_INET_PRE_ROUTING;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = fib(cases[i].result, cases[i].flags);
		struct vm_expr *e = fx_lower(&fx, ne);
		struct vm_regs regs;

		cr_assert_not_null(e, "%s: %s", cases[i].what, fx.err.message);
		cr_assert(fx_describes(&fx, ne));
		fx.host.route.type = cases[i].route;
		fx.host.route.out =
			cases[i].out < 0 ? NULL : &fx.host.links[cases[i].out];
		memset(&regs, 0xff, sizeof(regs));
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.verdict, NFT_CONTINUE);
		cr_assert_arr_eq(&regs.w[4], cases[i].want,
				 cases[i].result == NAME ? 16 : 4, "%s",
				 cases[i].what);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

/* On a loopback link, and from a host without an address, the answer is the
 * link itself. */
Test(expr_fib, answers_without_a_lookup)
{
	struct nftnl_expr *ne = fib(OIF, S);
	struct vm_regs regs;
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	e = fx_lower(&fx, ne);
	fx.host.links[0] = (struct host_link){ .name = "lo",
					       .ifindex = 1,
					       .is_loopback = true };
	fx.host.links[1] = (struct host_link){ .name = "lan", .ifindex = 2 };
	fx.pkt.in = &fx.host.links[0];
	fx.pkt.hook = NF_INET_LOCAL_IN;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.w[4], 1);
	fx_tcp4(&fx, 0, 0xffffffff, 68, 67);
	fx.pkt.in = &fx.host.links[1];
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.w[4], 2);
	fx_tcp4(&fx, 0, 0x0a000001, 68, 67);
	fx.pkt.in = &fx.host.links[1];
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.w[4], 0);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_fib, refusals)
{
	static const struct {
		uint32_t result, flags;
	} bad[] = {
		{ OIF, 0 },
		{ OIF, S | D },
		{ 0, S },
		{ 4, S },
		{ OIF, 64 | S },
		{ TYPE, S | IIF | NFTA_FIB_F_OIF },
		{ OIF, S | NFTA_FIB_F_OIF },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne = fib(bad[i].result, bad[i].flags);

		cr_assert_null(fx_lower(&fx, ne), "case %zu", i);
		cr_assert_eq(fx.err.code, -EINVAL, "case %zu", i);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

/* Where the kernel lets it be (facts section 8.6). */
Test(expr_fib, hooks)
{
	static const struct {
		uint8_t hook;
		bool oif, type;
	} hooks[] = {
		{ NF_INET_PRE_ROUTING, true, true },
		{ NF_INET_LOCAL_IN, true, true },
		{ NF_INET_FORWARD, true, true },
		{ NF_INET_LOCAL_OUT, false, true },
		{ NF_INET_POST_ROUTING, false, true },
	};

	for (size_t i = 0; i < 2 * ARRAY_LEN(hooks); i++) {
		bool type = i % 2;
		struct nftnl_rule *r;
		struct fx fx;
		int ret;

		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		fx_base(&fx, "b", hooks[i / 2].hook, NF_ACCEPT);
		r = fx_rule(&fx, "b");
		nftnl_rule_add_expr(r, fib(type ? TYPE : OIF, S));
		cr_assert_eq(fx_add(&fx, r), 0);
		ret = fx_commit(&fx);
		cr_assert_eq(ret == 0,
			     type ? hooks[i / 2].type : hooks[i / 2].oif,
			     "hook %u", hooks[i / 2].hook);
		if (ret)
			cr_assert_eq(ret, -EOPNOTSUPP);
		fx_fini(&fx);
	}
}
