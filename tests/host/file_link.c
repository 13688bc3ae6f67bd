/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/strbuf.h"
#include "tests/host/text.h"

static const struct {
	const char *line, *said;
} faults[] = {
	{ "link add", "the link's name is missing" },
	{ "link add lan", "link lan exists already" },
	{ "link add local", "local is the name of the host itself" },
	{ "link add a/b", "not a link name" },
	{ "link add sixteen-bytes-xx", "not a link name" },
	{ "link add x type brigde", "did you mean bridge?" },
	{ "link add x mtu 10", "mtu must be 68 to 65536" },
	{ "link add x master nosuch", "there is no link nosuch" },
	{ "link add x master x", "cannot be its own master" },
	{ "link add x vlan 5", "a VLAN needs its parent" },
	{ "link add x vlan 4095 link lan", "VLAN id must be 0 to 4094" },
	{ "neigh add 10.0.0.1 dev lan", "this neighbour exists already" },
	{ "neigh add 10.0.0.2 dev eth0", "no MAC address: lladdr is missing" },
	{ "neigh add 10.0.0.2 dev eth0 nud noarp", "lladdr is missing" },
	{ "neigh add 10.0.0.2 dev lan nud nosuch", "nosuch is not known" },
};

Test(host_file_link, faults)
{
	char text[300], *said;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		snprintf(text, sizeof(text),
			 "link add lan\n"
			 "link add eth0 type ether\n"
			 "neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev lan\n"
			 "%s\n",
			 faults[i].line);
		host_free(host_of(text, &said));
		cr_expect(contains(said, faults[i].said), "%s\n%s",
			  faults[i].line, said);
		free(said);
	}
}

Test(host_file_link, kinds)
{
	struct host *h = host_ok("link add eth0 type ether\n"
				 "link add br0 type bridge\n"
				 "link add v5 mtu 9000 vlan 5 link eth0\n"
				 "link set eth0 master br0 up\n"
				 "link set eth0 group 7\n");
	const struct host_link *eth = host_link_by_name(h, "eth0");

	cr_assert_eq(eth->type, 1);
	cr_assert_str_eq(eth->kind, "");
	cr_assert_eq(eth->master, host_link_by_name(h, "br0"));
	cr_assert_eq(eth->group, 7);
	cr_assert_str_eq(host_link_by_name(h, "v5")->kind, "vlan");
	cr_assert_eq(host_link_by_name(h, "v5")->mtu, 1500);
	host_free(h);
}

/* Those that know no MAC address are as good as not there. */
Test(host_file_link, neighbours)
{
	struct host *h = host_ok(
		"link add eth0 type ether\n"
		"link add eth1 type ether\n"
		"neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0\n"
		"neigh add 10.0.0.9 lladdr 02:00:00:00:00:0a dev eth1 nud noarp\n"
		"neigh add a00:9:: lladdr 02:00:00:00:00:0b dev eth0\n"
		"neigh add 10.0.0.8 dev eth0 nud failed\n");
	const struct host_link *eth0 = host_link_by_name(h, "eth0");
	const struct host_link *eth1 = host_link_by_name(h, "eth1");
	const union inet_addr nine = addr_of("10.0.0.9");
	const union inet_addr six = addr_of("a00:9::"),
			      eight = addr_of("10.0.0.8");

	cr_assert_eq(host_neigh(h, eth0, NFPROTO_IPV4, &nine)->mac[5], 9);
	cr_assert_eq(host_neigh(h, eth1, NFPROTO_IPV4, &nine)->mac[5], 10);
	cr_assert_eq(host_neigh(h, eth0, NFPROTO_IPV6, &six)->mac[5], 11);
	cr_assert_null(host_neigh(h, eth0, NFPROTO_IPV4, &eight));
	host_free(h);
}

/* A list that is searched per line and per packet: minutes, not a blink. */
Test(host_file_link, very_many_neighbours, .timeout = 20)
{
	struct strbuf text = STRBUF_INIT;
	union inet_addr last = addr_of("10.3.13.63");
	const struct host_link *eth0;
	struct host *h;

	strbuf_puts(&text, "link add eth0 type ether\n");
	for (unsigned i = 0; i < 200000; i++)
		strbuf_printf(
			&text,
			"neigh add 10.%u.%u.%u lladdr 02:00:00:00:00:%02x "
			"dev eth0\n",
			i >> 16, i >> 8 & 255, i & 255, i & 255);
	h = host_ok(strbuf_str(&text));
	eth0 = host_link_by_name(h, "eth0");
	for (unsigned i = 0; i < 200000; i++)
		cr_assert_eq(host_neigh(h, eth0, NFPROTO_IPV4, &last)->mac[5],
			     63);
	host_free(h);
	strbuf_fini(&text);
}
