/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: nearly every host has the three rules that it was born
 * with, and asks for a route with no output link in mind. Then a prefix of an
 * earlier table, however short, comes before all of later tables, and in a
 * table the longest comes first: one order of all prefixes, by which one trie
 * keeps them. A prefix whose routes ask for more (a tos), or that sends the
 * lookup on (throw), is left to the tables.
 */
#include "host/view4.h"

enum {
	/* lengths of prefixes: weights of one rank */
	LENGTHS = 33,
};

void view4_init(struct view4 *v)
{
	*v = (struct view4){ 0 };
	trie4_init(&v->trie);
}

void view4_fini(struct view4 *v)
{
	trie4_fini(&v->trie);
	vec_fini(&v->refs);
}

void view4_add(struct view4 *v, const struct fib_table *t, unsigned rank,
	       const union inet_addr *dst, unsigned len)
{
	struct view4_ref ref = { t, fib_len(t) - 1 };

	if (v->refs.len + 1 == TRIE4_MAX)
		v->off = true;
	if (v->off)
		return;
	vec_push(&v->refs, ref);
	trie4_insert(&v->trie, be32toh(dst->ip), len, rank * LENGTHS + len,
		     (uint32_t)v->refs.len);
}

bool view4_lookup(const struct view4 *v, const union inet_addr *dst,
		  const struct fib_route **route)
{
	uint32_t n = trie4_find(&v->trie, be32toh(dst->ip));
	const struct view4_ref *ref;

	if (v->off)
		return false;
	*route = NULL;
	if (!n)
		return true;
	ref = &v->refs.v[n - 1];
	*route = fib_routes_at(ref->table, ref->prefix);
	return !(*route)->tos && (*route)->type != ROUTE_THROW;
}
