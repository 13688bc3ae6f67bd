/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/twice.h"

#include "tests/lab/box.h"

/* A packet goes in with TTL 64 and out after @after_ns with @ttl, its payload's
 * first byte being @byte: is the second a copy? */
static const struct {
	const char *what;
	uint8_t ttl, byte;
	uint64_t after_ns;
	bool outgoing, is_copy;
} rows[] = {
	{ "forwarded", 63, 'a', 10, true, true },
	{ "not lowered", 64, 'a', 10, true, false },
	{ "lowered by two", 62, 'a', 10, true, false },
	{ "another", 63, 'b', 10, true, false },
	{ "much later", 63, 'a', TWICE_NS + 1, true, false },
	{ "comes in", 63, 'a', 10, false, false },
};

Test(twice, second_copies)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char udp[] = "\0\1\0\2\0\x9\0\0a";
		struct twice *t = calloc(1, sizeof(*t));
		struct wire_packet w;

		twice_init(t);
		wire_packet(&w, "10.0.0.5", "8.8.8.8", IPPROTO_UDP, udp, 9);
		cr_expect_not(twice_is_copy(t, &w.pkt, NS_PER_SEC, false));
		udp[8] = (char)rows[i].byte;
		wire_packet(&w, "10.0.0.5", "8.8.8.8", IPPROTO_UDP, udp, 9);
		w.pkt.data[8] = rows[i].ttl;
		cr_expect_eq(twice_is_copy(t, &w.pkt,
					   NS_PER_SEC + rows[i].after_ns,
					   rows[i].outgoing),
			     rows[i].is_copy, "%s", rows[i].what);
		cr_expect_eq(t->found, rows[i].is_copy, "%s", rows[i].what);
		free(t);
	}
}
