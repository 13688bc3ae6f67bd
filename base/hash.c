/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct hash_key hash_key_random(void)
{
	struct hash_key key;

	/* 16 bytes never come short once the pool is up (getrandom(2)). */
	if (getrandom(&key, sizeof(key), 0) != sizeof(key))
		abort();
	return key;
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t m)
{
	s->v3 ^= m;
	sip_round(s);
	s->v0 ^= m;
}

uint64_t hash_sip13(const struct hash_key *key, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	struct sip s = {
		.v0 = UINT64_C(0x736f6d6570736575) ^ key->k0,
		.v1 = UINT64_C(0x646f72616e646f6d) ^ key->k1,
		.v2 = UINT64_C(0x6c7967656e657261) ^ key->k0,
		.v3 = UINT64_C(0x7465646279746573) ^ key->k1,
	};
	uint64_t m;
	size_t i;

	for (i = len; i >= 8; i -= 8, p += 8) {
		memcpy(&m, p, 8);
		sip_word(&s, le64toh(m));
	}
	m = 0;
	if (i)
		memcpy(&m, p, i);
	sip_word(&s, le64toh(m) | (uint64_t)len << 56);
	s.v2 ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
