/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the routing tables of IPv4 say together, in one look. */
#ifndef NFTVM_HOST_VIEW4_H
#define NFTVM_HOST_VIEW4_H

#include "host/fib.h"
#include "host/trie4.h"

/* Tables that it has. */
enum {
	VIEW4_RANKS = 3,
};

/**
 * struct view4 - the tables of the default rules (local, main, default) as one
 * @off:	there are other rules: it does not hold
 * @routes:	by number in @trie: of that prefix, the first to be taken first; none
 *		of number 0
 * @numbers:	of the prefixes of each table, in the table's own order
 */
struct view4 {
	bool off;
	struct trie4 trie;
	VEC(const struct fib_route *) routes;
	VEC(uint32_t) numbers[VIEW4_RANKS];
};

void view4_init(struct view4 *v);
void view4_fini(struct view4 *v);

/**
 * view4_add() - table @t has another route to @dst
 * @rank:	less than VIEW4_RANKS; the highest is asked first
 * @dst:	no bits beyond @len
 */
void view4_add(struct view4 *v, const struct fib_table *t, unsigned rank,
	       const union inet_addr *dst, unsigned len);

/**
 * view4_lookup() - the route to @dst, whatever link, tos and mark
 * @route:	set to it, or to NULL: there is none
 *
 * Return: false when this view cannot say and rules and tables must be asked.
 */
static inline bool view4_lookup(const struct view4 *v,
				const union inet_addr *dst,
				const struct fib_route **route)
{
	const struct fib_route *r;

	if (v->off)
		return false;
	r = v->routes.v[trie4_find(&v->trie, be32toh(dst->ip))];
	*route = r;
	return !r || (!r->tos && r->type != ROUTE_THROW);
}

#endif
