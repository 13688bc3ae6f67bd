/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tuples as the table sees them: packed keys, made from packets, inverted,
 * hashed. Private to ct/.
 */
#ifndef NFTVM_CT_KEY_H
#define NFTVM_CT_KEY_H

#include "base/hash.h"
#include "ct/ct.h"

/* Bit of ct_key.flags: addresses are IPv6. */
enum {
	CT_KEY_V6 = 1
};

/**
 * struct ct_key - one direction's tuple and its zone
 * @head:	everything but the addresses, laid out as in struct ct_conn
 * @src, @dst:	addresses; IPv4 in the first word, rest zero
 */
struct ct_key {
	union {
		struct {
			be16_t sport, dport;
			uint16_t zone;
			uint8_t l4;
			uint8_t flags;
		};
		uint64_t head;
	};
	union inet_addr src, dst;
};

/** ct_key_head() - @head of a key; @ports as they lie in a header, source
 * first. Built in a register: storing the parts and loading the whole would
 * wait for the store. */
static inline uint64_t ct_key_head(uint32_t ports, uint8_t l4, uint8_t flags)
{
	return ports | (uint64_t)l4 << 48 | (uint64_t)flags << 56;
}

/** ct_key_addrs() - fill in the addresses of the IP header at @iph */
static inline void ct_key_addrs(struct ct_key *key, const uint8_t *iph, bool v6)
{
	if (unlikely(v6)) {
		memcpy(&key->src, iph + 8, 16);
		memcpy(&key->dst, iph + 24, 16);
		return;
	}
	key->src.q[0] = load_raw32(iph + 12);
	key->src.q[1] = 0;
	key->dst.q[0] = load_raw32(iph + 16);
	key->dst.q[1] = 0;
}

/** ct_key_swap() - the ends of @key exchanged, ports too */
static inline void ct_key_swap(const struct ct_key *key, struct ct_key *out)
{
	const union inet_addr src = key->src;
	const uint32_t ports = (uint32_t)key->head;

	out->head = (key->head & ~(uint64_t)UINT32_MAX) | ports >> 16 |
		    (uint32_t)(ports << 16);
	out->src = key->dst;
	out->dst = src;
}

/** ct_key_eq() - same tuple, same zone */
static inline bool ct_key_eq(const struct ct_key *a, const struct ct_key *b)
{
	return a->head == b->head && inet_addr_eq(&a->src, &b->src) &&
	       inet_addr_eq(&a->dst, &b->dst);
}

/**
 * struct ct_sip - SipHash-1-3 in the making (Aumasson, Bernstein, 2012)
 *
 * The words of a key are always the same number for a family, so the length
 * that SipHash appends to strings is left out.
 */
struct ct_sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t ct_rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static inline void ct_sip_round(struct ct_sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = ct_rotl(s->v1, 13) ^ s->v0;
	s->v3 = ct_rotl(s->v3, 16) ^ s->v2;
	s->v0 = ct_rotl(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v3 = ct_rotl(s->v3, 21) ^ s->v0;
	s->v1 = ct_rotl(s->v1, 17) ^ s->v2;
	s->v2 = ct_rotl(s->v2, 32);
}

static inline void ct_sip_word(struct ct_sip *s, uint64_t m)
{
	s->v3 ^= m;
	ct_sip_round(s);
	s->v0 ^= m;
}

static inline struct ct_sip ct_sip_start(const struct hash_key *secret)
{
	return (struct ct_sip){
		.v0 = UINT64_C(0x736f6d6570736575) ^ secret->k0,
		.v1 = UINT64_C(0x646f72616e646f6d) ^ secret->k1,
		.v2 = UINT64_C(0x6c7967656e657261) ^ secret->k0,
		.v3 = UINT64_C(0x7465646279746573) ^ secret->k1,
	};
}

static inline uint64_t ct_sip_end(struct ct_sip *s)
{
	s->v2 ^= 0xff;
	ct_sip_round(s);
	ct_sip_round(s);
	ct_sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/** ct_key_hash6() - ct_key_hash() of IPv6 keys */
uint64_t ct_key_hash6(const struct hash_key *secret, const struct ct_key *key,
		      const struct ct_key *inverse);

/**
 * ct_key_hash() - the keyed hash of a connection
 * @key:	tuple of one direction
 * @inverse:	tuple of the other
 *
 * The same whichever direction comes first: the smaller one is hashed.
 */
static inline uint64_t ct_key_hash(const struct hash_key *secret,
				   const struct ct_key *key,
				   const struct ct_key *inverse)
{
	uint64_t a = key->src.q[0] << 32 | key->dst.q[0];
	uint64_t b = inverse->src.q[0] << 32 | inverse->dst.q[0];
	struct ct_sip s = ct_sip_start(secret);
	bool second;

	if (unlikely(key->flags & CT_KEY_V6))
		return ct_key_hash6(secret, key, inverse);
	second = (b < a) | ((a == b) & (inverse->head < key->head));
	ct_sip_word(&s, second ? b : a);
	ct_sip_word(&s, second ? inverse->head : key->head);
	return ct_sip_end(&s);
}

/** ct_key_tuple() - unpacked, for who looks at it */
void ct_key_tuple(const struct ct_key *key, struct ct_tuple *out);

#endif
