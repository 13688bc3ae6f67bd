/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * One bucket is one cache line: 11 tags of eight bits and 11 references. A
 * lookup loads that line, compares all tags at once, and touches an entry only
 * where the tag fits: two cache misses, one of 256 lookups a third.
 *
 * A connection stands here once. Its key is the smaller of its two tuples
 * (ct_key_hash()), so that both directions come to the same bucket, and
 * comparing with the entry's original tuple tells which direction a packet
 * has. An entry whose reply tuple is not the inverse of its original one (NAT)
 * stands here twice, under the hash of each, unless they are the same, or it
 * lost a clash (ct/core.c).
 *
 * Growth is linear hashing (Litwin 1980): n buckets, of which those below the
 * largest power of two are addressed by k bits of the hash, or by k + 1 if
 * that bucket exists already. Every fifth insert splits one bucket in two, so
 * growth has no pauses, and memory follows the number of entries. The address
 * space is reserved for the most entries there may be; buckets never move.
 * Some three translated entries are dealt out for each one that is made, none of
 * them in the cache: what a split asks of them is in one line (kept_moves()).
 * A full bucket is continued in one of the overflow pool, until its split.
 *
 * Threads. Readers take no lock: they note the bucket's sequence number, look,
 * take a reference to what they found and compare again. Not found counts only
 * if the sequence number is the same and the hash still leads to this bucket.
 * Writers make the number odd, which excludes other writers. Splitting locks
 * the old bucket, then the new one, which nobody can find before; nbuckets
 * changes while both are locked. Lock order: by address, that is, old before
 * new.
 */
#include "ct/index.h"

/* ThreadSanitizer wants to see each access; 16 bytes at once it cannot. */
#if defined(__SANITIZE_THREAD__)
#define CT_NO_SIMD
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CT_NO_SIMD
#endif
#endif
#if defined(__SSE2__) && !defined(CT_NO_SIMD)
#include <emmintrin.h>
#endif

#include "base/util.h"
#include "ct/mapping.h"
#include "ct/spin.h"

#define BUCKET_SIZE    sizeof(struct ct_bucket)
#define BUCKETS_MIN    16
#define BUCKET_ENTRIES 5 /* on average; of CT_BUCKET_SLOTS */

static_assert(sizeof(struct ct_bucket) == 64, "a bucket is a cache line");

void ct_index_init(struct ct_table *t, uint32_t max)
{
	struct ct_index *ix = &t->index;
	const size_t slots = 2 * (size_t)max; /* all of them translated */
	const size_t buckets = slots / BUCKET_ENTRIES + BUCKETS_MIN;

	ct_region_init(&ix->region, buckets * BUCKET_SIZE);
	ct_region_use(&ix->region, BUCKETS_MIN * BUCKET_SIZE);
	ct_pool_init(&ix->overflow, BUCKET_SIZE,
		     offsetof(struct ct_bucket, next),
		     (uint32_t)MIN(slots, (size_t)CT_POOL_MAX), t->cfg.threads,
		     t);
	ix->nbuckets = BUCKETS_MIN;
	ix->entries = 0;
	ix->grow_lock = 0;
}

void ct_index_fini(struct ct_table *t)
{
	ct_region_fini(&t->index.region);
	ct_pool_fini(&t->index.overflow);
}

static inline uint8_t hash_tag(uint64_t hash)
{
	uint8_t tag = (uint8_t)(hash >> 56);

	return tag ? tag : 1;
}

/* The bucket that number @n is split from. */
static inline uint32_t bucket_parent(uint32_t n)
{
	return n & ~(UINT32_C(1) << (31 - __builtin_clz(n)));
}

static inline struct ct_bucket *bucket_at(const struct ct_table *t, uint32_t b)
{
	return (struct ct_bucket *)(void *)t->index.region.base + b;
}

static inline struct ct_bucket *bucket_next(const struct ct_table *t,
					    const struct ct_bucket *b)
{
	uint32_t next = ct_load(&b->next);

	return unlikely(next)
		       ? ct_pool_at(&t->index.overflow, next, BUCKET_SIZE)
		       : NULL;
}

/* The slots of a bucket that have a tag, a bit each. Others may be changing the
 * bucket meanwhile: what is found is looked at again. */
#if defined(__SSE2__) && !defined(CT_NO_SIMD)
static inline uint32_t bucket_match(const struct ct_bucket *b, uint8_t tag)
{
	__m128i tags = _mm_loadu_si128((const __m128i *)(const void *)b);
	__m128i same = _mm_cmpeq_epi8(tags, _mm_set1_epi8((char)tag));

	return (uint32_t)_mm_movemask_epi8(same) &
	       ((1u << CT_BUCKET_SLOTS) - 1);
}
#else
/* One bit for each byte of @x that is zero. */
static inline uint32_t zero_bytes(uint64_t x)
{
	const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t tops = ~(((x & low7) + low7) | x | low7);

	/* brings bits 7, 15, ... together at the top */
	return (uint32_t)(((tops >> 7) * UINT64_C(0x0102040810204080)) >> 56);
}

static inline uint32_t bucket_match(const struct ct_bucket *b, uint8_t tag)
{
	const uint64_t want = UINT64_C(0x0101010101010101) * tag;
	uint32_t lo = zero_bytes(ct_load(&b->tags_lo) ^ want);
	uint32_t hi = zero_bytes(ct_load(&b->tags_hi) ^ want);

	return (lo | hi << 8) & ((1u << CT_BUCKET_SLOTS) - 1);
}
#endif

/* The next of @slots, which it loses; -1: none. */
static inline int slots_next(uint32_t *slots)
{
	int slot;

	if (!*slots)
		return -1;
	slot = __builtin_ctz(*slots);
	*slots &= *slots - 1;
	return slot;
}

static inline void bucket_set(struct ct_bucket *b, int slot, uint8_t tag,
			      uint32_t ref)
{
	unsigned shift = 8 * ((unsigned)slot & 7);

	ct_store(&b->ref[slot], ref);
	if (slot < 8)
		ct_store(&b->tags_lo,
			 (b->tags_lo & ~(UINT64_C(0xff) << shift)) |
				 (uint64_t)tag << shift);
	else
		ct_store(&b->tags_hi, (b->tags_hi & ~(0xffu << shift)) |
					      (uint32_t)tag << shift);
}

static inline void bucket_clear(struct ct_bucket *b)
{
	ct_store(&b->tags_lo, 0);
	ct_store(&b->tags_hi, 0);
	ct_store(&b->next, 0);
	for (int i = 0; i < CT_BUCKET_SLOTS; i++)
		ct_store(&b->ref[i], 0);
}

/* --- locks ---------------------------------------------------------------- */

static void bucket_lock(struct ct_table *t, struct ct_bucket *b)
{
	uint32_t seq;

	if (!t->cfg.threads)
		return;
	do {
		do {
			seq = ct_load(&b->seq);
		} while (seq & 1);
	} while (!__atomic_compare_exchange_n(&b->seq, &seq, seq + 1, true,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	/* Readers that see a change of ours see the odd number, too. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void ct_index_unlock(struct ct_table *t, struct ct_bucket *b)
{
	if (t->cfg.threads)
		__atomic_store_n(&b->seq, ct_load(&b->seq) + 1,
				 __ATOMIC_RELEASE);
}

struct ct_bucket *ct_index_lock(struct ct_table *t, uint64_t hash)
{
	for (;;) {
		struct ct_bucket *b = ct_index_bucket(&t->index, hash);

		bucket_lock(t, b);
		if (likely(b == ct_index_bucket(&t->index, hash)))
			return b;
		ct_index_unlock(t, b);
	}
}

static inline uint32_t bucket_read_begin(const struct ct_bucket *b)
{
	uint32_t seq;

	do {
		seq = __atomic_load_n(&b->seq, __ATOMIC_ACQUIRE);
	} while (seq & 1);
	return seq;
}

static inline bool bucket_read_changed(const struct ct_bucket *b, uint32_t seq)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return ct_load(&b->seq) != seq;
}

/* --- finding -------------------------------------------------------------- */

static inline struct ct_conn *bucket_find(const struct ct_table *t,
					  const struct ct_bucket *b,
					  uint8_t tag, const struct ct_key *key,
					  const struct ct_key *inverse,
					  enum ct_dir *dir)
{
	uint32_t s = bucket_match(b, tag);
	int slot;

	while ((slot = slots_next(&s)) >= 0) {
		uint32_t ref = ct_load(&b->ref[slot]);
		struct ct_conn *ct = ct_table_conn(t, ref);

		if (unlikely(!ref))
			continue; /* being changed under our eyes */
		if (ct_conn_is_found_by(ct, key)) {
			/* Its own inverse (both ends the same): the kernel
			 * hashes the reply tuple last and finds it first. */
			*dir = unlikely(ct_key_eq(key, inverse)) &&
					       ct_conn_answers(ct, key, inverse)
				       ? CT_DIR_REPLY
				       : CT_DIR_ORIGINAL;
			return ct;
		}
		if (ct_conn_answers(ct, key, inverse)) {
			*dir = CT_DIR_REPLY;
			return ct;
		}
	}
	return NULL;
}

struct ct_conn *ct_index_find(struct ct_table *t, struct ct_bucket *b,
			      uint64_t hash, const struct ct_key *key,
			      const struct ct_key *inverse)
{
	uint8_t tag = hash_tag(hash);
	struct ct_conn *ct;
	enum ct_dir dir;

	for (; b; b = bucket_next(t, b)) {
		ct = bucket_find(t, b, tag, key, inverse, &dir);
		if (ct)
			return ct;
	}
	return NULL;
}

void ct_index_lock2(struct ct_table *t, const uint64_t hash[2],
		    struct ct_bucket *b[2])
{
	for (;;) {
		struct ct_bucket *first, *second;

		b[0] = ct_index_bucket(&t->index, hash[0]);
		b[1] = ct_index_bucket(&t->index, hash[1]);
		first = b[0] < b[1] ? b[0] : b[1];
		second = b[0] < b[1] ? b[1] : b[0];
		bucket_lock(t, first);
		if (second != first)
			bucket_lock(t, second);
		if (likely(b[0] == ct_index_bucket(&t->index, hash[0]) &&
			   b[1] == ct_index_bucket(&t->index, hash[1])))
			return;
		ct_index_unlock2(t, b);
	}
}

void ct_index_unlock2(struct ct_table *t, struct ct_bucket *b[2])
{
	ct_index_unlock(t, b[0]);
	if (b[1] != b[0])
		ct_index_unlock(t, b[1]);
}

/* A candidate, with a reference: is it still what was sought? Else gives the
 * reference back. */
static bool lookup_confirm(struct ct_table *t, struct ct_conn *ct,
			   const struct ct_key *key,
			   const struct ct_key *inverse, enum ct_dir dir)
{
	bool is = dir == CT_DIR_ORIGINAL ? ct_conn_is_found_by(ct, key)
					 : ct_conn_answers(ct, key, inverse);

	if (likely(is && ct_conn_lives(ct)))
		return true;
	ct_conn_put(t, ct);
	return false;
}

/* ct_lookup() of a table that nobody else uses. */
static inline struct ct_conn *lookup_alone(struct ct_table *t,
					   const struct ct_key *key,
					   const struct ct_key *inverse,
					   uint64_t hash, uint32_t now,
					   enum ct_dir *dir)
{
	const struct ct_bucket *b = ct_index_bucket(&t->index, hash);
	const uint8_t tag = hash_tag(hash);
	struct ct_conn *ct;

	do {
		ct = bucket_find(t, b, tag, key, inverse, dir);
		if (likely(ct)) {
			ct->refs++;
			if (likely(!ct_conn_expired(ct, now)))
				return ct;
			/* There is no other of this tuple. */
			ct_conn_kill(t, ct);
			ct_conn_put(t, ct);
			return NULL;
		}
		b = bucket_next(t, b);
	} while (b);
	return NULL;
}

/* ct_lookup() of one that is shared. */
static struct ct_conn *lookup_shared(struct ct_table *t,
				     const struct ct_key *key,
				     const struct ct_key *inverse,
				     uint64_t hash, uint32_t now,
				     enum ct_dir *dir)
{
	const uint8_t tag = hash_tag(hash);

	for (;;) {
		struct ct_bucket *head = ct_index_bucket(&t->index, hash),
				 *b = head;
		uint32_t seq = bucket_read_begin(head);
		struct ct_conn *ct = NULL;

		do {
			ct = bucket_find(t, b, tag, key, inverse, dir);
			if (ct)
				break;
			b = bucket_next(t, b);
		} while (b && !bucket_read_changed(head, seq));
		if (!ct) {
			if (bucket_read_changed(head, seq) ||
			    head != ct_index_bucket(&t->index, hash))
				continue;
			return NULL;
		}
		if (!ct_conn_tryget(ct, true) ||
		    !lookup_confirm(t, ct, key, inverse, *dir))
			continue;
		if (likely(!ct_conn_expired(ct, now)))
			return ct;
		ct_conn_kill(t, ct);
		ct_conn_put(t, ct);
	}
}

struct ct_conn *ct_lookup(struct ct_table *t, const struct ct_key *key,
			  const struct ct_key *inverse, uint64_t hash,
			  uint32_t now, enum ct_dir *dir)
{
	if (likely(!t->cfg.threads))
		return lookup_alone(t, key, inverse, hash, now, dir);
	return lookup_shared(t, key, inverse, hash, now, dir);
}

/* --- changing ------------------------------------------------------------- */

static inline int bucket_free_slot(const struct ct_bucket *b)
{
	uint32_t s = bucket_match(b, 0);

	return slots_next(&s);
}

static bool chain_add(struct ct_table *t, struct ct_bucket *b, uint8_t tag,
		      uint32_t ref)
{
	struct ct_bucket *next;
	int slot = bucket_free_slot(b);
	uint32_t more;

	while (slot < 0 && (next = bucket_next(t, b))) {
		b = next;
		slot = bucket_free_slot(b);
	}
	if (slot < 0) {
		more = ct_pool_get(&t->index.overflow);
		if (!more)
			return false;
		next = ct_pool_at(&t->index.overflow, more, BUCKET_SIZE);
		bucket_clear(next);
		ct_store(&b->next, more);
		b = next;
		slot = 0;
	}
	bucket_set(b, slot, tag, ref);
	return true;
}

bool ct_index_add(struct ct_table *t, struct ct_bucket *b, uint64_t hash,
		  uint32_t ref)
{
	if (!chain_add(t, b, hash_tag(hash), ref))
		return false;
	if (t->cfg.threads)
		__atomic_fetch_add(&t->index.entries, 1, __ATOMIC_RELAXED);
	else
		t->index.entries++;
	return true;
}

/* Clear the slot of @ref in @b; false if it is not there. */
static bool bucket_del(struct ct_bucket *b, uint8_t tag, uint32_t ref)
{
	uint32_t s = bucket_match(b, tag);
	int slot;

	while ((slot = slots_next(&s)) >= 0) {
		if (b->ref[slot] == ref) {
			bucket_set(b, slot, 0, 0);
			return true;
		}
	}
	return false;
}

static void chain_del(struct ct_table *t, struct ct_bucket *b, uint8_t tag,
		      uint32_t ref)
{
	struct ct_bucket *prev = NULL;

	while (b && !bucket_del(b, tag, ref)) {
		prev = b;
		b = bucket_next(t, b);
	}
	assert(b);
	if (prev && !b->tags_lo && !b->tags_hi) {
		uint32_t empty = prev->next;

		ct_store(&prev->next, b->next);
		ct_pool_put(&t->index.overflow, empty);
	}
}

void ct_index_del(struct ct_table *t, uint64_t hash, uint32_t ref)
{
	struct ct_bucket *b = ct_index_lock(t, hash);

	chain_del(t, b, hash_tag(hash), ref);
	ct_index_unlock(t, b);
	if (t->cfg.threads)
		__atomic_fetch_sub(&t->index.entries, 1, __ATOMIC_RELAXED);
	else
		t->index.entries--;
}

/* --- growing -------------------------------------------------------------- */

/* Bits of the hash that wide entries keep: those that splits ask for as long as
 * there are 2^10 to 2^26 buckets. Few buckets have few entries, all near. */
#define KEPT_SHIFT 10
#define KEPT_BITS  16

void ct_index_keep(struct ct_conn *ct, const uint64_t hash[2])
{
	struct ct_mapping *m = ct_conn_mapping(ct);

	for (int i = 0; i < CT_DIR_MAX; i++)
		ct_store(&m->kept[i], (uint16_t)(hash[i] >> KEPT_SHIFT));
}

/* Start loading the entry of @ref; those that are not IPv6 and translated are two
 * lines. Always inline: GCC takes calls that do nothing but prefetch for calls
 * without effects, and leaves them out. */
static inline __attribute__((always_inline)) struct ct_conn *
conn_prefetch(const struct ct_table *t, uint32_t ref)
{
	struct ct_conn *ct = ct_table_conn(t, ref);
	const char *bytes = (const char *)ct;

	__builtin_prefetch(bytes);
	__builtin_prefetch(bytes + 64);
	if (unlikely(CT_REF_KIND(ref) == CT_WIDE6)) {
		__builtin_prefetch(bytes + 128);
		__builtin_prefetch(bytes + CT_WIDE6_SIZE - 1);
	}
	return ct;
}

/* Does one of the slots of @b, or of what continues it, lead to @ref? Of those
 * before slot @end of @last only, where @last is not NULL. */
static bool chain_has(const struct ct_table *t, const struct ct_bucket *b,
		      const struct ct_bucket *last, int end, uint32_t ref)
{
	for (; b; b = bucket_next(t, b))
		for (int i = 0; i < CT_BUCKET_SLOTS; i++) {
			if (b == last && i == end)
				return false;
			if (b->ref[i] == ref)
				return true;
		}
	return false;
}

static inline uint8_t bucket_tag(const struct ct_bucket *b, int slot)
{
	return (uint8_t)(slot < 8 ? b->tags_lo >> 8 * slot
				  : b->tags_hi >> 8 * (slot - 8));
}

/* A bucket being split: @old, which has its entries yet, and @fresh, which is
 * number @number. */
struct split {
	struct ct_bucket *old, *fresh;
	uint32_t number;
};

static inline bool split_moves(const struct split *s, uint64_t hash)
{
	return ct_index_number(hash, s->number + 1) == s->number;
}

static inline bool plain_moves(const struct ct_table *t, const struct split *s,
			       uint32_t ref)
{
	return split_moves(s, ct_conn_hash(t, ct_table_conn(t, ref)));
}

/* wide_moves() by the hashes of both tuples. */
static bool moves_by_hash(const struct ct_table *t, const struct split *s,
			  const struct ct_bucket *b, int slot)
{
	const struct ct_conn *ct = ct_table_conn(t, b->ref[slot]);
	const uint64_t hash = ct_conn_hash(t, ct);
	const uint64_t back = ct_conn_reply_hash(t, ct);
	const uint32_t parent = bucket_parent(s->number);
	const uint32_t ref = b->ref[slot];
	const uint8_t tag = bucket_tag(b, slot);
	const bool moves = split_moves(s, hash);
	bool first = hash_tag(hash) == tag &&
		     ct_index_number(hash, s->number) == parent &&
		     !(ct_load(&ct->status) & CT_NAT_CLASH);
	bool second = hash_tag(back) == tag &&
		      ct_index_number(back, s->number) == parent;

	if (likely(!first || !second))
		return second ? split_moves(s, back) : moves;
	/* Both: one after the other. */
	if (moves ? chain_has(t, s->fresh, NULL, 0, ref)
		  : chain_has(t, s->old, b, slot, ref))
		return split_moves(s, back);
	return moves;
}

/*
 * wide_moves() by what the entry keeps of its hashes: the bits below the one
 * that is asked for say which of the two the slot is for. The rest of the entry,
 * two or three lines more, is not looked at.
 * Return: 0, 1; -1: it cannot be told.
 */
static int kept_moves(const struct ct_table *t, const struct split *s,
		      uint32_t ref)
{
	const struct ct_mapping *m = ct_table_mapping(t, ref);
	const unsigned bit =
		31 - (unsigned)__builtin_clz(s->number) - KEPT_SHIFT;
	const uint32_t below = (1u << (bit % KEPT_BITS)) - 1;
	const uint32_t parent = bucket_parent(s->number) >> KEPT_SHIFT;
	uint32_t hash, back;
	bool first, second;

	if (unlikely(bit >= KEPT_BITS)) /* a bit below them is large, too */
		return -1;
	hash = ct_load(&m->kept[CT_DIR_ORIGINAL]);
	back = ct_load(&m->kept[CT_DIR_REPLY]);
	first = (hash & below) == parent;
	second = (back & below) == parent;
	if (unlikely(first && second && (hash ^ back) >> bit & 1))
		return -1;
	return (first ? hash : back) >> bit & 1;
}

/* Does slot @slot of @b go to the new bucket? It stands for a wide entry, whose
 * other place may be elsewhere, or here. */
static bool wide_moves(const struct ct_table *t, const struct split *s,
		       const struct ct_bucket *b, int slot)
{
	const int moves = kept_moves(t, s, b->ref[slot]);

	return likely(moves >= 0) ? moves : moves_by_hash(t, s, b, slot);
}

/* Move those of @b, the old bucket or what continues it, that go. */
static bool bucket_deal(struct ct_table *t, const struct split *s,
			struct ct_bucket *b)
{
	for (int i = 0; i < CT_BUCKET_SLOTS; i++) {
		const uint32_t ref = b->ref[i];

		if (!ref)
			continue;
		if (ref & CT_REF_WIDE ? !wide_moves(t, s, b, i)
				      : !plain_moves(t, s, ref))
			continue;
		if (!chain_add(t, s->fresh, bucket_tag(b, i), ref))
			return false;
		bucket_set(b, i, 0, 0);
	}
	return true;
}

/* Take the entries of what continues @b in again as far as they fit. */
static bool chain_tighten(struct ct_table *t, struct ct_bucket *b)
{
	uint32_t more = b->next;

	ct_store(&b->next, 0);
	while (more) {
		const struct ct_bucket copy = *(struct ct_bucket *)ct_pool_at(
			&t->index.overflow, more, BUCKET_SIZE);

		ct_pool_put(&t->index.overflow, more);
		for (int i = 0; i < CT_BUCKET_SLOTS; i++)
			if (copy.ref[i] &&
			    !chain_add(t, b, bucket_tag(&copy, i), copy.ref[i]))
				return false;
		more = copy.next;
	}
	return true;
}

/* Both buckets are locked; @fresh is empty. */
static void bucket_split(struct ct_table *t, struct ct_bucket *old,
			 struct ct_bucket *fresh, uint32_t number)
{
	const struct split s = { old, fresh, number };
	bool ok = true;

	for (struct ct_bucket *b = old; b; b = bucket_next(t, b))
		ok &= bucket_deal(t, &s, b);
	if (unlikely(old->next))
		ok &= chain_tighten(t, old);
	/* There is one overflow bucket for every entry. */
	assert(ok);
	(void)ok;
}

/* Which buckets are split next is known: load that of the split after @number,
 * and of the next one, whose bucket has come by now, the entries. */
static inline __attribute__((always_inline)) void
splits_prefetch(const struct ct_table *t, uint32_t number)
{
	const struct ct_bucket *next = bucket_at(t, bucket_parent(number));

	__builtin_prefetch(bucket_at(t, bucket_parent(number + 1)));
	for (int i = 0; i < CT_BUCKET_SLOTS; i++) {
		const uint32_t ref = ct_load(&next->ref[i]);

		if (ref & CT_REF_WIDE)
			__builtin_prefetch(ct_table_mapping(t, ref)->kept);
		else if (ref)
			conn_prefetch(t, ref);
	}
}

void ct_index_grow(struct ct_table *t)
{
	struct ct_index *ix = &t->index;
	uint32_t n = ct_load(&ix->nbuckets);
	struct ct_bucket *old, *fresh;

	if (likely(ct_load(&ix->entries) <= (uint64_t)n * BUCKET_ENTRIES) ||
	    (n + 1) * BUCKET_SIZE > ix->region.size)
		return;
	if (t->cfg.threads && !spin_trylock(&ix->grow_lock))
		return;
	n = ct_load(&ix->nbuckets);
	if ((n + 1) * BUCKET_SIZE <= ix->region.size) {
		ct_region_use(&ix->region, (n + 1) * BUCKET_SIZE);
		old = bucket_at(t, bucket_parent(n));
		fresh = bucket_at(t, n);
		bucket_lock(t, old);
		bucket_lock(t, fresh);
		bucket_split(t, old, fresh, n);
		__atomic_store_n(&ix->nbuckets, n + 1, __ATOMIC_RELEASE);
		ct_index_unlock(t, fresh);
		ct_index_unlock(t, old);
		splits_prefetch(t, n + 1);
	}
	if (t->cfg.threads)
		spin_unlock(&ix->grow_lock);
}

/* --- looking ahead, looking around ---------------------------------------- */

/* A hash of 0 costs a look at a bucket for nothing; nearly all packets have
 * one. A second tag that fits is loaded, too: the first may be another's. */
void ct_index_hints(const struct ct_table *t, const uint64_t *hashes,
		    struct ct_conn **hints, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ct_bucket *b =
			ct_index_bucket(&t->index, hashes[i]);
		uint32_t s = bucket_match(b, hash_tag(hashes[i])), ref;
		int slot = slots_next(&s);

		hints[i] = NULL;
		if (unlikely(slot < 0 || !hashes[i]))
			continue;
		ref = ct_load(&b->ref[slot]);
		if (unlikely(!ref))
			continue; /* being changed under our eyes */
		hints[i] = conn_prefetch(t, ref);
		if (unlikely((slot = slots_next(&s)) >= 0))
			conn_prefetch(t, ct_load(&b->ref[slot]));
	}
}

unsigned ct_index_peek(const struct ct_table *t, uint64_t hash, unsigned nth,
		       uint32_t *refs, unsigned max)
{
	uint32_t n = __atomic_load_n(&t->index.nbuckets, __ATOMIC_ACQUIRE);
	const struct ct_bucket *b =
		bucket_at(t, (ct_index_number(hash, n) + nth) % n);
	unsigned found = 0;

	for (; b && found < max; b = bucket_next(t, b))
		for (int i = 0; i < CT_BUCKET_SLOTS && found < max; i++) {
			refs[found] = ct_load(&b->ref[i]);
			found += refs[found] != 0;
		}
	return found;
}
