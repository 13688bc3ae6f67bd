/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/rng.h"
#include "packet/csum.h"
#include "packet/packet.h"

/* A valid IPv4 header in front of @payload bytes. */
static void make4(struct packet *pkt, uint8_t *buf, uint32_t size,
		  uint8_t l4proto, uint32_t payload)
{
	memset(buf, 0, size);
	buf[0] = 0x45;
	put_be16(buf + 2, (uint16_t)(20 + payload));
	buf[8] = 64;
	buf[9] = l4proto;
	put_be32(buf + 12, 0x0a000001);
	put_be32(buf + 16, 0x0a000002);
	put_be16(buf + 10, be16toh(csum_ip_header(buf, 20)));
	packet_init(pkt, buf, size, buf, 20 + payload, 20 + payload);
}

static void repair4(uint8_t *buf)
{
	memset(buf + 10, 0, 2);
	put_be16(buf + 10,
		 be16toh(csum_ip_header(buf, MAX(20, (buf[0] & 15) * 4))));
}

/* An IPv6 header from 2001:db8::1 to 2001:db8::2 in front of @payload bytes. */
static void make6(struct packet *pkt, uint8_t *buf, uint32_t size,
		  const uint8_t *payload, uint32_t len, uint8_t nexthdr)
{
	memset(buf, 0, size);
	buf[0] = 0x60;
	put_be16(buf + 4, (uint16_t)len);
	buf[6] = nexthdr;
	buf[7] = 64;
	for (int i = 0; i < 2; i++) {
		put_be32(buf + 8 + 16 * i, 0x20010db8);
		buf[23 + 16 * i] = (uint8_t)(1 + i);
	}
	if (len)
		memcpy(buf + 40, payload, len);
	packet_init(pkt, buf, size, buf, 40 + len, 40 + len);
}

struct edit4 {
	const char *what;
	int off; /* byte to change, -1: none */
	uint8_t value;
	int len; /* bytes present, 0: all */
	bool repair;
	enum reason reason;
};

static const struct edit4 edits4[] = {
	{ "right", -1, 0, 0, true, REASON_NONE },
	{ "empty", -1, 0, -1, false, REASON_hdr_short },
	{ "19 bytes", -1, 0, 19, false, REASON_hdr_short },
	{ "version 5", 0, 0x55, 0, true, REASON_hdr_short },
	{ "ihl 4", 0, 0x44, 0, true, REASON_hdr_short },
	{ "ihl past the end", 0, 0x4f, 40, true, REASON_hdr_short },
	{ "bit flipped", 8, 63, 0, false, REASON_hdr_checksum },
	{ "total length over the packet", 2, 1, 0, true, REASON_hdr_length },
	{ "total length under the header", 3, 19, 0, true, REASON_hdr_length },
};

Test(receive, ipv4_header_checks)
{
	uint8_t buf[64];
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(edits4); i++) {
		const struct edit4 *e = &edits4[i];

		make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 30);
		if (e->off >= 0)
			buf[e->off] = e->value;
		if (e->repair)
			repair4(buf);
		if (e->len)
			pkt.len = pkt.wire_len = (uint32_t)MAX(e->len, 0);
		cr_assert_eq(packet_receive(&pkt), e->reason, "%s", e->what);
	}
}

Test(receive, trims_to_the_total_length_and_keeps_the_wire_length)
{
	uint8_t buf[128];
	struct packet pkt;

	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 20);
	pkt.len = pkt.wire_len = 60; /* Ethernet padding */
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	cr_assert_eq(pkt.len, 40);
	cr_assert_eq(pkt.wire_len, 40);

	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 80);
	pkt.len = 48; /* snap length */
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	cr_assert_eq(pkt.len, 48);
	cr_assert_eq(pkt.wire_len, 100);
	cr_assert_eq(pkt.nfproto, NFPROTO_IPV4);
	cr_assert_eq(be16toh(pkt.protocol), 0x0800);
}

Test(receive, other_hosts_and_other_protocols)
{
	uint8_t buf[64];
	struct packet pkt;

	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 30);
	pkt.pkttype = PKTTYPE_OTHERHOST;
	cr_assert_eq(packet_receive(&pkt), REASON_l2_other_host);
	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 30);
	pkt.protocol = htobe16(0x0806);
	cr_assert_eq(packet_receive(&pkt), REASON_not_ip);
	/* the ethertype says IPv6, the bytes IPv4 */
	pkt.protocol = htobe16(0x86dd);
	cr_assert_eq(packet_receive(&pkt), REASON_hdr_short);
}

Test(receive, to_read_it_alone)
{
	uint8_t buf[64];
	struct packet pkt;

	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 30);
	buf[10] ^= 1; /* the header's checksum */
	pkt.pkttype = PKTTYPE_OTHERHOST;
	cr_assert_eq(packet_receive_lax(&pkt), REASON_NONE);
	buf[0] = 0x44;
	cr_assert_eq(packet_receive_lax(&pkt), REASON_hdr_short);
}

Test(receive, what_is_sent_here_is_not_doubted)
{
	uint8_t buf[64];
	struct packet pkt;

	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 30);
	buf[10] ^= 1;
	pkt.flags = PKT_LOCAL_OUT;
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
}

static const struct {
	uint8_t s0, s1, s15, d0, d1, d15;
	enum reason reason;
} addrs6[] = {
	{ 0x20, 1, 1, 0x20, 1, 2, REASON_NONE },
	{ 0, 0, 1, 0x20, 1, 2, REASON_hdr_address },	/* from ::1 */
	{ 0x20, 1, 1, 0, 0, 1, REASON_hdr_address },	/* to ::1 */
	{ 0, 0, 0, 0xff, 2, 1, REASON_NONE },		/* from :: */
	{ 0xff, 2, 1, 0x20, 1, 2, REASON_hdr_address }, /* from multicast */
	{ 0x20, 1, 1, 0xff, 0, 1, REASON_hdr_address }, /* scope 0 */
	{ 0x20, 1, 1, 0xff, 1, 1, REASON_hdr_address }, /* this interface */
	{ 0x20, 1, 1, 0xff, 0x12, 1, REASON_NONE },
};

Test(receive, ipv6_addresses_that_no_link_delivers)
{
	uint8_t buf[64], payload[8] = { 0 };
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(addrs6); i++) {
		make6(&pkt, buf, sizeof(buf), payload, 8, IPPROTO_UDP);
		memset(buf + 8, 0, 32);
		buf[8] = addrs6[i].s0;
		buf[9] = addrs6[i].s1;
		buf[23] = addrs6[i].s15;
		buf[24] = addrs6[i].d0;
		buf[25] = addrs6[i].d1;
		buf[39] = addrs6[i].d15;
		cr_assert_eq(packet_receive(&pkt), addrs6[i].reason, "row %zu",
			     i);
	}
}

Test(receive, ipv6_lengths)
{
	uint8_t buf[128], payload[60] = { 0 };
	struct packet pkt;

	make6(&pkt, buf, sizeof(buf), payload, 60, IPPROTO_UDP);
	put_be16(buf + 4, 20);
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	cr_assert_eq(pkt.len, 60);
	put_be16(buf + 4, 21);
	cr_assert_eq(packet_receive(&pkt), REASON_hdr_length);
	put_be16(buf + 4, 0);
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	cr_assert_eq(pkt.len, 40);
}

/* Where nft finds the transport header, and where conntrack does. -1: nowhere.
 * Chains: each header's own kind is the "next" of the one before. */
static const struct {
	const char *name;
	uint8_t nexthdr;
	uint8_t payload[40];
	uint32_t len;
	int nft_proto, nft_off;
	uint32_t frag_off;
	int ct_proto, ct_off;
} walks[] = {
	{ "udp", 17, { 0 }, 8, 17, 40, 0, 17, 40 },
	{ "nothing behind", 17, { 0 }, 0, 17, 40, 0, 17, 40 },
	{ "hop-by-hop, tcp", 0, { 6, 0, 1, 4 }, 28, 6, 48, 0, 6, 48 },
	{ "dstopts 16, routing, udp",
	  60,
	  { 43, 1, 1, 12, [16] = 17, 0, 0, 0 },
	  32,
	  17,
	  64,
	  0,
	  17,
	  64 },
	{ "first fragment", 44, { 17, 0, 0, 1 }, 16, 17, 48, 0, 17, 48 },
	{ "later fragment", 44, { 17, 0, 0, 8 }, 16, 17, 0, 8, -1, 0 },
	{ "later fragment of options",
	  44,
	  { 60, 0, 0, 8 },
	  16,
	  -1,
	  0,
	  0,
	  -1,
	  0 },
	{ "later fragment of nothing",
	  44,
	  { 59, 0, 0, 8 },
	  16,
	  59,
	  0,
	  8,
	  -1,
	  0 },
	{ "AH, tcp", 51, { 6, 1 }, 32, 51, 40, 0, 6, 52 },
	{ "ESP", 50, { 0 }, 16, 50, 40, 0, 50, 40 },
	{ "no next header", 59, { 0 }, 0, 59, 40, 0, -1, 0 },
	{ "options, no next header", 60, { 59, 0, 1, 4 }, 8, 59, 48, 0, -1, 0 },
	{ "options cut short", 60, { 17 }, 1, -1, 0, 0, -1, 0 },
	{ "options longer than the packet",
	  60,
	  { 17, 9 },
	  8,
	  17,
	  120,
	  0,
	  17,
	  120 },
	{ "chain cut after one", 60, { 60, 0, 1, 4 }, 8, -1, 0, 0, -1, 0 },
	{ "routing of 3 bytes", 43, { 17, 0, 0 }, 3, -1, 0, 0, 17, 48 },
	{ "fragment header of 3 bytes", 44, { 17, 0, 0 }, 3, -1, 0, 0, -1, 0 },
};

Test(decode, ipv6_extension_headers)
{
	uint8_t buf[128];
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(walks); i++) {
		uint8_t ct_proto = 0;
		int off;

		make6(&pkt, buf, sizeof(buf), walks[i].payload, walks[i].len,
		      walks[i].nexthdr);
		pkt.nfproto = NFPROTO_IPV6;
		packet_decode(&pkt);
		cr_assert_eq(!!(pkt.flags & PKT_L4), walks[i].nft_proto >= 0,
			     "%s", walks[i].name);
		if (walks[i].nft_proto >= 0)
			cr_assert_eq(pkt.l4proto, walks[i].nft_proto, "%s",
				     walks[i].name);
		cr_assert_eq(pkt.l4_off, walks[i].nft_off, "%s", walks[i].name);
		cr_assert_eq(pkt.frag_off, walks[i].frag_off, "%s",
			     walks[i].name);
		off = packet_l4_conntrack(&pkt, 0, &ct_proto);
		cr_assert_eq(off < 0, walks[i].ct_proto < 0, "%s",
			     walks[i].name);
		if (off < 0)
			continue;
		cr_assert_eq(off, walks[i].ct_off, "%s", walks[i].name);
		cr_assert_eq(ct_proto, walks[i].ct_proto, "%s", walks[i].name);
	}
}

Test(decode, ipv4_protocol_also_in_later_fragments)
{
	uint8_t buf[64], proto;
	struct packet pkt;

	make4(&pkt, buf, sizeof(buf), IPPROTO_UDP, 30);
	put_be16(buf + 6, 0x2003);
	repair4(buf);
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	packet_decode(&pkt);
	cr_assert(pkt.flags & PKT_L4);
	cr_assert_eq(pkt.l4proto, IPPROTO_UDP);
	cr_assert_eq(pkt.l4_off, 20);
	cr_assert_eq(pkt.frag_off, 24);
	cr_assert_eq(packet_l4_conntrack(&pkt, 0, &proto), -1);
}

/* Random bytes and flipped bits: under the sanitizers nothing is read that is
 * not there. The buffer is as long as the packet, on the heap, for that. */
Test(fuzz, receive_and_decode)
{
	struct rng rng;

	rng_seed(&rng, 3);
	for (int round = 0; round < 200000; round++) {
		uint32_t len = rng_below(&rng, 120);
		uint8_t *buf = malloc(len ? len : 1);
		struct packet pkt;
		uint8_t proto;

		for (uint32_t i = 0; i < len; i++)
			buf[i] = (uint8_t)rng_u32(&rng);
		packet_init(&pkt, buf, len, buf, len,
			    len + rng_below(&rng, 3) * 100);
		if (len > 20 && round % 2) {
			static const uint8_t kinds[] = { 0, 43, 44, 51, 60, 6 };

			buf[0] = 0x60;
			buf[6] = kinds[rng_below(&rng, 6)];
			put_be16(buf + 4, (uint16_t)(len - 40));
			for (uint32_t i = 40; i < len; i += 8)
				buf[i] = kinds[rng_below(&rng, 6)];
			for (uint32_t i = 41; i < len; i += 8)
				buf[i] &= 1;
			buf[8] = 0x20;
		} else if (len >= 20) {
			buf[0] = (uint8_t)(0x40 + rng_below(&rng, 16));
			put_be16(buf + 2, (uint16_t)len);
			if ((buf[0] & 15u) * 4 <= len)
				repair4(buf);
		}
		if (packet_receive(&pkt) == REASON_NONE) {
			packet_decode(&pkt);
			cr_assert_leq(pkt.len, len);
			packet_l4_conntrack(&pkt, 0, &proto);
			if (pkt.flags & PKT_L4)
				packet_csum_l4(&pkt, pkt.l4proto, pkt.l4_off);
		}
		free(buf);
	}
}
