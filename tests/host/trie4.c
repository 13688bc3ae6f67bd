/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/rng.h"
#include "base/util.h"
#include "host/trie4.h"

static uint32_t mask_of(unsigned len)
{
	return len ? UINT32_MAX << (32 - len) : 0;
}

Test(trie4, an_empty_one_has_nothing)
{
	struct trie4 t;

	trie4_init(&t);
	cr_assert_eq(trie4_find(&t, 0), 0);
	cr_assert_eq(trie4_find(&t, UINT32_MAX), 0);
	trie4_fini(&t);
}

Test(trie4, a_default_route_is_for_all)
{
	struct trie4 t;

	trie4_init(&t);
	trie4_insert(&t, 0, 0, 0, 7);
	cr_assert_eq(trie4_find(&t, 0), 7);
	cr_assert_eq(trie4_find(&t, 0x0a000001), 7);
	cr_assert_eq(trie4_find(&t, UINT32_MAX), 7);
	trie4_fini(&t);
}

/* Prefixes that lie in each other, in any order of insertion. */
Test(trie4, agrees_with_a_walk_over_all_prefixes)
{
	enum {
		N = 500
	};
	uint32_t addr[N], len[N];
	struct trie4 t;
	struct rng rng;
	unsigned found = 0;

	for (unsigned seed = 0; seed < 20; seed++) {
		rng_seed(&rng, seed);
		trie4_init(&t);
		for (uint32_t i = 0; i < N; i++) {
			len[i] = rng_below(&rng, 33);
			addr[i] = rng_u32(&rng) & 0x01700c03 & mask_of(len[i]);
			trie4_insert(&t, addr[i], len[i], len[i], i + 1);
		}
		for (int round = 0; round < 2000; round++) {
			uint32_t a = rng_u32(&rng) & 0x01700c03, best = 0;

			for (uint32_t i = 0; i < N; i++)
				if ((a & mask_of(len[i])) == addr[i] &&
				    (!best || len[i] > len[best - 1]))
					best = i + 1;
			cr_assert_eq(trie4_find(&t, a), best);
			found += best != 0;
		}
		trie4_fini(&t);
	}
	cr_assert_gt(found, 20000);
}

/* Weights that are not lengths: a short prefix may be heavier. */
Test(trie4, the_heaviest_is_found)
{
	struct trie4 t;

	trie4_init(&t);
	trie4_insert(&t, 0x7f000000, 8, 100, 1);
	trie4_insert(&t, 0x7f000001, 32, 50, 2);
	trie4_insert(&t, 0x7f000000, 16, 101, 3);
	trie4_insert(&t, 0, 0, 2, 4);
	cr_assert_eq(trie4_find(&t, 0x7f010000), 1);
	cr_assert_eq(trie4_find(&t, 0x7f000001), 3);
	cr_assert_eq(trie4_find(&t, 0x7e000001), 4);
	trie4_fini(&t);
}
