/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/rng.h"
#include "ct/l4proto.h"

static struct ct_key random_key(struct rng *rng, bool v6)
{
	struct ct_key key = {
		.head = ct_key_head(rng_u32(rng),
				    rng_below(rng, 2) ? IPPROTO_TCP
						      : IPPROTO_ICMP,
				    v6 ? CT_KEY_V6 : 0),
	};

	key.src.ip = rng_u32(rng);
	key.dst.ip = rng_below(rng, 10) ? rng_u32(rng) : key.src.ip;
	if (v6)
		key.src.q[1] = rng_u64(rng);
	return key;
}

Test(key, both_directions_hash_alike)
{
	struct ct_secret secret = { { 1, 2, 3, 4 } };
	struct ct_secret other = { { 1, 2, 3, 5 } };
	struct rng rng;

	rng_seed(&rng, 1);
	for (int i = 0; i < 10000; i++) {
		struct ct_key key = random_key(&rng, i & 1), inverse, back;
		const struct ct_l4proto *p = ct_l4proto_find(key.l4);

		if (!ct_l4proto_invert(p, &key, &inverse))
			continue;
		cr_assert(ct_l4proto_invert(p, &inverse, &back));
		cr_assert(ct_key_eq(&key, &back));
		cr_assert_eq(ct_key_hash(&secret, &key, &inverse),
			     ct_key_hash(&secret, &inverse, &key));
		cr_assert_neq(ct_key_hash(&secret, &key, &inverse),
			      ct_key_hash(&other, &key, &inverse));
	}
}

Test(key, swap_in_place)
{
	struct ct_key key = { .sport = 1, .dport = 2, .zone = 3, .l4 = 6 };

	key.src.ip = 7;
	key.dst.ip = 8;
	ct_key_swap(&key, &key);
	cr_expect_eq(key.sport, 2);
	cr_expect_eq(key.dport, 1);
	cr_expect_eq(key.zone, 3);
	cr_expect_eq(key.l4, 6);
	cr_expect_eq(key.src.ip, 8);
	cr_expect_eq(key.dst.ip, 7);
}
