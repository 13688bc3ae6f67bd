/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * There are few expectations (4096 at most by default), so one lock is held for
 * all that is done with them, and a new connection takes it only while there
 * are any. They lie in an array that grows to its bound and refer to each
 * other by index.
 *
 * One stands in two lists, both newest first: that of its bucket, found by the
 * destination, which is always exact, and that of its master. Of several that
 * fit a packet the newest is taken, as in the kernel.
 *
 * Time: one that is over is gone. Whoever takes the lock first clears away what
 * is over, if anything can be by then.
 */
#include "ct/expect.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "ct/helper.h"
#include "ct/l4proto.h"
#include "ct/spin.h"

void ct_expects_fini(struct ct_expects *x)
{
	free(x->v);
}

static void expects_lock(struct ct_table *t)
{
	if (t->cfg.threads)
		spin_lock(&t->expects.lock);
}

static void expects_unlock(struct ct_table *t)
{
	if (t->cfg.threads)
		spin_unlock(&t->expects.lock);
}

/* nf_ct_expect_dst_hash() */
static uint32_t *bucket_of(struct ct_table *t, const struct ct_key *key)
{
	const uint64_t ends = (uint64_t)key->dport << 32 |
			      (uint64_t)key->l4 << 8 | key->flags;
	uint64_t hash = ct_hash4(&t->secret, key->dst.q[0], ends);

	hash = ct_hash4(&t->secret, key->dst.q[1], hash);
	return &t->expects.heads[hash % CT_EXPECT_BUCKETS];
}

static struct ct_expect *expect_at(const struct ct_expects *x, uint32_t link)
{
	return link ? &x->v[link - 1] : NULL;
}

static uint32_t link_of(const struct ct_expects *x, const struct ct_expect *exp)
{
	return (uint32_t)(exp - x->v) + 1;
}

static struct ct_help *help_of(struct ct_table *t, const struct ct_expect *exp)
{
	return ct_conn_help(t, exp->master);
}

/* nf_ct_unlink_expect_report() */
static void expect_unlink(struct ct_table *t, struct ct_expect *exp)
{
	struct ct_expects *x = &t->expects;
	struct ct_help *help = help_of(t, exp);
	const uint32_t self = link_of(x, exp);
	uint32_t *at = bucket_of(t, &exp->key);

	while (*at != self)
		at = &expect_at(x, *at)->next;
	*at = exp->next;
	at = &help->expects;
	while (*at != self)
		at = &expect_at(x, *at)->next_of_master;
	*at = exp->next_of_master;
	help->expecting[exp->class]--;
	exp->id = 0;
	exp->next = x->free;
	x->free = self;
	x->count--;
}

static void clear_expired(struct ct_table *t, uint32_t now)
{
	struct ct_expects *x = &t->expects;
	uint32_t soonest = now + (uint32_t)INT32_MAX;

	if (!x->count || (int32_t)(x->soonest - now) > 0)
		return;
	for (uint32_t i = 0; i < x->room; i++) {
		struct ct_expect *exp = &x->v[i];

		if (!exp->id)
			continue;
		if ((int32_t)(exp->end - now) <= 0)
			expect_unlink(t, exp);
		else if ((int32_t)(exp->end - soonest) < 0)
			soonest = exp->end;
	}
	x->soonest = soonest;
}

/* --- comparing ------------------------------------------------------------ */

/* __nf_ct_tuple_dst_equal() and the zone: what is always exact. */
static bool same_dst(const struct ct_key *a, const struct ct_key *b)
{
	return a->dport == b->dport && a->l4 == b->l4 && a->flags == b->flags &&
	       a->zone == b->zone && inet_addr_eq(&a->dst, &b->dst);
}

/* The sources, as far as both masks look (nf_ct_tuple_src_mask_cmp()). */
static bool same_src(const struct ct_key *a, const struct ct_key *b,
		     bool any_saddr, bool any_sport)
{
	return (any_saddr || inet_addr_eq(&a->src, &b->src)) &&
	       (any_sport || a->sport == b->sport);
}

/* expect_matches() */
static bool same_expect(const struct ct_expect *a, const struct ct_expect *b)
{
	return same_dst(&a->key, &b->key) &&
	       same_src(&a->key, &b->key, false, false) &&
	       a->any_saddr == b->any_saddr && a->any_sport == b->any_sport;
}

/* expect_clash(): could a packet fit both? */
static bool overlap(const struct ct_expect *a, const struct ct_expect *b)
{
	return same_dst(&a->key, &b->key) &&
	       same_src(&a->key, &b->key, a->any_saddr || b->any_saddr,
			a->any_sport || b->any_sport);
}

static struct ct_expect *find_equal(struct ct_table *t,
				    const struct ct_expect *exp)
{
	struct ct_expects *x = &t->expects;
	struct ct_expect *i;

	for (i = expect_at(x, *bucket_of(t, &exp->key)); i;
	     i = expect_at(x, i->next))
		if (i->master == exp->master && same_expect(i, exp))
			return i;
	return NULL;
}

/* --- adding --------------------------------------------------------------- */

/* The first that is in the way, oldest last, as __nf_ct_expect_check() walks:
 * an equal one of the same master makes room, any other refuses. */
static int make_way(struct ct_table *t, const struct ct_expect *exp)
{
	struct ct_expects *x = &t->expects;
	struct ct_expect *i;

	for (i = expect_at(x, *bucket_of(t, &exp->key)); i;
	     i = expect_at(x, i->next)) {
		if (i->master == exp->master && same_expect(i, exp)) {
			if (i->class != exp->class)
				return -EALREADY;
			expect_unlink(t, i);
			return 0;
		}
		if (overlap(i, exp))
			return -EBUSY;
	}
	return 0;
}

/* evict_oldest_expect() */
static void evict_oldest(struct ct_table *t, const struct ct_help *help,
			 uint8_t class)
{
	struct ct_expects *x = &t->expects;
	struct ct_expect *oldest = NULL, *i;

	for (i = expect_at(x, help->expects); i;
	     i = expect_at(x, i->next_of_master))
		if (i->class == class)
			oldest = i;
	if (oldest)
		expect_unlink(t, oldest);
}

/* A free place; NULL when there are as many as there may be. */
static struct ct_expect *expect_new(struct ct_table *t)
{
	struct ct_expects *x = &t->expects;
	const uint32_t max = t->cfg.expect_max;
	struct ct_expect *exp;
	uint32_t room;

	if (x->count >= max)
		return NULL;
	if (!x->free) {
		room = x->room ? MIN(2 * x->room, max) : MIN(16u, max);
		x->v = xrealloc_array(x->v, room, sizeof(*x->v));
		for (uint32_t i = room; i > x->room; i--) {
			x->v[i - 1] = (struct ct_expect){ .next = x->free };
			x->free = i;
		}
		x->room = room;
	}
	exp = expect_at(x, x->free);
	x->free = exp->next;
	return exp;
}

/* nf_ct_expect_insert() */
static int expect_insert(struct ct_table *t, const struct ct_expect *from,
			 struct ct_help *help, uint32_t now)
{
	struct ct_expects *x = &t->expects;
	struct ct_expect *exp = expect_new(t);
	uint32_t *head;

	if (!exp)
		return -EMFILE;
	*exp = *from;
	exp->id = ++x->next_id;
	exp->end = now + ct_ticks(from->helper->policies[from->class].timeout);
	head = bucket_of(t, &exp->key);
	exp->next = *head;
	*head = link_of(x, exp);
	exp->next_of_master = help->expects;
	help->expects = link_of(x, exp);
	help->expecting[exp->class]++;
	if (!x->count++ || (int32_t)(exp->end - x->soonest) < 0)
		x->soonest = exp->end;
	return 0;
}

int ct_expect_add(struct ct_table *t, const struct ct_expect *exp, uint32_t now)
{
	struct ct_help *help = help_of(t, exp);
	int err;

	if (!help || !help->helper)
		return -ESHUTDOWN;
	expects_lock(t);
	clear_expired(t, now);
	err = make_way(t, exp);
	if (!err) {
		const uint32_t max = exp->helper->policies[exp->class].max;

		if (max && help->expecting[exp->class] >= max)
			evict_oldest(t, help, exp->class);
		err = expect_insert(t, exp, help, now);
	}
	expects_unlock(t);
	return err;
}

void ct_expect_del(struct ct_table *t, const struct ct_expect *exp,
		   uint32_t now)
{
	struct ct_expect *found;

	expects_lock(t);
	clear_expired(t, now);
	found = find_equal(t, exp);
	if (found)
		expect_unlink(t, found);
	expects_unlock(t);
}

/* --- taking --------------------------------------------------------------- */

static struct ct_expect *find_for(struct ct_table *t, const struct ct_key *key)
{
	struct ct_expects *x = &t->expects;
	struct ct_expect *i;

	for (i = expect_at(x, *bucket_of(t, key)); i; i = expect_at(x, i->next))
		if (!(i->flags & CT_EXPECT_INACTIVE) &&
		    same_dst(&i->key, key) &&
		    same_src(&i->key, key, i->any_saddr, i->any_sport))
			return i;
	return NULL;
}

bool ct_expect_take(struct ct_table *t, const struct ct_key *key, uint32_t now,
		    struct ct_expect *out)
{
	struct ct_expect *exp;
	bool taken = false;

	if (likely(!__atomic_load_n(&t->expects.count, __ATOMIC_ACQUIRE)))
		return false;
	expects_lock(t);
	clear_expired(t, now);
	exp = find_for(t, key);
	/* Who can expect it, when the master has not left yet? */
	if (exp && ct_conn_lives(exp->master) &&
	    ct_conn_tryget(exp->master, t->cfg.threads)) {
		*out = *exp;
		taken = true;
		if (!(exp->flags & CT_EXPECT_PERMANENT))
			expect_unlink(t, exp);
	}
	expects_unlock(t);
	return taken;
}

void ct_expect_forget(struct ct_table *t, struct ct_conn *master)
{
	struct ct_help *help = ct_conn_help(t, master);

	if (likely(!help))
		return;
	expects_lock(t);
	while (help->expects)
		expect_unlink(t, expect_at(&t->expects, help->expects));
	expects_unlock(t);
}

/* --- listing -------------------------------------------------------------- */

static int expect_cmp(const void *a, const void *b)
{
	const struct ct_expect *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int ct_expect_foreach(struct ct_table *t, const struct nv_time *now,
		      int (*fn)(const struct ct_expect_view *view, void *data),
		      void *data)
{
	struct ct_expects *x = &t->expects;
	const uint32_t tick = nv_ticks(now->mono_ns);
	struct ct_expect *copy;
	uint32_t n = 0;
	int ret = 0;

	expects_lock(t);
	clear_expired(t, tick);
	copy = xcalloc(x->count + 1, sizeof(*copy));
	for (uint32_t i = 0; i < x->room; i++)
		if (x->v[i].id &&
		    ct_conn_tryget(x->v[i].master, t->cfg.threads))
			copy[n++] = x->v[i];
	expects_unlock(t);
	qsort(copy, n, sizeof(*copy), expect_cmp);
	for (uint32_t i = 0; i < n; i++) {
		const struct ct_expect *exp = &copy[i];
		struct ct_expect_view view = {
			.secs = (exp->end - tick) / TICKS_PER_SEC,
			.any_saddr = exp->any_saddr,
			.any_sport = exp->any_sport,
			.class = exp->class,
			.flags = exp->flags,
			.helper = exp->helper->name,
		};

		ct_key_tuple(&exp->key, &view.tuple);
		view.plain = view.tuple;
		if (exp->follow) {
			struct ct_tuple announcer;

			ct_tuple(exp->master, (enum ct_dir) !exp->dir,
				 &announcer);
			view.plain.dst = announcer.src;
			view.plain.dport = exp->saved_port;
		}
		ct_tuple(exp->master, CT_DIR_ORIGINAL, &view.master);
		view.zone = exp->key.zone;
		if (!ret)
			ret = fn(&view, data);
		ct_conn_put(t, exp->master);
	}
	free(copy);
	return ret;
}
