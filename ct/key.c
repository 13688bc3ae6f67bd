/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ct/key.h"

/* An order of tuples, whichever; by their sources and then by their heads, in
 * which each differs from its inverse if it does at all. */
static inline bool key_is_larger(const struct ct_key *a, const struct ct_key *b)
{
	if (a->src.q[1] != b->src.q[1])
		return a->src.q[1] > b->src.q[1];
	if (a->src.q[0] != b->src.q[0])
		return a->src.q[0] > b->src.q[0];
	return a->head > b->head;
}

uint64_t ct_key_hash6(const struct ct_secret *secret, const struct ct_key *key,
		      const struct ct_key *inverse)
{
	const bool larger = key_is_larger(key, inverse);
	const struct ct_key *it = larger ? inverse : key;
	const uint64_t *k = secret->k;
	unsigned __int128 p;

	/* Two words at a time, each product under other words of the key. */
	p = (unsigned __int128)(it->src.q[0] + k[0]) * (it->src.q[1] + k[1]);
	p += (unsigned __int128)(it->dst.q[0] + k[2]) * (it->dst.q[1] + k[3]);
	p += (unsigned __int128)(it->head + (k[0] ^ k[3])) * (k[1] ^ k[2]);
	return ct_mix((uint64_t)p ^ k[2], (uint64_t)(p >> 64) ^ k[3]);
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
