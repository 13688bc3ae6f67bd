/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A source address and port that was translated once is translated the same
 * way again while the first connection lives, whatever the destination. So
 * entries whose source was changed are found by their original source: hashed
 * into lists, the newest first, linked both ways by references to entries.
 * Entries whose source was not changed have nothing to tell and are not here,
 * unlike in the kernel.
 *
 * The array of heads grows as the index does (ct/index.c): one head is split
 * in two whenever there are more than SOURCE_PER_HEAD entries for each. Which
 * ones are next is known, so the entries in their lists are loaded ahead.
 *
 * Threads. These lists are touched when a source-translated connection begins
 * or ends, not for each packet: a lock for each of 64 classes of heads will
 * do. Since a head is split off another one with the same six low bits, the
 * lock of a hash never changes, and what a lookup holds excludes the splits
 * that concern it.
 */
#include "ct/source.h"

#include "base/util.h"
#include "ct/mapping.h"
#include "ct/spin.h"

#define SOURCE_PER_HEAD 1
/* How many splits before its turn a list begins to be loaded. */
#define SPLITS_AHEAD 3
/* How many entries of a list are loaded before it is asked for: most lists have
 * no more. */
#define LIST_AHEAD 2

uint32_t ct_source_hash(const struct ct_table *t, const struct ct_key *key)
{
	/* without the destination port; the key is not copied, see
	 * ct_key_swap() */
	const uint64_t head = key->head & ~(uint64_t)0xffff0000;
	uint64_t addr = key->src.q[0] ^ ct_mix(key->src.q[1] + t->secret.k[2],
					       t->secret.k[3] | 1);

	return (uint32_t)ct_hash4(&t->secret, addr, head);
}

void ct_source_init(struct ct_table *t, uint32_t max)
{
	struct ct_source *s = &t->source;
	size_t heads = (size_t)max / SOURCE_PER_HEAD + CT_SOURCE_STRIPES;

	ct_region_init(&s->region, heads * sizeof(uint32_t));
	ct_region_use(&s->region, CT_SOURCE_STRIPES * sizeof(uint32_t));
	s->nheads = CT_SOURCE_STRIPES;
}

void ct_source_fini(struct ct_table *t)
{
	ct_region_fini(&t->source.region);
}

static inline uint32_t *head_at(const struct ct_table *t, uint32_t number)
{
	return (uint32_t *)(void *)t->source.region.base + number;
}

static inline uint32_t head_number(uint32_t hash, uint32_t n)
{
	uint32_t mask = UINT32_MAX >> __builtin_clz(n - 1);
	uint32_t b = hash & mask;

	return b < n ? b : b & (mask >> 1);
}

/* The head that number @n is split from. */
static inline uint32_t head_parent(uint32_t n)
{
	return n & ~(UINT32_C(1) << (31 - __builtin_clz(n)));
}

static inline struct ct_links *links_at(const struct ct_table *t, uint32_t ref)
{
	return &ct_table_mapping(t, ref)->links;
}

static void source_lock(struct ct_table *t, uint32_t hash)
{
	if (t->cfg.threads)
		spin_lock(&t->source.locks[hash % CT_SOURCE_STRIPES]);
}

static void source_unlock(struct ct_table *t, uint32_t hash)
{
	if (t->cfg.threads)
		spin_unlock(&t->source.locks[hash % CT_SOURCE_STRIPES]);
}

/* The head of a hash whose lock is held. */
static uint32_t *head_of(const struct ct_table *t, uint32_t hash)
{
	return head_at(t, head_number(hash, ct_load(&t->source.nheads)));
}

/* Put @ref behind @tail, or first. */
static void list_append(const struct ct_table *t, uint32_t *head,
			uint32_t *tail, uint32_t ref)
{
	*links_at(t, ref) = (struct ct_links){ .prev = *tail };
	if (*tail)
		links_at(t, *tail)->next = ref;
	else
		*head = ref;
	*tail = ref;
}

/* Deal the list of @old out to itself and @fresh, both in their order. */
static void head_split(const struct ct_table *t, uint32_t *old, uint32_t number)
{
	uint32_t *fresh = head_at(t, number), ref = *old, next;
	uint32_t stays = 0, goes = 0;

	*old = *fresh = 0;
	for (; ref; ref = next) {
		const struct ct_mapping *m = ct_table_mapping(t, ref);

		next = m->links.next;
		if (head_number(m->source, number + 1) == number)
			list_append(t, fresh, &goes, ref);
		else
			list_append(t, old, &stays, ref);
	}
}

/* The entry that is @nth in the list of @head; 0: there is none. */
static uint32_t list_nth(const struct ct_table *t, uint32_t head, unsigned nth)
{
	uint32_t ref = head;

	while (ref && nth--)
		ref = links_at(t, ref)->next;
	return ref;
}

/* Always inline, as conn_prefetch() in ct/index.c. */
static inline __attribute__((always_inline)) void
prefetch_nth(const struct ct_table *t, uint32_t head, unsigned nth)
{
	uint32_t ref = list_nth(t, head, nth);

	if (ref)
		__builtin_prefetch(ct_table_mapping(t, ref));
}

/* What the splits after that of @number will walk over: one entry further down
 * for each that is nearer. */
static inline __attribute__((always_inline)) void
splits_prefetch(const struct ct_table *t, uint32_t number)
{
	for (unsigned i = 1; i <= SPLITS_AHEAD; i++)
		prefetch_nth(t, *head_at(t, head_parent(number + i)),
			     SPLITS_AHEAD - i);
}

/* Split a head if there are too many entries for them. */
static void source_grow(struct ct_table *t)
{
	struct ct_source *s = &t->source;
	uint32_t n = ct_load(&s->nheads);
	size_t bytes = ((size_t)n + 1) * sizeof(uint32_t);

	if (ct_load(&s->entries) <= (uint64_t)n * SOURCE_PER_HEAD ||
	    bytes > s->region.size)
		return;
	if (t->cfg.threads && !spin_trylock(&s->grow_lock))
		return;
	if (n == ct_load(&s->nheads)) {
		ct_region_use(&s->region, bytes);
		source_lock(t, n);
		head_split(t, head_at(t, head_parent(n)), n);
		ct_store(&s->nheads, n + 1);
		source_unlock(t, n);
		if (!t->cfg.threads)
			splits_prefetch(t, n);
	}
	if (t->cfg.threads)
		spin_unlock(&s->grow_lock);
}

static void entries_change(struct ct_table *t, int32_t by)
{
	if (t->cfg.threads)
		__atomic_fetch_add(&t->source.entries, by, __ATOMIC_RELAXED);
	else
		t->source.entries += (uint32_t)by;
}

static void note_usual(struct ct_table *t, const struct ct_conn *ct)
{
	const struct ct_wide4 *w4 = (const struct ct_wide4 *)ct;
	const struct ct_wide6 *w6 = (const struct ct_wide6 *)ct;
	union inet_addr *usual = t->source.usual;

	if (!ct_conn_is_v6(ct)) {
		usual[0] = inet_addr_ip4(w4->daddr);
		return;
	}
	usual[1].q[0] = w6->daddr[0];
	usual[1].q[1] = w6->daddr[1];
}

void ct_source_add(struct ct_table *t, struct ct_conn *ct)
{
	struct ct_mapping *m = ct_conn_mapping(ct);
	const uint32_t ref = ct_table_ref(ct);
	struct ct_key key;
	uint32_t *head;

	if (!t->cfg.threads)
		note_usual(t, ct);
	ct_conn_key(ct, &key);
	m->source = ct_source_hash(t, &key);
	source_lock(t, m->source);
	head = head_of(t, m->source);
	m->links = (struct ct_links){ .next = *head };
	if (*head)
		links_at(t, *head)->prev = ref;
	*head = ref;
	source_unlock(t, m->source);
	entries_change(t, 1);
	source_grow(t);
}

void ct_source_del(struct ct_table *t, struct ct_conn *ct)
{
	const struct ct_mapping *m = ct_conn_mapping(ct);
	const struct ct_links *l = &m->links;

	source_lock(t, m->source);
	if (l->prev)
		links_at(t, l->prev)->next = l->next;
	else
		*head_of(t, m->source) = l->next;
	if (l->next)
		links_at(t, l->next)->prev = l->prev;
	source_unlock(t, m->source);
	entries_change(t, -1);
}

void ct_source_prefetch(const struct ct_table *t, const uint32_t *hashes,
			size_t n)
{
	const uint32_t *heads[CT_PREFETCH_MAX];

	for (size_t i = 0; i < n; i++) {
		heads[i] = head_of(t, hashes[i]);
		__builtin_prefetch(heads[i]);
	}
	for (unsigned nth = 0; nth < LIST_AHEAD; nth++)
		for (size_t i = 0; i < n; i++)
			prefetch_nth(t, *heads[i], nth);
}

/* same_src() in nf_nat_core.c: source and zone. */
static bool same_source(const struct ct_key *a, const struct ct_key *b)
{
	return a->sport == b->sport && a->zone == b->zone && a->l4 == b->l4 &&
	       a->flags == b->flags && inet_addr_eq(&a->src, &b->src);
}

/* Over, or on its way out. */
static bool source_is_dead(const struct ct_conn *ct, uint32_t now)
{
	uint32_t status = ct_load(&ct->status);

	return status & IPS_DYING ||
	       (status & IPS_CONFIRMED && ct_conn_expired(ct, now));
}

bool ct_source_find(struct ct_table *t, const struct ct_key *key, uint32_t now,
		    bool (*fits)(const struct ct_key *reply, void *data),
		    void *data)
{
	const uint32_t hash = ct_source_hash(t, key);
	const struct ct_mapping *m;
	struct ct_key its, reply;
	bool found = false;

	source_lock(t, hash);
	for (uint32_t ref = *head_of(t, hash); ref && !found;
	     ref = m->links.next) {
		struct ct_conn *ct = ct_table_conn(t, ref);

		m = ct_table_mapping(t, ref);
		if (m->source != hash)
			continue;
		ct_conn_key(ct, &its);
		if (!same_source(&its, key) || source_is_dead(ct, now))
			continue;
		ct_mapping_key(ct, &reply);
		found = fits(&reply, data);
	}
	source_unlock(t, hash);
	return found;
}
