/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* addr . port: four bytes, two and two of padding */
static const uint8_t fields[] = { 4, 2 };

struct box {
	uint8_t lo[8], hi[8];
	uint32_t data;
	bool in;
};

static int box_change(struct fx *fx, const struct box *x, bool add)
{
	struct elem_batch b;
	int ret;

	elem_batch_init(&b, 8, 4);
	elem_batch_add(&b);
	memcpy(elem_batch_key(&b, 0), x->lo, 8);
	memcpy(elem_batch_key_ends(&b), x->hi, 8);
	memcpy(elem_batch_data(&b), &x->data, 4);
	ret = add ? vm_elems_add(fx->tx, fx->family, "t", "c", &b, &fx->err)
		  : vm_elems_del(fx->tx, fx->family, "t", "c", &b, &fx->err);
	elem_batch_fini(&b);
	return ret;
}

static void begin(struct fx *fx)
{
	struct nftnl_set *s;

	fx_init(fx, NFPROTO_INET);
	fx_begin(fx);
	s = fx_set(fx, "c", NFT_SET_INTERVAL | NFT_SET_CONCAT | NFT_SET_MAP, 8);
	nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, 4);
	nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, fields, sizeof(fields));
	cr_assert_eq(fx_set_add(fx, s), 0, "%s", fx->err.message);
}

static bool has(const struct box *x, const uint8_t *key)
{
	return memcmp(key, x->lo, 4) >= 0 && memcmp(key, x->hi, 4) <= 0 &&
	       memcmp(key + 4, x->lo + 4, 2) >= 0 &&
	       memcmp(key + 4, x->hi + 4, 2) <= 0;
}

static void box_random(struct rng *rng, struct box *x, uint32_t data)
{
	uint32_t addr = rng_below(rng, 200), port = rng_below(rng, 200);

	memset(x, 0, sizeof(*x));
	put_be32(x->lo, addr);
	put_be32(x->hi, addr + rng_below(rng, 12));
	put_be16(x->lo + 4, (uint16_t)port);
	put_be16(x->hi + 4, (uint16_t)(port + rng_below(rng, 12)));
	x->data = data;
}

/* The element that a naive walk in order of insertion finds. */
static const struct box *naive(const struct box *v, size_t n,
			       const uint8_t *key)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].in && has(&v[i], key))
			return &v[i];
	return NULL;
}

static void check(const struct fx *fx, const struct box *v, size_t n)
{
	const struct vm_set *s = vm_set_find(fx->vm, fx->family, "t", "c");

	for (uint32_t addr = 0; addr < 215; addr++) {
		for (uint32_t port = 0; port < 215; port++) {
			uint8_t key[8] = { 0 };
			struct vm_hit hit;
			const struct box *want;
			bool found;

			put_be32(key, addr);
			put_be16(key + 4, (uint16_t)port);
			found = vm_set_find_key(s->data, key, 0, &hit);
			want = naive(v, n, key);
			cr_assert_eq(found, want != NULL, "%u . %u", addr,
				     port);
			if (found)
				cr_assert_eq(load_raw32(hit.value), want->data,
					     "%u . %u", addr, port);
		}
	}
}

/* Boxes of every size, refused by nft_pipapo_insert()'s rule: a new one whose
 * first or last key another has. Those that cross are taken, the oldest wins. */
Test(set_concat, random_transactions)
{
	static struct box v[4000], saved[4000];
	size_t n = 0, n_saved;
	struct rng rng;
	struct fx fx;

	rng_seed(&rng, 1);
	begin(&fx);
	fx_commit(&fx);
	for (int tx = 0; tx < 20; tx++) {
		fx_begin(&fx);
		memcpy(saved, v, sizeof(v));
		n_saved = n;
		for (unsigned i = rng_below(&rng, 150); i; i--) {
			struct box *x = &v[n];
			bool refused;

			box_random(&rng, x, (uint32_t)n + 1);
			refused = naive(v, n, x->lo) || naive(v, n, x->hi);
			/* one refusal ends a transaction, so ask first */
			if (refused)
				continue;
			cr_assert_eq(box_change(&fx, x, true), 0, "%s",
				     fx.err.message);
			x->in = true;
			n++;
		}
		for (unsigned i = n ? rng_below(&rng, 60) : 0; i; i--) {
			struct box *x = &v[rng_below(&rng, (uint32_t)n)];

			/* what an older one covers cannot be named */
			if (!x->in || naive(v, n, x->lo) != x)
				continue;
			cr_assert_eq(box_change(&fx, x, false), 0);
			x->in = false;
		}
		if (tx % 3 == 2) {
			vm_abort(fx.tx);
			memcpy(v, saved, sizeof(v));
			n = n_saved;
		} else {
			fx_commit(&fx);
		}
		check(&fx, v, n);
	}
	fx_fini(&fx);
}

Test(set_concat, overlaps_are_refused)
{
	static const struct {
		uint8_t a0, a1, p0, p1;
		int ret;
	} cases[] = {
		{ 10, 20, 10, 20, 0 },	     /* the same again */
		{ 12, 14, 12, 14, -EEXIST }, /* inside */
		{ 5, 15, 5, 15, -EEXIST },   /* its last key is inside */
		{ 15, 25, 15, 25, -EEXIST }, /* its first key is inside */
		{ 5, 25, 5, 25, 0 },	     /* around: the kernel takes it */
		{ 5, 25, 12, 14, 0 },	     /* across: taken too */
		{ 21, 25, 10, 20, 0 },	     { 20, 10, 10, 20, -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct box first = { { 0, 0, 0, 10, 0, 10 },
				     { 0, 0, 0, 20, 0, 20 },
				     1 },
			   x = { { 0, 0, 0, cases[i].a0, 0, cases[i].p0 },
				 { 0, 0, 0, cases[i].a1, 0, cases[i].p1 },
				 1 };
		struct fx fx;

		begin(&fx);
		cr_assert_eq(box_change(&fx, &first, true), 0);
		cr_assert_eq(box_change(&fx, &x, true), cases[i].ret,
			     "case %zu", i);
		vm_abort(fx.tx);
		fx_fini(&fx);
	}
}

Test(set_concat, flush_and_fill_again)
{
	struct box x = { { 1 }, { 2 }, 1, true };
	struct fx fx;

	begin(&fx);
	cr_assert_eq(box_change(&fx, &x, true), 0);
	fx_commit(&fx);
	fx_begin(&fx);
	cr_assert_eq(vm_set_flush(fx.tx, fx.family, "t", "c", &fx.err), 0);
	cr_assert_eq(box_change(&fx, &x, true), 0);
	cr_assert_eq(box_change(&fx, &x, false), 0);
	fx_commit(&fx);
	cr_assert_eq(vm_set_find(fx.vm, fx.family, "t", "c")->data->n, 0);
	fx_fini(&fx);
}
