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

struct ct_l4proto;

/**
 * struct ct_l4 - where a packet's transport header is, as conntrack sees it
 * @off:	from the start of the packet
 * @proto:	transport protocol
 */
struct ct_l4 {
	uint32_t off;
	uint8_t proto;
};

/**
 * ct_find_l4() - find the transport header of the IP packet at @nhoff
 * @pkt:	after packet_decode()
 * @nhoff:	offset of an IP header of pkt->nfproto: 0, or that of the
 *		packet quoted in an ICMP error
 *
 * Return: false if there is none, see packet_l4_conntrack().
 */
bool ct_find_l4(const struct packet *pkt, uint32_t nhoff, struct ct_l4 *l4);

/**
 * ct_key_from_packet() - the tuple of the packet whose IP header is at @nhoff
 * @p:		the tracker of l4->proto
 *
 * Ref: nf_ct_get_tuple().
 * Return: false if the bytes are not there or the protocol has none.
 */
bool ct_key_from_packet(const struct packet *pkt, uint32_t nhoff,
			const struct ct_l4 *l4, const struct ct_l4proto *p,
			struct ct_key *key);

/** ct_key_swap() - the ends of @key exchanged, ports too */
static inline void ct_key_swap(const struct ct_key *key, struct ct_key *out)
{
	struct ct_key swapped = *key;

	swapped.sport = key->dport;
	swapped.dport = key->sport;
	swapped.src = key->dst;
	swapped.dst = key->src;
	*out = swapped;
}

/** ct_key_eq() - same tuple, same zone */
static inline bool ct_key_eq(const struct ct_key *a, const struct ct_key *b)
{
	return a->head == b->head && inet_addr_eq(&a->src, &b->src) &&
	       inet_addr_eq(&a->dst, &b->dst);
}

/**
 * ct_key_hash() - the keyed hash of a connection
 * @key:	tuple of one direction
 * @inverse:	tuple of the other
 *
 * The same whichever direction comes first.
 */
uint64_t ct_key_hash(const struct hash_key *secret, const struct ct_key *key,
		     const struct ct_key *inverse);

/** ct_key_tuple() - unpacked, for who looks at it */
void ct_key_tuple(const struct ct_key *key, struct ct_tuple *out);

#endif
