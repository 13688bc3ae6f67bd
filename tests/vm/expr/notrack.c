/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

Test(expr_notrack, only_when_nothing_is_attached)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("notrack");
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	fx.pkt.ct = &fx.conn;
	fx.pkt.ctinfo = IP_CT_NEW;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(fx.pkt.ctinfo, IP_CT_NEW);
	fx.pkt.ct = NULL;
	fx.pkt.ctinfo = 0;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(fx.pkt.ctinfo, IP_CT_UNTRACKED);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
