/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table: pools, index, counters. Private to ct/. */
#ifndef NFTVM_CT_TABLE_H
#define NFTVM_CT_TABLE_H

#include "ct/conn.h"
#include "ct/expect.h"
#include "ct/index.h"
#include "ct/pool.h"
#include "ct/source.h"

/* Bits of a u32 reference to an entry beside those of its pool's: which of
 * the pools. */
#define CT_REF_V6	 (1u << 31)
#define CT_REF_WIDE	 (1u << 30)
#define CT_REF_KIND(ref) ((ref) >> CT_POOL_REF_BITS)
#define CT_REF_SLOT(ref) ((ref) & ((1u << CT_POOL_REF_BITS) - 1))

/* The pools of entries. */
enum ct_kind {
	CT_PLAIN4 = 0,
	CT_WIDE4 = CT_REF_KIND(CT_REF_WIDE),
	CT_PLAIN6 = CT_REF_KIND(CT_REF_V6),
	CT_WIDE6 = CT_REF_KIND(CT_REF_V6 | CT_REF_WIDE),
	CT_KINDS,
};

/* Bytes that an entry takes in its pool: two cache lines where that costs
 * little. */
#define CT_PLAIN4_SIZE sizeof(struct ct_conn4)
#define CT_WIDE4_SIZE  sizeof(struct ct_wide4)
#define CT_PLAIN6_SIZE 128
#define CT_WIDE6_SIZE  sizeof(struct ct_wide6)

/**
 * struct ct_table - all connections
 * @cfg:	constant but for cfg.acct
 * @tcp_ticks:	how long an established TCP connection lasts: all is
 *		acknowledged, or something is not
 * @secret:	key of the hash
 * @conns:	entries, by enum ct_kind
 * @ext:	their rare parts; @help: what those with a helper have
 * @count:	entries, unconfirmed ones included
 * @next_id:	last id given
 * @gc_press:	the table was full: rounds in which collection makes room
 * @gc_next:	number of the slot that collection looks at next
 * @gc_ns:	clock of the last collection
 * @source:	translated entries by their source
 * @why:	who wants to know why packets are invalid; or NULL
 */
struct ct_table {
	struct ct_config cfg;
	uint32_t tcp_ticks[2];
	struct ct_secret secret;
	struct ct_index index;
	struct ct_pool conns[CT_KINDS], ext, help;
	struct ct_expects expects;
	struct ct_stats stats __attribute__((aligned(64)));
	uint32_t count, next_id;
	uint32_t gc_press, gc_lock, gc_next;
	uint64_t gc_ns;
	struct ct_source source;
	struct ct_why *why;
};

/** ct_table_conn() - the entry of a reference. Without a branch on its kind,
 * which nobody can foresee where some are translated and some are not. */
static inline struct ct_conn *ct_table_conn(const struct ct_table *t,
					    uint32_t ref)
{
	const struct ct_pool *pool = &t->conns[CT_REF_KIND(ref)];

	return ct_pool_at(pool, CT_REF_SLOT(ref), pool->obj_size);
}

/** ct_table_ref() - the reference of an entry */
static inline uint32_t ct_table_ref(const struct ct_conn *ct)
{
	const bool wide = ct_conn_is_wide(ct);

	if (unlikely(ct_conn_is_v6(ct)))
		return wide ? CT_REF_V6 | CT_REF_WIDE |
				       ct_pool_ref(ct, CT_WIDE6_SIZE)
			    : CT_REF_V6 | ct_pool_ref(ct, CT_PLAIN6_SIZE);
	return wide ? CT_REF_WIDE | ct_pool_ref(ct, CT_WIDE4_SIZE)
		    : ct_pool_ref(ct, CT_PLAIN4_SIZE);
}

/** ct_table_translates() - is any entry a wide one, or was one? */
static inline bool ct_table_translates(const struct ct_table *t)
{
	return ct_load(&t->conns[CT_WIDE4].used) |
	       ct_load(&t->conns[CT_WIDE6].used);
}

/** ct_table_ext() - the rare part of an entry; NULL: none */
static inline struct ct_ext *ct_table_ext(const struct ct_table *t,
					  const struct ct_conn *ct)
{
	const uint32_t ref = ct_load(&ct->ext);

	return ref ? ct_pool_at(&t->ext, ref, CT_EXT_SIZE) : NULL;
}

/** ct_table_ext_need() - the rare part of an entry, made if it has none; NULL:
 * no memory for it. The entry is unconfirmed, the caller's alone. */
struct ct_ext *ct_table_ext_need(struct ct_table *t, struct ct_conn *ct);

/** ct_stat_inc() - count one @field of struct ct_stats: rare events only */
#define ct_stat_inc(t, field) ct_count_add(t, &(t)->stats.field, 1)

static inline void ct_count_add(struct ct_table *t, uint64_t *counter,
				uint64_t n)
{
	if (t->cfg.threads)
		__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
	else
		*counter += n;
}

/**
 * ct_conn_new() - an unconfirmed entry of @key, one reference to it
 *
 * Ref: __nf_conntrack_alloc(): counts it, and makes room when the table is
 * full (early_drop()).
 * Return: NULL when the table is full and nothing could be evicted.
 */
struct ct_conn *ct_conn_new(struct ct_table *t, const struct ct_key *key,
			    uint64_t hash, uint32_t now);

/**
 * ct_conn_widen() - the entry with room for a mapping
 * @ct:		plain, not confirmed, the caller's alone
 *
 * The caller's reference goes over to what is returned, whose reply tuple is to
 * be set yet.
 *
 * Return: NULL when there is no memory; @ct is as it was then.
 */
struct ct_conn *ct_conn_widen(struct ct_table *t, struct ct_conn *ct);

/** ct_conn_free() - the last reference was given back */
void ct_conn_free(struct ct_table *t, struct ct_conn *ct);

/** ct_conn_put() - give a reference back; the last one frees the entry */
static inline void ct_conn_put(struct ct_table *t, struct ct_conn *ct)
{
	uint32_t left;

	if (unlikely(t->cfg.threads))
		left = __atomic_sub_fetch(&ct->refs, 1, __ATOMIC_ACQ_REL);
	else
		left = --ct->refs;
	if (unlikely(!left))
		ct_conn_free(t, ct);
}

/**
 * ct_conn_kill() - delete from the table (nf_ct_kill())
 * @ct:		confirmed, not locked; the caller has a reference of its own
 * Return: false if somebody else did it before.
 */
bool ct_conn_kill(struct ct_table *t, struct ct_conn *ct);

/** ct_conn_hash() - the hash it is indexed under */
uint64_t ct_conn_hash(const struct ct_table *t, const struct ct_conn *ct);

/** ct_conn_reply_hash() - the hash it is indexed under besides, that of its
 * reply tuple; the same as ct_conn_hash() without a mapping */
uint64_t ct_conn_reply_hash(const struct ct_table *t, const struct ct_conn *ct);

/**
 * ct_lookup() - the living connection of a tuple, with a reference
 * @key, @inverse: the packet's tuple and its inverse
 * @dir:	which of its directions @key is
 *
 * Entries that are over are not found, and deleted. Unconfirmed ones are not
 * in the index.
 *
 * Ref: __nf_conntrack_find_get().
 */
struct ct_conn *ct_lookup(struct ct_table *t, const struct ct_key *key,
			  const struct ct_key *inverse, uint64_t hash,
			  uint32_t now, enum ct_dir *dir);

/** ct_find_tuple() - ct_lookup() of an unpacked tuple, without a zone */
struct ct_conn *ct_find_tuple(struct ct_table *t, const struct ct_tuple *tuple,
			      const struct nv_time *now, enum ct_dir *dir);

#endif
