/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/packet_line.h"

#include <arpa/inet.h>

#include "base/byteorder.h"
#include "lab/names.h"

static void put_addr(struct strbuf *out, const struct packet *pkt, bool src,
		     const uint8_t *port)
{
	union inet_addr a = src ? packet_saddr(pkt) : packet_daddr(pkt);
	char text[INET6_ADDRSTRLEN];
	bool v6 = pkt->nfproto == NFPROTO_IPV6;

	inet_ntop(v6 ? AF_INET6 : AF_INET, &a, text, sizeof(text));
	if (!port)
		strbuf_puts(out, text);
	else
		strbuf_printf(out, v6 ? "[%s]:%u" : "%s:%u", text,
			      get_be16(port));
}

static void put_tcp_flags(struct strbuf *out, uint8_t flags)
{
	static const char letters[] = "FSRPAUEC";

	strbuf_putc(out, ' ');
	for (int i = 0; i < 8; i++) {
		if (flags & (1 << i))
			strbuf_putc(out, letters[i]);
	}
	if (!flags)
		strbuf_putc(out, '.');
}

static bool l4_has_ports(uint8_t l4proto)
{
	return l4proto == IPPROTO_TCP || l4proto == IPPROTO_UDP ||
	       l4proto == IPPROTO_UDPLITE || l4proto == IPPROTO_SCTP ||
	       l4proto == IPPROTO_DCCP;
}

/* What else the transport header says: TCP flags, ICMP type and code. */
static void put_l4_details(struct strbuf *out, const struct packet *pkt)
{
	const uint8_t *b;

	switch (pkt->l4proto) {
	case IPPROTO_TCP:
		b = packet_read_l4(pkt, 13, 1);
		if (b)
			put_tcp_flags(out, *b);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		b = packet_read_l4(pkt, 0, 2);
		if (b)
			strbuf_printf(out, " type %u code %u", b[0], b[1]);
		break;
	}
}

void packet_line(struct strbuf *out, const struct packet *pkt)
{
	const uint8_t *ports = NULL;
	const char *name;

	if (!pkt->nfproto || pkt->reason != REASON_NONE) {
		strbuf_printf(out, "malformed len %u", pkt->wire_len);
		return;
	}
	name = pkt->flags & PKT_L4 ? l4_name(pkt->l4proto) : NULL;
	if (name)
		strbuf_puts(out, name);
	else if (pkt->flags & PKT_L4)
		strbuf_printf(out, "proto-%u", pkt->l4proto);
	else
		strbuf_puts(out, "no-l4");
	if ((pkt->flags & PKT_L4) && !pkt->frag_off &&
	    l4_has_ports(pkt->l4proto))
		ports = packet_read_l4(pkt, 0, 4);
	strbuf_putc(out, ' ');
	put_addr(out, pkt, true, ports);
	strbuf_puts(out, " > ");
	put_addr(out, pkt, false, ports ? ports + 2 : NULL);
	if (pkt->frag_off)
		strbuf_printf(out, " frag@%u", pkt->frag_off);
	else
		put_l4_details(out, pkt);
	strbuf_printf(out, " len %u", pkt->wire_len);
}

void packet_line_captured(struct strbuf *out, const struct packet *pkt)
{
	struct packet copy = *pkt;

	copy.reason = packet_receive_lax(&copy);
	if (copy.reason == REASON_NONE)
		packet_decode(&copy);
	packet_line(out, &copy);
}
