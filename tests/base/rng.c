/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/rng.h"

/* Reference: splitmix64 and xoshiro256** as published at
 * prng.di.unimi.it, seeded with 0: the state after splitmix. */
Test(rng, seeding_is_splitmix64)
{
	struct rng r;

	rng_seed(&r, 0);
	cr_assert_eq(r.s[0], UINT64_C(0xe220a8397b1dcdaf));
	cr_assert_eq(r.s[1], UINT64_C(0x6e789e6aa1b965f4));
}

Test(rng, same_seed_same_numbers)
{
	struct rng a, b;

	rng_seed(&a, 42);
	rng_seed(&b, 42);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(rng_u64(&a), rng_u64(&b));
}

Test(rng, below_reaches_every_number_and_no_more)
{
	unsigned seen[10] = { 0 };
	struct rng r;

	rng_seed(&r, 1);
	for (int i = 0; i < 10000; i++) {
		uint32_t n = rng_below(&r, 10);

		cr_assert_lt(n, 10);
		seen[n]++;
	}
	for (int i = 0; i < 10; i++)
		cr_assert(seen[i] > 800 && seen[i] < 1200);
}
