/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view says what the tables say: the same host twice, one with a rule more
 * that no packet matches, which turns the view off.
 */
#include "base/rng.h"
#include "tests/host/text.h"

static const char text[] = "link add a\n"
			   "link add b mtu 1400\n"
			   "addr add 10.1.0.1/16 dev a\n"
			   "addr add 192.0.2.1/24 dev b\n"
			   "addr add 192.0.2.130/25 dev b\n"
			   "route add default via 192.0.2.254 table 253\n"
			   "route add 10.1.128.0/17 dev b\n"
			   "route add 10.2.0.0/15 via 10.1.7.7\n"
			   "route add blackhole 10.3.0.0/24\n"
			   "route add 10.3.0.9 dev a tos 0x10\n"
			   "route add throw 10.3.4.0/24\n"
			   "route add throw 127.1.0.0/16 table 255\n"
			   "route add local 10.5.0.0/16 dev a\n"
			   "route add local 172.16.0.0/12 dev a table 255\n"
			   "route add 172.16.9.0/24 dev b\n"
			   "route add 198.18.0.0/15 dev b table 253\n"
			   "route add unreachable 198.18.7.0/24 table 253\n";

/* Of the networks above, and any other. */
static union inet_addr addr_any(struct rng *rng)
{
	static const uint32_t nets[] = { 0x0a010000, 0x0a020000, 0x0a030000,
					 0x0a050000, 0xc0000200, 0xac100000,
					 0x7f000000, 0xc6120000, 0x00000000,
					 0xe0000000, 0xffffff00, 0xc6336400 };
	uint32_t bits = rng_below(rng, 2) ? 0x0001ffff : 0x00000f8f;

	return (union inet_addr){
		.ip = rng_below(rng, 8)
			      ? htobe32(nets[rng_below(rng, ARRAY_LEN(nets))] +
					(rng_u32(rng) & bits))
			      : rng_u32(rng)
	};
}

/* The same as asking for the address and then for the route. */
static void compare_way_back(const struct host *h, const struct host *plain,
			     const union inet_addr *addr)
{
	struct host_flow flow = { .nfproto = NFPROTO_IPV4,
				  .daddr = *addr,
				  .iif = 1 };
	const struct host_link *got, *want = NULL;
	struct host_route rt;
	bool is_own;

	got = host_way_back(h, NFPROTO_IPV4, addr, &is_own);
	cr_assert_eq(is_own, host_addr_is_local(plain, NFPROTO_IPV4, addr));
	host_route(plain, &flow, &rt);
	if (!is_own)
		want = rt.out;
	cr_assert_eq(got ? got->ifindex : 0, want ? want->ifindex : 0);
}

Test(view4, says_what_the_tables_say)
{
	char more[sizeof(text) + 100];
	struct host *h = host_ok(text), *plain;
	struct host_route got, want;
	struct rng rng;
	unsigned ways[ROUTE_THROW + 1] = { 0 };

	snprintf(more, sizeof(more), "%srule add fwmark 77 table 254\n", text);
	plain = host_ok(more);
	rng_seed(&rng, 3);
	for (int i = 0; i < 200000; i++) {
		struct host_flow flow = {
			.nfproto = NFPROTO_IPV4,
			.daddr = addr_any(&rng),
			.iif = 1 + rng_below(&rng, 3),
			.oif = rng_below(&rng, 6) ? 0 : 1 + rng_below(&rng, 3),
			.tos = rng_below(&rng, 4) ? 0 : 0x10,
		};

		if (rng_below(&rng, 2))
			flow.saddr = addr_any(&rng);
		host_route(h, &flow, &got);
		host_route(plain, &flow, &want);
		cr_assert_eq(got.type, want.type);
		cr_assert_eq(got.out ? got.out->ifindex : 0,
			     want.out ? want.out->ifindex : 0);
		cr_assert_eq(got.mtu, want.mtu);
		cr_assert(inet_addr_eq(&got.gateway, &want.gateway));
		cr_assert(inet_addr_eq(&got.prefsrc, &want.prefsrc));
		cr_assert_eq(host_addr_is_local(h, NFPROTO_IPV4, &flow.daddr),
			     host_addr_is_local(plain, NFPROTO_IPV4,
						&flow.daddr));
		compare_way_back(h, plain, &flow.daddr);
		ways[got.type]++;
	}
	cr_assert_gt(ways[ROUTE_UNICAST], 10000);
	cr_assert_gt(ways[ROUTE_LOCAL], 10000);
	cr_assert_gt(ways[ROUTE_BLACKHOLE], 100);
	cr_assert_gt(ways[ROUTE_UNREACHABLE], 100);
	host_free(h);
	host_free(plain);
}
