/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seedable random numbers (xoshiro256**, Blackman and Vigna 2018): ports,
 * numgen random, generated tests. Not for secrets; hash keys come from
 * hash_key_random().
 */
#ifndef NFTVM_BASE_RNG_H
#define NFTVM_BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/** rng_seed() - the same @seed gives the same numbers everywhere */
void rng_seed(struct rng *r, uint64_t seed);
/** rng_u64() - 64 random bits */
uint64_t rng_u64(struct rng *r);
/** rng_u32() - 32 random bits */
static inline uint32_t rng_u32(struct rng *r)
{
	return (uint32_t)(rng_u64(r) >> 32);
}
/** rng_below() - a number in 0..@n-1; @n > 0 */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((uint64_t)rng_u32(r) * n) >> 32);
}

#endif
