/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A table is one hash of (prefix, length) plus the list of the lengths in use,
 * longest first: a lookup probes one slot per length. A host has a handful of
 * lengths, so that is a few cache lines; a full Internet table has about 20.
 * Going on to a shorter prefix when no route of the longer one fits (wrong
 * output link, tos, scope) is the next turn of the same loop, as the kernel's
 * tries backtrack.
 *
 * Most of the lengths have no prefix anywhere near a given address, so each
 * value of one byte of addresses (the first of IPv4, the fourth of IPv6, where
 * they differ) has a word that says which lengths have prefixes with that
 * value; a lookup probes those alone.
 *
 * The hash is not keyed: prefixes come from the host file, not from packets.
 */
#include "host/fib.h"

#include <errno.h>

#include "base/vec.h"
#include "packet/packet.h"

enum {
	MAX_LENGTHS = 129,
	FIRST_SLOTS = 64,
	/* most probes must meet an empty slot: that is what is predicted */
	SPARSE = 4,
	/* in a word of near: this level, and all after it */
	LAST_NEAR = 63,
};

struct fib_prefix {
	union inet_addr dst;
	struct fib_route *routes; /* NULL: slot is empty */
	uint32_t len;
};

/** struct level - a prefix length in use */
struct level {
	union inet_addr mask;
	uint32_t len;
};

/**
 * struct fib_table - routes of one IP version
 * @slots:	open addressing, a power of two
 * @levels:	prefix lengths in use, longest first
 * @near_byte:	the byte of addresses that @near goes by
 * @near:	for each value of it, a bit per level that has a prefix there
 */
struct fib_table {
	uint8_t nfproto, near_byte;
	unsigned levels_len;
	uint32_t used, mask;
	struct fib_prefix *slots;
	struct level levels[MAX_LENGTHS];
	uint64_t near[256];
};

struct fib_table *fib_table_new(uint8_t nfproto)
{
	struct fib_table *t = xzalloc(sizeof(*t));

	t->nfproto = nfproto;
	t->near_byte = nfproto == NFPROTO_IPV4 ? 0 : 3;
	t->mask = FIRST_SLOTS - 1;
	t->slots = xcalloc(t->mask + 1, sizeof(t->slots[0]));
	return t;
}

void fib_table_free(struct fib_table *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i <= t->mask; i++) {
		struct fib_route *r = t->slots[i].routes, *next;

		for (; r; r = next) {
			next = r->next;
			free(r);
		}
	}
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
		h *= UINT64_C(0x9e3779b97f4a7c15);
	}
	return (uint32_t)(h >> 32);
}

/* The slot of the prefix, or the empty one where it would go. */
static inline struct fib_prefix *
slot_of(const struct fib_table *t, const union inet_addr *dst, unsigned len)
{
	uint32_t i = hash_of(t, dst, len);

	for (;; i++) {
		struct fib_prefix *p = &t->slots[i & t->mask];

		if (!p->routes || (p->len == len && inet_addr_eq(&p->dst, dst)))
			return p;
	}
}

static void grow(struct fib_table *t)
{
	struct fib_prefix *old = t->slots;
	uint32_t old_mask = t->mask;

	t->mask = t->mask * 2 + 1;
	t->slots = xcalloc((size_t)t->mask + 1, sizeof(t->slots[0]));
	for (uint32_t i = 0; i <= old_mask; i++)
		if (old[i].routes)
			*slot_of(t, &old[i].dst, old[i].len) = old[i];
	free(old);
}

/* Levels from @i on become one later: so do their bits. */
static void shift_near(struct fib_table *t, unsigned i)
{
	uint64_t before = i < LAST_NEAR ? (UINT64_C(1) << i) - 1
					: ~(UINT64_C(1) << LAST_NEAR);

	for (unsigned b = 0; b < ARRAY_LEN(t->near); b++) {
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

/* There is a prefix @dst of @len bits now. */
static void note_prefix(struct fib_table *t, const union inet_addr *dst,
			uint8_t len)
{
	unsigned level = level_of(t, len), bits = t->near_byte * 8u;
	unsigned rest = len > bits ? 8 - MIN(len - bits, 8u) : 8;
	unsigned from = len > bits ? dst->b[t->near_byte] : 0;

	for (unsigned b = from; b < from + (1u << rest); b++)
		t->near[b] |= UINT64_C(1) << MIN(level, (unsigned)LAST_NEAR);
}

/* Of one prefix: by tos, highest first (IPv4), then by metric; equals in the
 * order they were added. */
static bool goes_before(const struct fib_route *a, const struct fib_route *b)
{
	if (a->tos != b->tos)
		return a->tos > b->tos;
	return a->metric < b->metric;
}

int fib_insert(struct fib_table *t, const union inet_addr *dst,
	       const struct fib_route *route, bool exclusive)
{
	union inet_addr masked = inet_addr_mask(dst, route->prefix_len);
	struct fib_route **at, *r;
	struct fib_prefix *p;

	if (t->used * SPARSE > t->mask)
		grow(t);
	p = slot_of(t, &masked, route->prefix_len);
	for (r = p->routes; r && exclusive; r = r->next)
		if (r->tos == route->tos && r->metric == route->metric)
			return -EEXIST;
	if (!p->routes) {
		p->dst = masked;
		p->len = route->prefix_len;
		t->used++;
		note_prefix(t, &masked, route->prefix_len);
	}
	for (at = &p->routes; *at && !goes_before(route, *at);)
		at = &(*at)->next;
	r = xmemdup(route, sizeof(*route));
	r->next = *at;
	*at = r;
	return 0;
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
static inline const struct fib_route *level_lookup(const struct fib_table *t,
						   const struct level *l,
						   const struct fib_query *q)
{
	const union inet_addr dst = { .q = {
					      q->daddr->q[0] & l->mask.q[0],
					      q->daddr->q[1] & l->mask.q[1],
				      } };
	const struct fib_route *r = slot_of(t, &dst, l->len)->routes;

	if (!r)
		return NULL;
	return t->nfproto == NFPROTO_IPV4 ? pick4(r, q) : pick6(r, q);
}

const struct fib_route *fib_lookup(const struct fib_table *t,
				   const struct fib_query *q)
{
	uint64_t near = t->near[q->daddr->b[t->near_byte]];
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
