/* SPDX-License-Identifier: GPL-2.0-or-later */
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
};

Test(host_file_link, faults)
{
	char text[300], *said;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		snprintf(text, sizeof(text),
			 "link add lan\n"
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
