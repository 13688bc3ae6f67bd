/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *option(uint32_t op, uint8_t type, uint32_t offset,
				 uint32_t len, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("exthdr");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_OP, op);
	nftnl_expr_set_u8(ne, NFTNL_EXPR_EXTHDR_TYPE, type);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_OFFSET, offset);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_LEN, len);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_FLAGS, flags);
	return ne;
}

static void load(struct fx *fx, struct nftnl_expr *ne, struct vm_regs *regs)
{
	struct vm_expr *e;

	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_DREG, NFT_REG_1);
	cr_assert(fx_describes(fx, ne));
	e = fx_lower(fx, ne);
	memset(regs, 0, sizeof(*regs));
	regs->verdict = NFT_CONTINUE;
	fx_exec(fx, e, regs);
	vm_expr_free(e);
	nftnl_expr_free(ne);
}

/* Options that lie about their length lead nowhere, and not out of the header:
 * each row is the options of a SYN. */
Test(expr_exthdr, hostile_tcp_options)
{
	static const struct {
		uint8_t bytes[8];
		bool has_mss;
	} rows[] = {
		{ { 2, 4, 5, 0xb4 }, true },
		{ { 1, 1, 1, 1, 2, 4, 5, 0xb4 }, true },
		{ { 3, 3, 7, 2, 4, 5, 0xb4, 0 }, true },
		{ { 2, 40, 5, 0xb4 }, false },
		{ { 3, 0, 7, 0 }, false },
		{ { 1, 1, 1, 1, 1, 1, 1, 2 }, true },
		{ { 0 }, false },
	};
	struct vm_regs regs;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fx_tcp4(&fx, 1, 2, 3, 4);
		memcpy(fx.pkt.data + fx.pkt.l4_off + 20, rows[i].bytes, 8);
		fx.pkt.data[fx.pkt.l4_off + 12] = 7 << 4;
		fx.pkt.len = fx.pkt.l4_off + 28;
		load(&fx,
		     option(NFT_EXTHDR_OP_TCPOPT, 2, 0, 1,
			    NFT_EXTHDR_F_PRESENT),
		     &regs);
		cr_assert_eq(regs.w[4], rows[i].has_mss, "row %zu", i);
		/* two bytes behind the kind may not be there */
		load(&fx, option(NFT_EXTHDR_OP_TCPOPT, 2, 2, 2, 0), &regs);
		cr_assert_eq(regs.verdict == NFT_CONTINUE,
			     rows[i].has_mss && i != 5, "row %zu", i);
	}
	fx_fini(&fx);
}

Test(expr_exthdr, refusals)
{
	struct nftnl_expr *ne = option(NFT_EXTHDR_OP_IPV6, 0, 0, 2, 0);
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	cr_assert_null(fx_lower(&fx, ne), "only TCP options are written");
	nftnl_expr_free(ne);
	ne = option(NFT_EXTHDR_OP_TCPOPT, 3, 2, 1, 0);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	cr_assert_null(fx_lower(&fx, ne), "one byte of an option");
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
