/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A key has the layout of an entry's first bytes, so that comparing them is
 * one comparison of 64 bits and one of the addresses.
 *
 * The hash is SipHash-1-3 over the smaller of the two tuples, word by word. The
 * words of a family are always the same number, so the length that SipHash
 * appends for strings is left out.
 */
#include "ct/key.h"

#include "ct/l4proto.h"

bool ct_find_l4(const struct packet *pkt, uint32_t nhoff, struct ct_l4 *l4)
{
	int off;

	if (likely(pkt->nfproto == NFPROTO_IPV4 && !nhoff)) {
		/* Here the rules' view is the same. */
		l4->proto = pkt->l4proto;
		l4->off = pkt->l4_off;
		return !pkt->frag_off && pkt->flags & PKT_L4;
	}
	off = packet_l4_conntrack(pkt, nhoff, &l4->proto);
	l4->off = (uint32_t)off;
	return off >= 0;
}

bool ct_key_from_packet(const struct packet *pkt, uint32_t nhoff,
			const struct ct_l4 *l4, const struct ct_l4proto *p,
			struct ct_key *key)
{
	const uint8_t *ports;

	*key = (struct ct_key){ .l4 = l4->proto };
	if (likely(pkt->nfproto == NFPROTO_IPV4)) {
		const uint8_t *iph = pkt->data + nhoff;

		key->src.ip = load_raw32(iph + 12);
		key->dst.ip = load_raw32(iph + 16);
	} else {
		memcpy(&key->src, pkt->data + nhoff + 8, 16);
		memcpy(&key->dst, pkt->data + nhoff + 24, 16);
		key->flags = CT_KEY_V6;
	}
	if (unlikely(!p->ports))
		return !p->pkt_to_tuple || p->pkt_to_tuple(pkt, l4->off, key);
	ports = packet_read(pkt, l4->off, 4);
	if (!ports)
		return false;
	key->sport = load_raw16(ports);
	key->dport = load_raw16(ports + 2);
	return true;
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
	s->v2 += s->v3;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 = rotl(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t m)
{
	s->v3 ^= m;
	sip_round(s);
	s->v0 ^= m;
}

static inline uint64_t sip_end(struct sip *s)
{
	s->v2 ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static inline struct sip sip_start(const struct hash_key *secret)
{
	return (struct sip){
		.v0 = UINT64_C(0x736f6d6570736575) ^ secret->k0,
		.v1 = UINT64_C(0x646f72616e646f6d) ^ secret->k1,
		.v2 = UINT64_C(0x6c7967656e657261) ^ secret->k0,
		.v3 = UINT64_C(0x7465646279746573) ^ secret->k1,
	};
}

static uint64_t hash_v6(const struct hash_key *secret, const struct ct_key *key,
			const struct ct_key *inverse)
{
	int cmp = memcmp(&key->src, &inverse->src, sizeof(key->src));
	const struct ct_key *k = key;
	struct sip s = sip_start(secret);

	if (cmp > 0 || (!cmp && key->head > inverse->head))
		k = inverse;
	sip_word(&s, k->src.q[0]);
	sip_word(&s, k->src.q[1]);
	sip_word(&s, k->dst.q[0]);
	sip_word(&s, k->dst.q[1]);
	sip_word(&s, k->head);
	return sip_end(&s);
}

uint64_t ct_key_hash(const struct hash_key *secret, const struct ct_key *key,
		     const struct ct_key *inverse)
{
	uint64_t a = (uint64_t)key->src.ip << 32 | key->dst.ip;
	uint64_t b = (uint64_t)inverse->src.ip << 32 | inverse->dst.ip;
	struct sip s = sip_start(secret);
	bool second;

	if (unlikely(key->flags & CT_KEY_V6))
		return hash_v6(secret, key, inverse);
	second = b < a || (a == b && inverse->head < key->head);
	sip_word(&s, second ? b : a);
	sip_word(&s, second ? inverse->head : key->head);
	return sip_end(&s);
}

void ct_key_tuple(const struct ct_key *key, struct ct_tuple *out)
{
	*out = (struct ct_tuple){
		.src = key->src,
		.dst = key->dst,
		.sport = key->sport,
		.dport = key->dport,
		.l3 = key->flags & CT_KEY_V6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		.l4 = key->l4,
	};
}
