/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of host/ share. */
#ifndef NFTVM_HOST_INTERNAL_H
#define NFTVM_HOST_INTERNAL_H

#include "base/strmap.h"
#include "base/vec.h"
#include "host/fib.h"
#include "host/host.h"
#include "host/view4.h"
#include "packet/packet.h"

enum {
	TABLE_DEFAULT = 253,
	TABLE_MAIN = 254,
	TABLE_LOCAL = 255,

	LOOPBACK_IFINDEX = 1,

	METRIC6_KERNEL = 256, /* IP6_RT_PRIO_ADDRCONF */
	METRIC6_USER = 1024,  /* IP6_RT_PRIO_USER */
};

/**
 * struct host_addr - an address of a link (in_ifaddr, inet6_ifaddr)
 * @broadcast:	IPv4, zero if none was given
 * @secondary:	IPv4: another address of the same prefix was there first
 */
struct host_addr {
	union inet_addr addr;
	uint8_t prefix_len, scope;
	bool secondary;
	be32_t broadcast;
};

/**
 * struct link - what only host/ knows of a link
 * @addrs4:	in the kernel's order; the first @n_primary are no secondaries
 * @addrs6:	in the order opposite to the kernel's, where the newest comes first
 */
struct link {
	struct host_link pub;
	VEC(struct host_addr) addrs4;
	VEC(struct host_addr) addrs6;
	size_t n_primary;
	int32_t sysctl[LINK_SYSCTL_COUNT];
};

/**
 * struct host_rule - a policy rule (fib_rule)
 * @iif, @oif:	link names; a link may come later, or never
 * @type:	UNICAST: look into @table; or an error type
 * @all:	it is for every packet
 */
struct host_rule {
	uint32_t priority;
	bool invert, all;
	union inet_addr from, to;
	uint8_t from_len, to_len, tos;
	uint32_t mark, mark_mask;
	char iif[16], oif[16];
	enum host_route_type type;
	uint32_t table_id;
	struct fib_table *table;
};

/**
 * struct family - routing of one IP version
 * @rules:	by priority
 * @tables:	local is the first, main the second
 * @view4:	IPv4: all that the rules lead to
 */
struct family {
	VEC(struct host_rule) rules;
	VEC(struct table_ref {
		uint32_t id;
		struct fib_table *table;
	})
	tables;
	struct view4 view4;
};

/**
 * struct host - all of it
 * @links:	by ifindex - 1
 * @addrs:	what addresses, prefixes and neighbours links have (addr.c has the
 *		keys); the neighbours are those of @neighs
 * @own_local_routes: IPv4 local routes were added that no address made
 */
struct host {
	VEC(struct link *) links;
	struct strmap *by_name, *addrs;
	struct family ip4, ip6;
	VEC(struct host_neigh *) neighs;
	bool own_local_routes;
	int64_t sysctl[SYSCTL_COUNT];
	int32_t all[LINK_SYSCTL_COUNT], dflt[LINK_SYSCTL_COUNT];
};

/**
 * struct host_route_spec - a route to add
 * @tos, @mtu, @metric: 0 when not given
 * @mtu_locked:	forwarded IPv6 packets go by @mtu too
 * @own_gateway: found out by route_insert()
 */
struct host_route_spec {
	uint32_t table;
	uint8_t nfproto, prefix_len, tos;
	enum host_route_type type;
	bool has_gateway, own_gateway, onlink, has_src, mtu_locked;
	const struct host_link *link;
	uint32_t metric, mtu;
	union inet_addr dst, gateway, src;
};

static inline struct link *link_of(const struct host_link *pub)
{
	return container_of((struct host_link *)pub, struct link, pub);
}

static inline const struct family *family_of(const struct host *h,
					     uint8_t nfproto)
{
	return nfproto == NFPROTO_IPV4 ? &h->ip4 : &h->ip6;
}

/** family_init() - the rules and tables that every host has */
void family_init(struct family *f, uint8_t nfproto);
void family_fini(struct family *f);
/** family_table() - the table @id, made when it is not there */
struct fib_table *family_table(struct family *f, uint8_t nfproto, uint32_t id);

/** family_insert() - fib_insert() into the table @id */
int family_insert(struct family *f, uint8_t nfproto, uint32_t id,
		  const union inet_addr *dst, const struct fib_route *route,
		  bool exclusive);

/** link_routes_init() - the routes that a link has by being up */
void link_routes_init(struct host *h, const struct host_link *link);

/**
 * addr_insert() - add an address and its routes
 * @why:	on an error: the reason in words
 * Return: 0 or -errno as the kernel answers.
 */
int addr_insert(struct host *h, const struct host_link *link, uint8_t nfproto,
		const struct host_addr *addr, const char **why);
/** addr_select4() - inet_select_addr(); zero if none */
union inet_addr addr_select4(const struct host *h, const struct host_link *link,
			     const union inet_addr *dst, uint8_t scope);
/** addr_select6() - ipv6_dev_get_saddr(), RFC 6724; zero if none */
union inet_addr addr_select6(const struct host *h, const struct host_link *link,
			     const union inet_addr *dst);
/** addr_find6() - has @link (NULL: any link) the address? */
bool addr_find6(const struct host *h, const struct host_link *link,
		const union inet_addr *addr);

/** host_link_name_ok() - may a link have this name (dev_valid_name())? */
bool host_link_name_ok(const char *name);
/** neigh_insert() - add a copy of @neigh; 0, or -EEXIST */
int neigh_insert(struct host *h, const struct host_neigh *neigh);

/** host_sysctl_nearest() - the name that @name is a slip of, or NULL */
const char *host_sysctl_nearest(const char *name);

/** route_insert() - check and add a route; see addr_insert() */
int route_insert(struct host *h, const struct host_route_spec *spec,
		 const char **why);
/** rule_insert() - add a rule of @nfproto; @has_priority: use that given */
int rule_insert(struct host *h, uint8_t nfproto, struct host_rule *rule,
		bool has_priority, const char **why);

static inline bool addr6_is_linklocal(const union inet_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static inline bool addr6_is_multicast(const union inet_addr *a)
{
	return a->b[0] == 0xff;
}

static inline bool addr4_is_multicast(be32_t a)
{
	return (be32toh(a) & 0xf0000000) == 0xe0000000;
}

#endif
