/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/host/text.h"

/* A wrong line and what must be said of it; the lines before it are right. */
static const struct {
	const char *line, *said;
} faults[] = {
	{ "lnk add x", "h:5:1-3: error: command lnk is not known here" },
	{ "link del lan", "h:5:6-8: error: a host file can only add, not del" },
	{ "link", "the verb (add) is missing" },
	{ "-7 route add default dev lan", "only -4 and -6 are known" },
	{ "addr add 10.0.0.300/24 dev lan", "h:5:10-22: error: an address or" },
	{ "addr add 10.0.0.3/33 dev lan", "h:5:19-20: error: prefix length" },
	{ "addr add fd00::1/129 dev lan", "prefix length must be 0 to 128" },
	{ "-6 addr add 10.0.0.3/24 dev lan", "an IPv6 address or prefix" },
	{ "addr add 10.0.0.3/24 dev lam", "there is no link lam" },
	{ "addr add 10.0.0.3/24 dev", "the link's name is missing" },
	{ "addr add 10.0.0.3/24", "dev is missing" },
	{ "addr add 10.0.0.3/24 dve lan", "did you mean dev?" },
	{ "addr add 10.0.0.3/24 dev lam", "did you mean lan?" },
	{ "route add default via fd00::9 src 10.0.0.1", "an IPv6 address is" },
	{ "route add default via 10.0.0.255", "gateway is no unicast address" },
	{ "rule add fwmark 1/x table 5", "h:5:19-19: error: mask must be a" },
	{ "rule add table 0", "table must be 1 to" },
	{ "rule add tos 3", "the two low bits" },
	{ "neigh add 10.0.0.9 lladdr 02:00:00:00:00 dev lan", "MAC address" },
	{ "sysctl net.ipv4.ip_forwrd=1", "did you mean net.ipv4.ip_forward?" },
	{ "sysctl net.ipv4.ip_forward=7", "7 is out of the range of" },
	{ "sysctl net.ipv4.ip_forward=x", "the value must be a number" },
	{ "sysctl net.ipv4.ip_forward", "NAME=VALUE is expected" },
	{ "sysctl net.ipv4.conf.lun.rp_filter=1", "a link that is not there" },
};

Test(host_file, every_fault_is_said_where_it_is)
{
	char text[300], *said;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		snprintf(text, sizeof(text),
			 "# a comment\nlink add lan # another\n\n"
			 "addr add 10.0.0.1/24 dev lan\n%s\n",
			 faults[i].line);
		host_free(host_of(text, &said));
		cr_expect(contains(said, faults[i].said), "%s\n%s",
			  faults[i].line, said);
		free(said);
	}
}

Test(host_file, one_run_shows_all_faults)
{
	char *said;

	host_free(host_of("foo\nlink add a\nbar\naddr add 1 dev b\n", &said));
	cr_assert(contains(said, "h:1:1-3"));
	cr_assert(contains(said, "h:3:1-3"));
	cr_assert(contains(said, "h:4:16-16"));
	free(said);
}

Test(host_file, carets_and_a_hint)
{
	char *said;

	host_free(
		host_of("link add lan\naddr add 10.0.0.1/24 dev lam\n", &said));
	cr_assert_str_eq(said,
			 "h:2:26-28: error: there is no link lam\n"
			 "addr add 10.0.0.1/24 dev lam\n"
			 "                         ^^^\n"
			 "hint: did you mean lan?\n",
			 "%s", said);
	free(said);
}

Test(host_file, the_example_of_the_manual)
{
	struct host *h = host_ok(
		"sysctl net.ipv4.ip_forward=1\n"
		"link add lan address 02:00:00:00:00:01 mtu 1400\n"
		"link add wan type tun\r\n"
		"a add 192.168.1.1/24 dev lan\n"
		"address add 2001:db8::1/64 dev lan nodad\n"
		"addr add 203.0.113.2/24 dev wan\n"
		"route add default via 203.0.113.1\n"
		"r add default via 2001:db8::ff\n"
		"route add blackhole 10.0.0.0/8\n"
		"route add 10/8 dev lan metric 5\n"
		"-6 rule add fwmark 0x10/0xf0 table 7 priority 100\n"
		"neigh add 203.0.113.1 lladdr 02:00:00:00:00:02 dev wan\n");
	const struct host_link *lan = host_link_by_name(h, "lan");
	const struct host_link *wan = host_link_by_name(h, "wan");
	union inet_addr gw = addr_of("203.0.113.1");
	struct host_flow flow = { .nfproto = NFPROTO_IPV4,
				  .daddr = addr_of("8.8.8.8"),
				  .iif = lan->ifindex };
	struct host_route r;

	cr_assert_eq(lan->ifindex, 2);
	cr_assert_eq(lan->type, 1);
	cr_assert_eq(lan->mtu, 1400);
	cr_assert_eq(wan->type, 65534);
	cr_assert_str_eq(wan->kind, "tun");
	cr_assert_eq(host_route(h, &flow, &r), ROUTE_UNICAST);
	cr_assert_eq(r.out, wan);
	cr_assert(inet_addr_eq(&r.gateway, &gw));
	cr_assert_eq(host_neigh(h, wan, NFPROTO_IPV4, &gw)->mac[5], 2);
	cr_assert_null(host_neigh(h, lan, NFPROTO_IPV4, &gw));
	host_free(h);
}
