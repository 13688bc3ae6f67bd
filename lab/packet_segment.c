/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transport header of a packet that is made, its options and payload. */
#include <linux/netfilter/nf_tables.h>

#include "base/alloc.h"
#include "lab/packet_build.h"

#define DEFAULT_SPORT 40000
/* RFC 1122, 3.2.2: what an ICMP error quotes must not make it larger. */
#define QUOTE_MAX4 (576 - 28)
#define QUOTE_MAX6 (1280 - 48)

static uint16_t default_dport(uint8_t l4)
{
	return l4 == IPPROTO_UDP || l4 == IPPROTO_UDPLITE ? 53 : 80;
}

/* `th dport 53`: ports, whatever has them. */
static void put_ports(const struct packet_build *pb, uint8_t *header)
{
	put_be16(header, DEFAULT_SPORT);
	put_be16(header + 2, default_dport(pb->l4));
	packet_build_fields(pb, &proto_th, header, 4);
}

/* Bytes of a TCP option, when nothing says otherwise: all its fields. */
static unsigned tcp_option_size(const struct exthdr_desc *h)
{
	unsigned size = 2;

	if (h->number == 0 || h->number == 1)
		return 1;
	if (h->number == 19)
		return 18; /* the digest, which is no field */
	for (const struct exthdr_field *f = h->fields; f->name; f++)
		size = MAX(size, DIV_ROUND_UP(f->offset + f->len, 8u));
	return size;
}

static int tcp_options_add(struct packet_build *pb, struct packet_bytes *o)
{
	size_t begin = o->b.len;

	for (size_t i = 0; i < pb->items.len;) {
		const struct packet_item *it = pb->items.v[i];
		uint8_t option[64] = { 0 };
		unsigned size;

		if (it->kind != PACKET_OPTION ||
		    it->hdr->op != NFT_EXTHDR_OP_TCPOPT) {
			i++;
			continue;
		}
		size = tcp_option_size(it->hdr);
		option[0] = it->hdr->number;
		option[1] = size > 1 ? (uint8_t)size : 0;
		i = packet_build_option(pb, i, option, size);
		packet_bytes_add(o, option, size);
		if (o->b.len - begin > 40)
			return diag_error(pb->diags, &it->loc,
					  "TCP options have 40 bytes at most");
	}
	packet_bytes_more(o, (4 - (o->b.len - begin) % 4) % 4);
	return 0;
}

static int put_tcp(struct packet_build *pb, struct packet_bytes *o)
{
	uint8_t *h = o->b.v;

	put_ports(pb, h);
	put_be32(h + 4, 1000);
	h[13] = 0x02; /* SYN */
	put_be16(h + 14, 64240);
	packet_bytes_more(o, 0);
	if (tcp_options_add(pb, o))
		return -1;
	h = o->b.v;
	h[12] = (uint8_t)(o->b.len / 4 << 4);
	packet_build_fields(pb, &proto_tcp, h, 20);
	return 0;
}

static void put_icmp(struct packet_build *pb, struct packet_bytes *o)
{
	const bool v4 = pb->l4 == IPPROTO_ICMP;
	const struct proto_desc *proto = v4 ? &proto_icmp : &proto_icmpv6;
	uint8_t *h = o->b.v;

	h[0] = v4 ? 8 : 128;
	packet_build_fields(pb, proto, h, 1);
	if (v4 ? h[0] == 8 || h[0] == 0 : h[0] == 128 || h[0] == 129) {
		put_be16(h + 4, 1);
		put_be16(h + 6, 1);
	}
	packet_build_fields(pb, proto, h, 8);
}

/* An association begins. RFC 9260, 3.3.2. */
static void put_sctp_init(struct packet_bytes *o)
{
	static const uint8_t init[20] = { 1, 0, 0, 20, 0, 0, 0, 1, 0, 1,
					  0, 0, 0, 1,  0, 1, 0, 0, 0, 1 };

	packet_bytes_add(o, init, sizeof(init));
}

static int put_quote(struct packet_build *pb, const struct packet_item *about,
		     struct packet_bytes *o)
{
	size_t most = pb->nfproto == NFPROTO_IPV4 ? QUOTE_MAX4 : QUOTE_MAX6;
	struct packet_bytes quote = { 0 };
	struct packet_build inner;
	int err = packet_build_init(&inner, pb->diags, pb->host, about->inner);

	/* who hears of it sent it */
	inner.saddr = pb->daddr;
	if (!err)
		err = packet_build_ip(&inner, &quote);
	if (!err)
		packet_bytes_add(o, quote.b.v, MIN(quote.b.len, most));
	vec_fini(&quote.b);
	packet_build_fini(&inner);
	return err;
}

static int put_payload(struct packet_build *pb, struct packet_bytes *o)
{
	const struct packet_item *it = packet_build_find(pb, PACKET_PAYLOAD);
	const struct packet_item *about = packet_build_find(pb, PACKET_ABOUT);
	size_t at;

	if (about && pb->l4 != IPPROTO_ICMP && pb->l4 != IPPROTO_ICMPV6)
		return diag_error(pb->diags, &about->loc,
				  "an ICMP error quotes, nothing else does");
	if (about && put_quote(pb, about, o))
		return -1;
	if (!it && pb->l4 == IPPROTO_SCTP && o->b.len)
		put_sctp_init(o);
	if (!it)
		return 0;
	if (it->bytes) {
		packet_bytes_add(o, it->bytes, it->len);
		return 0;
	}
	at = packet_bytes_more(o, it->len);
	for (size_t i = 0; i < it->len; i++)
		o->b.v[at + i] = (uint8_t)i;
	return 0;
}

/* Bytes of a transport header. */
static size_t header_size(uint8_t l4)
{
	switch (l4) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_IGMP:
	case IPPROTO_ESP:
		return 8;
	case IPPROTO_SCTP:
	case IPPROTO_AH:
		return 12;
	case IPPROTO_DCCP:
		return 16;
	case IPPROTO_COMP:
		return 4;
	}
	return 0;
}

bool packet_build_has_header(const struct packet_build *pb)
{
	const struct packet_item *it =
		packet_build_said(pb, &proto_ip, "frag-off");

	if (it && it->value & 0x1fff)
		return false;
	for (size_t i = 0; i < pb->items.len; i++) {
		it = pb->items.v[i];
		if (it->kind == PACKET_OPTION && it->hdr_field &&
		    it->hdr->number == IPPROTO_FRAGMENT &&
		    it->hdr->op == NFT_EXTHDR_OP_IPV6 &&
		    !strcmp(it->hdr_field->name, "frag-off") && it->value)
			return false;
	}
	return true;
}

static int put_header(struct packet_build *pb, struct packet_bytes *o)
{
	const struct proto_desc *proto = proto_by_ipproto(pb->l4);

	if (packet_build_has_header(pb))
		packet_bytes_more(o, header_size(pb->l4));
	if (!o->b.len)
		return 0;
	switch (pb->l4) {
	case IPPROTO_TCP:
		return put_tcp(pb, o);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		put_icmp(pb, o);
		return 0;
	case IPPROTO_DCCP:
		o->b.v[4] = 4; /* data offset */
		o->b.v[8] = 1; /* 48-bit sequence numbers */
		break;
	case IPPROTO_IGMP:
		o->b.v[0] = 0x16; /* v2 report */
		break;
	case IPPROTO_AH:
		o->b.v[0] = IPPROTO_NONE;
		o->b.v[1] = 1; /* words, less 2 */
		break;
	}
	if (pb->l4 == IPPROTO_UDP || pb->l4 == IPPROTO_UDPLITE ||
	    pb->l4 == IPPROTO_SCTP || pb->l4 == IPPROTO_DCCP)
		put_ports(pb, o->b.v);
	packet_build_fields(pb, proto, o->b.v, o->b.len);
	return 0;
}

int packet_segment(struct packet_build *pb, struct packet_bytes *o)
{
	if (put_header(pb, o) || put_payload(pb, o))
		return -1;
	if (pb->l4 == IPPROTO_UDP && packet_build_has_header(pb) &&
	    !packet_build_said(pb, &proto_udp, "length"))
		put_be16(o->b.v + 4, (uint16_t)o->b.len);
	return packet_build_raw(pb, PROTO_BASE_TRANSPORT, o->b.v, o->b.len);
}
