/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tuples as the table sees them: packed keys, made from packets, inverted,
 * hashed. Private to ct/.
 */
#ifndef NFTVM_CT_KEY_H
#define NFTVM_CT_KEY_H

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

/** ct_head_swap() - @head with the ports exchanged */
static inline uint64_t ct_head_swap(uint64_t head)
{
	const uint32_t ports = (uint32_t)head;

	return (head & ~(uint64_t)UINT32_MAX) | ports >> 16 |
	       (uint32_t)(ports << 16);
}

/** ct_key_swap() - the ends of @key exchanged, ports too */
static inline void ct_key_swap(const struct ct_key *key, struct ct_key *out)
{
	/* Word by word, as they were stored: a load of 16 bytes would wait
	 * for both stores. */
	const uint64_t src0 = key->src.q[0], src1 = key->src.q[1];

	out->head = ct_head_swap(key->head);
	out->src.q[0] = key->dst.q[0];
	out->src.q[1] = key->dst.q[1];
	out->dst.q[0] = src0;
	out->dst.q[1] = src1;
}

/** ct_key_eq() - same tuple, same zone */
static inline bool ct_key_eq(const struct ct_key *a, const struct ct_key *b)
{
	return a->head == b->head && inet_addr_eq(&a->src, &b->src) &&
	       inet_addr_eq(&a->dst, &b->dst);
}

/**
 * struct ct_secret - key of the hash, random for each table
 *
 * The hash is universal, keyed by 256 bits (as NH in UMAC, RFC 4418, with a
 * second multiplication to spread the product over all bits). Whoever does not
 * know the key cannot make tuples meet in a bucket but by chance, and nothing
 * that leaves the table tells of it. A third of SipHash's work, which took a
 * tenth of a whole hit.
 */
struct ct_secret {
	uint64_t k[4];
};

/** ct_mix() - product of two words, both halves */
static inline uint64_t ct_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 p = (unsigned __int128)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/** ct_hash4() - the hash of two words under the key */
static inline uint64_t ct_hash4(const struct ct_secret *secret, uint64_t addrs,
				uint64_t head)
{
	unsigned __int128 p = (unsigned __int128)(addrs + secret->k[0]) *
			      (head + secret->k[1]);

	return ct_mix((uint64_t)p ^ secret->k[2],
		      (uint64_t)(p >> 64) ^ secret->k[3]);
}

/** ct_hash4_either() - ct_hash4() of the smaller of an IPv4 tuple, @head and
 * @src, @dst, and its inverse, which has @back as its head */
static inline uint64_t ct_hash4_either(const struct ct_secret *secret,
				       uint32_t src, uint32_t dst,
				       uint64_t head, uint64_t back)
{
	uint64_t a = (uint64_t)src << 32 | dst, b = (uint64_t)dst << 32 | src;
	/* a mask: which one is smaller nobody can foresee */
	uint64_t second = -(uint64_t)((b < a) | ((a == b) & (back < head)));

	return ct_hash4(secret, a ^ ((a ^ b) & second),
			head ^ ((head ^ back) & second));
}

/** ct_hash6_either() - the same of an IPv6 tuple; @s0, @s1, @d0, @d1 are the
 * words of its addresses */
static inline uint64_t ct_hash6_either(const struct ct_secret *secret,
				       uint64_t s0, uint64_t s1, uint64_t d0,
				       uint64_t d1, uint64_t head,
				       uint64_t back)
{
	const uint64_t *k = secret->k;
	unsigned __int128 p;
	/* The addresses differ in their last words, mostly: compared first. */
	uint64_t second = -(
		uint64_t)(d1 < s1 ||
			  (d1 == s1 && (d0 < s0 || (d0 == s0 && back < head))));
	uint64_t x0 = (s0 ^ d0) & second, x1 = (s1 ^ d1) & second;

	head ^= (head ^ back) & second;
	/* Two words at a time, each product under other words of the key. */
	p = (unsigned __int128)((s0 ^ x0) + k[0]) * ((s1 ^ x1) + k[1]);
	p += (unsigned __int128)((d0 ^ x0) + k[2]) * ((d1 ^ x1) + k[3]);
	p += (unsigned __int128)(head + (k[0] ^ k[3])) * (k[1] ^ k[2]);
	return ct_mix((uint64_t)p ^ k[2], (uint64_t)(p >> 64) ^ k[3]);
}

/**
 * ct_key_hash() - the keyed hash of a connection
 * @key:	tuple of one direction
 * @inverse:	tuple of the other
 *
 * The same whichever direction comes first: the smaller one is hashed.
 */
static inline uint64_t ct_key_hash(const struct ct_secret *secret,
				   const struct ct_key *key,
				   const struct ct_key *inverse)
{
	if (unlikely(key->flags & CT_KEY_V6))
		return ct_hash6_either(secret, key->src.q[0], key->src.q[1],
				       key->dst.q[0], key->dst.q[1], key->head,
				       inverse->head);
	return ct_hash4_either(secret, key->src.ip, key->dst.ip, key->head,
			       inverse->head);
}

/** ct_key_tuple() - unpacked, for who looks at it */
void ct_key_tuple(const struct ct_key *key, struct ct_tuple *out);

#endif
