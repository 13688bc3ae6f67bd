/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/input_link.h"

#include "tests/lab/box.h"

/* @own: the box has no host file: links are made, own sources are local */
static const struct {
	const char *what, *src, *iface;
	bool made, directed, outgoing;
	const char *link; /* NULL: sent by the host */
} rows[] = {
	{ "name", "10.0.0.5", "wan", false, false, false, "wan" },
	{ "name of no link", "10.0.0.5", "eth9", false, false, false, "lan" },
	{ "local", "10.0.0.5", "local", false, false, false, NULL },
	{ "no name", "10.0.0.5", NULL, false, false, false, "lan" },
	{ "no name, own", "10.0.0.1", NULL, false, false, false, NULL },
	{ "no name, IPv6", "fd01::9", NULL, false, false, false, "lan" },
	{ "no name, no route", "2001:db8::1", NULL, false, false, false,
	  "lan" },
	{ "sent", "10.0.0.1", "wan", false, true, true, NULL },
	{ "sent, no name", "10.0.0.1", NULL, false, true, true, NULL },
	{ "sent from nowhere", "0.0.0.0", "wan", false, true, true, NULL },
	{ "sent on the link alone", "fe80::5", NULL, false, true, true, NULL },
	{ "forwarded", "10.0.0.5", "wan", false, true, true, "lan" },
	{ "forwarded, no name", "fd01::5", NULL, false, true, true, "lan" },
	/* an address of the box that the host file has not got */
	{ "sent, to neighbours", "10.0.0.5", "lan", false, true, true, NULL },
	/* somebody claims to be us */
	{ "name, own", "10.0.0.1", "wan", false, false, false, "wan" },
	{ "made", "10.0.0.5", "eth9", true, false, false, "eth9" },
	{ "made, own", "10.0.0.1", "eth9", true, false, false, NULL },
	{ "made, own, came in", "10.0.0.1", "eth9", true, true, false, "eth9" },
	{ "impossible", "10.0.0.5", "\\Device\\NPF_{5AE6EDB4}", true, false,
	  false, "lan" },
};

Test(input_link, which)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host *h = host_ok(box);
		const struct capture_frame frame = {
			.iface = rows[i].iface,
			.directed = rows[i].directed,
			.outgoing = rows[i].outgoing,
		};
		const bool v6 = strchr(rows[i].src, ':');
		const struct host_link *link;
		struct input_link in;
		struct wire_packet w;
		FILE *err = tmpfile();

		wire_packet(&w, rows[i].src, v6 ? "fd01::1" : "8.8.8.8", 0, "",
			    0);
		input_link_init(&in, h, rows[i].made, err);
		for (int again = 0; again < 2; again++) {
			link = input_link_of(&in, &w.pkt, &frame);
			cr_expect_str_eq(link ? link->name : "-",
					 rows[i].link ? rows[i].link : "-",
					 "%s", rows[i].what);
		}
		/* said once, where a name is no link's */
		cr_expect_eq(ftell(err) > 0, in.unknown > 0, "%s",
			     rows[i].what);
		cr_expect_leq(in.unknown, 1, "%s", rows[i].what);
		fclose(err);
		host_free(h);
	}
}

Test(input_link, too_short_for_a_source)
{
	struct host *h = host_ok(box);
	const struct capture_frame frame = { .number = 1 };
	struct input_link in;
	struct wire_packet w;

	input_link_init(&in, h, false, stderr);
	for (uint32_t len = 0; len < 20; len++) {
		wire_packet(&w, "10.0.0.1", "8.8.8.8", 0, "", 0);
		w.pkt.len = len;
		if (len < 16)
			cr_expect_str_eq(
				input_link_of(&in, &w.pkt, &frame)->name,
				"lan");
		else
			cr_expect_null(input_link_of(&in, &w.pkt, &frame));
	}
	host_free(h);
}
