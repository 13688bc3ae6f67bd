/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/twice.h"

#include "packet/csum.h"
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

/* What an ICMP error quotes: an IPv4 header, from @src to 8.8.8.8; IPv6, the
 * first half of its source, and UDP. */
#define QUOTE4(id, src) \
	"\x45\0\0\x1d\0" id "\0\0\x3f\x11\1\1" src "\x8\x8\x8\x8"
#define ZERO8	    "\0\0\0\0\0\0\0\0"
#define QUOTE6(src) "\x60\0\0\0\0\x8\x11\x3f" src ZERO8 ZERO8 ZERO8 ZERO8

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
		/* ICMP errors: the quote is translated as well */
		{ "7.7.7.7", "192.0.2.1", "7.7.7.7", "10.0.0.5", IPPROTO_ICMP,
		  "\3\1\1\1\0\0\0\0" QUOTE4("\1",
					    "\xc0\0\2\1") "\4\1\0\2\0\x9\1\1",
		  "\3\1\2\2\0\0\0\0" QUOTE4("\1",
					    "\xa\0\0\5") "\3\1\0\2\0\x9\2\2",
		  36, true },
		{ "7.7.7.7", "192.0.2.1", "7.7.7.7", "10.0.0.5", IPPROTO_ICMP,
		  "\3\1\1\1\0\0\0\0" QUOTE4("\1",
					    "\xc0\0\2\1") "\4\1\0\2\0\x9\1\1",
		  "\3\1\2\2\0\0\0\0" QUOTE4("\2",
					    "\xa\0\0\5") "\3\1\0\2\0\x9\2\2",
		  36, false },
		{ "2001:db8::7", "2001:db8:1::1", "2001:db8::7", "fd01::5",
		  IPPROTO_ICMPV6,
		  "\1\4\1\1\0\0\0\0" QUOTE6("\x20\1\xd\xb8\0\1\0\0"),
		  "\1\4\2\2\0\0\0\0" QUOTE6("\xfd\1\0\0\0\0\0\0"), 56, true },
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

/* A packet that was captured on its way out alone. */
Test(twice, undone)
{
	struct wire_packet w;
	be16_t sum;

	wire_packet(&w, "10.0.0.5", "8.8.8.8", IPPROTO_UDP, "\0\1\0\2\0\x8\0",
		    8);
	twice_undo_forwarding(&w.pkt);
	cr_expect_eq(w.pkt.data[8], 65);
	cr_expect_eq(load_raw16(w.pkt.data + 10), 0, "left to the card");
	sum = csum_ip_header(w.pkt.data, 20);
	memcpy(w.pkt.data + 10, &sum, 2);
	twice_undo_forwarding(&w.pkt);
	cr_expect_eq(w.pkt.data[8], 66);
	cr_expect_eq(csum_ip_header(w.pkt.data, 20), 0);
	w.pkt.data[8] = 255;
	twice_undo_forwarding(&w.pkt);
	cr_expect_eq(w.pkt.data[8], 255);
	for (uint32_t len = 0; len < 20; len++) {
		w.pkt.len = len;
		w.pkt.data[8] = 3;
		twice_undo_forwarding(&w.pkt);
		cr_expect_eq(w.pkt.data[8], 3, "%u bytes", len);
	}
	wire_packet(&w, "fd01::5", "2001:db8::1", IPPROTO_UDP,
		    "\0\1\0\2\0\x8\0", 8);
	twice_undo_forwarding(&w.pkt);
	cr_expect_eq(w.pkt.data[7], 65);
}
