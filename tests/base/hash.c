/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/hash.h"

/* The first vector of the SipHash-1-3 tests of Rust's core library: key 00..0f,
 * empty message. */
Test(hash, sip13_vectors)
{
	static const uint8_t want[8] = { 0xdc, 0xc4, 0x0f, 0x05,
					 0x58, 0x01, 0xac, 0xab };
	struct hash_key key = { UINT64_C(0x0706050403020100),
				UINT64_C(0x0f0e0d0c0b0a0908) };
	uint64_t got;

	got = hash_sip13(&key, "", 0);
	cr_assert_arr_eq(&got, want, 8);
}

Test(hash, keys_differ)
{
	struct hash_key a = hash_key_random(), b = hash_key_random();

	cr_assert(a.k0 != b.k0 || a.k1 != b.k1);
	cr_assert(hash_sip13(&a, "x", 1) != hash_sip13(&b, "x", 1));
}

/* Every byte of the message counts, whatever its length. */
Test(hash, each_byte_counts)
{
	struct hash_key key = hash_key_random();
	uint8_t m[40] = { 0 };
	uint64_t h;

	for (size_t len = 1; len <= sizeof(m); len++) {
		h = hash_sip13(&key, m, len);
		for (size_t i = 0; i < len; i++) {
			m[i] ^= 1;
			cr_assert(hash_sip13(&key, m, len) != h);
			m[i] ^= 1;
		}
	}
}
