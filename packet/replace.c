/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/replace.h"

#include "packet/csum.h"

enum {
	IP4_LEN_OFF = 2,
	IP4_CSUM_OFF = 10,
	IP6_LEN_OFF = 4,
	IP6_HDR_LEN = 40,
	TCP_CSUM_OFF = 16,
	UDP_LEN_OFF = 4,
	UDP_CSUM_OFF = 6,
};

/* Bytes that the packet's buffer has behind it. */
static uint32_t tailroom(const struct packet *pkt)
{
	return pkt->buf_size - (uint32_t)(pkt->data - pkt->buf) - pkt->len;
}

static void put_length(uint8_t *p, uint32_t len)
{
	put_be16(p, (uint16_t)len);
}

/* The length field of the IP header, and IPv4's checksum with it. */
static void fix_ip_length(struct packet *pkt)
{
	be16_t from;

	if (pkt->nfproto == NFPROTO_IPV6) {
		put_length(pkt->data + IP6_LEN_OFF,
			   pkt->wire_len - IP6_HDR_LEN);
		return;
	}
	from = load_raw16(pkt->data + IP4_LEN_OFF);
	put_length(pkt->data + IP4_LEN_OFF, pkt->wire_len);
	csum_replace2(pkt->data + IP4_CSUM_OFF, from,
		      load_raw16(pkt->data + IP4_LEN_OFF));
}

bool packet_replace_l4(struct packet *pkt, uint8_t l4proto, uint32_t l4_off,
		       uint32_t at, uint32_t len, const void *bytes, uint32_t n)
{
	const bool tcp = l4proto == IPPROTO_TCP;
	const uint32_t csum_off = tcp ? TCP_CSUM_OFF : UDP_CSUM_OFF;
	const uint32_t header = tcp ? 20 : 8;
	uint8_t *l4;

	/* What a capture cut away cannot be moved. */
	if (pkt->len != pkt->wire_len || l4_off + header > at ||
	    !packet_read(pkt, at, len) ||
	    (n > len && (n - len > tailroom(pkt) ||
			 pkt->wire_len + (n - len) > UINT16_MAX)))
		return false;
	l4 = packet_write(pkt, l4_off, header);
	memmove(pkt->data + at + n, pkt->data + at + len, pkt->len - at - len);
	memcpy(pkt->data + at, bytes, n);
	pkt->len = pkt->wire_len = pkt->wire_len - len + n;
	fix_ip_length(pkt);
	if (!tcp)
		put_length(l4 + UDP_LEN_OFF, pkt->wire_len - l4_off);
	/* Left to the output link (nf_nat_csum_recalc()): right, also where it
	 * was wrong. */
	if (tcp || load_raw16(l4 + csum_off))
		packet_csum_l4_fill(pkt, l4proto, l4_off);
	return true;
}
