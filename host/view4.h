/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the routing tables of IPv4 say together, in one look. */
#ifndef NFTVM_HOST_VIEW4_H
#define NFTVM_HOST_VIEW4_H

#include "host/fib.h"
#include "host/trie4.h"

/**
 * struct view4 - the tables of the default rules (local, main, default) as one
 * @off:	there are other rules: it does not hold
 * @refs:	by number in @trie, where a prefix and its routes are
 */
struct view4 {
	bool off;
	struct trie4 trie;
	VEC(struct view4_ref {
		const struct fib_table *table;
		uint32_t prefix;
	})
	refs;
};

void view4_init(struct view4 *v);
void view4_fini(struct view4 *v);

/**
 * view4_add() - table @t has a new prefix, its last
 * @rank:	0, 1, ...: of tables that are asked later
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
bool view4_lookup(const struct view4 *v, const union inet_addr *dst,
		  const struct fib_route **route);

#endif
