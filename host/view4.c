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
	vec_push(&v->routes, NULL);
}

void view4_fini(struct view4 *v)
{
	trie4_fini(&v->trie);
	vec_fini(&v->routes);
	for (unsigned i = 0; i < VIEW4_RANKS; i++)
		vec_fini(&v->numbers[i]);
}

void view4_add(struct view4 *v, const struct fib_table *t, unsigned rank,
	       const union inet_addr *dst, unsigned len)
{
	uint32_t in_table, number;
	const struct fib_route *r = fib_prefix(t, dst, len, &in_table);

	if (v->routes.len == TRIE4_MAX)
		v->off = true;
	if (v->off)
		return;
	if (in_table == v->numbers[rank].len) {
		number = (uint32_t)v->routes.len;
		vec_push(&v->routes, NULL);
		vec_push(&v->numbers[rank], number);
		trie4_insert(&v->trie, be32toh(dst->ip), len,
			     rank * LENGTHS + len, number);
	}
	v->routes.v[v->numbers[rank].v[in_table]] = r;
}
