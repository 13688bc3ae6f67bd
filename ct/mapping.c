/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reply tuples of translated entries. */
#include "ct/mapping.h"

#include "ct/l4proto.h"

void ct_mapping_key(const struct ct_conn *ct, struct ct_key *key)
{
	const struct ct_wide4 *w4 = (const struct ct_wide4 *)ct;
	const struct ct_wide6 *w6 = (const struct ct_wide6 *)ct;

	*key = (struct ct_key){ .head = ct_load(&ct->head) & CT_HEAD_MASK };
	key->head &= ~(uint64_t)UINT32_MAX;
	if (!(key->flags & CT_KEY_V6)) {
		key->head |= ct_load(&w4->m.ports);
		key->src.ip = ct_load(&w4->saddr);
		key->dst.ip = ct_load(&w4->daddr);
		return;
	}
	key->head |= ct_load(&w6->m.ports);
	for (int i = 0; i < 2; i++) {
		key->src.q[i] = ct_load(&w6->saddr[i]);
		key->dst.q[i] = ct_load(&w6->daddr[i]);
	}
}

void ct_mapping_set(struct ct_conn *ct, const struct ct_key *key)
{
	struct ct_wide4 *w4 = (struct ct_wide4 *)ct;
	struct ct_wide6 *w6 = (struct ct_wide6 *)ct;

	if (!(key->flags & CT_KEY_V6)) {
		ct_store(&w4->m.ports, (uint32_t)key->head);
		ct_store(&w4->addrs, key->src.ip | (uint64_t)key->dst.ip << 32);
		return;
	}
	ct_store(&w6->m.ports, (uint32_t)key->head);
	for (int i = 0; i < 2; i++) {
		ct_store(&w6->saddr[i], key->src.q[i]);
		ct_store(&w6->daddr[i], key->dst.q[i]);
	}
}

bool ct_mapping_is(const struct ct_conn *ct, const struct ct_key *key)
{
	const struct ct_wide4 *w4 = (const struct ct_wide4 *)ct;
	const struct ct_wide6 *w6 = (const struct ct_wide6 *)ct;
	const uint64_t head = ct_load(&ct->head) & CT_HEAD_MASK;

	/* all but the ports */
	if ((head ^ key->head) >> 32)
		return false;
	if (likely(!(key->flags & CT_KEY_V6)))
		return ct_load(&w4->m.ports) == (uint32_t)key->head &&
		       ct_load(&w4->addrs) ==
			       (key->src.ip | (uint64_t)key->dst.ip << 32);
	return ct_load(&w6->m.ports) == (uint32_t)key->head &&
	       ct_load(&w6->saddr[0]) == key->src.q[0] &&
	       ct_load(&w6->saddr[1]) == key->src.q[1] &&
	       ct_load(&w6->daddr[0]) == key->dst.q[0] &&
	       ct_load(&w6->daddr[1]) == key->dst.q[1];
}

void ct_conn_reply_key(const struct ct_conn *ct, struct ct_key *key)
{
	struct ct_key original;

	if (ct_conn_is_wide(ct)) {
		ct_mapping_key(ct, key);
		return;
	}
	ct_conn_key(ct, &original);
	/* It had an inverse when the entry was made. */
	ct_l4proto_invert(ct_l4proto_find(original.l4), &original, key);
}
