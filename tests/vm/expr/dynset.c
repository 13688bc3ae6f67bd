/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *dynset(uint32_t op, uint64_t timeout, uint32_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("dynset");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_DYNSET_OP, op);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_1);
	nftnl_expr_set_str(ne, NFTNL_EXPR_DYNSET_SET_NAME, "d");
	if (timeout)
		nftnl_expr_set_u64(ne, NFTNL_EXPR_DYNSET_TIMEOUT, timeout);
	if (flags)
		nftnl_expr_set_u32(ne, NFTNL_EXPR_DYNSET_FLAGS, flags);
	return ne;
}

static struct nftnl_expr *limit_1(void)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("limit");

	nftnl_expr_set_u64(ne, NFTNL_EXPR_LIMIT_RATE, 1);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_LIMIT_UNIT, 1);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_LIMIT_BURST, 2);
	return ne;
}

/* One rule: ip saddr into set "d" by @ne, then drop. */
static void rule(struct fx *fx, struct nftnl_expr *ne, uint32_t set_flags,
		 uint32_t size)
{
	struct nftnl_set *s;
	struct nftnl_rule *r;

	fx_init(fx, NFPROTO_INET);
	fx_begin(fx);
	s = fx_set(fx, "d", set_flags, 4);
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, size);
	cr_assert_eq(fx_set_add(fx, s), 0);
	r = fx_rule(fx, "in");
	fx_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_REG_1);
	nftnl_rule_add_expr(r, ne);
	fx_verdict(r, NF_DROP, NULL);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
	cr_assert_eq(fx_commit(fx), 0);
}

static uint32_t from(struct fx *fx, uint32_t saddr)
{
	fx_tcp4(fx, saddr, 2, 3, 4);
	return fx_run(fx, "in", NULL);
}

/* A full set BREAKs, or with invert matches; what is there always counts. */
Test(expr_dynset, full_sets)
{
	struct fx fx;

	rule(&fx, dynset(NFT_DYNSET_OP_ADD, 0, 0), NFT_SET_EVAL, 2);
	cr_assert_eq(from(&fx, 1), NF_DROP);
	cr_assert_eq(from(&fx, 2), NF_DROP);
	cr_assert_eq(from(&fx, 3), NF_ACCEPT);
	cr_assert_eq(from(&fx, 1), NF_DROP);
	fx_fini(&fx);
	rule(&fx, dynset(NFT_DYNSET_OP_ADD, 0, NFT_DYNSET_F_INV), NFT_SET_EVAL,
	     2);
	cr_assert_eq(from(&fx, 1), NF_ACCEPT);
	cr_assert_eq(from(&fx, 2), NF_ACCEPT);
	cr_assert_eq(from(&fx, 3), NF_DROP);
	fx_fini(&fx);
}

/* A limit of each element: its own bucket, and its BREAK is the rule's. */
Test(expr_dynset, element_statements_break_the_rule)
{
	struct nftnl_expr *ne = dynset(NFT_DYNSET_OP_ADD, 0, NFT_DYNSET_F_EXPR);
	struct fx fx;

	nftnl_expr_add_expr(ne, NFTNL_EXPR_DYNSET_EXPRESSIONS, limit_1());
	rule(&fx, ne, NFT_SET_EVAL, 10);
	for (uint32_t a = 1; a < 4; a++) {
		cr_assert_eq(from(&fx, a), NF_DROP);
		cr_assert_eq(from(&fx, a), NF_DROP);
		cr_assert_eq(from(&fx, a), NF_ACCEPT);
	}
	fx.env.now.mono_ns += NS_PER_SEC;
	cr_assert_eq(from(&fx, 1), NF_DROP);
	cr_assert_eq(from(&fx, 1), NF_ACCEPT);
	fx_fini(&fx);
}

Test(expr_dynset, timeouts_and_delete)
{
	struct nftnl_rule *r;
	struct elem_batch snap;
	struct fx fx;

	rule(&fx, dynset(NFT_DYNSET_OP_UPDATE, 5000, 0),
	     NFT_SET_EVAL | NFT_SET_TIMEOUT, 10);
	from(&fx, 1);
	fx.env.now.mono_ns += 4 * NS_PER_SEC;
	from(&fx, 1);
	fx.env.now.mono_ns += 4 * NS_PER_SEC;
	vm_set_snapshot(fx.vm, fx.family, "t", "d", &fx.env.now, &snap);
	cr_assert_eq(snap.len, 1);
	cr_assert_eq(snap.timeouts_ms[0], 5000);
	cr_assert_eq(snap.expirations_ms[0], 1000);
	elem_batch_fini(&snap);
	fx_begin(&fx);
	vm_rule_del(fx.tx, fx.family, "t", "in", 1, &fx.err);
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_REG_1);
	nftnl_rule_add_expr(r, dynset(NFT_DYNSET_OP_DELETE, 0, 0));
	cr_assert_eq(fx_add(&fx, r), 0);
	cr_assert_eq(fx_commit(&fx), 0);
	from(&fx, 1);
	vm_set_snapshot(fx.vm, fx.family, "t", "d", &fx.env.now, &snap);
	cr_assert_eq(snap.len, 0);
	elem_batch_fini(&snap);
	fx_fini(&fx);
}

Test(expr_dynset, text)
{
	struct nftnl_expr *ne;
	struct fx fx;

	rule(&fx, dynset(NFT_DYNSET_OP_ADD, 0, 0),
	     NFT_SET_EVAL | NFT_SET_TIMEOUT, 10);
	for (uint32_t op = 0; op < 3; op++) {
		ne = dynset(op, 0, 0);
		cr_assert(fx_describes(&fx, ne));
		nftnl_expr_free(ne);
		ne = dynset(op, 5000, NFT_DYNSET_F_EXPR);
		nftnl_expr_add_expr(ne, NFTNL_EXPR_DYNSET_EXPRESSIONS,
				    limit_1());
		cr_assert(fx_describes(&fx, ne));
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_dynset, refusals)
{
	struct nftnl_expr *ne;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_set_add(&fx, fx_set(&fx, "d", 0, 4));
	ne = dynset(NFT_DYNSET_OP_ADD, 0, 0);
	cr_assert_null(fx_lower(&fx, ne)); /* packets cannot write it */
	cr_assert_eq(fx.err.code, -EOPNOTSUPP);
	nftnl_expr_free(ne);
	vm_abort(fx.tx);
	fx_begin(&fx);
	fx_set_add(&fx, fx_set(&fx, "d", NFT_SET_EVAL, 4));
	ne = dynset(NFT_DYNSET_OP_ADD, 1000, 0); /* no timeouts */
	cr_assert_null(fx_lower(&fx, ne));
	cr_assert_eq(fx.err.code, -EOPNOTSUPP);
	nftnl_expr_free(ne);
	vm_abort(fx.tx);
	fx_fini(&fx);
}
