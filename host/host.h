/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that the firewall runs on: links, addresses, routes, policy rules,
 * neighbours, sysctls. From a host file (host/file.c), inferred, or (later)
 * followed live by rtnetlink.
 *
 *	host_new()			lo alone, a plain Linux router's sysctls
 *	host_parse_file()		the --host file
 *	host_link_by_name() ...		look things up
 *	host_route()			where does this flow go?
 *	host_free()
 *
 * Link objects live as long as the host and never move: packets point at them.
 */
#ifndef NFTVM_HOST_HOST_H
#define NFTVM_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "packet/addr.h"

struct host;

/**
 * struct host_link - a network interface
 * @name:	zero-padded to 16 bytes, as meta iifname loads it
 * @ifindex:	lo is 1, then file order from 2
 * @type:	ARPHRD_*: 772 loopback, 1 ethernet, 65534 none (TUN)
 * @mtu:	bytes
 * @group:	as meta iifgroup reads it
 * @kind:	rtnl link kind ("tun", "vlan", ""), zero-padded
 * @address:	MAC, zero when there is none
 */
struct host_link {
	char name[16];
	uint32_t ifindex;
	uint16_t type;
	uint32_t mtu;
	uint32_t group;
	char kind[16];
	uint8_t address[6];
	bool is_loopback;
	const struct host_link *master;
};

/* Route types, numbered as RTN_*: also what fib ... type and addrtype read. */
enum host_route_type {
	ROUTE_UNSPEC = 0,
	ROUTE_UNICAST = 1,
	ROUTE_LOCAL = 2,
	ROUTE_BROADCAST = 3,
	ROUTE_ANYCAST = 4,
	ROUTE_MULTICAST = 5,
	ROUTE_BLACKHOLE = 6,
	ROUTE_UNREACHABLE = 7,
	ROUTE_PROHIBIT = 8,
	ROUTE_THROW = 9,
};

/**
 * struct host_flow - what a route lookup is asked with (flowi4, flowi6)
 * @nfproto:	NFPROTO_IPV4 or NFPROTO_IPV6
 * @saddr:	zero when not chosen
 * @iif:	ifindex of the input link; 1 (lo) for packets sent by this host
 * @oif:	ifindex the answer must use, or 0
 * @mark:	packet mark
 */
struct host_flow {
	uint8_t nfproto;
	uint8_t tos;
	uint8_t l4proto;
	union inet_addr saddr, daddr;
	uint32_t iif, oif;
	uint32_t mark;
};

/**
 * struct host_route - the answer
 * @type:	UNICAST (forward or send), LOCAL, BROADCAST, MULTICAST, or why not
 *		(BLACKHOLE, UNREACHABLE, PROHIBIT); UNSPEC: no route at all
 * @out:	output link; lo for LOCAL; NULL when there is no way
 * @gateway:	next hop when @has_gateway, else the destination is on the link
 * @mtu:	of the route or its link
 * @prefsrc:	source address the host would choose; zero if none fits
 */
struct host_route {
	enum host_route_type type;
	const struct host_link *out;
	bool has_gateway;
	union inet_addr gateway;
	uint32_t mtu;
	union inet_addr prefsrc;
};

struct host *host_new(void);
void host_free(struct host *h);

/**
 * host_parse() - take in a host file (DESIGN.md section 3)
 * @source:	its text, registered in @d
 * Return: 0, or -1 with every fault queued in @d; @h is then unusable.
 */
int host_parse(struct host *h, struct diags *d, uint32_t source);

/**
 * host_link_add() - a link by name, made with defaults if it is not there
 * Return: the link; NULL if @name is no valid link name (empty, over 15 bytes,
 * a slash or white space in it).
 */
struct host_link *host_link_add(struct host *h, const char *name);
const struct host_link *host_link_by_name(const struct host *h,
					  const char *name);
const struct host_link *host_link_by_index(const struct host *h,
					   uint32_t ifindex);

/** host_addr_add() - what `ip addr add A/LEN dev LINK` does, with its routes */
int host_addr_add(struct host *h, const struct host_link *link, uint8_t nfproto,
		  const union inet_addr *addr, unsigned prefix_len);

/**
 * host_route_add() - a route in table @table (254 main, 255 local)
 * @type:	UNICAST with @link and/or @gateway, or an error type
 * Return: 0, -EEXIST, -ENETUNREACH (gateway not on a link), -EINVAL.
 */
int host_route_add(struct host *h, uint32_t table, uint8_t nfproto,
		   const union inet_addr *dst, unsigned prefix_len,
		   enum host_route_type type, const union inet_addr *gateway,
		   const struct host_link *link);

/**
 * host_route() - policy rules, then tables, as fib_lookup()/ip6_route_*()
 *
 * A pure function of the host and the flow. Return: res->type.
 */
enum host_route_type host_route(const struct host *h,
				const struct host_flow *flow,
				struct host_route *res);

/** host_addr_is_local() - is @addr one of this host's (any link)? */
bool host_addr_is_local(const struct host *h, uint8_t nfproto,
			const union inet_addr *addr);

/**
 * host_addr_type() - inet_addr_type()/nft_fib6's address type of @addr
 * @link:	restrict to addresses and routes of this link, or NULL
 * Return: what `fib daddr type` reads.
 */
enum host_route_type host_addr_type(const struct host *h, uint8_t nfproto,
				    const union inet_addr *addr,
				    const struct host_link *link);

/** host_is_member6() - does the host listen to IPv6 multicast group @addr on
 * @link: all nodes, all routers (when forwarding), its solicited nodes
 * (ipv6_chk_mcast_addr()) */
bool host_is_member6(const struct host *h, const struct host_link *link,
		     const union inet_addr *addr);

/* sysctls, by their Linux names; the list is host/sysctl.def. */
enum host_sysctl {
#define SYSCTL(id, name, def, min, max) SYSCTL_##id,
#include "host/sysctl.def"
#undef SYSCTL
	SYSCTL_COUNT
};

/** host_sysctl() - the value of a sysctl; per-link ones through @link */
int64_t host_sysctl(const struct host *h, enum host_sysctl id);

#endif
