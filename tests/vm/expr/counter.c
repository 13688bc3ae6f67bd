/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *counter(uint64_t packets, uint64_t bytes)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("counter");

	nftnl_expr_set_u64(ne, NFTNL_EXPR_CTR_PACKETS, packets);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_CTR_BYTES, bytes);
	return ne;
}

Test(expr_counter, goes_on_from_what_was_loaded)
{
	struct nftnl_expr *ne = counter(5, 700);
	struct vm_regs regs = { 0 };
	uint64_t packets, bytes;
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	fx.pkt.wire_len = 1500;
	fx.pkt.len = 96; /* cut by a snap length: the wire counts */
	fx_exec(&fx, e, &regs);
	cr_assert(vm_counter_read(e, &packets, &bytes));
	cr_assert_eq(packets, 6);
	cr_assert_eq(bytes, 2200);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
