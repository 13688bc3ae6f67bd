/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a translated entry has besides the rest: its reply tuple. Private to
 * ct/; nat/ comes in by ct/nat.h.
 */
#ifndef NFTVM_CT_MAPPING_H
#define NFTVM_CT_MAPPING_H

#include "ct/table.h"

/** ct_conn_mapping() - of a wide entry; NULL: the reply tuple is the inverse of
 * the original one, and there is nothing else to know */
static inline struct ct_mapping *ct_conn_mapping(struct ct_conn *ct)
{
	const uint8_t flags = ct_load(&ct->flags);

	if (likely(!(flags & CT_CONN_WIDE)))
		return NULL;
	return flags & CT_KEY_V6 ? &((struct ct_wide6 *)ct)->m
				 : &((struct ct_wide4 *)ct)->m;
}

/** ct_table_mapping() - of the wide entry of a reference, which tells where it
 * lies: the entry's flags are in another cache line */
static inline struct ct_mapping *ct_table_mapping(const struct ct_table *t,
						  uint32_t ref)
{
	struct ct_conn *ct = ct_table_conn(t, ref);

	return ref & CT_REF_V6 ? &((struct ct_wide6 *)ct)->m
			       : &((struct ct_wide4 *)ct)->m;
}

/** ct_mapping_key() - the reply tuple of a wide entry */
void ct_mapping_key(const struct ct_conn *ct, struct ct_key *key);

/** ct_mapping_set() - make it @key; nobody else has the entry yet */
void ct_mapping_set(struct ct_conn *ct, const struct ct_key *key);

/** ct_conn_reply_key() - the reply tuple of any entry */
void ct_conn_reply_key(const struct ct_conn *ct, struct ct_key *key);

/** ct_mapping_is() - is @key the reply tuple of a wide entry? */
bool ct_mapping_is(const struct ct_conn *ct, const struct ct_key *key);

/** ct_conn_answers() - is @key the reply tuple of @ct? @inverse is its
 * inverse */
static inline bool ct_conn_answers(const struct ct_conn *ct,
				   const struct ct_key *key,
				   const struct ct_key *inverse)
{
	if (likely(!ct_conn_is_wide(ct)))
		return ct_conn_is(ct, inverse);
	return ct_mapping_is(ct, key);
}

/** ct_wide_differs() - add to @fwd and @back what differs between a wide
 * entry's two tuples and the ports and addresses of a packet: @head is its
 * key's, @iph its IP header */
static inline void ct_wide_differs(const struct ct_conn *ct, uint64_t head,
				   const uint8_t *iph, bool v6, uint64_t *fwd,
				   uint64_t *back)
{
	const struct ct_wide4 *w4 = (const struct ct_wide4 *)ct;
	const struct ct_wide6 *w6 = (const struct ct_wide6 *)ct;
	const uint64_t ours = (ct_load(&ct->head) & CT_HEAD_MASK) ^ head;
	uint64_t none = 0, src, dst;

	*fwd |= ours;
	*back |= ours >> 32;
	if (likely(!v6)) {
		*back |= ct_load(&w4->m.ports) ^ (uint32_t)head;
		ct_conn_differs(ct, iph, false, fwd, &none);
		*back |= ct_load(&w4->addrs) ^
			 (load_raw32(iph + 12) | (uint64_t)load_raw32(iph + 16)
							 << 32);
		return;
	}
	*back |= ct_load(&w6->m.ports) ^ (uint32_t)head;
	ct_conn_differs(ct, iph, true, fwd, &none);
	for (int i = 0; i < 2; i++) {
		memcpy(&src, iph + 8 + 8 * i, 8);
		memcpy(&dst, iph + 24 + 8 * i, 8);
		*back |= (ct_load(&w6->saddr[i]) ^ src) |
			 (ct_load(&w6->daddr[i]) ^ dst);
	}
}

#endif
