/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "world.h"

static const struct {
	const char *link, *src, *dst;
	enum reason reason;
	const char *to; /* "local", a link, NULL */
} rows[] = {
	{ "lan", "10.1.0.9", "10.9.9.9", REASON_NONE, "wan" },
	{ "lan", "10.1.0.9", "10.2.0.1", REASON_NONE, "local" },
	{ "lan", "10.1.0.9", "10.1.0.255", REASON_NONE, "local" },
	{ "lan", "10.1.0.9", "255.255.255.255", REASON_NONE, "local" },
	{ "lan", "0.0.0.0", "255.255.255.255", REASON_NONE, "local" },
	{ "lan", "10.1.0.9", "224.0.0.1", REASON_NONE, "local" },
	{ "lan", "10.1.0.9", "239.1.2.3", REASON_not_joined, NULL },
	{ "lan", "224.0.0.5", "10.9.9.9", REASON_martian, NULL },
	{ "lan", "127.0.0.1", "10.9.9.9", REASON_martian, NULL },
	{ "lan", "10.1.0.9", "127.0.0.1", REASON_martian, NULL },
	{ "lan", "0.1.2.3", "10.9.9.9", REASON_martian, NULL },
	{ "lan", "10.2.0.1", "10.9.9.9", REASON_martian, NULL },
	{ "lan", "10.1.0.9", "10.66.0.1", REASON_route_blackhole, NULL },
	{ "lan", "10.1.0.9", "10.67.0.1", REASON_route_unreachable, NULL },
	{ "lan", "10.1.0.9", "10.68.0.1", REASON_route_prohibit, NULL },
	{ "lan", "fd01::9", "fd09::9", REASON_NONE, "wan" },
	{ "lan", "fd01::9", "fd02::1", REASON_NONE, "local" },
	{ "lan", "fd01::9", "ff02::1", REASON_NONE, "local" },
	{ "lan", "fd01::9", "ff02::1:2", REASON_not_joined, NULL },
	{ "lan", "fe80::9", "fd09::9", REASON_link_local_source, NULL },
	{ "lan", "fd01::9", "fd66::1", REASON_route_blackhole, NULL },
	{ NULL, "10.1.0.1", "10.9.9.9", REASON_NONE, "wan" },
	{ NULL, "10.1.0.1", "10.67.0.1", REASON_route_unreachable, NULL },
};

/* Ref: ip_route_input_slow(), ip6_route_input(), ip6_forward(). */
Test(route, where_packets_go)
{
	struct path_result r;
	struct world w;

	world_init(&w, "route add blackhole 10.66.0.0/16\n"
		       "route add unreachable 10.67.0.0/16\n"
		       "route add prohibit 10.68.0.0/16\n"
		       "route add blackhole fd66::/16\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		r = world_send_udp(&w, rows[i].link, rows[i].src, rows[i].dst,
				   64);
		cr_assert_eq(r.reason, rows[i].reason, "row %zu: %s", i,
			     reason_name(r.reason));
		if (!rows[i].to)
			cr_assert_null(r.out);
		else if (strcmp(rows[i].to, "local"))
			cr_assert_str_eq(r.out->name, rows[i].to);
		else
			cr_assert(r.to_local, "row %zu", i);
	}
	world_fini(&w);
}

Test(route, a_router_that_does_not_forward)
{
	struct path_result r;
	struct world w;

	world_init(&w, "sysctl net.ipv4.ip_forward=0\n"
		       "sysctl net.ipv6.conf.all.forwarding=0\n");
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.reason, REASON_not_forwarding);
	r = world_send_udp(&w, "lan", "fd01::9", "fd09::9", 64);
	cr_assert_eq(r.reason, REASON_not_forwarding);
	world_fini(&w);
}

/* Which link it comes in by decides, not what "all" says. */
Test(route, a_link_that_does_not_forward)
{
	struct path_result r;
	struct world w;

	world_init(&w, "sysctl net.ipv4.conf.lan.forwarding=0\n"
		       "sysctl net.ipv4.conf.lan.route_localnet=1\n");
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.reason, REASON_not_forwarding);
	r = world_send_udp(&w, "wan", "10.9.9.9", "10.1.0.9", 64);
	cr_assert_eq(r.reason, REASON_NONE);
	r = world_send_udp(&w, "lan", "10.1.0.9", "127.0.0.1", 64);
	cr_assert(r.to_local);
	world_fini(&w);
}

/* An Ethernet neighbour that is known is named in a redirect (RFC 4861
 * 4.6.1); the twin has no Ethernet. */
Test(route, redirect_names_the_neighbour)
{
	static const uint8_t option[8] = { 2, 1, 2, 0, 0, 0, 0, 9 };
	struct world w;

	world_init(&w, "link add eth type ether\n"
		       "addr add fd05::1/64 dev eth\n"
		       "addr add fe80::1/64 dev eth\n"
		       "neigh add fd05::9 lladdr 02:00:00:00:00:09 dev eth\n");
	world_send_udp(&w, "eth", "fd05::8", "fd05::9", 64);
	cr_assert_eq(w.n_left, 2);
	cr_assert_eq(w.left[0].bytes[40], 137);
	cr_assert_arr_eq(w.left[0].bytes + 80, option, sizeof(option));
	cr_assert_eq(w.left[0].bytes[88], 4);
	world_send_udp(&w, "eth", "fd05::8", "fd05::7", 64);
	cr_assert_eq(w.left[0].bytes[80], 4);
	world_fini(&w);
}
