/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* Run @ne on fx's packet: the verdict, and 16 bytes at register 1, which held
 * 0xff before. */
static int32_t run(struct fx *fx, const struct nftnl_expr *ne, uint8_t out[16])
{
	struct vm_expr *e = fx_lower(fx, ne);
	struct vm_regs regs;

	cr_assert_not_null(e, "%s", fx->err.message);
	cr_assert(fx_describes(fx, ne));
	memset(&regs, 0xff, sizeof(regs));
	fx_exec(fx, e, &regs);
	memcpy(out, &regs.w[4], 16);
	vm_expr_free(e);
	return regs.verdict;
}

static struct nftnl_expr *payload(uint32_t base, uint32_t offset, uint32_t len)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("payload");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	return ne;
}

enum {
	LL,
	NH,
	TH,
	INNER
};

/*
 * The packet: 20 bytes of IPv4, 20 of TCP, 20 of data, bytes 0x10, 0x11, ...
 * from the network header on, but for the TCP header length.
 */
static const struct {
	const char *what;
	uint32_t base, offset, len;
	uint16_t frag_off, flags;
	uint32_t pkt_len;
	bool loads;
	uint8_t first; /* byte loaded */
} cases[] = {
	{ "network", NH, 12, 4, 0, PKT_L4, 60, true, 0x1c },
	{ "odd length", NH, 12, 3, 0, PKT_L4, 60, true, 0x1c },
	{ "last byte", NH, 59, 1, 0, PKT_L4, 60, true, 0x4b },
	{ "past the end", NH, 60, 1, 0, PKT_L4, 60, false, 0 },
	{ "half past the end", NH, 56, 8, 0, PKT_L4, 60, false, 0 },
	{ "transport", TH, 2, 2, 0, PKT_L4, 60, true, 0x26 },
	{ "no transport header", TH, 2, 2, 0, 0, 60, false, 0 },
	{ "fragment, the fast way", TH, 2, 2, 1480, PKT_L4, 60, true, 0x26 },
	{ "fragment, unaligned", TH, 1, 2, 1480, PKT_L4, 60, false, 0 },
	{ "fragment, long", TH, 0, 8, 1480, PKT_L4, 60, false, 0 },
	{ "fragment, three bytes", TH, 0, 3, 1480, PKT_L4, 60, false, 0 },
	{ "transport cut off", TH, 2, 2, 0, PKT_L4, 23, false, 0 },
	{ "inner: data behind TCP", INNER, 0, 4, 0, PKT_L4, 60, true, 0x38 },
	{ "inner of a fragment", INNER, 0, 4, 1480, PKT_L4, 60, false, 0 },
	{ "link", LL, 6, 6, 0, PKT_L4 | PKT_HAS_L2, 60, true, 6 },
	{ "no link header", LL, 6, 6, 0, PKT_L4, 60, false, 0 },
	{ "behind the link header", LL, 12, 4, 0, PKT_L4 | PKT_HAS_L2, 60,
	  false, 0 },
};

Test(expr_payload, loads_and_breaks)
{
	static uint8_t l2[14];
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (unsigned i = 0; i < 14; i++)
		l2[i] = (uint8_t)i;
	for (unsigned i = 0; i < 60; i++)
		fx.pkt.data[i] = (uint8_t)(0x10 + i);
	fx.pkt.data[32] = 0x50;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne =
			payload(cases[i].base, cases[i].offset, cases[i].len);
		uint8_t out[16];
		int32_t verdict;

		fx.pkt.frag_off = cases[i].frag_off;
		fx.pkt.flags = cases[i].flags;
		fx.pkt.len = cases[i].pkt_len;
		fx.pkt.l2 = l2;
		fx.pkt.l2_len = 14;
		verdict = run(&fx, ne, out);
		nftnl_expr_free(ne);
		cr_assert_eq(verdict, cases[i].loads ? NFT_CONTINUE : NFT_BREAK,
			     "%s", cases[i].what);
		if (!cases[i].loads)
			continue;
		cr_assert_eq(out[0], cases[i].first, "%s: 0x%x", cases[i].what,
			     out[0]);
		/* the rest of the last word is zero, what follows untouched */
		for (unsigned j = cases[i].len; j < 16; j++)
			cr_assert_eq(out[j],
				     j < ALIGN_UP(cases[i].len, 4u) ? 0 : 0xff,
				     "%s: byte %u", cases[i].what, j);
	}
	fx_fini(&fx);
}

Test(expr_payload, inner_offsets)
{
	static const struct {
		uint8_t l4proto, h[4];
		int offset; /* -1: BREAK */
	} inner[] = {
		{ IPPROTO_UDP, { 0 }, 8 },
		{ IPPROTO_IPIP, { 0 }, 0 },
		{ IPPROTO_GRE, { 0x00, 0, 8, 0 }, 4 },
		{ IPPROTO_GRE, { 0xb0, 0, 8, 0 }, 16 },
		{ IPPROTO_GRE, { 0x40, 0, 8, 0 }, -1 }, /* routing */
		{ IPPROTO_GRE, { 0x30, 1, 8, 0 }, -1 }, /* PPTP's version 1 */
		{ IPPROTO_ICMP, { 0 }, -1 },
	};
	struct nftnl_expr *ne = payload(INNER, 0, 1);
	uint8_t out[16];
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
		int32_t verdict;

		for (unsigned j = 0; j < 40; j++)
			fx.pkt.data[20 + j] = (uint8_t)j;
		memcpy(fx.pkt.data + 20, inner[i].h, 4);
		fx.pkt.l4proto = inner[i].l4proto;
		verdict = run(&fx, ne, out);
		cr_assert_eq(verdict == NFT_BREAK, inner[i].offset < 0, "%zu",
			     i);
		if (inner[i].offset > 4)
			cr_assert_eq(out[0], inner[i].offset, "%zu", i);
	}
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_payload, refusals)
{
	static const struct {
		uint32_t base, offset, len;
		int code;
	} bad[] = {
		{ NH, 0, 0, -EINVAL },
		{ NH, 0, 65, -ERANGE },
		{ NH, 65536, 4, -ERANGE },
		{ 9, 0, 4, -EOPNOTSUPP },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne =
			payload(bad[i].base, bad[i].offset, bad[i].len);

		cr_assert_null(fx_lower(&fx, ne));
		cr_assert_eq(fx.err.code, bad[i].code, "case %zu: %d", i,
			     fx.err.code);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}
