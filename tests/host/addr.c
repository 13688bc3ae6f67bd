/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/host/text.h"

static const char box[] = "link add lan\nlink add wan\n"
			  "addr add 10.0.0.1/24 dev lan\n"
			  "addr add 10.2.0.1/31 dev lan\n"
			  "addr add fd01::1/64 dev lan\n"
			  "addr add fd04::1/127 dev lan\n"
			  "addr add fe80::1/64 dev lan\n"
			  "route add unreachable 2001:db8::/48\n"
			  "route add default dev wan\n";

/* What `fib daddr type` and `fib daddr . iif type` read: facts section 8.6,
 * inet_dev_addr_type() and __nft_fib6_eval_type(). */
static const struct {
	const char *addr;
	enum host_route_type any, lan, wan;
} types[] = {
	{ "10.0.0.1", ROUTE_LOCAL, ROUTE_LOCAL, ROUTE_UNICAST },
	{ "10.0.0.2", ROUTE_UNICAST, ROUTE_UNICAST, ROUTE_UNICAST },
	{ "10.0.0.255", ROUTE_BROADCAST, ROUTE_BROADCAST, ROUTE_UNICAST },
	{ "10.0.0.0", ROUTE_UNICAST, ROUTE_UNICAST, ROUTE_UNICAST },
	{ "10.2.0.0", ROUTE_UNICAST, ROUTE_UNICAST, ROUTE_UNICAST },
	{ "127.1.2.3", ROUTE_LOCAL, ROUTE_UNICAST, ROUTE_UNICAST },
	{ "0.0.0.0", ROUTE_BROADCAST, ROUTE_BROADCAST, ROUTE_BROADCAST },
	{ "255.255.255.255", ROUTE_BROADCAST, ROUTE_BROADCAST,
	  ROUTE_BROADCAST },
	{ "224.0.0.1", ROUTE_MULTICAST, ROUTE_MULTICAST, ROUTE_MULTICAST },
	{ "fd01::1", ROUTE_LOCAL, ROUTE_LOCAL, ROUTE_UNICAST },
	{ "fd01::", ROUTE_ANYCAST, ROUTE_ANYCAST, ROUTE_ANYCAST },
	{ "fd04::1", ROUTE_LOCAL, ROUTE_LOCAL, ROUTE_UNICAST },
	{ "fd01::9", ROUTE_UNICAST, ROUTE_UNICAST, ROUTE_UNICAST },
	{ "::1", ROUTE_LOCAL, ROUTE_UNICAST, ROUTE_UNICAST },
	{ "ff02::1", ROUTE_MULTICAST, ROUTE_MULTICAST, ROUTE_MULTICAST },
	{ "2001:db8::5", ROUTE_UNREACHABLE, ROUTE_UNREACHABLE,
	  ROUTE_UNREACHABLE },
	{ "3000::1", ROUTE_UNREACHABLE, ROUTE_UNREACHABLE, ROUTE_UNREACHABLE },
};

Test(host_addr, types)
{
	struct host *h = host_ok(box);
	const struct host_link *lan = host_link_by_name(h, "lan");
	const struct host_link *wan = host_link_by_name(h, "wan");

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		union inet_addr a = addr_of(types[i].addr);
		uint8_t nf = version_of(types[i].addr);

		cr_expect_eq(host_addr_type(h, nf, &a, NULL), types[i].any,
			     "%s", types[i].addr);
		cr_expect_eq(host_addr_type(h, nf, &a, lan), types[i].lan,
			     "%s on lan", types[i].addr);
		cr_expect_eq(host_addr_type(h, nf, &a, wan), types[i].wan,
			     "%s on wan", types[i].addr);
		cr_expect_eq(host_addr_is_local(h, nf, &a),
			     types[i].any == ROUTE_LOCAL, "%s", types[i].addr);
	}
	host_free(h);
}

Test(host_addr, groups_that_a_router_is_in)
{
	static const struct {
		const char *addr;
		bool router, host;
	} groups[] = {
		{ "ff02::1", true, true },
		{ "ff02::2", true, false },
		{ "ff05::2", false, false },
		{ "ff02::1:ff00:1", true, true },
		{ "ff02::1:ff00:0", true, false }, /* of the anycast address */
		{ "ff02::1:ff00:5", false, false },
		{ "ff02::5", false, false },
	};
	struct host *h = host_ok(box);
	const struct host_link *lan = host_link_by_name(h, "lan");

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		union inet_addr a = addr_of(groups[i].addr);

		host_sysctl_set(h, "net.ipv6.conf.all.forwarding", 1);
		cr_expect_eq(host_is_member6(h, lan, &a), groups[i].router,
			     "%s", groups[i].addr);
		host_sysctl_set(h, "net.ipv6.conf.all.forwarding", 0);
		cr_expect_eq(host_is_member6(h, lan, &a), groups[i].host, "%s",
			     groups[i].addr);
	}
	host_free(h);
}

/* The kernel's order: of IPv4 the oldest first, secondaries last; of IPv6 the
 * newest first, larger scopes before. */
Test(host_addr, order_of_a_links_addresses)
{
	struct host *h = host_ok("link add lan\n"
				 "addr add fd01::1/64 dev lan\n"
				 "addr add fe80::1/64 dev lan\n"
				 "addr add fd01::2/64 dev lan\n"
				 "addr add fe80::2/64 dev lan\n"
				 "addr add 10.0.0.1/24 dev lan\n"
				 "addr add 10.0.0.2/24 dev lan\n"
				 "addr add 10.0.0.2/25 dev lan\n");
	const struct host_link *lan = host_link_by_name(h, "lan");
	union inet_addr to = addr_of("2001:db8::1"), got, want;

	cr_assert(host_link_addr(h, lan, NFPROTO_IPV6, &to, &got));
	want = addr_of("fd01::2");
	cr_expect(inet_addr_eq(&got, &want));
	to = addr_of("fe80::9");
	cr_assert(host_link_addr(h, lan, NFPROTO_IPV6, &to, &got));
	want = addr_of("fe80::2");
	cr_expect(inet_addr_eq(&got, &want));
	to = addr_of("10.0.0.100");
	cr_assert(host_select_addr(h, lan, NFPROTO_IPV4, &to, &got));
	want = addr_of("10.0.0.1");
	cr_expect(inet_addr_eq(&got, &want));
	host_free(h);
}

Test(host_addr, the_same_again)
{
	char *said;
	struct host *h = host_of("link add lan\nlink add wan\n"
				 "addr add 10.0.0.1/24 dev lan\n"
				 "addr add 10.0.0.1/24 dev wan\n"
				 "addr add 10.0.0.1/25 dev lan\n"
				 "addr add 10.0.0.2/24 dev lan\n"
				 "addr add fd01::1/64 dev lan\n"
				 "addr add fd01::1/64 dev wan\n"
				 "addr add 10.0.0.2/24 dev lan\n"
				 "addr add fd01::1/65 dev lan\n",
				 &said);

	cr_expect(contains(said, "h:9:10-20: error: address already assigned"),
		  "%s", said);
	cr_expect(contains(said, "h:10:10-19: error: address already assigned"),
		  "%s", said);
	cr_expect_not(contains(said, "h:4:"), "%s", said);
	cr_expect_not(contains(said, "h:8:"), "%s", said);
	free(said);
	host_free(h);
}
