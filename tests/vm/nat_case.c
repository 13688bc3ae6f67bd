/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/vm/nat_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

static struct nftnl_expr *expr_of(const struct nat_case *k, bool ports,
				  uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc(k->name);

	if (ports) {
		nftnl_expr_set_u32(ne, k->min, NFT_REG_1);
		nftnl_expr_set_u32(ne, k->max, NFT_REG_2);
	}
	if (flags)
		nftnl_expr_set_u32(ne, k->flags, flags);
	return ne;
}

void nat_case_hands_ports_and_flags_to_nat(const struct nat_case *k)
{
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct nftnl_expr *ne = expr_of(k, true, NF_NAT_RANGE_PROTO_SPECIFIED);
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
	cr_assert_str_eq(fx.conn.nat.what, k->what);
	cr_assert_eq(fx.conn.nat.range.min_port, htobe16(5));
	cr_assert_eq(fx.conn.nat.range.max_port, htobe16(6));
	cr_assert_eq(fx.conn.nat.range.flags, NF_NAT_RANGE_PROTO_SPECIFIED);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

void nat_case_no_address_drops_and_says_why(const struct nat_case *k)
{
	struct vm_regs regs = { .verdict = NFT_CONTINUE };
	struct nftnl_expr *ne = expr_of(k, false, 0);
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

void nat_case_hooks(const struct nat_case *k)
{
	struct nftnl_expr *ne = expr_of(k, false, 0);
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
		bool may = k->hooks >> hook & 1;

		cr_assert_eq(e->ops->validate(e, &base), may ? 0 : -EOPNOTSUPP);
		base.type = VM_CHAIN_FILTER;
		cr_assert_eq(e->ops->validate(e, &base), -EOPNOTSUPP);
	}
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
