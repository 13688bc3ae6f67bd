/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets that packets write: dynset, and exact sets with timeouts.
 *
 * Theory of operation
 *
 * One table for ever, chained, that packets and transactions share; growing
 * doubles it. Its elements are state, as counters are, so there are no
 * versions: a transaction's version is a list of what it wants done, checked
 * against the table and the list when it is said, and done at commit.
 *
 * An expired element is absent for lookups and updates, but stays in the table
 * and counts against the set's size until it is collected. The kernel collects
 * from a timer each gc interval (1 s unless said); here the first packet that
 * comes to the set after such a moment does it, as of that moment, so a full
 * set is full just as long (facts section 8.5).
 *
 * New elements are malloc()ed on the packet path, as the kernel kmalloc()s
 * them there; the set's size bounds them. Keys come from packets, that is from
 * anyone: they are hashed with SipHash.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "vm/core.h"

enum {
	BUCKETS_MIN = 64,
};

/* An element: key, then value. */
struct node {
	struct node *next;
	uint64_t hash;
	struct vm_elem_ext *ext;
	uint8_t bytes[];
};

/**
 * struct table - the elements
 * @n:		all of them, expired ones too
 * @next_gc_ns:	when expired ones are collected next; 0: not begun
 */
struct table {
	struct hash_key key;
	struct node **buckets;
	size_t mask, n;
	uint64_t gc_ns, next_gc_ns;
};

/* What a transaction wants done. */
struct wish {
	enum {
		WISH_INSERT,
		WISH_REMOVE,
		WISH_CLEAR
	} what;
	struct node *node;
};

struct dynamic_data {
	struct vm_set_data base;
	struct table *table;
	VEC(struct wish) wishes;
};

static struct dynamic_data *dyn_of(const struct vm_set_data *d)
{
	return (struct dynamic_data *)(uintptr_t)container_of(
		d, const struct dynamic_data, base);
}

static uint64_t key_hash(const struct dynamic_data *dy, const void *key)
{
	return hash_sip13(&dy->table->key, key, dy->base.set->key_len);
}

static void ext_free(struct vm_elem_ext *ext)
{
	if (!ext)
		return;
	for (unsigned i = 0; i < ext->n; i++)
		vm_expr_free(ext->exprs[i]);
	free(ext);
}

static void node_free(struct node *n)
{
	ext_free(n->ext);
	free(n);
}

static struct node *node_new(const struct dynamic_data *dy, const void *key,
			     const void *value, struct vm_elem_ext *ext)
{
	const struct vm_set *s = dy->base.set;
	struct node *n = xmalloc(sizeof(*n) + s->key_len + s->value_len);

	n->next = NULL;
	n->hash = key_hash(dy, key);
	n->ext = ext;
	memcpy(n->bytes, key, s->key_len);
	if (s->value_len)
		memcpy(n->bytes + s->key_len, value, s->value_len);
	return n;
}

static struct node *table_find(const struct dynamic_data *dy, const void *key,
			       uint64_t now_ns)
{
	const struct table *t = dy->table;
	uint64_t hash = key_hash(dy, key);
	struct node *n = t->buckets[hash & t->mask];

	for (; n; n = n->next)
		if (n->hash == hash &&
		    !memcmp(n->bytes, key, dy->base.set->key_len) &&
		    !vm_elem_expired(n->ext, now_ns))
			return n;
	return NULL;
}

static void table_link(struct table *t, struct node *n)
{
	struct node **b = &t->buckets[n->hash & t->mask];

	n->next = *b;
	*b = n;
	t->n++;
}

static void table_grow(struct table *t)
{
	size_t old = t->mask + 1;
	struct node **buckets = t->buckets;

	t->mask = old * 2 - 1;
	t->buckets = xcalloc(old * 2, sizeof(*t->buckets));
	t->n = 0;
	for (size_t i = 0; i < old; i++) {
		for (struct node *n = buckets[i], *next; n; n = next) {
			next = n->next;
			table_link(t, n);
		}
	}
	free(buckets);
}

static void table_insert(struct table *t, struct node *n)
{
	if (t->n > t->mask)
		table_grow(t);
	table_link(t, n);
}

static void table_unlink(struct table *t, struct node *n)
{
	struct node **p = &t->buckets[n->hash & t->mask];

	while (*p != n)
		p = &(*p)->next;
	*p = n->next;
	t->n--;
}

/* Free what is expired as of @when, or with @all everything. */
static void table_sweep(struct table *t, uint64_t when, bool all)
{
	for (size_t i = 0; i <= t->mask; i++) {
		struct node **p = &t->buckets[i];

		while (*p) {
			struct node *n = *p;

			if (!all && !vm_elem_expired(n->ext, when)) {
				p = &n->next;
				continue;
			}
			*p = n->next;
			t->n--;
			node_free(n);
		}
	}
}

/* The timer's work that is due by now. */
static void table_gc(struct table *t, uint64_t now_ns)
{
	uint64_t late;

	if (!t->gc_ns)
		return;
	if (!t->next_gc_ns)
		t->next_gc_ns = now_ns + t->gc_ns;
	if (now_ns < t->next_gc_ns)
		return;
	late = (now_ns - t->next_gc_ns) / t->gc_ns * t->gc_ns;
	table_sweep(t, t->next_gc_ns + late, false);
	t->next_gc_ns += late + t->gc_ns;
}

static void hit_fill(const struct dynamic_data *dy, const struct node *n,
		     struct vm_hit *hit)
{
	hit->value = n->bytes + dy->base.set->key_len;
	hit->ext = n->ext;
}

static bool dynamic_find(const struct vm_set_data *d, const void *key,
			 uint64_t now_ns, struct vm_hit *hit)
{
	const struct dynamic_data *dy = dyn_of(d);
	const struct node *n = table_find(dy, key, now_ns);

	if (n)
		hit_fill(dy, n, hit);
	return n;
}

/* --- from packets ----------------------------------------------------------- */

/* Rare parts of a new element, or NULL when it has none. */
static struct vm_elem_ext *ext_new(const struct vm_dynset_how *how,
				   uint64_t now_ns)
{
	struct vm_elem_ext *ext;

	if (!how->timeout_ns && !how->n_exprs)
		return NULL;
	ext = xzalloc(sizeof(*ext));
	ext->timeout_ns = how->timeout_ns;
	if (how->timeout_ns)
		ext->expires_ns = now_ns + how->timeout_ns;
	for (; ext->n < how->n_exprs; ext->n++)
		ext->exprs[ext->n] = vm_expr_clone(how->exprs[ext->n]);
	return ext;
}

static bool dynamic_update(struct vm_set_data *d, const void *key,
			   const void *value, const struct vm_dynset_how *how,
			   uint64_t now_ns, struct vm_hit *hit)
{
	struct dynamic_data *dy = dyn_of(d);
	struct table *t = dy->table;
	struct node *n;

	table_gc(t, now_ns);
	n = table_find(dy, key, now_ns);
	if (!n) {
		if (d->set->size && t->n >= d->set->size)
			return false;
		n = node_new(dy, key, value, ext_new(how, now_ns));
		table_insert(t, n);
	} else if (how->refresh && n->ext && n->ext->timeout_ns) {
		n->ext->expires_ns = now_ns + how->timeout_ns;
	}
	hit_fill(dy, n, hit);
	return true;
}

static void dynamic_erase(struct vm_set_data *d, const void *key,
			  uint64_t now_ns)
{
	struct dynamic_data *dy = dyn_of(d);
	struct node *n;

	table_gc(dy->table, now_ns);
	n = table_find(dy, key, now_ns);
	if (!n)
		return;
	table_unlink(dy->table, n);
	node_free(n);
}

/* --- from transactions ------------------------------------------------------ */

static void wish_add(struct dynamic_data *dy, int what, struct node *n)
{
	struct wish w = { .what = what, .node = n };

	vec_push(&dy->wishes, w);
}

/* The element as the transaction sees it, or NULL. */
static struct node *wished(const struct dynamic_data *dy, const void *key)
{
	for (size_t i = dy->wishes.len; i-- > 0;) {
		const struct wish *w = &dy->wishes.v[i];

		if (w->what == WISH_CLEAR)
			return NULL;
		if (!memcmp(w->node->bytes, key, dy->base.set->key_len))
			return w->what == WISH_INSERT ? w->node : NULL;
	}
	return table_find(dy, key, 0);
}

static int dynamic_insert(struct vm_set_data *d, const struct vm_elem *e,
			  struct vm_hit *have)
{
	struct dynamic_data *dy = dyn_of(d);
	struct node *n = wished(dy, e->key);

	if (n) {
		hit_fill(dy, n, have);
		return -EEXIST;
	}
	wish_add(dy, WISH_INSERT, node_new(dy, e->key, e->value, e->ext));
	d->n++;
	return 0;
}

static int dynamic_remove(struct vm_set_data *d, const struct vm_elem *e,
			  struct vm_elem_ext **ext)
{
	struct dynamic_data *dy = dyn_of(d);
	struct node *n = wished(dy, e->key);

	if (!n)
		return -ENOENT;
	wish_add(dy, WISH_REMOVE,
		 node_new(dy, e->key, n->bytes + d->set->key_len, NULL));
	d->n--;
	return 0;
}

static void dynamic_clear(struct vm_set_data *d)
{
	wish_add(dyn_of(d), WISH_CLEAR, NULL);
	d->n = d->has_catchall;
}

static void wish_fulfil(struct dynamic_data *dy, const struct wish *w,
			uint64_t now_ns)
{
	struct table *t = dy->table;
	struct vm_elem_ext *ext = w->node ? w->node->ext : NULL;

	switch (w->what) {
	case WISH_INSERT:
		if (ext && ext->timeout_ns)
			ext->expires_ns += now_ns;
		table_insert(t, w->node);
		break;
	case WISH_REMOVE:
		dynamic_erase(&dy->base, w->node->bytes, now_ns);
		node_free(w->node);
		break;
	case WISH_CLEAR:
		table_sweep(t, 0, true);
	}
}

static struct vm_set_data *dynamic_new(const struct vm_set *set, size_t hint)
{
	struct dynamic_data *dy = xzalloc(sizeof(*dy));

	dy->base.set = set;
	dy->base.ops = &vm_set_dynamic;
	dy->table = xzalloc(sizeof(*dy->table));
	dy->table->key = hash_key_random();
	dy->table->mask = BUCKETS_MIN - 1;
	dy->table->buckets = xcalloc(BUCKETS_MIN, sizeof(struct node *));
	if (set->flags & NFT_SET_TIMEOUT)
		dy->table->gc_ns = set->gc_ns;
	return &dy->base;
}

static struct vm_set_data *dynamic_clone(const struct vm_set_data *d)
{
	struct dynamic_data *dy = xmemdup(dyn_of(d), sizeof(*dy));

	memset(&dy->wishes, 0, sizeof(dy->wishes));
	dy->base.n = dy->table->n + dy->base.has_catchall;
	return &dy->base;
}

static void dynamic_publish(struct vm_set_data *d, struct vm_set_data *old)
{
	struct dynamic_data *dy = dyn_of(d);
	uint64_t now_ns = d->set->vm->tx->now.mono_ns;

	table_gc(dy->table, now_ns);
	for (size_t i = 0; i < dy->wishes.len; i++)
		wish_fulfil(dy, &dy->wishes.v[i], now_ns);
	vec_fini(&dy->wishes);
	if (old)
		vm_retire(d->set->vm, free, dyn_of(old));
}

static void dynamic_drop(struct vm_set_data *d)
{
	struct dynamic_data *dy = dyn_of(d);

	for (size_t i = 0; i < dy->wishes.len; i++)
		if (dy->wishes.v[i].node)
			node_free(dy->wishes.v[i].node);
	vec_fini(&dy->wishes);
	free(dy);
}

static void dynamic_free(struct vm_set_data *d)
{
	struct table *t = dyn_of(d)->table;

	table_sweep(t, 0, true);
	free(t->buckets);
	free(t);
	dynamic_drop(d);
}

static int node_walk(const struct dynamic_data *dy, const struct node *n,
		     int (*fn)(const struct vm_elem *e, void *arg), void *arg)
{
	const struct vm_set *s = dy->base.set;
	struct vm_elem e = { .key = n->bytes,
			     .value = s->value_len ? n->bytes + s->key_len
						   : NULL,
			     .ext = n->ext };

	return fn(&e, arg);
}

/* What is in the table, and what the transaction wants there. */
static int dynamic_walk(const struct vm_set_data *d,
			int (*fn)(const struct vm_elem *e, void *arg),
			void *arg)
{
	const struct dynamic_data *dy = dyn_of(d);
	const struct table *t = dy->table;
	int ret = 0;

	for (size_t i = 0; i <= t->mask; i++)
		for (struct node *n = t->buckets[i]; n && !ret; n = n->next)
			ret = node_walk(dy, n, fn, arg);
	for (size_t i = 0; i < dy->wishes.len && !ret; i++)
		if (dy->wishes.v[i].what == WISH_INSERT)
			ret = node_walk(dy, dy->wishes.v[i].node, fn, arg);
	return ret;
}

static bool dynamic_fits(const struct vm_set *set)
{
	return !(set->flags & NFT_SET_INTERVAL) &&
	       set->flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT);
}

const struct vm_set_ops vm_set_dynamic = {
	.name = "dynamic",
	.owns_ext = true,
	.fits = dynamic_fits,
	.new = dynamic_new,
	.clone = dynamic_clone,
	.publish = dynamic_publish,
	.drop = dynamic_drop,
	.free = dynamic_free,
	.insert = dynamic_insert,
	.clear = dynamic_clear,
	.remove = dynamic_remove,
	.find = dynamic_find,
	.walk = dynamic_walk,
	.update = dynamic_update,
	.erase = dynamic_erase,
};
