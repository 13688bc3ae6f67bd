/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a translated entry has besides the rest: its reply tuple, its place
 * among the connections of one source. Private to ct/; nat/ comes in by
 * ct/nat.h.
 */
#ifndef NFTVM_CT_MAPPING_H
#define NFTVM_CT_MAPPING_H

#include "ct/table.h"

/**
 * struct ct_mapping - the part that the records of both IP versions share
 * @sport, @dport: of the reply tuple
 * @ext:	what ct_conn.ext would be without this record
 * @masq:	ifindex of the link that masquerade chose the address of; 0: none
 */
struct ct_mapping {
	be16_t sport, dport;
	uint32_t ext;
	uint32_t masq;
};

struct ct_mapping4 {
	struct ct_mapping m;
	struct ct_links links;
	be32_t saddr, daddr;
};

struct ct_mapping6 {
	struct ct_mapping m;
	uint32_t saddr[4], daddr[4];
};

static_assert(sizeof(struct ct_mapping4) == 28, "the record of IPv4 entries");
static_assert(sizeof(struct ct_mapping6) == 44, "the record of IPv6 entries");

/** ct_conn_mapping() - its record; NULL: the reply tuple is the inverse of the
 * original one, and there is nothing else to know */
static inline struct ct_mapping *ct_conn_mapping(const struct ct_table *t,
						 const struct ct_conn *ct)
{
	const uint32_t ext = ct_load(&ct->ext);

	if (likely(!(ext & CT_EXT_MAPPED)))
		return NULL;
	if (ct_conn_is_v6(ct))
		return ct_slab_at(&t->map6, ext & ~CT_EXT_MAPPED,
				  sizeof(struct ct_mapping6));
	return ct_slab_at(&t->map4, ext & ~CT_EXT_MAPPED,
			  sizeof(struct ct_mapping4));
}

/** ct_mapping_key() - the reply tuple of @ct, whose record @m is */
void ct_mapping_key(const struct ct_conn *ct, const struct ct_mapping *m,
		    struct ct_key *key);

/** ct_conn_reply_key() - the reply tuple of any entry */
void ct_conn_reply_key(const struct ct_table *t, const struct ct_conn *ct,
		       struct ct_key *key);

/** ct_mapping_is() - is @key the reply tuple that the record of @ct has? */
bool ct_mapping_is(const struct ct_table *t, const struct ct_conn *ct,
		   const struct ct_key *key);

/** ct_conn_answers() - is @key the reply tuple of @ct? @inverse is its
 * inverse */
static inline bool ct_conn_answers(const struct ct_table *t,
				   const struct ct_conn *ct,
				   const struct ct_key *key,
				   const struct ct_key *inverse)
{
	if (likely(!(ct_load(&ct->ext) & CT_EXT_MAPPED)))
		return ct_conn_is(ct, inverse);
	return ct_mapping_is(t, ct, key);
}

/** ct_mapping_free() - the entry goes: give its record back, and leave in
 * ct->ext what it would be without */
void ct_mapping_free(struct ct_table *t, struct ct_conn *ct);

#endif
