/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

#include <libmnl/libmnl.h>

/* NFTA_SET_ELEM_EXPRESSIONS' payload: one counter that stands at 5 and 700.
 * A rule's list of expressions has the same form. */
static size_t counter_bytes(uint8_t *out)
{
	char buf[1024] = "";
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nftnl_rule *r = nftnl_rule_alloc();
	struct nftnl_expr *ne = fx_expr(r, "counter");
	struct nlattr *attr;
	size_t len = 0;

	nftnl_expr_set_u64(ne, NFTNL_EXPR_CTR_PACKETS, 5);
	nftnl_expr_set_u64(ne, NFTNL_EXPR_CTR_BYTES, 700);
	mnl_nlmsg_put_extra_header(nlh, 4);
	nftnl_rule_nlmsg_build_payload(nlh, r);
	mnl_attr_for_each(attr, nlh, 4)
	{
		if (mnl_attr_get_type(attr) != NFTA_RULE_EXPRESSIONS)
			continue;
		len = mnl_attr_get_payload_len(attr);
		memcpy(out, mnl_attr_get_payload(attr), len);
	}
	nftnl_rule_free(r);
	return len;
}

static void elem_with_counter(struct elem_batch *b, uint8_t *bytes)
{
	elem_batch_init(b, 2, 0);
	elem_batch_add(b);
	put_be16(elem_batch_key(b, 0), 80);
	b->exprs = xcalloc(b->cap, sizeof(*b->exprs));
	b->exprs_len = xcalloc(b->cap, sizeof(*b->exprs_len));
	b->exprs[0] = bytes;
	b->exprs_len[0] = (uint32_t)counter_bytes(bytes);
}

static const struct counter_state {
	uint64_t packets, bytes;
} * state_of(const struct fx *fx)
{
	const struct vm_set *s = vm_set_find(fx->vm, fx->family, "t", "s");
	struct vm_hit hit;
	uint8_t key[2];

	put_be16(key, 80);
	cr_assert(vm_set_find_key(s->data, key, 0, &hit));
	return hit.ext->exprs[0]->state;
}

/* An element's own counter, loaded with numbers, goes on counting lookups and
 * is the same after other elements came and went. */
Test(elem_tx, elements_have_statements)
{
	uint8_t bytes[512], junk[8] = { 8, 0, 1, 0, 9, 9, 9, 9 };
	struct nftnl_set *s;
	struct nftnl_rule *r;
	struct elem_batch b;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	s = fx_set(&fx, "s", 0, 2);
	nftnl_set_add_expr(s, nftnl_expr_alloc("counter"));
	cr_assert_eq(fx_set_add(&fx, s), 0, "%s", fx.err.message);
	elem_with_counter(&b, bytes);
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err), 0,
		     "%s", fx.err.message);
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_lookup(r, NFT_REG_1, "s", -1, 0);
	fx_add(&fx, r);
	cr_assert_eq(fx_commit(&fx), 0);
	fx_run(&fx, "in", NULL);
	cr_assert_eq(state_of(&fx)->packets, 6);
	cr_assert_eq(state_of(&fx)->bytes, 760);
	fx_begin(&fx);
	put_be16(elem_batch_key(&b, 0), 81);
	b.exprs_len[0] = 0;
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err), 0);
	fx_commit(&fx);
	cr_assert_eq(state_of(&fx)->packets, 6);
	/* bytes that are no list of expressions */
	fx_begin(&fx);
	put_be16(elem_batch_key(&b, 0), 82);
	b.exprs[0] = junk;
	b.exprs_len[0] = sizeof(junk);
	cr_assert_lt(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err), 0);
	vm_abort(fx.tx);
	elem_batch_fini(&b);
	fx_fini(&fx);
}

/* nft takes `{ 80 counter, 81 }` in a rule: a set without statements. It counts
 * then; elements that are there already have no room for any. */
Test(elem_tx, statements_of_elements_alone)
{
	uint8_t bytes[512];
	struct nftnl_rule *r;
	struct elem_batch b;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "s", 0, 2)), 0);
	elem_with_counter(&b, bytes);
	put_be16(elem_batch_key(&b, elem_batch_add(&b)), 81);
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err), 0,
		     "%s", fx.err.message);
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_lookup(r, NFT_REG_1, "s", -1, 0);
	fx_add(&fx, r);
	cr_assert_eq(fx_commit(&fx), 0);
	fx_run(&fx, "in", NULL);
	cr_assert_eq(state_of(&fx)->packets, 6);
	fx_begin(&fx);
	cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "full", 0, 2)), 0);
	b.exprs_len[0] = 0;
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "full", &b, &fx.err),
		     0);
	vm_abort(fx.tx);
	elem_batch_fini(&b);
	fx_fini(&fx);
}

Test(elem_tx, refusals)
{
	struct elem_batch b;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "s", 0, 4)), 0);
	elem_batch_init(&b, 2, 0);
	elem_batch_add(&b);
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err),
		     -EINVAL);
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "x", &b, &fx.err),
		     -ENOENT);
	cr_assert_eq(vm_elems_del(fx.tx, fx.family, "t", "x", &b, &fx.err),
		     -ENOENT);
	b.key_len = 4;
	cr_assert_eq(vm_elems_del(fx.tx, fx.family, "t", "s", &b, &fx.err),
		     -ENOENT);
	elem_batch_fini(&b);
	vm_abort(fx.tx);
	fx_fini(&fx);
}
