/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One routing table of one IP version: longest prefix first. */
#ifndef NFTVM_HOST_FIB_H
#define NFTVM_HOST_FIB_H

#include "host/host.h"

/* RT_SCOPE_*: how far away a destination is. */
enum {
	SCOPE_UNIVERSE = 0,
	SCOPE_LINK = 253,
	SCOPE_HOST = 254,
};

/**
 * struct fib_route - one way to a prefix
 * @next:	the next for the same prefix, by metric
 * @prefix_len:	bits of the prefix it is for
 * @src:	preferred source (`src` of ip route), zero if none
 * @mtu:	of the route, 0: the link's
 * @link_mtu:	what is forwarded goes by the link's MTU all the same
 * @own_gateway: IPv4: the gateway is an address of this host, an old way to say
 *		that the destination is on the link
 * @in_local:	it is a route of table local
 */
struct fib_route {
	struct fib_route *next;
	enum host_route_type type;
	uint8_t scope, tos, prefix_len;
	bool has_gateway, own_gateway, in_local, link_mtu;
	uint32_t metric, mtu;
	const struct host_link *link;
	union inet_addr gateway, src;
};

/**
 * struct fib_query - what a table is asked
 * @oif:	ifindex the way must use (IPv4), or should (IPv6); 0: any
 * @strict:	IPv6: must (RT6_LOOKUP_F_IFACE)
 * @scope:	IPv4: only routes whose scope is at least this
 * @anycast:	subnet-router anycast addresses are there: the host forwards
 */
struct fib_query {
	const union inet_addr *daddr;
	uint32_t oif;
	uint8_t tos, scope;
	bool strict, anycast;
};

struct fib_table;

struct fib_table *fib_table_new(uint8_t nfproto);
/** fib_table_free() - the table and its routes; NULL accepted */
void fib_table_free(struct fib_table *t);

/**
 * fib_insert() - add a route
 * @route:	copied; prefix_len says how much of @dst counts
 * @exclusive:	refuse when the prefix has a route of the same metric (and tos)
 *
 * Return: 0 or -EEXIST.
 */
int fib_insert(struct fib_table *t, const union inet_addr *dst,
	       const struct fib_route *route, bool exclusive);

/** fib_prefix() - the routes of the prefix @dst (no bits beyond @len), which
 * has some, the first to be taken first
 * @number:	set to its number: in the order in which prefixes came, from 0 */
const struct fib_route *fib_prefix(const struct fib_table *t,
				   const union inet_addr *dst, unsigned len,
				   uint32_t *number);

/** fib_lookup() - the route of the longest prefix that fits, or NULL */
const struct fib_route *fib_lookup(const struct fib_table *t,
				   const struct fib_query *q);

/** inet_addr_mask() - @a with all but its first @len bits cleared */
union inet_addr inet_addr_mask(const union inet_addr *a, unsigned len);
/** inet_addr_match() - do the first @len bits agree? */
bool inet_addr_match(const union inet_addr *a, const union inet_addr *b,
		     unsigned len);

#endif
