/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

enum {
	KEYS = 4096
};

/* What is in the map, key by key: the data, or 0. */
struct model {
	uint32_t data[KEYS];
};

static void key_fill(uint8_t *key, unsigned len, uint32_t i)
{
	memset(key, 0, len);
	put_be32(key + len - 4, i * 2654435761u);
}

static int change(struct fx *fx, unsigned len, uint32_t key, uint32_t data)
{
	struct elem_batch b;
	int ret;

	elem_batch_init(&b, (uint16_t)len, 4);
	elem_batch_add(&b);
	key_fill(elem_batch_key(&b, 0), len, key);
	memcpy(elem_batch_data(&b), &data, 4);
	ret = data ? vm_elems_add(fx->tx, fx->family, "t", "m", &b, &fx->err)
		   : vm_elems_del(fx->tx, fx->family, "t", "m", &b, &fx->err);
	elem_batch_fini(&b);
	return ret;
}

static void check(const struct fx *fx, unsigned len, const struct model *m)
{
	const struct vm_set *s = vm_set_find(fx->vm, fx->family, "t", "m");
	uint8_t key[16];

	for (uint32_t i = 0; i < KEYS; i++) {
		struct vm_hit hit;
		bool found;

		key_fill(key, len, i);
		found = vm_set_find_key(s->data, key, 0, &hit);
		cr_assert_eq(found, m->data[i] != 0, "key %u", i);
		if (found)
			cr_assert_arr_eq(hit.value, &m->data[i], 4);
	}
}

static void map_make(struct fx *fx, unsigned len)
{
	struct nftnl_set *s = fx_set(fx, "m", NFT_SET_MAP, len);

	nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, 4);
	cr_assert_eq(fx_set_add(fx, s), 0);
}

/* Transactions of random adds and deletes, some aborted, against an array. */
static void story(unsigned len, uint64_t seed)
{
	static struct model now, next;
	struct rng rng;
	struct fx fx;

	memset(&now, 0, sizeof(now));
	rng_seed(&rng, seed);
	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	map_make(&fx, len);
	fx_commit(&fx);
	for (int tx = 0; tx < 60; tx++) {
		unsigned n = rng_below(&rng, 300);

		next = now;
		fx_begin(&fx);
		for (unsigned i = 0; i < n; i++) {
			uint32_t key = rng_below(&rng, KEYS);
			uint32_t data = next.data[key] ? 0 : 1 + key;

			cr_assert_eq(change(&fx, len, key, data), 0);
			next.data[key] = data;
		}
		check(&fx, len, &now); /* nothing is seen before the commit */
		if (tx % 3 == 2) {
			vm_abort(fx.tx);
		} else {
			fx_commit(&fx);
			now = next;
		}
		check(&fx, len, &now);
	}
	fx_fini(&fx);
}

Test(set_hash, random_transactions)
{
	story(4, 1);
	story(5, 2);
	story(8, 3);
	story(16, 4);
}

Test(set_hash, answers_of_the_kernel)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	map_make(&fx, 4);
	cr_assert_eq(change(&fx, 4, 1, 10), 0);
	cr_assert_eq(change(&fx, 4, 1, 10), 0); /* the same again: fine */
	cr_assert_eq(change(&fx, 4, 1, 11), -EBUSY);
	cr_assert_eq(change(&fx, 4, 2, 0), -ENOENT);
	vm_abort(fx.tx);
	fx_fini(&fx);
}

static int count(const struct vm_elem *e, void *arg)
{
	++*(unsigned *)arg;
	return 0;
}

Test(set_hash, many_elements_then_flush)
{
	const struct vm_set *s;
	unsigned n = 0;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	map_make(&fx, 4);
	for (uint32_t i = 0; i < 50000; i++)
		cr_assert_eq(change(&fx, 4, i, i + 1), 0);
	fx_commit(&fx);
	s = vm_set_find(fx.vm, fx.family, "t", "m");
	s->ops->walk(s->data, count, &n);
	cr_assert_eq(n, 50000);
	cr_assert_eq(s->data->n, 50000);
	fx_begin(&fx);
	cr_assert_eq(vm_set_flush(fx.tx, fx.family, "t", "m", &fx.err), 0);
	cr_assert_eq(change(&fx, 4, 7, 8), 0);
	fx_commit(&fx);
	n = 0;
	s->ops->walk(s->data, count, &n);
	cr_assert_eq(n, 1);
	fx_fini(&fx);
}
