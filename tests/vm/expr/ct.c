/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *ct(uint32_t key, int dir)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("ct");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	if (dir >= 0)
		nftnl_expr_set_u8(ne, NFTNL_EXPR_CT_DIR, (uint8_t)dir);
	return ne;
}

/* 10.0.0.1:1000 -> 10.0.0.2:80, an answer of it. */
static void connection(struct fx *fx)
{
	struct ct_conn *c = &fx->conn;

	fx_init(fx, NFPROTO_INET);
	fx->pkt.ct = c;
	fx->pkt.ctinfo = IP_CT_ESTABLISHED_REPLY;
	*c = (struct ct_conn){ .status = 0x0e,
			       .mark = 0x42,
			       .id = 5,
			       .zone = { 3, 4 },
			       .expires_ms = 432000,
			       .packets = { 10, 20 },
			       .bytes = { 1000, 5000 } };
	c->tuple[0] = (struct ct_tuple){ .l3 = NFPROTO_IPV4, .l4 = 6 };
	c->tuple[0].src.ip = htobe32(0x0a000001);
	c->tuple[0].dst.ip = htobe32(0x0a000002);
	c->tuple[0].sport = htobe16(1000);
	c->tuple[0].dport = htobe16(80);
	c->tuple[1] = c->tuple[0];
	c->tuple[1].src = c->tuple[0].dst;
	c->tuple[1].dst = c->tuple[0].src;
}

static const struct {
	uint32_t key;
	int dir;
	bool loads;
	uint8_t len;
	uint8_t want[16];
} cases[] = {
	{ NFT_CT_STATE, -1, true, 4, { CT_STATE_ESTABLISHED } },
	{ NFT_CT_DIRECTION, -1, true, 1, { 1 } },
	{ NFT_CT_STATUS, -1, true, 4, { 0x0e } },
	{ NFT_CT_MARK, -1, true, 4, { 0x42 } },
	{ NFT_CT_SECMARK, -1, true, 4, { 0 } },
	{ NFT_CT_EXPIRATION, -1, true, 4, { 0x80, 0x97, 0x06 } },
	{ NFT_CT_HELPER, -1, false, 16, "" },
	{ NFT_CT_L3PROTOCOL, -1, true, 1, { NFPROTO_IPV4 } },
	{ NFT_CT_L3PROTOCOL, 1, true, 1, { NFPROTO_IPV4 } },
	{ NFT_CT_PROTOCOL, -1, true, 1, { 6 } },
	{ NFT_CT_SRC, 0, true, 16, { 10, 0, 0, 1 } },
	{ NFT_CT_DST, 1, true, 16, { 10, 0, 0, 1 } },
	{ NFT_CT_SRC_IP, 1, true, 4, { 10, 0, 0, 2 } },
	{ NFT_CT_DST_IP, 0, true, 4, { 10, 0, 0, 2 } },
	{ NFT_CT_SRC_IP6, 0, false, 16, "" },
	{ NFT_CT_DST_IP6, 0, false, 16, "" },
	{ NFT_CT_PROTO_SRC, 0, true, 2, { 0x03, 0xe8 } },
	{ NFT_CT_PROTO_DST, 0, true, 2, { 0, 80 } },
	{ NFT_CT_LABELS, -1, true, 16, { 0 } },
	{ NFT_CT_PKTS, -1, true, 8, { 30 } },
	{ NFT_CT_PKTS, 0, true, 8, { 10 } },
	{ NFT_CT_BYTES, 1, true, 8, { 0x88, 0x13 } },
	{ NFT_CT_AVGPKT, -1, true, 8, { 200 } },
	{ NFT_CT_AVGPKT, 0, true, 8, { 100 } },
	{ NFT_CT_ZONE, -1, true, 2, { 3 } },
	{ NFT_CT_ZONE, 1, true, 2, { 4 } },
	{ NFT_CT_ID, -1, true, 4, { 5 } },
};

Test(expr_ct, every_key)
{
	struct fx fx;

	connection(&fx);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = ct(cases[i].key, cases[i].dir);
		struct vm_expr *e = fx_lower(&fx, ne);
		struct vm_regs regs;

		cr_assert_not_null(e, "case %zu: %s", i, fx.err.message);
		cr_assert(fx_describes(&fx, ne));
		memset(&regs, 0xff, sizeof(regs));
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.verdict == NFT_CONTINUE, cases[i].loads,
			     "case %zu", i);
		if (cases[i].loads)
			cr_assert_arr_eq(&regs.w[4], cases[i].want,
					 ALIGN_UP(cases[i].len, 4), "case %zu",
					 i);
		/* without a connection all but state BREAK */
		fx.pkt.ct = NULL;
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.verdict == NFT_CONTINUE,
			     cases[i].key == NFT_CT_STATE, "case %zu", i);
		fx.pkt.ct = &fx.conn;
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_ct, state_bits)
{
	static const struct {
		bool ct;
		uint8_t ctinfo;
		uint32_t want;
	} states[] = {
		{ true, IP_CT_ESTABLISHED, CT_STATE_ESTABLISHED },
		{ true, IP_CT_RELATED, CT_STATE_RELATED },
		{ true, IP_CT_NEW, CT_STATE_NEW },
		{ true, IP_CT_ESTABLISHED_REPLY, CT_STATE_ESTABLISHED },
		{ true, IP_CT_RELATED_REPLY, CT_STATE_RELATED },
		{ false, IP_CT_UNTRACKED, CT_STATE_UNTRACKED },
		{ false, 0, CT_STATE_INVALID },
	};
	struct nftnl_expr *ne = ct(NFT_CT_STATE, -1);
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	connection(&fx);
	e = fx_lower(&fx, ne);
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		fx.pkt.ct = states[i].ct ? &fx.conn : NULL;
		fx.pkt.ctinfo = states[i].ctinfo;
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.w[4], states[i].want, "case %zu", i);
	}
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_ct, set_mark)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("ct");
	struct vm_regs regs = { .w = { [4] = 7 } };
	struct vm_expr *e;
	struct fx fx;

	connection(&fx);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_CT_SREG, NFT_REG_1);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	fx_exec(&fx, e, &regs);
	cr_assert_eq(fx.conn.mark, 7);
	/* without a connection nothing happens, not even a BREAK */
	fx.pkt.ct = NULL;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_ct, refusals)
{
	static const struct {
		uint32_t key;
		int dir, code;
	} bad[] = {
		{ NFT_CT_SRC, -1, -EINVAL },
		{ NFT_CT_PROTO_DST, -1, -EINVAL },
		{ NFT_CT_STATE, 0, -EINVAL },
		{ NFT_CT_MARK, 1, -EINVAL },
		{ NFT_CT_SRC_IP, 2, -EINVAL },
		{ 99, -1, -EOPNOTSUPP },
		{ NFT_CT_EVENTMASK, -1, -EOPNOTSUPP },
	};
	struct fx fx;

	connection(&fx);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne = ct(bad[i].key, bad[i].dir);

		cr_assert_null(fx_lower(&fx, ne));
		cr_assert_eq(fx.err.code, bad[i].code, "case %zu", i);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
