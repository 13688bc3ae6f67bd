/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static void jump(struct fx *fx, const char *from, int32_t code, const char *to)
{
	struct nftnl_rule *r = fx_rule(fx, from);

	fx_counter(r);
	fx_verdict(r, code, to);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

/* in -> c1 -> ... -> cn: the answer of the commit. */
static int depth(unsigned n, int32_t code)
{
	char from[8] = "in", to[8];
	struct fx fx;
	int ret;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	for (unsigned i = 1; i <= n; i++) {
		snprintf(to, sizeof(to), "c%u", i);
		fx_chain(&fx, to);
		jump(&fx, from, code, to);
		strcpy(from, to);
	}
	ret = fx_commit(&fx);
	fx_fini(&fx);
	return ret;
}

/* nft_chain_validate(): level 16 is one too deep; a goto counts as well. */
Test(verify, fifteen_chains_below_a_base_chain)
{
	cr_assert_eq(depth(15, NFT_JUMP), 0);
	cr_assert_eq(depth(16, NFT_JUMP), -EMLINK);
	cr_assert_eq(depth(15, NFT_GOTO), 0);
	cr_assert_eq(depth(16, NFT_GOTO), -EMLINK);
	cr_assert_eq(depth(5000, NFT_JUMP), -EMLINK);
}

Test(verify, loops_that_a_base_chain_reaches)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "a");
	fx_chain(&fx, "b");
	jump(&fx, "a", NFT_JUMP, "b");
	jump(&fx, "b", NFT_JUMP, "a");
	/* nobody gets there: Linux takes it */
	cr_assert_eq(fx_commit(&fx), 0);
	fx_begin(&fx);
	jump(&fx, "in", NFT_JUMP, "a");
	cr_assert_eq(fx_commit(&fx), -EMLINK);
	cr_assert_eq(fx.err.rule_handle, 2, "%llu",
		     (unsigned long long)fx.err.rule_handle);
	cr_assert_eq(fx.err.expr, 1);
	cr_assert_eq(fx.err.cookie, 1002);
	fx_fini(&fx);
}

/* Many ways to one chain: the walk must not try them all. */
Test(verify, diamonds_are_walked_once, .timeout = 10)
{
	char a[8], b[8], next[8];
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	for (unsigned i = 0; i < 15; i++) {
		snprintf(a, sizeof(a), "d%u", i);
		fx_chain(&fx, a);
	}
	for (unsigned i = 0; i + 1 < 15; i++) {
		snprintf(a, sizeof(a), "d%u", i);
		for (unsigned j = 0; j < 40; j++) {
			snprintf(next, sizeof(next), "d%u", i + 1);
			jump(&fx, a, NFT_JUMP, next);
		}
	}
	snprintf(b, sizeof(b), "d0");
	jump(&fx, "in", NFT_JUMP, b);
	cr_assert_eq(fx_commit(&fx), 0, "%s", fx.err.message);
	fx_fini(&fx);
}

/* A loop that closes through a verdict map's element. */
Test(verify, loops_through_verdict_maps)
{
	struct elem_batch e;
	struct nftnl_set *s;
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "a");
	s = fx_set(&fx, "v", NFT_SET_MAP, 2);
	nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
	fx_set_add(&fx, s);
	r = fx_rule(&fx, "a");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_lookup(r, NFT_REG_1, "v", NFT_REG_VERDICT, 0);
	fx_add(&fx, r);
	jump(&fx, "in", NFT_JUMP, "a");
	cr_assert_eq(fx_commit(&fx), 0);
	fx_begin(&fx);
	elem_batch_init(&e, 2, 0);
	elem_batch_add(&e);
	elem_batch_verdicts(&e)[0] = NFT_JUMP;
	elem_batch_chains(&e)[0] = "a";
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "v", &e, &fx.err), 0);
	elem_batch_fini(&e);
	cr_assert_eq(fx_commit(&fx), -EMLINK);
	fx_fini(&fx);
}

Test(verify, registers_are_written_before_they_are_read)
{
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_u8(r, NFT_CMP_EQ, NFT_REG_2, 1);
	cr_assert_eq(fx_add(&fx, r), -ENODATA);
	cr_assert_eq(fx.err.expr, 1);
	/* part of a register is not enough */
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 4, NFT_REG_1);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, "12345678", 8);
	cr_assert_eq(fx_add(&fx, r), -ENODATA);
	/* register 1 is words 8 and 9 by their other numbers */
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 4, NFT_REG32_00);
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 4, 4, NFT_REG32_01);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, "12345678", 8);
	cr_assert_eq(fx_add(&fx, r), 0);
	vm_abort(fx.tx);
	fx_fini(&fx);
}

Test(verify, unknown_expressions_refuse_their_rule)
{
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	r = fx_rule(&fx, "in");
	fx_counter(r);
	nftnl_expr_set_u16(fx_expr(r, "synproxy"), NFTNL_EXPR_SYNPROXY_MSS, 1);
	fx_verdict(r, NF_DROP, NULL);
	cr_assert_eq(fx_add(&fx, r), -ENOSYS);
	cr_assert_eq(fx.err.cookie, 1001);
	vm_abort(fx.tx);
	fx_fini(&fx);
}
