/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* Add one key (or the catch-all element, @key 0) with a verdict or data. */
static int add(struct fx *fx, const char *set, uint16_t key, int32_t verdict,
	       const char *chain, uint32_t data)
{
	struct elem_batch b;
	int ret;

	elem_batch_init(&b, 2, data ? 4 : 0);
	elem_batch_add(&b);
	put_be16(elem_batch_key(&b, 0), key);
	b.flags[0] = key ? 0 : ELEM_CATCHALL;
	if (data)
		memcpy(elem_batch_data(&b), &data, 4);
	else
		elem_batch_verdicts(&b)[0] = verdict;
	if (chain)
		elem_batch_chains(&b)[0] = chain;
	ret = vm_elems_add(fx->tx, fx->family, "t", set, &b, &fx->err);
	elem_batch_fini(&b);
	return ret;
}

static void dport_lookup(struct fx *fx, const char *set, int32_t dreg,
			 uint32_t flags, int32_t verdict)
{
	struct nftnl_rule *r = fx_rule(fx, "in");

	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_lookup(r, NFT_REG_1, set, dreg, flags);
	if (verdict != NFT_CONTINUE)
		fx_verdict(r, verdict, NULL);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

static uint32_t port(struct fx *fx, uint16_t dport, bool fast)
{
	fx_tcp4(fx, 1, 2, 3, dport);
	fx->env.reference = !fast;
	return fx_run(fx, "in", NULL);
}

Test(expr_lookup, sets_and_inversion)
{
	struct fx fx;

	for (uint32_t inv = 0; inv < 2; inv++) {
		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		fx_set_add(&fx, fx_set(&fx, "s", 0, 2));
		add(&fx, "s", 80, 0, NULL, 0);
		add(&fx, "s", 443, 0, NULL, 0);
		dport_lookup(&fx, "s", -1, inv, NF_DROP);
		cr_assert_eq(fx_commit(&fx), 0);
		for (int fast = 0; fast < 2; fast++) {
			cr_assert_eq(port(&fx, 80, fast),
				     inv ? NF_ACCEPT : NF_DROP);
			cr_assert_eq(port(&fx, 443, fast),
				     inv ? NF_ACCEPT : NF_DROP);
			cr_assert_eq(port(&fx, 22, fast),
				     inv ? NF_DROP : NF_ACCEPT);
		}
		fx_fini(&fx);
	}
}

static void vmap_make(struct fx *fx, const char *name)
{
	struct nftnl_set *s = fx_set(fx, name, NFT_SET_MAP, 2);

	nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
	cr_assert_eq(fx_set_add(fx, s), 0);
}

/* A miss continues with the next rule; the catch-all takes the rest. */
Test(expr_lookup, verdict_maps)
{
	struct nftnl_rule *r;
	struct fx fx;

	for (int all = 0; all < 2; all++) {
		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		fx_chain(&fx, "a");
		r = fx_rule(&fx, "a");
		fx_verdict(r, NF_DROP, NULL);
		fx_add(&fx, r);
		vmap_make(&fx, "v");
		add(&fx, "v", 80, NF_ACCEPT, NULL, 0);
		add(&fx, "v", 22, NFT_JUMP, "a", 0);
		if (all)
			add(&fx, "v", 0, NF_ACCEPT, NULL, 0);
		dport_lookup(&fx, "v", NFT_REG_VERDICT, 0, NFT_CONTINUE);
		r = fx_rule(&fx, "in");
		fx_verdict(r, NF_DROP, NULL);
		fx_add(&fx, r);
		cr_assert_eq(fx_commit(&fx), 0);
		for (int fast = 0; fast < 2; fast++) {
			cr_assert_eq(port(&fx, 80, fast), NF_ACCEPT);
			cr_assert_eq(port(&fx, 22, fast), NF_DROP);
			cr_assert_eq(port(&fx, 9, fast),
				     all ? NF_ACCEPT : NF_DROP);
		}
		fx_fini(&fx);
	}
}

Test(expr_lookup, map_data_and_miss)
{
	struct nftnl_set *s;
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	s = fx_set(&fx, "m", NFT_SET_MAP, 2);
	nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, 4);
	fx_set_add(&fx, s);
	add(&fx, "m", 80, 0, NULL, 0x50);
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_lookup(r, NFT_REG_1, "m", NFT_REG_1, 0);
	fx_meta_set(r, NFT_META_MARK, NFT_REG_1);
	fx_add(&fx, r);
	cr_assert_eq(fx_commit(&fx), 0);
	port(&fx, 80, false);
	cr_assert_eq(fx.pkt.mark, 0x50);
	port(&fx, 81, false);
	cr_assert_eq(fx.pkt.mark, 0); /* BREAK: the mark is not set */
	fx_fini(&fx);
}

Test(expr_lookup, refusals_and_text)
{
	struct nftnl_rule *r;
	struct nftnl_expr *ne;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_set_add(&fx, fx_set(&fx, "s", 0, 2));
	vmap_make(&fx, "v");
	cr_assert_eq(add(&fx, "v", 22, NFT_JUMP, "none", 0), -ENOENT);
	cr_assert_eq(add(&fx, "v", 22, NFT_JUMP, "in", 0), -EOPNOTSUPP);
	for (int i = 0; i < 4; i++) {
		static const struct {
			const char *set;
			int32_t dreg;
			uint32_t flags;
			int code;
		} bad[] = {
			{ "none", -1, 0, -ENOENT },
			{ "s", NFT_REG_1, 0, -EINVAL },
			{ "v", NFT_REG_1, 0, -EINVAL },
			{ "v", NFT_REG_VERDICT, 1, -EINVAL },
		};

		r = fx_rule(&fx, "in");
		fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
		fx_lookup(r, NFT_REG_1, bad[i].set, bad[i].dreg, bad[i].flags);
		cr_assert_eq(fx_add(&fx, r), bad[i].code, "case %d", i);
		cr_assert_eq(fx.err.expr, 1);
	}
	ne = nftnl_expr_alloc("lookup");
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(ne, NFTNL_EXPR_LOOKUP_SET, "s");
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOOKUP_FLAGS, 1);
	cr_assert(fx_describes(&fx, ne));
	nftnl_expr_free(ne);
	ne = nftnl_expr_alloc("lookup");
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(ne, NFTNL_EXPR_LOOKUP_SET, "v");
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LOOKUP_DREG, 0);
	cr_assert(fx_describes(&fx, ne));
	nftnl_expr_free(ne);
	vm_abort(fx.tx);
	fx_fini(&fx);
}
