/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index: from a tuple's hash to the entry. Private to ct/.
 */
#ifndef NFTVM_CT_INDEX_H
#define NFTVM_CT_INDEX_H

#include "ct/pool.h"

#define CT_BUCKET_SLOTS 11
#define CT_PREFETCH_MAX 32

/**
 * struct ct_bucket - one cache line of the index
 * @tags_lo, @tags_hi: eight bits of each entry's hash, slot by slot; 0: empty
 * @seq:	odd while the bucket is being changed
 * @next:	overflow bucket; 0: none
 * @ref:	entries
 */
struct ct_bucket {
	uint64_t tags_lo;
	uint32_t tags_hi;
	uint32_t seq;
	uint32_t next;
	uint32_t ref[CT_BUCKET_SLOTS];
};

/**
 * struct ct_index - all buckets
 * @nbuckets:	buckets in use; grows one by one
 * @entries:	references held
 * @overflow:	buckets that full ones are continued in
 */
struct ct_index {
	struct ct_region region;
	uint32_t nbuckets, entries;
	uint32_t grow_lock;
	struct ct_pool overflow;
};

struct ct_table;
struct ct_conn;
struct ct_key;

/** ct_index_init() - an empty index for up to @max entries */
void ct_index_init(struct ct_table *t, uint32_t max);
void ct_index_fini(struct ct_table *t);

/** ct_index_keep() - note in a wide entry what splits will ask of its two hashes;
 * it is in no bucket yet */
void ct_index_keep(struct ct_conn *ct, const uint64_t hash[2]);

/** ct_index_lock() - the bucket of @hash, the caller's until it is unlocked */
struct ct_bucket *ct_index_lock(struct ct_table *t, uint64_t hash);
void ct_index_unlock(struct ct_table *t, struct ct_bucket *b);

/** ct_index_lock2() - the buckets of two hashes, which may be the same one */
void ct_index_lock2(struct ct_table *t, const uint64_t hash[2],
		    struct ct_bucket *b[2]);
void ct_index_unlock2(struct ct_table *t, struct ct_bucket *b[2]);

/** ct_index_find() - the entry in a locked bucket that has the tuple @key, in
 * either direction; NULL: none */
struct ct_conn *ct_index_find(struct ct_table *t, struct ct_bucket *b,
			      uint64_t hash, const struct ct_key *key,
			      const struct ct_key *inverse);

/** ct_index_add() - put a reference into a locked bucket; false: no memory */
bool ct_index_add(struct ct_table *t, struct ct_bucket *b, uint64_t hash,
		  uint32_t ref);

/** ct_index_del() - take a reference out again; the bucket is not locked */
void ct_index_del(struct ct_table *t, uint64_t hash, uint32_t ref);

/** ct_index_grow() - split a bucket if there are too many entries for them;
 * call it after an insert, with nothing locked */
void ct_index_grow(struct ct_table *t);

/** ct_index_number() - which of @n buckets is that of @hash: as many bits as
 * needed to name the last one, one less where that bucket does not exist yet */
static inline uint32_t ct_index_number(uint64_t hash, uint32_t n)
{
	uint32_t mask = UINT32_MAX >> __builtin_clz(n - 1);
	uint32_t b = (uint32_t)hash & mask;

	return b < n ? b : b & (mask >> 1);
}

/** ct_index_bucket() - where a hash leads to now */
static inline struct ct_bucket *ct_index_bucket(const struct ct_index *ix,
						uint64_t hash)
{
	uint32_t n = __atomic_load_n(&ix->nbuckets, __ATOMIC_ACQUIRE);

	return (struct ct_bucket *)(void *)ix->region.base +
	       ct_index_number(hash, n);
}

/** ct_index_prefetch() - start loading the bucket of a hash */
static inline void ct_index_prefetch(const struct ct_index *ix, uint64_t hash)
{
	__builtin_prefetch(ct_index_bucket(ix, hash));
}

/**
 * ct_index_hints() - find what a lookup will most likely find, and start
 * loading it
 * @hashes:	of @n tuples; 0: none. ct_index_prefetch() has been called for
 *		all of them
 * @hints:	the first entry in each one's bucket whose tag fits, or NULL
 */
void ct_index_hints(const struct ct_table *t, const uint64_t *hashes,
		    struct ct_conn **hints, size_t n);

/** ct_index_peek() - up to @max references from the bucket that is @nth after
 * that of @hash; how many. Others may be changing it meanwhile */
unsigned ct_index_peek(const struct ct_table *t, uint64_t hash, unsigned nth,
		       uint32_t *refs, unsigned max);

#endif
