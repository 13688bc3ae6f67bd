/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translated entries by their source: nf_nat_bysource. Private to ct/; nat/
 * comes in by ct/nat.h.
 */
#ifndef NFTVM_CT_SOURCE_H
#define NFTVM_CT_SOURCE_H

#include "ct/pool.h"
#include "packet/addr.h"

#define CT_SOURCE_STRIPES 64 /* a power of two */

/**
 * struct ct_source - lists of entries, by the hash of their original source
 * @region:	the lists' heads, u32 references
 * @nheads:	heads in use; grows one by one
 * @entries:	in all lists
 * @locks:	the lock of a head is that of its number's low bits
 * @usual:	what a source became last, by IP version: a guess at what the
 *		next will become; not with threads
 */
struct ct_source {
	struct ct_region region;
	uint32_t nheads, entries, grow_lock;
	uint32_t locks[CT_SOURCE_STRIPES];
	union inet_addr usual[2];
};

struct ct_table;
struct ct_conn;

/** ct_source_init() - no lists, for up to @max entries */
void ct_source_init(struct ct_table *t, uint32_t max);
void ct_source_fini(struct ct_table *t);
/** ct_source_add() - @ct, a wide one, as the newest of its source */
void ct_source_add(struct ct_table *t, struct ct_conn *ct);
void ct_source_del(struct ct_table *t, struct ct_conn *ct);

struct ct_key;

/** ct_source_hash() - of the source of @key: address, port, protocol, zone, IP
 * version */
uint32_t ct_source_hash(const struct ct_table *t, const struct ct_key *key);

/** ct_source_prefetch() - start loading what ct_source_find() will look at for
 * @n sources, at most CT_PREFETCH_MAX; not with threads */
void ct_source_prefetch(const struct ct_table *t, const uint32_t *hashes,
			size_t n);

/**
 * ct_source_find() - the newest living entry from the source of @key whose
 * mapping is welcome
 * @fits:	asked with the reply tuple; the list is locked meanwhile
 * Return: did one fit?
 */
bool ct_source_find(struct ct_table *t, const struct ct_key *key, uint32_t now,
		    bool (*fits)(const struct ct_key *reply, void *data),
		    void *data);

#endif
