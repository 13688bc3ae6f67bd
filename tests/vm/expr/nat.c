/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* nat in words: addresses from NFT_REG_1, NFT_REG_2, ports from 3 and 4. */
static struct nftnl_expr *nat(uint32_t type, uint32_t family, bool max,
			      bool ports, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("nat");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_TYPE, type);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_FAMILY, family);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	if (max)
		nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_REG_ADDR_MAX, NFT_REG_2);
	if (ports) {
		nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_REG_PROTO_MIN, NFT_REG_3);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_REG_PROTO_MAX, NFT_REG_4);
	}
	if (flags)
		nftnl_expr_set_u32(ne, NFTNL_EXPR_NAT_FLAGS, flags);
	return ne;
}

static void run(struct fx *fx, const struct nftnl_expr *ne,
		struct vm_regs *regs)
{
	struct vm_expr *e;

	cr_assert(fx_describes(fx, ne));
	e = fx_lower(fx, ne);
	cr_assert_not_null(e, "%s", fx->err.message);
	fx->pkt.ct = &fx->conn;
	fx_exec(fx, e, regs);
	vm_expr_free(e);
}

Test(expr_nat, hands_registers_and_flags_to_nat)
{
	struct nftnl_expr *ne =
		nat(NFT_NAT_DNAT, NFPROTO_IPV4, true, true,
		    NF_NAT_RANGE_PROTO_RANDOM | NF_NAT_RANGE_PERSISTENT);
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	regs.w[4] = htobe32(0x0a000001);
	regs.w[8] = htobe32(0x0a000005);
	regs.w[12] = htobe16(1000);
	regs.w[16] = htobe16(2000);
	run(&fx, ne, &regs);
	cr_assert_eq(regs.verdict, NF_ACCEPT);
	cr_assert_str_eq(fx.conn.nat.what, "setup");
	cr_assert_eq(fx.conn.nat.manip, NAT_DST);
	cr_assert_eq(fx.conn.nat.range.flags,
		     NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED |
			     NF_NAT_RANGE_PROTO_RANDOM |
			     NF_NAT_RANGE_PERSISTENT);
	cr_assert_eq(fx.conn.nat.range.min.ip, htobe32(0x0a000001));
	cr_assert_eq(fx.conn.nat.range.max.ip, htobe32(0x0a000005));
	cr_assert_eq(fx.conn.nat.range.min_port, htobe16(1000));
	cr_assert_eq(fx.conn.nat.range.max_port, htobe16(2000));
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_nat, one_address_is_both_ends)
{
	struct nftnl_expr *ne =
		nat(NFT_NAT_SNAT, NFPROTO_IPV4, false, false, 0);
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	regs.w[4] = htobe32(0xc0000201);
	run(&fx, ne, &regs);
	cr_assert_eq(fx.conn.nat.manip, NAT_SRC);
	cr_assert_eq(fx.conn.nat.range.flags, NF_NAT_RANGE_MAP_IPS);
	cr_assert_eq(fx.conn.nat.range.max.ip, htobe32(0xc0000201));
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

/* In an inet table: the other IP version passes by, without a verdict. */
Test(expr_nat, is_nothing_to_the_other_family)
{
	struct nftnl_expr *ne =
		nat(NFT_NAT_SNAT, NFPROTO_IPV6, false, false, 0);
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	run(&fx, ne, &regs);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	cr_assert_eq(fx.conn.nat.calls, 0);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_nat, a_failed_binding_drops_and_says_why)
{
	struct nftnl_expr *ne =
		nat(NFT_NAT_SNAT, NFPROTO_IPV4, false, false, 0);
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	fx.conn.answer = REASON_nat_full;
	run(&fx, ne, &regs);
	cr_assert_eq(regs.verdict, NF_DROP);
	cr_assert_eq(fx.env.drop_reason, REASON_nat_full);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

/* nft_nat_init() */
Test(expr_nat, refusals)
{
	static const struct {
		uint32_t type, family, flags;
		int code;
	} bad[] = {
		{ 2, NFPROTO_IPV4, 0, -EOPNOTSUPP },
		{ NFT_NAT_SNAT, NFPROTO_IPV6, 0, -EOPNOTSUPP },
		{ NFT_NAT_SNAT, NFPROTO_IPV4, 0x80, -EINVAL },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne = nat(bad[i].type, bad[i].family, false,
					    false, bad[i].flags);

		cr_assert_null(fx_lower(&fx, ne));
		cr_assert_eq(fx.err.code, bad[i].code, "case %zu", i);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

/* nft_nat_validate(): hooks and type of the base chain. */
Test(expr_nat, stands_only_in_nat_chains_of_its_hooks)
{
	static const struct {
		uint32_t type;
		enum vm_chain_type chain;
		uint8_t hook;
		int code;
	} cases[] = {
		{ NFT_NAT_SNAT, VM_CHAIN_NAT, NF_INET_POST_ROUTING, 0 },
		{ NFT_NAT_SNAT, VM_CHAIN_NAT, NF_INET_LOCAL_IN, 0 },
		{ NFT_NAT_SNAT, VM_CHAIN_NAT, NF_INET_PRE_ROUTING,
		  -EOPNOTSUPP },
		{ NFT_NAT_DNAT, VM_CHAIN_NAT, NF_INET_PRE_ROUTING, 0 },
		{ NFT_NAT_DNAT, VM_CHAIN_NAT, NF_INET_LOCAL_OUT, 0 },
		{ NFT_NAT_DNAT, VM_CHAIN_NAT, NF_INET_LOCAL_IN, -EOPNOTSUPP },
		{ NFT_NAT_DNAT, VM_CHAIN_FILTER, NF_INET_PRE_ROUTING,
		  -EOPNOTSUPP },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne =
			nat(cases[i].type, NFPROTO_IPV4, false, false, 0);
		const struct vm_chain_spec base = {
			.is_base = true,
			.type = cases[i].chain,
			.hook = cases[i].hook,
		};
		struct vm_expr *e = fx_lower(&fx, ne);

		cr_assert_eq(e->ops->validate(e, &base), cases[i].code,
			     "case %zu", i);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
