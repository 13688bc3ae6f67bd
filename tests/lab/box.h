/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host and packets from text, for tests. */
#ifndef NFTVM_TESTS_LAB_BOX_H
#define NFTVM_TESTS_LAB_BOX_H

#include "packet/packet.h"
#include "tests/host/text.h"

static const char box[] =
	"link add lan type ether address 02:00:00:00:00:01\n"
	"link add wan type ether address 02:00:00:00:00:02\n"
	"link add tun0\n"
	"addr add 10.0.0.1/24 dev lan\n"
	"addr add fd01::1/64 dev lan\n"
	"addr add 192.0.2.1/24 dev wan\n"
	"addr add 10.8.0.1/24 dev tun0\n"
	"route add default via 192.0.2.254 dev wan\n"
	"neigh add 10.0.0.5 lladdr 02:00:00:00:05:05 dev lan\n"
	"neigh add fd01::5 lladdr 02:00:00:00:05:06 dev lan\n"
	"neigh add 192.0.2.254 lladdr 02:00:00:00:fe:fe dev wan\n";

/** struct wire_packet - a packet and its bytes */
struct wire_packet {
	uint8_t bytes[256];
	struct packet pkt;
};

/* Bytes 20 on (IPv4) or 40 on are the caller's: @l4_len of them at @l4. */
static inline void wire_packet(struct wire_packet *w, const char *src,
			       const char *dst, uint8_t l4proto, const void *l4,
			       uint8_t l4_len)
{
	const union inet_addr s = addr_of(src), d = addr_of(dst);
	const bool v6 = version_of(src) == NFPROTO_IPV6;
	uint8_t *b = w->bytes + 64, hdr = v6 ? 40 : 20;

	memset(w, 0, sizeof(*w));
	b[0] = v6 ? 0x60 : 0x45;
	b[v6 ? 5 : 3] = v6 ? l4_len : (uint8_t)(hdr + l4_len);
	b[v6 ? 6 : 9] = l4proto;
	b[v6 ? 7 : 8] = 64;
	memcpy(b + (v6 ? 8 : 12), &s, v6 ? 16 : 4);
	memcpy(b + (v6 ? 24 : 16), &d, v6 ? 16 : 4);
	memcpy(b + hdr, l4, l4_len);
	packet_init(&w->pkt, w->bytes, sizeof(w->bytes), b, hdr + l4_len,
		    hdr + l4_len);
	w->pkt.flags |= PKT_CSUM_OK;
}

/* The same, received and decoded. */
static inline void received(struct wire_packet *w, const char *src,
			    const char *dst, uint8_t l4proto, const void *l4,
			    uint8_t l4_len)
{
	wire_packet(w, src, dst, l4proto, l4, l4_len);
	cr_assert_eq(packet_receive(&w->pkt), REASON_NONE, "%s", src);
	packet_decode(&w->pkt);
}

#endif
