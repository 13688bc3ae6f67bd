/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static void take(void *data, const struct packet *pkt, const struct vm_log *log)
{
	*(struct vm_log *)data = *log;
	cr_assert_str_eq(log->prefix, "in: ");
}

Test(expr_log, says_what_it_was_told)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("log");
	struct vm_regs regs = { 0 };
	struct vm_log got = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	nftnl_expr_set_str(ne, NFTNL_EXPR_LOG_PREFIX, "in: ");
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOG_LEVEL, 5);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOG_FLAGS, 0x2f);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	fx_exec(&fx, e, &regs); /* nobody listens */
	fx.env.log = take;
	fx.env.log_data = &got;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(got.level, 5);
	cr_assert_eq(got.flags, 0x2f);
	cr_assert_eq(regs.verdict, NFT_CONTINUE);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_log, to_a_group)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("log");
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	nftnl_expr_set_u16(ne, NFTNL_EXPR_LOG_GROUP, 3);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOG_SNAPLEN, 128);
	nftnl_expr_set_u16(ne, NFTNL_EXPR_LOG_QTHRESHOLD, 10);
	cr_assert(fx_describes(&fx, ne));
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOG_LEVEL, 4);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
