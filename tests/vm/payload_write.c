/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "packet/csum.h"
#include "tests/vm/fixture.h"

static struct nftnl_expr *write_of(uint32_t base, uint32_t offset, uint32_t len,
				   uint32_t csum, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("payload");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_SREG, NFT_REG_1);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_LEN, len);
	if (csum) {
		nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_CSUM_TYPE,
				   NFT_PAYLOAD_CSUM_INET);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, csum);
	}
	nftnl_expr_set_u32(ne, NFTNL_EXPR_PAYLOAD_FLAGS, flags);
	return ne;
}

static int32_t run(struct fx *fx, struct nftnl_expr *ne, uint32_t value)
{
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct vm_expr *e = fx_lower(fx, ne);

	cr_assert_not_null(e);
	regs.w[4] = value;
	fx_exec(fx, e, &regs);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	return regs.verdict;
}

/* Addresses are in three sums: that of the bytes, the header's, the segment's. */
Test(payload_write, repairs_both_checksums)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_tcp4(&fx, 1, 2, 3, 4);
	packet_csum_l4_fill(&fx.pkt, 6, fx.pkt.l4_off);
	cr_assert_eq(packet_csum_l4(&fx.pkt, 6, fx.pkt.l4_off), CSUM_GOOD);
	cr_assert_eq(run(&fx,
			 write_of(NFT_PAYLOAD_NETWORK_HEADER, 12, 4, 10, 1),
			 0x04030201),
		     NFT_CONTINUE);
	cr_assert_eq(packet_csum_l4(&fx.pkt, 6, fx.pkt.l4_off), CSUM_GOOD);
	cr_assert_eq(run(&fx,
			 write_of(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, 16, 0),
			 0x1600),
		     NFT_CONTINUE);
	cr_assert_eq(packet_csum_l4(&fx.pkt, 6, fx.pkt.l4_off), CSUM_GOOD);
	cr_assert_eq(fx.pkt.data[fx.pkt.l4_off + 3], 0x16);
	fx_fini(&fx);
}

Test(payload_write, stays_in_the_packet)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_tcp4(&fx, 1, 2, 3, 4);
	cr_assert_eq(run(&fx,
			 write_of(NFT_PAYLOAD_NETWORK_HEADER, 60000, 2, 0, 0),
			 1),
		     NFT_BREAK);
	cr_assert_eq(run(&fx,
			 write_of(NFT_PAYLOAD_NETWORK_HEADER, 0, 2, 60000, 0),
			 1),
		     NFT_BREAK);
	fx.pkt.frag_off = 8;
	cr_assert_eq(run(&fx,
			 write_of(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, 16, 0),
			 1),
		     NFT_BREAK);
	fx_fini(&fx);
}
