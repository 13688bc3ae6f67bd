/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *reject(uint32_t type, uint8_t code)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("reject");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_REJECT_TYPE, type);
	nftnl_expr_set_u8(ne, NFTNL_EXPR_REJECT_CODE, code);
	return ne;
}

struct answer {
	unsigned n;
	struct vm_reject last;
};

static void on_reject(void *data, struct packet *pkt, const struct vm_reject *r)
{
	struct answer *a = data;

	a->n++;
	a->last = *r;
}

/* Facts 8.7: icmpx codes by IP version; ip and ip6 tables do not know icmpx. */
Test(expr_reject, answers)
{
	static const struct {
		uint8_t family, nfproto;
		uint32_t type;
		uint8_t code;
		unsigned n;
		struct vm_reject want;
	} cases[] = {
		{ NFPROTO_IPV4,
		  NFPROTO_IPV4,
		  NFT_REJECT_ICMP_UNREACH,
		  3,
		  1,
		  { false, 3 } },
		{ NFPROTO_IPV4,
		  NFPROTO_IPV4,
		  NFT_REJECT_TCP_RST,
		  0,
		  1,
		  { true, 0 } },
		{ NFPROTO_IPV4,
		  NFPROTO_IPV4,
		  NFT_REJECT_ICMPX_UNREACH,
		  1,
		  0,
		  { false, 0 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV4,
		  NFT_REJECT_ICMPX_UNREACH,
		  0,
		  1,
		  { false, 0 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV4,
		  NFT_REJECT_ICMPX_UNREACH,
		  1,
		  1,
		  { false, 3 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV4,
		  NFT_REJECT_ICMPX_UNREACH,
		  2,
		  1,
		  { false, 1 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV4,
		  NFT_REJECT_ICMPX_UNREACH,
		  3,
		  1,
		  { false, 13 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV6,
		  NFT_REJECT_ICMPX_UNREACH,
		  0,
		  1,
		  { false, 0 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV6,
		  NFT_REJECT_ICMPX_UNREACH,
		  1,
		  1,
		  { false, 4 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV6,
		  NFT_REJECT_ICMPX_UNREACH,
		  2,
		  1,
		  { false, 3 } },
		{ NFPROTO_INET,
		  NFPROTO_IPV6,
		  NFT_REJECT_ICMPX_UNREACH,
		  3,
		  1,
		  { false, 1 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne = reject(cases[i].type, cases[i].code);
		struct vm_regs regs = { .verdict = NFT_CONTINUE };
		struct answer a = { 0 };
		struct vm_expr *e;
		struct fx fx;

		fx_init(&fx, cases[i].family);
		fx.env.reject = on_reject;
		fx.env.reject_data = &a;
		fx.pkt.nfproto = cases[i].nfproto;
		cr_assert(fx_describes(&fx, ne));
		e = fx_lower(&fx, ne);
		cr_assert_not_null(e, "%s", fx.err.message);
		fx_exec(&fx, e, &regs);
		cr_assert_eq(regs.verdict, NF_DROP);
		cr_assert_eq(a.n, cases[i].n, "case %zu", i);
		if (a.n) {
			cr_assert_eq(a.last.tcp_reset, cases[i].want.tcp_reset);
			cr_assert_eq(a.last.code, cases[i].want.code,
				     "case %zu", i);
		}
		vm_expr_free(e);
		nftnl_expr_free(ne);
		fx_fini(&fx);
	}
}

Test(expr_reject, refusals_and_hooks)
{
	struct nftnl_expr *ne = reject(3, 0);
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_free(ne);
	ne = reject(NFT_REJECT_ICMPX_UNREACH, 4);
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EINVAL);
	nftnl_expr_free(ne);
	ne = reject(NFT_REJECT_TCP_RST, 0);
	e = fx_lower(&fx, ne);
	for (uint8_t hook = 0; hook < NF_INET_NUMHOOKS; hook++) {
		const struct vm_chain_spec base = { .is_base = true,
						    .hook = hook };

		cr_assert_eq(e->ops->validate(e, &base),
			     hook == NF_INET_POST_ROUTING ? -EOPNOTSUPP : 0);
	}
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
