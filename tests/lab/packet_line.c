/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/packet_line.h"

#include "tests/lab/box.h"

#define TCP_SYN_ACK "\x03\xe8\0\x50\0\0\0\1\0\0\0\0\x50\x12\x20\0\0\0\0\0"

static const struct {
	const char *src, *dst;
	uint8_t proto;
	const char *l4;
	uint8_t len;
	const char *line;
} rows[] = {
	{ "10.0.0.5", "192.0.2.1", IPPROTO_TCP, TCP_SYN_ACK, 20,
	  "tcp 10.0.0.5:1000 > 192.0.2.1:80 SA len 40" },
	{ "fd01::5", "2001:db8::1", IPPROTO_UDP, "\0\x35\x10\0\0\x8\0\0", 8,
	  "udp [fd01::5]:53 > [2001:db8::1]:4096 len 48" },
	{ "10.0.0.5", "192.0.2.1", IPPROTO_ICMP, "\3\4\0\0\0\0\0\0", 8,
	  "icmp 10.0.0.5 > 192.0.2.1 type 3 code 4 len 28" },
	{ "fd01::5", "ff02::1", IPPROTO_ICMPV6, "\x86\0\0\0\0\0\0\0", 8,
	  "icmpv6 fd01::5 > ff02::1 type 134 code 0 len 48" },
	{ "10.0.0.5", "192.0.2.1", 200, "", 0,
	  "proto-200 10.0.0.5 > 192.0.2.1 len 20" },
	/* too short for its ports */
	{ "10.0.0.5", "192.0.2.1", IPPROTO_UDP, "\0\x35", 2,
	  "udp 10.0.0.5 > 192.0.2.1 len 22" },
};

Test(packet_line, words)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strbuf out = STRBUF_INIT;
		struct wire_packet w;

		received(&w, rows[i].src, rows[i].dst, rows[i].proto,
			 rows[i].l4, rows[i].len);
		packet_line(&out, &w.pkt);
		cr_expect_str_eq(strbuf_str(&out), rows[i].line);
		strbuf_fini(&out);
	}
}

Test(packet_line, one_that_was_refused)
{
	struct strbuf out = STRBUF_INIT;
	struct wire_packet w;

	wire_packet(&w, "10.0.0.5", "192.0.2.1", IPPROTO_UDP, "", 0);
	w.pkt.data[0] = 0x35;
	w.pkt.reason = packet_receive(&w.pkt);
	packet_line(&out, &w.pkt);
	cr_expect_str_eq(strbuf_str(&out), "malformed len 20");
	strbuf_fini(&out);
}

/* The host may refuse it; what it is can be read all the same. */
Test(packet_line, as_captured)
{
	struct strbuf out = STRBUF_INIT;
	struct wire_packet w;

	wire_packet(&w, "10.0.0.5", "192.0.2.1", 200, "", 0);
	w.pkt.flags = 0;
	w.pkt.pkttype = PKTTYPE_OTHERHOST;
	packet_line_captured(&out, &w.pkt);
	cr_expect_str_eq(strbuf_str(&out),
			 "proto-200 10.0.0.5 > 192.0.2.1 len 20");
	cr_expect_eq(w.pkt.nfproto, 0, "the packet is left as it was");
	strbuf_fini(&out);
}
