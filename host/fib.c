/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A table is a list of prefixes with a hash of (prefix, length) over it, and
 * the list of the lengths in use, longest first: a lookup probes one slot per
 * length. Going on to a shorter prefix when no route of the longer one fits
 * (wrong output link, tos, scope) is the next turn of the same loop, as the
 * kernel's tries backtrack.
 *
 * Most lookups do not get that far. IPv4 has a trie over its prefixes
 * (host/trie4.h), which says the longest at once. For IPv6 each value of twelve
 * bits of addresses has a word that says which lengths have prefixes with that
 * value, and those alone are probed.
 *
 * The hash is not keyed: prefixes come from the host file, not from packets.
 */
#include "host/fib.h"

#include <errno.h>

#include "base/vec.h"
#include "host/trie4.h"
#include "packet/packet.h"

enum {
	MAX_LENGTHS = 129,
	FIRST_SLOTS = 64,
	/* most probes must meet an empty slot: that is what is predicted */
	SPARSE = 4,
	/* in a word of near: this level, and all after it */
	LAST_NEAR = 63,
	NEAR_BITS = 12,
};

struct fib_prefix {
	union inet_addr dst;
	struct fib_route *routes;
	uint32_t len;
};

/** struct level - a prefix length in use */
struct level {
	union inet_addr mask;
	uint32_t len;
};

/**
 * struct fib_table - routes of one IP version
 * @slots:	open addressing, a power of two: number of a prefix from 1 on, or 0
 * @levels:	prefix lengths in use, longest first
 * @trie:	IPv4: prefixes by their numbers
 * @near:	IPv6: for each value of the last bits of an address's first word, a
 *		bit per level that has a prefix there; NULL for IPv4
 */
struct fib_table {
	uint8_t nfproto;
	unsigned levels_len;
	uint32_t mask;
	uint32_t *slots;
	VEC(struct fib_prefix) prefixes;
	struct level levels[MAX_LENGTHS];
	struct trie4 trie;
	uint64_t *near;
};

struct fib_table *fib_table_new(uint8_t nfproto)
{
	struct fib_table *t = xzalloc(sizeof(*t));

	t->nfproto = nfproto;
	if (nfproto == NFPROTO_IPV4)
		trie4_init(&t->trie);
	else
		t->near = xcalloc(1 << NEAR_BITS, sizeof(t->near[0]));
	t->mask = FIRST_SLOTS - 1;
	t->slots = xcalloc(t->mask + 1, sizeof(t->slots[0]));
	return t;
}

void fib_table_free(struct fib_table *t)
{
	const struct fib_prefix *p;

	if (!t)
		return;
	vec_foreach(&t->prefixes, p) {
		struct fib_route *r = p->routes, *next;

		for (; r; r = next) {
			next = r->next;
			free(r);
		}
	}
	vec_fini(&t->prefixes);
	trie4_fini(&t->trie);
	free(t->near);
	free(t->slots);
	free(t);
}

union inet_addr inet_addr_mask(const union inet_addr *a, unsigned len)
{
	union inet_addr out = *a;
	uint64_t hi = len >= 64 ? ~UINT64_C(0) : ~(~UINT64_C(0) >> len);
	uint64_t lo = len >= 128  ? ~UINT64_C(0)
		      : len <= 64 ? 0
				  : ~(~UINT64_C(0) >> (len - 64));

	out.q[0] &= htobe64(hi);
	out.q[1] &= htobe64(lo);
	return out;
}

bool inet_addr_match(const union inet_addr *a, const union inet_addr *b,
		     unsigned len)
{
	union inet_addr x = inet_addr_mask(a, len);
	union inet_addr y = inet_addr_mask(b, len);

	return inet_addr_eq(&x, &y);
}

static inline uint32_t hash_of(const struct fib_table *t,
			       const union inet_addr *dst, unsigned len)
{
	uint64_t h = (dst->q[0] + len) * UINT64_C(0x9e3779b97f4a7c15);

	if (t->nfproto != NFPROTO_IPV4) {
		h ^= dst->q[1] * UINT64_C(0xc2b2ae3d27d4eb4f);
		h ^= h >> 32; /* last bytes stand highest */
		h *= UINT64_C(0x9e3779b97f4a7c15);
	}
	return (uint32_t)(h >> 32);
}

/* The slot of the prefix, or the empty one where it would go. */
static inline uint32_t *slot_of(const struct fib_table *t,
				const union inet_addr *dst, unsigned len)
{
	uint32_t i = hash_of(t, dst, len);

	for (;; i++) {
		uint32_t *slot = &t->slots[i & t->mask];
		const struct fib_prefix *p;

		if (!*slot)
			return slot;
		p = &t->prefixes.v[*slot - 1];
		if (p->len == len && inet_addr_eq(&p->dst, dst))
			return slot;
	}
}

static void grow(struct fib_table *t)
{
	const struct fib_prefix *p;

	free(t->slots);
	t->mask = t->mask * 2 + 1;
	t->slots = xcalloc((size_t)t->mask + 1, sizeof(t->slots[0]));
	vec_foreach(&t->prefixes, p)
		*slot_of(t, &p->dst, p->len) =
			(uint32_t)(p - t->prefixes.v) + 1;
}

/* Levels from @i on become one later: so do their bits. */
static void shift_near(struct fib_table *t, unsigned i)
{
	uint64_t before = i < LAST_NEAR ? (UINT64_C(1) << i) - 1
					: ~(UINT64_C(1) << LAST_NEAR);

	for (unsigned b = 0; t->near && b < 1u << NEAR_BITS; b++) {
		uint64_t stay = t->near[b] & before, go = t->near[b] & ~before;

		t->near[b] = stay | go << 1 | (go & UINT64_C(1) << LAST_NEAR);
	}
}

/* The level of prefixes of @len bits, made if it is not there. */
static unsigned level_of(struct fib_table *t, uint8_t len)
{
	union inet_addr ones;
	unsigned i = 0;

	while (i < t->levels_len && t->levels[i].len > len)
		i++;
	if (i < t->levels_len && t->levels[i].len == len)
		return i;
	memmove(t->levels + i + 1, t->levels + i,
		(t->levels_len - i) * sizeof(t->levels[0]));
	memset(&ones, 0xff, sizeof(ones));
	t->levels[i].len = len;
	t->levels[i].mask = inet_addr_mask(&ones, len);
	t->levels_len++;
	shift_near(t, i);
	return i;
}

/* Where t->near has an address, or the first of those of a prefix. */
static inline unsigned near_of(const union inet_addr *a)
{
	return be32toh(a->ip) & ((1u << NEAR_BITS) - 1);
}

/* There is a prefix @dst of @len bits now. */
static void note_near(struct fib_table *t, const union inet_addr *dst,
		      unsigned len, unsigned level)
{
	unsigned open = len < 32 ? MIN(32 - len, (unsigned)NEAR_BITS) : 0;
	unsigned from = near_of(dst);

	for (unsigned i = 0; i < 1u << open; i++)
		t->near[from + i] |= UINT64_C(1)
				     << MIN(level, (unsigned)LAST_NEAR);
}

/* The prefix, made if it is not there. */
static struct fib_prefix *prefix_get(struct fib_table *t,
				     const union inet_addr *dst, uint8_t len)
{
	struct fib_prefix *p;
	uint32_t *slot, number;
	unsigned level;

	if (t->prefixes.len * SPARSE > t->mask)
		grow(t);
	slot = slot_of(t, dst, len);
	if (*slot)
		return &t->prefixes.v[*slot - 1];
	p = vec_add(&t->prefixes);
	p->dst = *dst;
	p->len = len;
	*slot = number = (uint32_t)t->prefixes.len;
	level = level_of(t, len);
	if (t->near)
		note_near(t, dst, len, level);
	else
		trie4_insert(&t->trie, be32toh(dst->ip), len, len, number);
	return p;
}

/* Of one prefix: by tos, highest first (IPv4), then by metric; equals in the
 * order they were added. */
static bool goes_before(const struct fib_route *a, const struct fib_route *b)
{
	if (a->tos != b->tos)
		return a->tos > b->tos;
	return a->metric < b->metric;
}

/* What the kernel adds by itself, it does not add twice. */
static bool is_there(const struct fib_prefix *p, const struct fib_route *route)
{
	const struct fib_route *r;

	for (r = p->routes; r; r = r->next)
		if (r->tos == route->tos && r->metric == route->metric &&
		    r->type == route->type && r->scope == route->scope &&
		    r->link == route->link &&
		    inet_addr_eq(&r->src, &route->src))
			return true;
	return false;
}

int fib_insert(struct fib_table *t, const union inet_addr *dst,
	       const struct fib_route *route, bool exclusive)
{
	union inet_addr masked = inet_addr_mask(dst, route->prefix_len);
	struct fib_route **at, *r;
	struct fib_prefix *p;

	p = prefix_get(t, &masked, route->prefix_len);
	for (r = p->routes; r && exclusive; r = r->next)
		if (r->tos == route->tos && r->metric == route->metric)
			return -EEXIST;
	if (!exclusive && is_there(p, route))
		return 0;
	for (at = &p->routes; *at && !goes_before(route, *at);)
		at = &(*at)->next;
	r = xmemdup(route, sizeof(*route));
	r->next = *at;
	*at = r;
	return 0;
}

const struct fib_route *fib_prefix(const struct fib_table *t,
				   const union inet_addr *dst, unsigned len,
				   uint32_t *number)
{
	*number = *slot_of(t, dst, len) - 1;
	return t->prefixes.v[*number].routes;
}

static bool is_error(enum host_route_type type)
{
	return type >= ROUTE_BLACKHOLE;
}

/* fib_table_lookup(): the first whose tos, scope and output link fit. */
static const struct fib_route *pick4(const struct fib_route *r,
				     const struct fib_query *q)
{
	for (; r; r = r->next) {
		if (r->tos && r->tos != q->tos)
			continue;
		if (r->scope < q->scope)
			continue;
		if (is_error(r->type))
			return r;
		if (q->oif && q->oif != r->link->ifindex)
			continue;
		return r;
	}
	return NULL;
}

/* rt6_select(): of the lowest metric that has one, the route over the wanted
 * link, else (unless the link is a must) the first. */
static const struct fib_route *pick6(const struct fib_route *r,
				     const struct fib_query *q)
{
	const struct fib_route *second = NULL;

	for (; r; r = r->next) {
		if (second && r->metric != second->metric)
			break;
		if (r->type == ROUTE_ANYCAST && !q->anycast)
			continue;
		if (!q->oif || q->oif == r->link->ifindex)
			return r;
		if (!q->strict && !second)
			second = r;
	}
	return second;
}

/* The route of prefixes of one length that fits, or NULL. */
static const struct fib_route *level_lookup(const struct fib_table *t,
					    const struct level *l,
					    const struct fib_query *q)
{
	const union inet_addr dst = { .q = {
					      q->daddr->q[0] & l->mask.q[0],
					      q->daddr->q[1] & l->mask.q[1],
				      } };
	uint32_t number = *slot_of(t, &dst, l->len);
	const struct fib_route *r;

	if (!number)
		return NULL;
	r = t->prefixes.v[number - 1].routes;
	return t->near ? pick6(r, q) : pick4(r, q);
}

static const struct fib_route *lookup6(const struct fib_table *t,
				       const struct fib_query *q)
{
	uint64_t near = t->near[near_of(q->daddr)];
	const struct fib_route *r;

	for (; near; near &= near - 1) {
		unsigned i = (unsigned)__builtin_ctzll(near);

		do {
			r = level_lookup(t, &t->levels[i], q);
			if (r)
				return r;
		} while (unlikely(i >= LAST_NEAR) && ++i < t->levels_len);
	}
	return NULL;
}

/* No route of a prefix of @len bits fits: shorter ones. */
static const struct fib_route *lookup4_shorter(const struct fib_table *t,
					       const struct fib_query *q,
					       unsigned len)
{
	const struct fib_route *r = NULL;

	for (unsigned i = 0; i < t->levels_len && !r; i++)
		if (t->levels[i].len < len)
			r = level_lookup(t, &t->levels[i], q);
	return r;
}

const struct fib_route *fib_lookup(const struct fib_table *t,
				   const struct fib_query *q)
{
	const struct fib_prefix *p;
	const struct fib_route *r;
	uint32_t number;

	if (t->near)
		return lookup6(t, q);
	number = trie4_find(&t->trie, be32toh(q->daddr->ip));
	if (!number)
		return NULL;
	p = &t->prefixes.v[number - 1];
	r = pick4(p->routes, q);
	return likely(r) ? r : lookup4_shorter(t, q, p->len);
}
