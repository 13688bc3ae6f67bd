/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *redir(bool ports, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("redir");

	if (ports) {
		nftnl_expr_set_u32(ne, NFTNL_EXPR_REDIR_REG_PROTO_MIN,
				   NFT_REG_1);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_REDIR_REG_PROTO_MAX,
				   NFT_REG_2);
	}
	if (flags)
		nftnl_expr_set_u32(ne, NFTNL_EXPR_REDIR_FLAGS, flags);
	return ne;
}

Test(expr_redir, hands_ports_and_flags_to_nat)
{
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct nftnl_expr *ne = redir(true, NF_NAT_RANGE_PROTO_SPECIFIED);
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	cr_assert_not_null(e, "%s", fx.err.message);
	fx.pkt.ct = &fx.conn;
	regs.w[4] = htobe16(5);
	regs.w[8] = htobe16(6);
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NF_ACCEPT);
	cr_assert_str_eq(fx.conn.nat.what, "redirect");
	cr_assert_eq(fx.conn.nat.range.min_port, htobe16(5));
	cr_assert_eq(fx.conn.nat.range.max_port, htobe16(6));
	cr_assert_eq(fx.conn.nat.range.flags, NF_NAT_RANGE_PROTO_SPECIFIED);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_redir, no_address_drops_and_says_why)
{
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct nftnl_expr *ne = redir(false, 0);
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV6);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	fx.pkt.ct = &fx.conn;
	fx.conn.answer = REASON_nat_no_address;
	fx_exec(&fx, e, &regs);
	cr_assert_eq(regs.verdict, NF_DROP);
	cr_assert_eq(fx.env.drop_reason, REASON_nat_no_address);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_redir, hooks)
{
	struct nftnl_expr *ne = redir(false, 0);
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	e = fx_lower(&fx, ne);
	for (uint8_t hook = 0; hook < NF_INET_NUMHOOKS; hook++) {
		struct vm_chain_spec base = {
			.is_base = true,
			.type = VM_CHAIN_NAT,
			.hook = hook,
		};
		bool may = hook == NF_INET_PRE_ROUTING ||
			   hook == NF_INET_LOCAL_OUT;

		cr_assert_eq(e->ops->validate(e, &base), may ? 0 : -EOPNOTSUPP);
		base.type = VM_CHAIN_FILTER;
		cr_assert_eq(e->ops->validate(e, &base), -EOPNOTSUPP);
	}
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
