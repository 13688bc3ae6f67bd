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

/** struct host_neigh - a neighbour entry of a link */
struct host_neigh {
	const struct host_link *link;
	uint8_t nfproto;
	union inet_addr addr;
	uint8_t mac[6];
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
 * @way_only:	no prefsrc is wanted
 */
struct host_flow {
	uint8_t nfproto;
	uint8_t tos;
	uint8_t l4proto;
	bool way_only;
	union inet_addr saddr, daddr;
	uint32_t iif, oif;
	uint32_t mark;
};

/**
 * struct host_route - the answer
 * @type:	UNICAST (forward or send), LOCAL, BROADCAST, MULTICAST, or why not
 *		(BLACKHOLE, UNREACHABLE, PROHIBIT); UNSPEC: no route at all
 * @out:	output link; lo for what is delivered here; NULL when there is no way
 * @link:	of the route itself, also when @out is lo; NULL like @out
 * @gateway:	next hop when @has_gateway, else the destination is on the link
 * @mtu:	of the route or its link
 * @forward_mtu: likewise, for what is forwarded: IPv6 goes by the link, but
 *		where the route's is locked (ip6_dst_mtu_maybe_forward())
 * @prefsrc:	source address the host would choose, zero if none fits; looked
 *		for only when the flow has none and wants one
 * @has_src:	the route itself names the source address
 */
struct host_route {
	enum host_route_type type;
	const struct host_link *out, *link;
	bool has_gateway, has_src;
	union inet_addr gateway;
	uint32_t mtu, forward_mtu;
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

/**
 * host_way_back() - the link of the route to @addr: where what comes from it
 * comes in
 * @is_own:	set: it is an address of this host; then there is no link
 *
 * Return: the link, or NULL: no route says one.
 */
const struct host_link *host_way_back(const struct host *h, uint8_t nfproto,
				      const union inet_addr *addr,
				      bool *is_own);

/**
 * host_option_addr() - the address that the host writes into an IPv4 option
 *
 * That of the route of @flow, which is on its output link where it says one.
 *
 * Ref: fib_lookup() and fib_result_prefsrc() in ip_rt_get_source() and
 * fib_compute_spec_dst().
 * Return: zero when there is no route.
 */
be32_t host_option_addr(const struct host *h, const struct host_flow *flow);

/** host_has_own_routing() - are there IPv4 policy rules, or local routes that
 * no address made (fib4_has_custom_rules(), fib_has_custom_local_routes)? */
bool host_has_own_routing(const struct host *h);

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

/**
 * host_select_addr() - the source address that packets by @link would have
 * @dst:	the next hop (IPv4) or the destination (IPv6)
 *
 * Ref: inet_select_addr() with scope universe, ipv6_dev_get_saddr().
 * Return: false when there is none.
 */
bool host_select_addr(const struct host *h, const struct host_link *link,
		      uint8_t nfproto, const union inet_addr *dst,
		      union inet_addr *out);

/**
 * host_link_addr() - the first address of @link, in the kernel's order
 * @dst:	IPv6: a link-local destination wants a link-local address
 *
 * Ref: nf_nat_redirect_ipv4(), nf_nat_redirect_ipv6().
 * Return: false when there is none.
 */
bool host_link_addr(const struct host *h, const struct host_link *link,
		    uint8_t nfproto, const union inet_addr *dst,
		    union inet_addr *out);

/** host_linklocal_addr() - the link-local IPv6 address of @link
 * (ipv6_get_lladdr()). Return: false when there is none. */
bool host_linklocal_addr(const struct host *h, const struct host_link *link,
			 union inet_addr *out);

/** host_on_subnet() - is @a in the subnet of an IPv4 address of @link, and @b
 * in the same one, if it is not zero (inet_addr_onlink())? */
bool host_on_subnet(const struct host *h, const struct host_link *link,
		    be32_t a, be32_t b);

/** host_is_member4() - does the host listen to IPv4 multicast group @addr? That
 * of all hosts alone */
bool host_is_member4(const union inet_addr *addr);

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

/** host_sysctl() - the value of a sysctl */
int64_t host_sysctl(const struct host *h, enum host_sysctl id);

/* Those that every link has a value of; the list is host/link_sysctl.def. */
enum host_link_sysctl {
#define LINK_SYSCTL(id, prefix, name, def, all, min, max, combine) \
	LINK_SYSCTL_##id,
#include "host/link_sysctl.def"
#undef LINK_SYSCTL
	LINK_SYSCTL_COUNT
};

/** host_link_sysctl() - what holds for @link: its value and that of "all", put
 * together as the kernel does (IN_DEV_MAXCONF() and its like) */
int64_t host_link_sysctl(const struct host *h, const struct host_link *link,
			 enum host_link_sysctl id);

/**
 * host_sysctl_set() - set a sysctl by its Linux name
 *
 * net.ipv4.conf.LINK.NAME and its like too, with LINK a link, all or default.
 * Return: 0; -ENOENT unknown name, -ENODEV unknown link, -ERANGE.
 */
int host_sysctl_set(struct host *h, const char *name, int64_t value);

/** host_neigh() - the neighbour entry for @addr on @link, or NULL */
const struct host_neigh *host_neigh(const struct host *h,
				    const struct host_link *link,
				    uint8_t nfproto,
				    const union inet_addr *addr);

/* --- a host made up from what is known (host/infer.c) -------------------- */

struct host_infer;

/** host_infer_new() - begin to watch packets */
struct host_infer *host_infer_new(void);
void host_infer_free(struct host_infer *inf);
/** host_infer_see() - count a packet's two ends; cheap, memory bounded */
void host_infer_see(struct host_infer *inf, uint8_t nfproto,
		    const union inet_addr *saddr, const union inet_addr *daddr);

/** host_infer_link() - @addr is behind the link @name: a packet came in by it
 * from there, or left by it for there */
void host_infer_link(struct host_infer *inf, const char *name, uint8_t nfproto,
		     const union inet_addr *addr);

/**
 * struct host_given - what --local, --iif and --oif said
 * @local:	addresses of this host
 * @iif, @oif:	link names, or NULL
 */
struct host_given {
	const struct host_given_addr {
		uint8_t nfproto;
		union inet_addr addr;
	} * local;
	size_t local_len;
	const char *iif, *oif;
};

/**
 * host_given_links() - give a new host the links that it may have
 *
 * @iif or "in", and @oif or "out", unless addresses say that one will do.
 * Return: 0 or -EINVAL (a name that no link can have).
 */
int host_given_links(struct host *h, const struct host_given *given);

/**
 * host_from_inference() - fill in a host without a host file
 * @h:		after host_given_links()
 * @inf:	what was seen, or NULL; not asked when @given has addresses
 * @given:	what the user said; members may be empty
 * @said:	gets one line, without newline, that says what was inferred; empty
 *		when nothing had to be
 *
 * With local addresses (given, or an end of nine packets in ten) the host is
 * an end: one link to everything, the one that was seen if it was one, unless
 * @iif says another. Else it is a router between two links: private addresses
 * behind the first, the rest behind the second. If several links were seen, and
 * none is given, two of these.
 */
struct strbuf;
void host_from_inference(struct host *h, const struct host_infer *inf,
			 const struct host_given *given, struct strbuf *said);

#endif
