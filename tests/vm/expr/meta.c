/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *meta(uint32_t key, bool set)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("meta");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(ne,
			   set ? NFTNL_EXPR_META_SREG : NFTNL_EXPR_META_DREG,
			   NFT_REG_1);
	return ne;
}

/* The link "lan" and a packet of 60 bytes that came by it; no output link. */
static const struct {
	uint32_t key;
	bool loads;
	uint8_t len;
	uint8_t want[16];
} cases[] = {
	{ NFT_META_LEN, true, 4, { 60 } },
	{ NFT_META_PROTOCOL, true, 2, { 0x08, 0x00 } },
	{ NFT_META_PRIORITY, true, 4, { 7 } },
	{ NFT_META_MARK, true, 4, { 0x78, 0x56, 0x34, 0x12 } },
	{ NFT_META_IIF, true, 4, { 2 } },
	{ NFT_META_OIF, true, 4, { 0 } },
	{ NFT_META_IIFNAME, true, 16, "lan" },
	{ NFT_META_OIFNAME, true, 16, "" },
	{ NFT_META_IIFTYPE, true, 2, { 0xfe, 0xff } },
	{ NFT_META_OIFTYPE, false, 2, "" },
	{ NFT_META_IIFGROUP, true, 4, { 9 } },
	{ NFT_META_OIFGROUP, false, 4, "" },
	{ NFT_META_IIFKIND, true, 16, "tun" },
	{ NFT_META_OIFKIND, false, 16, "" },
	{ NFT_META_SKUID, false, 4, "" },
	{ NFT_META_SKGID, false, 4, "" },
	{ NFT_META_CGROUP, false, 4, "" },
	{ NFT_META_NFPROTO, true, 1, { NFPROTO_IPV4 } },
	{ NFT_META_L4PROTO, true, 1, { IPPROTO_TCP } },
	{ NFT_META_PKTTYPE, true, 1, { PKTTYPE_HOST } },
	{ NFT_META_CPU, true, 4, { 0 } },
	{ NFT_META_SECMARK, true, 4, { 0 } },
	{ NFT_META_SECPATH, true, 1, { 0 } },
	{ NFT_META_SDIF, true, 4, { 0 } },
	/* Sunday 2026-11-22 01:02:03 UTC */
	{ NFT_META_TIME_DAY, true, 1, { 0 } },
	{ NFT_META_TIME_HOUR, true, 4, { 0x8b, 0x0e } },
};

static void box(struct fx *fx)
{
	static struct host_link lan = { .name = "lan",
					.ifindex = 2,
					.type = 65534,
					.group = 9,
					.kind = "tun" };

	fx_init(fx, NFPROTO_INET);
	fx->pkt.in = &lan;
	fx->pkt.mark = 0x12345678;
	fx->pkt.priority = 7;
	fx->env.now.wall_ns = UINT64_C(1795309323) * NS_PER_SEC;
}

Test(expr_meta, every_key)
{
	struct fx fx;

	box(&fx);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = meta(cases[i].key, false);
		struct vm_expr *e = fx_lower(&fx, ne);
		struct vm_regs regs;

		cr_assert_not_null(e, "key %u: %s", cases[i].key,
				   fx.err.message);
		cr_assert(fx_describes(&fx, ne));
		memset(&regs, 0xff, sizeof(regs));
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.verdict == NFT_CONTINUE, cases[i].loads,
			     "key %u", cases[i].key);
		if (cases[i].loads)
			cr_assert_arr_eq(&regs.w[4], cases[i].want,
					 ALIGN_UP(cases[i].len, 4), "key %u",
					 cases[i].key);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_meta, no_transport_header_breaks_l4proto)
{
	struct nftnl_expr *ne = meta(NFT_META_L4PROTO, false);
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	box(&fx);
	e = fx_lower(&fx, ne);
	fx.pkt.flags = 0;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NFT_BREAK);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_meta, set)
{
	static const uint32_t keys[] = { NFT_META_MARK, NFT_META_PRIORITY,
					 NFT_META_PKTTYPE, NFT_META_NFTRACE };
	struct fx fx;

	box(&fx);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct nftnl_expr *ne = meta(keys[i], true);
		struct vm_expr *e = fx_lower(&fx, ne);
		struct vm_regs regs = { .w = { [4] = 1 } };

		cr_assert(fx_describes(&fx, ne));
		fx_exec(&fx, e, &regs);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	cr_assert_eq(fx.pkt.mark, 1);
	cr_assert_eq(fx.pkt.priority, 1);
	cr_assert_eq(fx.pkt.pkttype, PKTTYPE_BROADCAST);
	cr_assert_neq(fx.pkt.flags & PKT_NFTRACE, 0);
	fx_fini(&fx);
}

Test(expr_meta, refusals)
{
	struct nftnl_expr *ne = meta(NFT_META_BRI_IIFNAME, false);
	struct fx fx;

	box(&fx);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EOPNOTSUPP);
	nftnl_expr_free(ne);
	ne = meta(NFT_META_NFTRACE, false);
	cr_assert_null(fx_lower(&fx, ne));
	nftnl_expr_free(ne);
	ne = meta(NFT_META_IIF, true);
	cr_assert_null(fx_lower(&fx, ne));
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
