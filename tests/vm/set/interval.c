/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* Keys are two bytes, so that a naive model can hold every one. */
enum {
	KEYS = 65536
};

static int point(struct fx *fx, uint32_t key, uint8_t flags, bool add)
{
	struct elem_batch b;
	int ret;

	elem_batch_init(&b, 2, 0);
	elem_batch_add(&b);
	put_be16(elem_batch_key(&b, 0), (uint16_t)key);
	b.flags[0] = flags;
	ret = add ? vm_elems_add(fx->tx, fx->family, "t", "s", &b, &fx->err)
		  : vm_elems_del(fx->tx, fx->family, "t", "s", &b, &fx->err);
	elem_batch_fini(&b);
	return ret;
}

/* [from, to) as nft sends it; an interval to the last key has no end. */
static int interval(struct fx *fx, uint32_t from, uint32_t to, bool add)
{
	int ret = point(fx, from, 0, add);

	if (!ret && to < KEYS)
		ret = point(fx, to, ELEM_INTERVAL_END, add);
	return ret;
}

static void check(const struct fx *fx, const uint8_t *model)
{
	const struct vm_set *s = vm_set_find(fx->vm, fx->family, "t", "s");
	uint8_t key[2];

	for (uint32_t i = 0; i < KEYS; i++) {
		struct vm_hit hit;

		put_be16(key, (uint16_t)i);
		cr_assert_eq(vm_set_find_key(s->data, key, 0, &hit), model[i],
			     "key %u", i);
	}
}

static bool overlaps(const uint8_t *model, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		if (model[from])
			return true;
	return false;
}

Test(set_interval, random_transactions)
{
	static uint8_t now[KEYS], next[KEYS];
	struct rng rng;
	struct fx fx;

	rng_seed(&rng, 1);
	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "s", NFT_SET_INTERVAL, 2)), 0);
	fx_commit(&fx);
	for (int tx = 0; tx < 40; tx++) {
		unsigned n = rng_below(&rng, 400);

		memcpy(next, now, KEYS);
		fx_begin(&fx);
		for (unsigned i = 0; i < n; i++) {
			/* cells of 64 keys: intervals touch, never overlap */
			uint32_t from = rng_below(&rng, 1024) * 64;
			uint32_t to = from + 64;
			bool add = !overlaps(next, from, to);

			cr_assert_eq(interval(&fx, from, to, add), 0, "%s",
				     fx.err.message);
			memset(next + from, add, 64);
		}
		if (tx % 4 == 3) {
			vm_abort(fx.tx);
		} else {
			fx_commit(&fx);
			memcpy(now, next, KEYS);
		}
		check(&fx, now);
	}
	fx_fini(&fx);
}

/* __nft_rbtree_insert(): what is refused, as what. -EEXIST without exclusive
 * is no error; an overlap is answered with EEXIST. */
Test(set_interval, overlaps_are_refused)
{
	static const struct {
		uint32_t from, to;
		int ret;
	} cases[] = {
		{ 100, 200, 0 },       /* the same again */
		{ 150, 160, -EEXIST }, /* inside */
		{ 50, 150, -EEXIST },  /* over its start */
		{ 150, 250, -EEXIST }, /* over its end */
		{ 50, 250, -EEXIST },  /* around it */
		{ 200, 300, 0 },       /* behind it, touching */
		{ 50, 100, 0 },	       /* before it, touching */
		{ 60000, KEYS, 0 },    /* to the last key */
		{ 65000, KEYS, -EEXIST },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fx fx;

		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		fx_set_add(&fx, fx_set(&fx, "s", NFT_SET_INTERVAL, 2));
		interval(&fx, 100, 200, true);
		if (cases[i].from == 65000)
			interval(&fx, 60000, KEYS, true);
		cr_assert_eq(interval(&fx, cases[i].from, cases[i].to, true),
			     cases[i].ret, "case %zu", i);
		vm_abort(fx.tx);
		fx_fini(&fx);
	}
}

/* A map of prefixes of 16 bytes, against a list. */
Test(set_interval, long_keys_with_data)
{
	enum {
		N = 3000
	};
	struct elem_batch b;
	const struct vm_set *s;
	struct nftnl_set *ns;
	struct vm_hit hit;
	uint8_t key[16];
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	ns = fx_set(&fx, "s", NFT_SET_INTERVAL | NFT_SET_MAP, 16);
	nftnl_set_set_u32(ns, NFTNL_SET_DATA_LEN, 4);
	cr_assert_eq(fx_set_add(&fx, ns), 0);
	elem_batch_init(&b, 16, 4);
	for (uint32_t i = 0; i < N; i++) {
		size_t row = elem_batch_add(&b);

		/* the first 8 bytes are often the same */
		elem_batch_key(&b, row)[0] = (uint8_t)(i >> 8);
		elem_batch_key(&b, row)[12] = (uint8_t)i;
		memcpy(elem_batch_data(&b) + 4 * row, &i, 4);
		row = elem_batch_add(&b);
		memcpy(elem_batch_key(&b, row), elem_batch_key(&b, row - 1),
		       16);
		elem_batch_key(&b, row)[13] = 0x80;
		b.flags[row] = ELEM_INTERVAL_END;
	}
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err), 0,
		     "%s", fx.err.message);
	fx_commit(&fx);
	elem_batch_fini(&b);
	s = vm_set_find(fx.vm, fx.family, "t", "s");
	cr_assert_eq(s->data->n, N);
	for (uint32_t i = 0; i < N; i++) {
		memset(key, 0, 16);
		key[0] = (uint8_t)(i >> 8);
		key[12] = (uint8_t)i;
		key[13] = 0x7f;
		key[15] = 0xff;
		cr_assert(vm_set_find_key(s->data, key, 0, &hit));
		cr_assert_eq(load_raw32(hit.value), i);
		key[13] = 0x80;
		cr_assert_not(vm_set_find_key(s->data, key, 0, &hit));
	}
	fx_fini(&fx);
}

/* --- many points, unevenly spread ------------------------------------------- */

/* Key @i of a set of @len bytes: two dense clouds far apart and a few between;
 * long keys differ behind their eighth byte only, most of them. */
static void cloud_key(uint8_t *key, unsigned len, unsigned i)
{
	uint64_t v = i < 2000	? i * 3ull
		     : i < 2100 ? UINT64_C(0x20000000) + i * UINT64_C(1000003)
				: UINT64_C(0xe0000000) + i * 5ull;

	memset(key, 0, len);
	if (len == 16) {
		key[7] = i >= 2100;
		put_be32(key + 12, (uint32_t)v);
	} else {
		put_be32(key + (len == 8 && i % 2 ? 4 : 0), (uint32_t)v);
	}
}

static int key_cmp(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* All keys in order, the first of two opens an interval, the second ends it. */
static void compare_clouds(unsigned len)
{
	enum {
		N = 6000
	};
	static uint8_t keys[N][16];
	const struct vm_set *s;
	struct elem_batch b;
	struct vm_hit hit;
	struct fx fx;

	memset(keys, 0, sizeof(keys));
	for (unsigned i = 0; i < N; i++)
		cloud_key(keys[i], len, i);
	qsort(keys, N, sizeof(keys[0]), key_cmp);
	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_set_add(&fx, fx_set(&fx, "s", NFT_SET_INTERVAL, len));
	elem_batch_init(&b, (uint16_t)len, 0);
	for (unsigned i = 0; i < N; i++) {
		size_t row = elem_batch_add(&b);

		memcpy(elem_batch_key(&b, row), keys[i], len);
		b.flags[row] = i & 1 ? ELEM_INTERVAL_END : 0;
	}
	cr_assert_eq(vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err), 0,
		     "%s", fx.err.message);
	cr_assert_eq(fx_commit(&fx), 0);
	s = vm_set_find(fx.vm, fx.family, "t", "s");
	for (unsigned i = 0; i < N; i++) {
		uint8_t next[16];

		cr_assert_eq(vm_set_find_key(s->data, keys[i], 0, &hit),
			     !(i & 1), "%u bytes, key %u", len, i);
		memcpy(next, keys[i], 16);
		next[len - 1]++;
		if (next[len - 1] && i + 1 < N &&
		    memcmp(next, keys[i + 1], len) < 0)
			cr_assert_eq(vm_set_find_key(s->data, next, 0, &hit),
				     !(i & 1), "%u bytes, behind key %u", len,
				     i);
	}
	memset(keys[0], 0xff, len);
	cr_assert_not(vm_set_find_key(s->data, keys[0], 0, &hit));
	elem_batch_fini(&b);
	fx_fini(&fx);
}

Test(set_interval, clouds_of_keys)
{
	compare_clouds(4);
	compare_clouds(8);
	compare_clouds(16);
}
