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

/* The copy that went out was translated: both ends, ports, the checksum. */
Test(twice, translated_copies)
{
	static const struct {
		const char *in_src, *in_dst, *out_src, *out_dst;
		uint8_t proto;
		const char *in, *out;
		uint8_t len;
		bool is_copy;
	} pairs[] = {
		{ "10.0.0.5", "192.0.2.1", "192.0.2.1", "10.0.0.9", IPPROTO_UDP,
		  "\0\1\0\2\0\x9\0\0a", "\7\1\7\2\0\x9\5\5a", 9, true },
		{ "10.0.0.5", "8.8.8.8", "192.0.2.1", "8.8.8.8", IPPROTO_UDP,
		  "\0\1\0\2\0\x9\0\0a", "\0\1\0\2\0\x9\0\0b", 9, false },
		{ "10.0.0.5", "8.8.8.8", "192.0.2.1", "8.8.8.8", IPPROTO_ICMP,
		  "\x8\0\0\0\0\1\0\2", "\x8\0\5\5\0\7\0\2", 8, true },
		{ "10.0.0.5", "8.8.8.8", "192.0.2.1", "8.8.8.8", IPPROTO_ICMP,
		  "\x8\0\0\0\0\1\0\2", "\0\0\5\5\0\7\0\2", 8, false },
		{ "fd01::5", "2001:db8::1", "2001:db8:1::1", "2001:db8::1",
		  IPPROTO_TCP, "\0\1\0\2\0\0\0\1\0\0\0\0\x50\2\1\1\0\0\0\0",
		  "\4\1\0\2\0\0\0\1\0\0\0\0\x50\2\1\1\5\5\0\0", 20, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct twice *t = calloc(1, sizeof(*t));
		struct wire_packet w;

		twice_init(t);
		wire_packet(&w, pairs[i].in_src, pairs[i].in_dst,
			    pairs[i].proto, pairs[i].in, pairs[i].len);
		cr_expect_not(twice_is_copy(t, &w.pkt, NS_PER_SEC, false));
		wire_packet(&w, pairs[i].out_src, pairs[i].out_dst,
			    pairs[i].proto, pairs[i].out, pairs[i].len);
		w.pkt.data[strchr(pairs[i].in_src, ':') ? 7 : 8] = 63;
		cr_expect_eq(twice_is_copy(t, &w.pkt, NS_PER_SEC + 10, true),
			     pairs[i].is_copy, "row %zu", i);
		free(t);
	}
}
