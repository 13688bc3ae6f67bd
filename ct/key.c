/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ct/key.h"

uint64_t ct_key_hash6(const struct hash_key *secret, const struct ct_key *key,
		      const struct ct_key *inverse)
{
	int cmp = memcmp(&key->src, &inverse->src, sizeof(key->src));
	struct ct_sip s = ct_sip_start(secret);
	const struct ct_key *k = key;

	if (cmp > 0 || (!cmp && key->head > inverse->head))
		k = inverse;
	ct_sip_word(&s, k->src.q[0]);
	ct_sip_word(&s, k->src.q[1]);
	ct_sip_word(&s, k->dst.q[0]);
	ct_sip_word(&s, k->dst.q[1]);
	ct_sip_word(&s, k->head);
	return ct_sip_end(&s);
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
