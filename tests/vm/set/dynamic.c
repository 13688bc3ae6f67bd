/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static const struct vm_dynset_how add = { .timeout_ns = 10 * NS_PER_SEC };

static struct vm_set *make(struct fx *fx, uint32_t flags, uint32_t size)
{
	struct nftnl_set *s;

	fx_init(fx, NFPROTO_INET);
	fx_begin(fx);
	s = fx_set(fx, "d", flags, 4);
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, size);
	cr_assert_eq(fx_set_add(fx, s), 0);
	fx_commit(fx);
	return vm_set_find(fx->vm, fx->family, "t", "d");
}

static bool update(struct vm_set *s, const struct vm_dynset_how *how,
		   uint32_t key, uint64_t now_ns)
{
	struct vm_hit hit;

	return s->ops->update(s->data, &key, NULL, how, now_ns, &hit);
}

static bool find(const struct vm_set *s, uint32_t key, uint64_t now_ns)
{
	struct vm_hit hit;

	return vm_set_find_key(s->data, &key, now_ns, &hit);
}

/* An element is absent from its expiration's jiffy on (4 ms grain). */
Test(set_dynamic, expires_in_its_jiffy)
{
	struct fx fx;
	struct vm_set *s = make(&fx, NFT_SET_EVAL | NFT_SET_TIMEOUT, 10);
	uint64_t t = 1000 * NS_PER_SEC;

	cr_assert(update(s, &add, 1, t));
	cr_assert(find(s, 1, t + 10 * NS_PER_SEC - NS_PER_TICK));
	cr_assert_not(find(s, 1, t + 10 * NS_PER_SEC));
	fx_fini(&fx);
}

/* add: an element that is there keeps its time; update: begins anew. */
Test(set_dynamic, add_does_not_refresh_update_does)
{
	struct vm_dynset_how refresh = add;
	struct fx fx;
	struct vm_set *s = make(&fx, NFT_SET_EVAL | NFT_SET_TIMEOUT, 10);
	uint64_t t = 1000 * NS_PER_SEC;

	refresh.refresh = true;
	update(s, &add, 1, t);
	update(s, &add, 2, t);
	update(s, &add, 1, t + 5 * NS_PER_SEC);
	update(s, &refresh, 2, t + 5 * NS_PER_SEC);
	cr_assert_not(find(s, 1, t + 11 * NS_PER_SEC));
	cr_assert(find(s, 2, t + 11 * NS_PER_SEC));
	fx_fini(&fx);
}

/* Expired ones count until they are collected, once a second. */
Test(set_dynamic, full_until_collected)
{
	struct fx fx;
	struct vm_set *s = make(&fx, NFT_SET_EVAL | NFT_SET_TIMEOUT, 2);
	struct vm_dynset_how brief = { .timeout_ns = NS_PER_SEC / 2 };
	uint64_t t = 1000 * NS_PER_SEC;

	cr_assert(update(s, &brief, 1, t));
	cr_assert(update(s, &brief, 2, t));
	cr_assert_not(update(s, &brief, 3, t));
	cr_assert(update(s, &brief, 1, t)); /* it is there */
	t += 6 * NS_PER_SEC / 10;
	cr_assert_not(find(s, 1, t));
	cr_assert_not(update(s, &brief, 3, t));
	t += 6 * NS_PER_SEC / 10;
	cr_assert(update(s, &brief, 3, t));
	cr_assert(update(s, &brief, 4, t));
	fx_fini(&fx);
}

Test(set_dynamic, erase_and_grow)
{
	struct fx fx;
	struct vm_set *s = make(&fx, NFT_SET_EVAL, 100000);
	struct vm_dynset_how how = { 0 };

	for (uint32_t i = 0; i < 20000; i++)
		cr_assert(update(s, &how, i, 1));
	for (uint32_t i = 0; i < 20000; i += 2)
		s->ops->erase(s->data, &i, 1);
	for (uint32_t i = 0; i < 20000; i++)
		cr_assert_eq(find(s, i, 1), i & 1);
	fx_fini(&fx);
}

static int change(struct fx *fx, uint32_t key, bool put)
{
	struct elem_batch b;
	int ret;

	elem_batch_init(&b, 4, 0);
	elem_batch_add(&b);
	memcpy(elem_batch_key(&b, 0), &key, 4);
	elem_batch_timeouts_ms(&b)[0] = 10000;
	ret = put ? vm_elems_add(fx->tx, fx->family, "t", "d", &b, &fx->err)
		  : vm_elems_del(fx->tx, fx->family, "t", "d", &b, &fx->err);
	elem_batch_fini(&b);
	return ret;
}

Test(set_dynamic, transactions_wish_and_commit_fulfils)
{
	struct fx fx;
	struct vm_set *s = make(&fx, NFT_SET_EVAL | NFT_SET_TIMEOUT, 10);
	struct elem_batch snap;
	uint64_t t = fx.env.now.mono_ns;

	update(s, &add, 1, t);
	fx_begin(&fx);
	cr_assert_eq(change(&fx, 2, true), 0);
	cr_assert_eq(change(&fx, 1, false), 0);
	cr_assert_eq(change(&fx, 1, false), -ENOENT);
	vm_abort(fx.tx);
	cr_assert(find(s, 1, t) && !find(s, 2, t));
	fx_begin(&fx);
	cr_assert_eq(change(&fx, 2, true), 0);
	cr_assert_eq(change(&fx, 2, true), 0);
	cr_assert_eq(change(&fx, 1, false), 0);
	cr_assert(find(s, 1, t) && !find(s, 2, t));
	fx_commit(&fx);
	cr_assert(find(s, 2, t) && !find(s, 1, t));
	cr_assert_not(find(s, 2, t + 10 * NS_PER_SEC));
	cr_assert_eq(vm_set_snapshot(fx.vm, fx.family, "t", "d", &fx.env.now,
				     &snap),
		     0);
	cr_assert_eq(snap.len, 1);
	cr_assert_eq(snap.expirations_ms[0], 10000);
	elem_batch_fini(&snap);
	fx_fini(&fx);
}
