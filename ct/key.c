/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ct/key.h"

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
