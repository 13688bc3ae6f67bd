/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/host/text.h"

/* What ip(8) refuses on a machine with the same lines (its words differ). */
static const struct {
	const char *line, *said;
} faults[] = {
	{ "addr add 10.0.0.1/24 dev lan", "address already assigned" },
	{ "addr add fd01::1/65 dev lan", "address already assigned" },
	{ "addr add ff02::1/64 dev lan", "multicast address" },
	{ "addr add ::/64 dev lan", "unspecified address" },
	{ "route add 1.1.0.0/16 via 8.8.8.8", "gateway is not reachable" },
	{ "route add 1.1.0.0/16 via 10.0.0.255", "no unicast address" },
	{ "route add 1.1.0.0/16 via 10.0.0.9 dev wan", "not reachable" },
	{ "route add 10.0.0.1/24 dev lan metric 3", "beyond its length" },
	{ "route add 1.5.0.0/16 dev lan src 1.2.3.4", "no address of this" },
	{ "route add blackhole 1.6.0.0/16 dev lan", "no gateway and no dev" },
	{ "route add 1.9.0.0/16", "dev is missing" },
	{ "route add 9.0.0.0/8 dev wan", "exists already" },
	{ "route add 2002::/16 via fd01::1", "address of this host" },
	{ "route add 2004::/16 via fe80::7", "link-local gateway needs a dev" },
	{ "route add 2006::/16 via fd01::9 dev wan", "not reachable" },
	{ "rule add table 7 priority 100", "rule exists already" },
	{ "rule add from 1.2.3.4 to fd01::1", "an IPv4 address or prefix" },
	{ "rule add from fd01::/16 table 7", "an IPv4 address or prefix" },
	{ "rule add", "a rule needs something to go by" },
	{ "-6 rule add", "a rule needs something to go by" },
};

Test(host_file_route, what_ip_refuses)
{
	char text[400], *said;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		snprintf(text, sizeof(text),
			 "link add lan\nlink add wan\n"
			 "addr add 10.0.0.1/24 dev lan\n"
			 "addr add fd01::1/64 dev lan\n"
			 "route add 9.0.0.0/8 dev lan\n"
			 "rule add table 7 priority 100\n%s\n",
			 faults[i].line);
		host_free(host_of(text, &said));
		cr_expect(contains(said, faults[i].said), "%s\n%s",
			  faults[i].line, said);
		free(said);
	}
}
