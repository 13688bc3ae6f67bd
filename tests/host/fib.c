/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <time.h>

#include "base/rng.h"
#include "tests/host/text.h"

/* Addresses that share much: bits of the first or of the fourth byte, which
 * tables look at, and of the last ones. */
static union inet_addr addr_any(struct rng *rng, uint8_t nfproto)
{
	union inet_addr a = { .q = { 0, 0 } };

	if (nfproto == NFPROTO_IPV4) {
		a.ip = htobe32(rng_u32(rng) & 0x0f0f00ff);
	} else {
		a.w[0] = htobe32(rng_u32(rng) & 0x0100000f);
		a.w[3] = htobe32(rng_u32(rng) & 0x800000ff);
	}
	return a;
}

/* The longest matching prefix by looking at all of them. */
static void compare(uint8_t nfproto, uint8_t bits)
{
	enum {
		N = 3000
	};
	static union inet_addr dst[N];
	static uint8_t len[N];
	struct host *h = host_ok("link add a\n");
	struct fib_table *t = fib_table_new(nfproto);
	struct rng rng;

	rng_seed(&rng, 5);
	for (uint32_t i = 0; i < N; i++) {
		struct fib_route r = { .type = ROUTE_UNICAST,
				       .metric = i,
				       .link = host_link_by_name(h, "a") };

		len[i] = (uint8_t)rng_below(&rng, bits + 1u);
		dst[i] = addr_any(&rng, nfproto);
		dst[i] = inet_addr_mask(&dst[i], len[i]);
		r.prefix_len = len[i];
		cr_assert_eq(fib_insert(t, &dst[i], &r, true), 0);
		cr_assert_eq(fib_insert(t, &dst[i], &r, true), -EEXIST);
	}
	for (int round = 0; round < 20000; round++) {
		union inet_addr a = addr_any(&rng, nfproto);
		const struct fib_query q = { .daddr = &a };
		const struct fib_route *r = fib_lookup(t, &q);
		int best = -1;

		for (int i = 0; i < N; i++)
			if (inet_addr_match(&a, &dst[i], len[i]) &&
			    (best < 0 || len[i] > len[best]))
				best = i;
		cr_assert_eq(best < 0, r == NULL);
		if (r)
			cr_assert_eq(r->metric, (uint32_t)best);
	}
	fib_table_free(t);
	host_free(h);
}

Test(fib, agrees_with_a_walk_over_all_prefixes)
{
	compare(NFPROTO_IPV4, 32);
}

/* More lengths than a word has bits. */
Test(fib, agrees_with_a_walk_over_all_prefixes6)
{
	compare(NFPROTO_IPV6, 128);
}

Test(fib, masks)
{
	union inet_addr ones, m;

	memset(&ones, 0xff, sizeof(ones));
	for (unsigned len = 0; len <= 128; len++) {
		m = inet_addr_mask(&ones, len);
		for (unsigned bit = 0; bit < 128; bit++)
			cr_assert_eq(m.b[bit / 8] >> (7 - bit % 8) & 1,
				     bit < len, "%u %u", len, bit);
	}
}
