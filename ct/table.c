/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * An entry is made unconfirmed, with one reference that its packet owns. It is
 * counted, but in no index: nobody else can see it, and it goes when the
 * packet ends. Confirming it (ct_confirm()) adds the table's reference and the
 * index entry. Deleting sets IPS_DYING, once, takes it out of the index and
 * gives the table's reference back; who still has one (a packet on its way)
 * keeps a connection that nobody else finds.
 *
 * An entry whose time is over is dead for lookups at that very tick, as in the
 * kernel. Its memory comes back when a lookup meets it or when collection
 * (ct_table_gc()) comes by: a scan over the pools in address order, a share at
 * each call so that one round takes GC_ROUND_NS of the clock and no call is
 * long.
 *
 * A full table makes room as the kernel does (early_drop()): in the
 * neighbourhood of the new entry's bucket, the first bucket that has entries
 * which are not assured loses them. The hash being keyed, nobody can foresee
 * which these are; this is the one place where it shows.
 */
#include "ct/table.h"
#include "ct/why.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/util.h"
#include "ct/helper.h"
#include "ct/l4proto.h"
#include "ct/mapping.h"
#include "ct/spin.h"
#include "ct/tcp.h"

/* Entries that may be on their way out while the count says there is room. */
#define POOL_SPARE 64
/* Neighbourhood of an early drop: about the 16 entries that the kernel's eight
 * buckets hold when the table is full. */
#define EARLY_DROP_BUCKETS 3
#define EARLY_DROP_ENTRIES 32
/* One round of collection: the kernel's pace when there is much to do. */
#define GC_ROUND_NS (10 * NS_PER_SEC)
#define GC_SHARE    4096

static const uint32_t conn_sizes[CT_KINDS] = {
	[CT_PLAIN4] = CT_PLAIN4_SIZE,
	[CT_WIDE4] = CT_WIDE4_SIZE,
	[CT_PLAIN6] = CT_PLAIN6_SIZE,
	[CT_WIDE6] = CT_WIDE6_SIZE,
};

void ct_config_init(struct ct_config *cfg)
{
	*cfg = (struct ct_config){
		.max = 262144,
		.expect_max = 4096,
		.checksum = true,
	};
	for (size_t i = 0; i < ARRAY_LEN(ct_l4protos); i++)
		if (ct_l4protos[i] && ct_l4protos[i]->defaults)
			ct_l4protos[i]->defaults(cfg);
	ct_proto_generic.defaults(cfg);
}

static void secret_init(struct ct_secret *secret)
{
	struct hash_key a = hash_key_random(), b = hash_key_random();

	*secret = (struct ct_secret){ { a.k0, a.k1, b.k0, b.k1 } };
}

struct ct_table *ct_table_new(const struct ct_config *cfg)
{
	struct ct_table *t = aligned_alloc(64, ALIGN_UP(sizeof(*t), 64));
	uint32_t max;

	if (!t)
		xalloc_failed(sizeof(*t));
	memset(t, 0, sizeof(*t));
	t->cfg = *cfg;
	secret_init(&t->secret);
	max = cfg->max;
	if (!max || max > CT_POOL_MAX - POOL_SPARE)
		max = CT_POOL_MAX - POOL_SPARE; /* 0: as many as there can be */
	t->cfg.max = max;
	tcp_usual_init(t);
	max += POOL_SPARE;
	for (int i = 0; i < CT_KINDS; i++)
		ct_pool_init(&t->conns[i], conn_sizes[i],
			     offsetof(struct ct_conn, ext), max, cfg->threads,
			     t);
	ct_pool_init(&t->ext, CT_EXT_SIZE, 0, max, cfg->threads, t);
	ct_pool_init(&t->help, CT_HELP_SIZE, 0, max, cfg->threads, t);
	ct_source_init(t, max);
	ct_index_init(t, max);
	return t;
}

void ct_table_free(struct ct_table *t)
{
	if (!t)
		return;
	ct_index_fini(t);
	for (int i = 0; i < CT_KINDS; i++)
		ct_pool_fini(&t->conns[i]);
	ct_pool_fini(&t->ext);
	ct_pool_fini(&t->help);
	ct_expects_fini(&t->expects);
	ct_source_fini(t);
	free(t);
}

void ct_table_explain(struct ct_table *t, struct ct_why *why)
{
	t->why = why;
}

void ct_table_set_acct(struct ct_table *t, bool on)
{
	ct_store(&t->cfg.acct, on);
}

/* --- entries -------------------------------------------------------------- */

/* The hash of any tuple. */
static uint64_t key_hash(const struct ct_table *t, const struct ct_key *key)
{
	struct ct_key inverse;

	ct_l4proto_invert(ct_l4proto_find(key->l4), key, &inverse);
	return ct_key_hash(&t->secret, key, &inverse);
}

/* Are the inverses of its tuples the same with their ends exchanged? Then their
 * hashes need no keys made. */
static inline bool hashes_as_it_lies(const struct ct_conn *ct)
{
	return likely(!ct_l4proto_find(ct_load(&ct->l4))->invert_tuple);
}

static inline uint64_t hash4(const struct ct_table *t, uint64_t addrs,
			     uint64_t head)
{
	return ct_hash4_either(&t->secret, (uint32_t)addrs,
			       (uint32_t)(addrs >> 32), head,
			       ct_head_swap(head));
}

static inline uint64_t hash6(const struct ct_table *t, const uint64_t src[2],
			     const uint64_t dst[2], uint64_t head)
{
	return ct_hash6_either(&t->secret, ct_load(&src[0]), ct_load(&src[1]),
			       ct_load(&dst[0]), ct_load(&dst[1]), head,
			       ct_head_swap(head));
}

uint64_t ct_conn_hash(const struct ct_table *t, const struct ct_conn *ct)
{
	const struct ct_conn4 *c4 = (const struct ct_conn4 *)ct;
	const struct ct_conn6 *c6 = (const struct ct_conn6 *)ct;
	const uint64_t head = ct_load(&ct->head) & CT_HEAD_MASK;
	struct ct_key key;

	if (hashes_as_it_lies(ct))
		return ct_conn_is_v6(ct) ? hash6(t, c6->saddr, c6->daddr, head)
					 : hash4(t, ct_load(&c4->addrs), head);
	ct_conn_key(ct, &key);
	return key_hash(t, &key);
}

/* ct_conn_reply_hash() of a wide entry, as it lies. */
static uint64_t wide_reply_hash(const struct ct_table *t,
				const struct ct_conn *ct)
{
	const struct ct_wide4 *w4 = (const struct ct_wide4 *)ct;
	const struct ct_wide6 *w6 = (const struct ct_wide6 *)ct;
	const uint64_t rest = ct_load(&ct->head) & CT_HEAD_MASK &
			      ~(uint64_t)UINT32_MAX;

	if (ct_conn_is_v6(ct))
		return hash6(t, w6->saddr, w6->daddr,
			     rest | ct_load(&w6->m.ports));
	return hash4(t, ct_load(&w4->addrs), rest | ct_load(&w4->m.ports));
}

uint64_t ct_conn_reply_hash(const struct ct_table *t, const struct ct_conn *ct)
{
	struct ct_key reply;

	if (hashes_as_it_lies(ct) && ct_conn_is_wide(ct))
		return wide_reply_hash(t, ct);
	ct_conn_reply_key(ct, &reply);
	return key_hash(t, &reply);
}

static uint32_t count_change(struct ct_table *t, int32_t by)
{
	if (t->cfg.threads)
		return __atomic_add_fetch(&t->count, by, __ATOMIC_RELAXED);
	return t->count += (uint32_t)by;
}

static void index_del(struct ct_table *t, struct ct_conn *ct)
{
	const uint64_t hash = ct_conn_hash(t, ct);
	const bool by_original = likely(!(ct_load(&ct->status) & CT_NAT_CLASH));
	uint64_t back;

	if (by_original)
		ct_index_del(t, hash, ct_table_ref(ct));
	if (likely(by_original && !ct_conn_is_wide(ct)))
		return;
	back = ct_conn_reply_hash(t, ct);
	if (!by_original || back != hash)
		ct_index_del(t, back, ct_table_ref(ct));
}

bool ct_conn_kill(struct ct_table *t, struct ct_conn *ct)
{
	const bool threads = t->cfg.threads;
	bool ours;

	ct_conn_lock(ct, threads);
	ours = !(ct->status & IPS_DYING);
	ct_store(&ct->status, ct->status | IPS_DYING);
	ct_conn_unlock(ct, threads);
	if (!ours)
		return false;
	index_del(t, ct);
	ct_expect_forget(t, ct);
	ct_conn_put(t, ct);
	return true;
}

void ct_conn_free(struct ct_table *t, struct ct_conn *ct)
{
	const uint32_t ref = ct_table_ref(ct);

	if (unlikely(ct_conn_is_wide(ct) && ct->status & IPS_SRC_NAT))
		ct_source_del(t, ct);
	if (ct->ext) {
		/* those of TFTP's first packet, which was not confirmed */
		ct_expect_forget(t, ct);
		ct_conn_help_fini(t, ct_table_ext(t, ct));
		ct_pool_put(&t->ext, ct->ext);
	}
	ct_store(&ct->status, 0);
	ct_pool_put(&t->conns[CT_REF_KIND(ref)], CT_REF_SLOT(ref));
	count_change(t, -1);
}

/* early_drop_list(): the entries of one bucket that may go. */
static unsigned early_drop_bucket(struct ct_table *t, uint64_t hash,
				  unsigned nth, uint32_t now)
{
	uint32_t refs[EARLY_DROP_ENTRIES];
	unsigned n = ct_index_peek(t, hash, nth, refs, ARRAY_LEN(refs));
	unsigned room = 0;

	for (unsigned i = 0; i < n; i++) {
		struct ct_conn *ct = ct_table_conn(t, refs[i]);
		bool expired;

		if (!ct_conn_tryget(ct, t->cfg.threads))
			continue;
		expired = ct_conn_expired(ct, now);
		if (ct_conn_lives(ct) &&
		    (expired || !(ct_load(&ct->status) & IPS_ASSURED)) &&
		    ct_conn_kill(t, ct)) {
			room++;
			if (!expired)
				ct_stat_inc(t, early_drop);
		}
		ct_conn_put(t, ct);
	}
	return room;
}

/* early_drop(): true if there is room now. Rare, and in line it costs whoever
 * needs none of it ten nanoseconds: GCC spills a byte then and reloads it as a
 * word, which waits until the store is through. */
static __attribute__((noinline)) bool early_drop(struct ct_table *t,
						 uint64_t hash, uint32_t now)
{
	for (unsigned i = 0; i < EARLY_DROP_BUCKETS; i++)
		if (early_drop_bucket(t, hash, i, now))
			return true;
	ct_store(&t->gc_press, 2);
	return false;
}

struct ct_ext *ct_table_ext_need(struct ct_table *t, struct ct_conn *ct)
{
	struct ct_ext *ext = ct_table_ext(t, ct);
	uint32_t ref;

	if (ext)
		return ext;
	ref = ct_pool_get(&t->ext);
	if (!ref)
		return NULL;
	ext = ct_pool_at(&t->ext, ref, CT_EXT_SIZE);
	memset(ext, 0, sizeof(*ext));
	ct_store(&ct->ext, ref);
	return ext;
}

/* What the table's configuration wants new entries to count. */
static void conn_add_counters(struct ct_table *t, struct ct_conn *ct)
{
	struct ct_ext *ext = ct_table_ext_need(t, ct);

	if (ext)
		ext->acct = ct_load(&t->cfg.acct);
}

/* A free entry, made that of @key; NULL: no memory. Nobody gets a reference to
 * it before conn_begin(). */
static struct ct_conn *conn_alloc(struct ct_table *t, enum ct_kind kind,
				  const struct ct_key *key)
{
	uint32_t ref = ct_pool_get(&t->conns[kind]);
	struct ct_conn *ct;

	if (!ref)
		return NULL;
	ct = ct_table_conn(t, ref | (uint32_t)kind << CT_POOL_REF_BITS);
	ct_conn_set_key(ct, key, kind == CT_WIDE4 || kind == CT_WIDE6);
	return ct;
}

/* Its first reference is the caller's. */
static void conn_begin(struct ct_conn *ct)
{
	/* Release to who takes a reference to it later. */
	__atomic_store_n(&ct->refs, 1, __ATOMIC_RELEASE);
}

struct ct_conn *ct_conn_new(struct ct_table *t, const struct ct_key *key,
			    uint64_t hash, uint32_t now)
{
	bool v6 = key->flags & CT_KEY_V6;
	struct ct_conn *ct;

	if (count_change(t, 1) > t->cfg.max && !early_drop(t, hash, now)) {
		count_change(t, -1);
		return NULL;
	}
	ct = conn_alloc(t, v6 ? CT_PLAIN6 : CT_PLAIN4, key);
	if (!ct) {
		count_change(t, -1);
		return NULL;
	}
	ct_store(&ct->timeout, 0);
	ct_store(&ct->status, 0);
	ct_store(&ct->mark, 0);
	ct_store(&ct->id, 0);
	ct_store(&ct->ext, 0);
	memset(ct_conn_proto(ct), 0, sizeof(union ct_proto));
	if (ct_load(&t->cfg.acct) || t->cfg.timestamp)
		conn_add_counters(t, ct);
	conn_begin(ct);
	return ct;
}

struct ct_conn *ct_conn_widen(struct ct_table *t, struct ct_conn *ct)
{
	struct ct_key key;
	struct ct_conn *wide;

	ct_conn_key(ct, &key);
	wide = conn_alloc(t, key.flags & CT_KEY_V6 ? CT_WIDE6 : CT_WIDE4, &key);
	if (!wide)
		return NULL;
	ct_store(&ct_conn_mapping(wide)->masq, 0);
	ct_store(&wide->timeout, ct->timeout);
	ct_store(&wide->status, ct->status);
	ct_store(&wide->mark, ct->mark);
	ct_store(&wide->id, ct->id);
	ct_store(&wide->ext, ct->ext);
	*ct_conn_proto(wide) = *ct_conn_proto(ct);
	ct_store(&ct->ext, 0);
	count_change(t, 1);
	conn_begin(wide);
	ct_conn_put(t, ct);
	return wide;
}

/* --- the table as a whole ------------------------------------------------- */

void ct_table_stats(const struct ct_table *t, struct ct_stats *out)
{
	const uint64_t *from = (const uint64_t *)&t->stats;
	uint64_t *to = (uint64_t *)out;

	for (size_t i = 0; i < sizeof(*out) / sizeof(*to); i++)
		to[i] = ct_load(&from[i]);
}

uint32_t ct_table_count(const struct ct_table *t)
{
	return ct_load(&t->count);
}

/* gc_worker_can_early_drop() */
static bool gc_may_drop(const struct ct_table *t, struct ct_conn *ct)
{
	const struct ct_l4proto *p = ct_l4proto_find(ct->l4);
	bool may = !(ct_load(&ct->status) & IPS_ASSURED);

	if (!may && p->can_early_drop) {
		ct_conn_lock(ct, t->cfg.threads);
		may = p->can_early_drop(ct);
		ct_conn_unlock(ct, t->cfg.threads);
	}
	return may;
}

/* Above 95% of the limit, after an insert found no room. */
static bool gc_presses(struct ct_table *t)
{
	return ct_load(&t->gc_press) &&
	       ct_load(&t->count) >= (uint64_t)t->cfg.max / 100 * 95;
}

static void gc_look(struct ct_table *t, uint32_t ref, uint32_t now)
{
	struct ct_conn *ct = ct_table_conn(t, ref);

	if (!ct_conn_lives(ct))
		return;
	if (!ct_conn_expired(ct, now) && !gc_presses(t))
		return;
	if (!ct_conn_tryget(ct, t->cfg.threads))
		return;
	if (ct_conn_lives(ct) &&
	    (ct_conn_expired(ct, now) || (gc_presses(t) && gc_may_drop(t, ct))))
		ct_conn_kill(t, ct);
	ct_conn_put(t, ct);
}

/* The slots of all pools of entries as they are at one moment: pools grow
 * meanwhile. */
struct slots {
	uint32_t used[CT_KINDS], all;
};

static struct slots table_slots(const struct ct_table *t)
{
	struct slots s = { .all = 0 };

	for (int i = 0; i < CT_KINDS; i++) {
		s.used[i] = ct_pool_used(&t->conns[i]);
		s.all += s.used[i];
	}
	return s;
}

/* The reference of the n-th of them. */
static uint32_t slots_nth(const struct ct_table *t, const struct slots *s,
			  uint32_t n)
{
	uint32_t kind = 0;

	while (n >= s->used[kind])
		n -= s->used[kind++];
	return kind << CT_POOL_REF_BITS | ct_pool_nth(&t->conns[kind], n);
}

/* How many slots to look at now so that a round takes GC_ROUND_NS. */
static uint32_t gc_share(struct ct_table *t, uint32_t slots, uint64_t now_ns)
{
	uint64_t passed = MIN(now_ns - t->gc_ns, GC_ROUND_NS);
	uint64_t share = slots * (passed / 1000) / (GC_ROUND_NS / 1000);

	if (!share)
		return 0; /* the clock is left: it adds up */
	if (share <= GC_SHARE)
		t->gc_ns = now_ns;
	else /* the rest is owed */
		t->gc_ns = now_ns - (passed - passed * GC_SHARE / share);
	return (uint32_t)MIN(share, GC_SHARE);
}

void ct_table_gc(struct ct_table *t, const struct nv_time *now)
{
	const struct slots slots = table_slots(t);
	uint32_t tick = nv_ticks(now->mono_ns);
	uint32_t share;

	if (!slots.all || (t->cfg.threads && !spin_trylock(&t->gc_lock)))
		return;
	share = gc_share(t, slots.all, now->mono_ns);
	while (share--) {
		if (t->gc_next >= slots.all) {
			t->gc_next = 0;
			if (ct_load(&t->gc_press))
				ct_store(&t->gc_press,
					 ct_load(&t->gc_press) - 1);
		}
		gc_look(t, slots_nth(t, &slots, t->gc_next++), tick);
	}
	if (t->cfg.threads)
		spin_unlock(&t->gc_lock);
}

/* A living entry for a walk: how long ago it was made, and where it is. */
struct walk_item {
	uint32_t age, ref;
};

static int walk_item_cmp(const void *a, const void *b)
{
	const struct walk_item *x = a, *y = b;

	return x->age < y->age ? 1 : x->age > y->age ? -1 : 0;
}

/* The loser of a clash is not shown. */
static bool walk_shows(const struct ct_conn *ct, uint32_t tick)
{
	return ct_load(&ct->refs) && ct_conn_lives(ct) &&
	       !ct_conn_expired(ct, tick) &&
	       !(ct_load(&ct->status) & CT_NAT_CLASH);
}

int ct_table_foreach(struct ct_table *t, const struct nv_time *now,
		     int (*fn)(struct ct_conn *ct, void *data), void *data)
{
	const struct slots slots = table_slots(t);
	uint32_t tick = nv_ticks(now->mono_ns), last = ct_load(&t->next_id);
	struct walk_item *items = xcalloc(slots.all, sizeof(*items));
	uint32_t n = 0;
	int ret = 0;

	for (uint32_t i = 0; i < slots.all; i++) {
		uint32_t ref = slots_nth(t, &slots, i);
		struct ct_conn *ct = ct_table_conn(t, ref);

		if (walk_shows(ct, tick))
			items[n++] = (struct walk_item){
				.age = last - ct_load(&ct->id),
				.ref = ref,
			};
	}
	qsort(items, n, sizeof(*items), walk_item_cmp);
	for (uint32_t i = 0; i < n && !ret; i++) {
		struct ct_conn *ct = ct_table_conn(t, items[i].ref);

		if (!walk_shows(ct, tick) ||
		    !ct_conn_tryget(ct, t->cfg.threads))
			continue;
		ret = fn(ct, data);
		ct_conn_put(t, ct);
	}
	free(items);
	return ret;
}
