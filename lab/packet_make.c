/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Headers are made from the inside out: the segment behind the IP header
 * first (lab/packet_segment.c), then the IP header around it, whole, which is
 * what checksums are of; then, if only a piece is wanted, headers around that
 * piece. Each header begins with what a plain sender would write, and what was
 * said goes over it; lengths, checksums and protocol numbers follow unless they
 * were said themselves.
 */
#include "lab/packet_make.h"

#include <linux/if_ether.h>
#include <linux/netfilter/nf_tables.h>

#include "api/engine.h"
#include "base/alloc.h"
#include "host/host.h"
#include "lab/packet_build.h"
#include "packet/csum.h"

#define HEADROOM 256

/* ---- what was said ------------------------------------------------------- */

static bool same_thing(const struct packet_item *a, const struct packet_item *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case PACKET_FIELD: /* tags stand in tags */
		return a->proto != &proto_vlan && a->proto == b->proto &&
		       a->field->offset == b->field->offset &&
		       a->field->len == b->field->len;
	case PACKET_META:
		return a->key == b->key;
	case PACKET_BITS:
		return a->base == b->base && a->offset == b->offset &&
		       a->len == b->len;
	case PACKET_OPTION: /* options may come again */
	case PACKET_LIKE:
		return false;
	default:
		return true;
	}
}

static int add_said(struct packet_build *pb, const struct packet_item *items)
{
	size_t first = pb->items.len;

	for (const struct packet_item *it = items; it; it = it->next) {
		if (it->kind == PACKET_LIKE)
			continue;
		for (size_t i = first; i < pb->items.len; i++)
			if (same_thing(pb->items.v[i], it))
				return diag_error2(pb->diags, &it->loc,
						   &pb->items.v[i]->loc,
						   "said twice");
		vec_push(&pb->items, it);
	}
	return 0;
}

/* A template's options are all replaced by the packet's own of that kind. */
static void drop_options(struct packet_build *pb, size_t own)
{
	size_t n = 0;
	bool has[3] = { false };

	for (size_t i = own; i < pb->items.len; i++)
		if (pb->items.v[i]->kind == PACKET_OPTION)
			has[pb->items.v[i]->hdr->op % 3] = true;
	for (size_t i = 0; i < pb->items.len; i++) {
		const struct packet_item *it = pb->items.v[i];

		if (i < own && it->kind == PACKET_OPTION &&
		    has[it->hdr->op % 3])
			continue;
		pb->items.v[n++] = it;
	}
	pb->items.len = n;
}

int packet_build_init(struct packet_build *pb, struct diags *d,
		      const struct host *host, const struct packet_item *items)
{
	size_t own;
	int err = 0;

	*pb = (struct packet_build){ .diags = d, .host = host };
	for (const struct packet_item *it = items; it; it = it->next)
		if (it->kind == PACKET_LIKE)
			err |= add_said(pb, it->inner);
	own = pb->items.len;
	err |= add_said(pb, items);
	drop_options(pb, own);
	return err;
}

void packet_build_fini(struct packet_build *pb)
{
	vec_fini(&pb->items);
}

const struct packet_item *packet_build_find(const struct packet_build *pb,
					    enum packet_item_kind kind)
{
	for (size_t i = pb->items.len; i-- > 0;)
		if (pb->items.v[i]->kind == kind)
			return pb->items.v[i];
	return NULL;
}

const struct packet_item *packet_build_said(const struct packet_build *pb,
					    const struct proto_desc *proto,
					    const char *field)
{
	for (size_t i = pb->items.len; i-- > 0;) {
		const struct packet_item *it = pb->items.v[i];

		if (it->kind == PACKET_FIELD && it->proto == proto &&
		    !strcmp(it->field->name, field))
			return it;
	}
	return NULL;
}

static const struct packet_item *said_meta(const struct packet_build *pb,
					   unsigned key)
{
	for (size_t i = pb->items.len; i-- > 0;)
		if (pb->items.v[i]->kind == PACKET_META &&
		    pb->items.v[i]->key == key)
			return pb->items.v[i];
	return NULL;
}

/* ---- bytes --------------------------------------------------------------- */

size_t packet_bytes_more(struct packet_bytes *o, size_t len)
{
	size_t at = o->b.len;

	for (size_t i = 0; i < len; i++)
		vec_push(&o->b, 0);
	return at;
}

void packet_bytes_add(struct packet_bytes *o, const void *bytes, size_t len)
{
	size_t at = packet_bytes_more(o, len);

	if (len)
		memcpy(o->b.v + at, bytes, len);
}

void packet_build_bits(uint8_t *bytes, unsigned offset, unsigned len, u128 v)
{
	for (unsigned i = 0; i < len; i++) {
		unsigned at = offset + len - 1 - i;
		uint8_t bit = (uint8_t)(0x80 >> at % 8);

		if (v >> i & 1)
			bytes[at / 8] |= bit;
		else
			bytes[at / 8] &= (uint8_t)~bit;
	}
}

u128 packet_bits(const uint8_t *bytes, unsigned offset, unsigned len)
{
	u128 v = 0;

	for (unsigned i = offset; i < offset + len; i++)
		v = v << 1 | (bytes[i / 8] >> (7 - i % 8) & 1);
	return v;
}

void packet_build_fields(const struct packet_build *pb,
			 const struct proto_desc *proto, uint8_t *header,
			 size_t size)
{
	for (size_t i = 0; i < pb->items.len; i++) {
		const struct packet_item *it = pb->items.v[i];

		if (it->kind == PACKET_FIELD && it->proto == proto &&
		    it->field->offset + it->field->len <= 8 * size)
			packet_build_bits(header, it->field->offset,
					  it->field->len, it->value);
	}
}

int packet_build_raw(const struct packet_build *pb, unsigned base,
		     uint8_t *header, size_t size)
{
	for (size_t i = 0; i < pb->items.len; i++) {
		const struct packet_item *it = pb->items.v[i];

		if (it->kind != PACKET_BITS || it->base != base)
			continue;
		if (it->offset + it->len > 8 * size)
			return diag_error(pb->diags, &it->loc,
					  "the packet ends before these bits");
		packet_build_bits(header, it->offset, (unsigned)it->len,
				  it->value);
	}
	return 0;
}

size_t packet_build_option(const struct packet_build *pb, size_t i,
			   uint8_t *bytes, size_t size)
{
	const struct exthdr_desc *hdr = pb->items.v[i]->hdr;
	uint64_t seen = 0;

	for (; i < pb->items.len; i++) {
		const struct packet_item *it = pb->items.v[i];
		size_t field;

		if (it->kind != PACKET_OPTION || it->hdr != hdr)
			break;
		field = it->hdr_field ? (size_t)(it->hdr_field - hdr->fields)
				      : 63;
		if (seen >> field & 1 || (!it->hdr_field && seen))
			break; /* the next one */
		seen |= 1ull << field;
		if (it->hdr_field &&
		    it->hdr_field->offset + it->hdr_field->len <= 8 * size)
			packet_build_bits(bytes, it->hdr_field->offset,
					  it->hdr_field->len, it->value);
	}
	return i;
}

/* ---- which packet -------------------------------------------------------- */

static uint8_t family_of_ethertype(u128 type)
{
	return type == ETH_P_IPV6  ? NFPROTO_IPV6
	       : type == ETH_P_ARP ? NFPROTO_ARP
	       : type == ETH_P_IP  ? NFPROTO_IPV4
				   : 0;
}

/* What one item says of the network protocol; 0: nothing. */
static uint8_t item_family(const struct packet_item *it)
{
	if (it->kind == PACKET_OPTION)
		return it->hdr->op == NFT_EXTHDR_OP_IPV6   ? NFPROTO_IPV6
		       : it->hdr->op == NFT_EXTHDR_OP_IPV4 ? NFPROTO_IPV4
							   : 0;
	if (it->kind == PACKET_META && it->key == NFT_META_PROTOCOL)
		return family_of_ethertype(it->value);
	if (it->kind == PACKET_META && it->key == NFT_META_NFPROTO)
		return (uint8_t)it->value;
	if (it->kind != PACKET_FIELD)
		return 0;
	if (it->proto->base == PROTO_BASE_LL &&
	    !strcmp(it->field->name, "type"))
		return family_of_ethertype(it->value);
	return it->proto->nfproto;
}

static uint8_t family(const struct packet_build *pb)
{
	for (size_t i = 0; i < pb->items.len; i++)
		if (item_family(pb->items.v[i]))
			return item_family(pb->items.v[i]);
	return NFPROTO_IPV4;
}

static uint8_t transport(const struct packet_build *pb)
{
	const struct proto_desc *ip = proto_by_nfproto(pb->nfproto);
	const struct packet_item *said = said_meta(pb, NFT_META_L4PROTO);

	for (size_t i = pb->items.len; i-- > 0;) {
		const struct packet_item *it = pb->items.v[i];

		if (it->kind == PACKET_FIELD &&
		    it->proto->base == PROTO_BASE_TRANSPORT &&
		    it->proto->number)
			return (uint8_t)it->proto->number;
		if (it->kind == PACKET_OPTION &&
		    it->hdr->op == NFT_EXTHDR_OP_TCPOPT)
			return IPPROTO_TCP;
	}
	if (!said)
		said = packet_build_said(pb, ip, ip->key);
	if (said)
		return (uint8_t)said->value;
	if (packet_build_said(pb, &proto_th, "sport") ||
	    packet_build_said(pb, &proto_th, "dport"))
		return IPPROTO_TCP;
	return pb->nfproto == NFPROTO_IPV6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
}

/* The host's neighbour by number: who would send by that link. */
static bool neighbour(const struct packet_build *pb, union inet_addr *a)
{
	uint8_t *last = (uint8_t *)a + (pb->nfproto == NFPROTO_IPV4 ? 3 : 15);
	union inet_addr any = { .q = { 0, 0 } };

	if (!pb->in || !host_link_addr(pb->host, pb->in, pb->nfproto, &any, a))
		return false;
	*last = (uint8_t)(*last >= 254 ? *last - 1 : *last + 1);
	return true;
}

/* TEST-NET-1 and -2 (RFC 5737), documentation (RFC 3849). */
static const uint8_t some4[2][4] = { { 192, 0, 2, 1 }, { 198, 51, 100, 1 } };
static const uint8_t some6[2][16] = {
	{ 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	{ 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 1 },
};

static void some_addr(const struct packet_build *pb, bool dst,
		      union inet_addr *a)
{
	if (pb->nfproto == NFPROTO_IPV4)
		memcpy(a, some4[dst], 4);
	else
		memcpy(a, some6[dst], 16);
}

static bool said_addr(const struct packet_build *pb, const char *field,
		      union inet_addr *a)
{
	const struct packet_item *it =
		packet_build_said(pb, proto_by_nfproto(pb->nfproto), field);

	if (it)
		value_export(it->value, it->field->len / 8, BYTEORDER_BIG,
			     (uint8_t *)a);
	return it;
}

static bool is_zero(const union inet_addr *a)
{
	return !a->q[0] && !a->q[1];
}

/* Addresses of the headers; @pb->saddr may be known before. */
static void addresses(struct packet_build *pb)
{
	struct host_flow flow = { .nfproto = pb->nfproto, .iif = 1 };
	const struct packet_item *iif = said_meta(pb, NFT_META_IIF);
	struct host_route rt;

	if (!said_addr(pb, "daddr", &pb->daddr))
		some_addr(pb, true, &pb->daddr);
	if (said_addr(pb, "saddr", &pb->saddr) || !is_zero(&pb->saddr))
		return;
	flow.daddr = pb->daddr;
	if (iif && !iif->value && host_route(pb->host, &flow, &rt) &&
	    !is_zero(&rt.prefsrc))
		pb->saddr = rt.prefsrc;
	else if (!neighbour(pb, &pb->saddr))
		some_addr(pb, false, &pb->saddr);
}

/* ---- IP headers ---------------------------------------------------------- */

/**
 * struct piece - what of the segment the packet carries
 * @more:	there is more behind it
 */
struct piece {
	const uint8_t *bytes;
	size_t off, len;
	bool is_part, more;
};

static void add_piece(struct packet_bytes *o, const struct piece *pc)
{
	if (pc->len)
		packet_bytes_add(o, pc->bytes + pc->off, pc->len);
}

static void add_options4(const struct packet_build *pb, struct packet_bytes *o)
{
	size_t begin = o->b.len;

	for (size_t i = 0; i < pb->items.len;) {
		const struct packet_item *it = pb->items.v[i];
		uint8_t option[40] = { 0 };
		size_t size;

		if (it->kind != PACKET_OPTION ||
		    it->hdr->op != NFT_EXTHDR_OP_IPV4) {
			i++;
			continue;
		}
		size = it->hdr->number == 148 ? 4 : 7;
		option[0] = it->hdr->number;
		option[1] = (uint8_t)size;
		option[2] = it->hdr->number == 148 ? 0 : 4;
		i = packet_build_option(pb, i, option, sizeof(option));
		size = MAX(MIN((size_t)option[1], sizeof(option)), (size_t)2);
		packet_bytes_add(o, option, size);
	}
	packet_bytes_more(o, (4 - (o->b.len - begin) % 4) % 4);
}

static int build_ip4(struct packet_build *pb, const struct piece *pc,
		     struct packet_bytes *o)
{
	uint8_t *h;
	size_t len;

	packet_bytes_more(o, 20);
	add_options4(pb, o);
	len = o->b.len;
	add_piece(o, pc);
	if (len > 60 || o->b.len > 65535)
		return diag_error(pb->diags, NULL,
				  "the packet does not fit an IPv4 header");
	h = o->b.v;
	h[0] = (uint8_t)(0x40 | len / 4);
	put_be16(h + 2, (uint16_t)o->b.len);
	put_be16(h + 4, 1);
	h[8] = 64;
	h[9] = pb->l4;
	memcpy(h + 12, &pb->saddr, 4);
	memcpy(h + 16, &pb->daddr, 4);
	packet_build_fields(pb, &proto_ip, h, 20);
	if (pc->is_part)
		put_be16(h + 6,
			 (uint16_t)((get_be16(h + 6) & 0xc000) | pc->off / 8 |
				    (pc->more ? 0x2000 : 0)));
	if (packet_build_raw(pb, PROTO_BASE_NETWORK, h, o->b.len))
		return -1;
	if (!packet_build_said(pb, &proto_ip, "checksum")) {
		be16_t sum;

		put_be16(h + 10, 0);
		sum = csum_ip_header(h, (unsigned)len);
		memcpy(h + 10, &sum, 2);
	}
	return 0;
}

/* An IPv6 extension header as it is said from item @i on; its first byte is
 * filled in by what comes next. Return: the item behind it. */
static size_t add_exthdr6(const struct packet_build *pb, size_t i,
			  struct packet_bytes *o)
{
	const struct exthdr_desc *hdr = pb->items.v[i]->hdr;
	uint8_t b[2048] = { 0 };
	size_t size = 8;

	if (hdr->number == IPPROTO_HOPOPTS || hdr->number == IPPROTO_DSTOPTS) {
		b[2] = 1; /* PadN */
		b[3] = 4;
	} else if (!strcmp(hdr->name, "rt0") || !strcmp(hdr->name, "rt2")) {
		b[1] = 2;
		b[2] = hdr->name[2] == '2' ? 2 : 0;
	} else if (!strcmp(hdr->name, "srh")) {
		b[2] = 4;
	}
	i = packet_build_option(pb, i, b, sizeof(b));
	if (hdr->number != IPPROTO_FRAGMENT)
		size = 8 * (1 + (size_t)b[1]);
	packet_bytes_add(o, b, size);
	return i;
}

/* All extension headers, chained; @next: offset of the byte that names the
 * first. Return: of the byte that names what is behind the last. */
static size_t add_exthdrs6(const struct packet_build *pb, size_t next,
			   struct packet_bytes *o)
{
	for (size_t i = 0; i < pb->items.len;) {
		const struct packet_item *it = pb->items.v[i];
		size_t at = o->b.len;

		if (it->kind != PACKET_OPTION ||
		    it->hdr->op != NFT_EXTHDR_OP_IPV6) {
			i++;
			continue;
		}
		i = add_exthdr6(pb, i, o);
		o->b.v[next] = it->hdr->number;
		next = at;
	}
	return next;
}

static size_t add_frag6(const struct piece *pc, size_t next,
			struct packet_bytes *o)
{
	size_t at = packet_bytes_more(o, 8);

	o->b.v[next] = IPPROTO_FRAGMENT;
	put_be16(o->b.v + at + 2, (uint16_t)(pc->off | pc->more));
	put_be32(o->b.v + at + 4, 1);
	return at;
}

static int build_ip6(struct packet_build *pb, const struct piece *pc,
		     struct packet_bytes *o)
{
	size_t next = 6;
	uint8_t *h;

	packet_bytes_more(o, 40);
	next = add_exthdrs6(pb, next, o);
	if (pc->is_part)
		next = add_frag6(pc, next, o);
	o->b.v[next] = pb->l4;
	add_piece(o, pc);
	if (o->b.len - 40 > 65535)
		return diag_error(pb->diags, NULL,
				  "the packet does not fit an IPv6 header");
	h = o->b.v;
	h[0] = 0x60;
	put_be16(h + 4, (uint16_t)(o->b.len - 40));
	h[7] = 64;
	memcpy(h + 8, &pb->saddr, 16);
	memcpy(h + 24, &pb->daddr, 16);
	packet_build_fields(pb, &proto_ip6, h, 40);
	return packet_build_raw(pb, PROTO_BASE_NETWORK, h, o->b.len);
}

static int build_ip(struct packet_build *pb, const struct piece *pc,
		    struct packet_bytes *o)
{
	o->b.len = 0;
	return pb->nfproto == NFPROTO_IPV6 ? build_ip6(pb, pc, o)
					   : build_ip4(pb, pc, o);
}

/* The checksum of the transport header, unless it was said. */
static void fill_sum(const struct packet_build *pb, struct packet_bytes *whole,
		     uint32_t l4_off)
{
	const struct proto_desc *proto = proto_by_ipproto(pb->l4);
	struct packet pkt;

	if (!proto || packet_build_said(pb, proto, "checksum") ||
	    !packet_build_has_header(pb))
		return;
	packet_init(&pkt, whole->b.v, (uint32_t)whole->b.len, whole->b.v,
		    (uint32_t)whole->b.len, (uint32_t)whole->b.len);
	pkt.nfproto = pb->nfproto;
	packet_csum_l4_fill(&pkt, pb->l4, l4_off);
}

static int cut(struct packet_build *pb, const struct packet_item *fragment,
	       struct piece *pc)
{
	size_t all = pc->len;

	if (!fragment)
		return 0;
	if (fragment->value >= all)
		return diag_error(pb->diags, &fragment->loc,
				  "the packet has no more than %zu bytes "
				  "behind its IP header",
				  all);
	pc->is_part = true;
	pc->off = (size_t)fragment->value;
	pc->len = (size_t)MIN(fragment->to + 1, (u128)all) - pc->off;
	pc->more = pc->off + pc->len < all;
	return 0;
}

int packet_build_ip(struct packet_build *pb, struct packet_bytes *out)
{
	struct packet_bytes seg = { 0 };
	struct piece pc = { 0 };
	uint32_t l4_off;
	int err;

	pb->nfproto = family(pb);
	pb->l4 = transport(pb);
	addresses(pb);
	err = packet_segment(pb, &seg);
	pc.bytes = seg.b.v;
	pc.len = seg.b.len;
	if (!err)
		err = build_ip(pb, &pc, out);
	if (!err) {
		l4_off = (uint32_t)(out->b.len - seg.b.len);
		fill_sum(pb, out, l4_off);
		if (seg.b.len)
			memcpy(seg.b.v, out->b.v + l4_off, seg.b.len);
		err = cut(pb, packet_build_find(pb, PACKET_FRAGMENT), &pc);
	}
	if (!err && pc.is_part)
		err = build_ip(pb, &pc, out);
	vec_fini(&seg.b);
	return err;
}

/* ---- frames -------------------------------------------------------------- */

static void build_arp(struct packet_build *pb, struct packet_bytes *o)
{
	static const uint8_t request[28] = { 0, 1, 8, 0, 6, 4, 0, 1 };

	packet_bytes_add(o, request, sizeof(request));
	packet_build_fields(pb, &proto_arp, o->b.v, o->b.len);
}

static uint16_t ethertype(const struct packet_build *pb)
{
	return pb->nfproto == NFPROTO_IPV6  ? ETH_P_IPV6
	       : pb->nfproto == NFPROTO_ARP ? ETH_P_ARP
					    : ETH_P_IP;
}

/* VLAN tags: a field that was said already begins the next tag. */
static void add_tags(const struct packet_build *pb, struct packet_bytes *o)
{
	size_t at = 0;
	uint64_t seen = 0;

	for (size_t i = 0; i < pb->items.len; i++) {
		const struct packet_item *it = pb->items.v[i];
		uint64_t bit;

		if (it->kind != PACKET_FIELD || it->proto != &proto_vlan)
			continue;
		bit = 1ull << (it->field - proto_vlan.fields);
		if (!at || seen & bit) {
			put_be16(o->b.v + o->b.len - 2, ETH_P_8021Q);
			at = packet_bytes_more(o, 4);
			put_be16(o->b.v + at + 2, ethertype(pb));
			seen = 0;
		}
		seen |= bit;
		packet_build_bits(o->b.v + at, it->field->offset,
				  it->field->len, it->value);
	}
}

static bool is_of_frame(const struct packet_item *it)
{
	return it->kind == PACKET_FIELD
		       ? it->proto->base == PROTO_BASE_LL
		       : it->kind == PACKET_BITS && it->base == PROTO_BASE_LL;
}

/* The Ethernet header, where something is said of it or it is needed. */
static int build_frame(const struct packet_build *pb, struct packet_bytes *o)
{
	static const uint8_t from[6] = { 2, 0, 0, 0, 0, 2 };
	bool wanted = pb->nfproto == NFPROTO_ARP;

	for (size_t i = 0; i < pb->items.len; i++)
		wanted |= is_of_frame(pb->items.v[i]);
	if (!wanted)
		return 0;
	packet_bytes_more(o, ETH_HLEN);
	if (pb->in)
		memcpy(o->b.v, pb->in->address, 6);
	memcpy(o->b.v + 6, from, 6);
	put_be16(o->b.v + 12, ethertype(pb));
	add_tags(pb, o);
	packet_build_fields(pb, &proto_ether, o->b.v, ETH_HLEN);
	return packet_build_raw(pb, PROTO_BASE_LL, o->b.v, o->b.len);
}

/* The link that it comes in by: as said, else that of the way back. */
static const struct host_link *input_link(const struct packet_build *pb)
{
	const struct packet_item *it = said_meta(pb, NFT_META_IIF);
	bool own;

	if (it)
		return it->value ? host_link_by_index(pb->host,
						      (uint32_t)it->value)
				 : NULL;
	return host_way_back(pb->host, pb->nfproto, &pb->saddr, &own);
}

static void fill_packet(const struct packet_build *pb,
			const struct packet_bytes *frame,
			const struct packet_bytes *ip, uint8_t *buf,
			struct packet *pkt)
{
	const struct packet_item *it;
	uint8_t *data = buf + HEADROOM;

	if (ip->b.len)
		memcpy(data, ip->b.v, ip->b.len);
	packet_init(pkt, buf, PACKET_ROOM, data, (uint32_t)ip->b.len,
		    (uint32_t)ip->b.len);
	pkt->in = pb->in;
	put_be16((uint8_t *)&pkt->protocol, ethertype(pb));
	if (frame->b.len) {
		memcpy(data - frame->b.len, frame->b.v, frame->b.len);
		pkt->l2 = data - frame->b.len;
		pkt->l2_len = (uint16_t)frame->b.len;
		pkt->flags |= PKT_HAS_L2;
	}
	it = said_meta(pb, NFT_META_MARK);
	pkt->mark = it ? (uint32_t)it->value : 0;
	it = said_meta(pb, NFT_META_PKTTYPE);
	pkt->pkttype = it ? (uint8_t)it->value : PKTTYPE_HOST;
	it = said_meta(pb, NFT_META_PRIORITY);
	pkt->priority = it ? (uint32_t)it->value : 0;
}

static int build_all(struct packet_build *pb, struct packet_bytes *frame,
		     struct packet_bytes *ip)
{
	const struct packet_item *raw = packet_build_find(pb, PACKET_RAW);

	pb->in = input_link(pb);
	pb->nfproto = family(pb);
	if (raw) {
		packet_bytes_add(ip, raw->bytes, raw->len);
		if (raw->len && raw->bytes[0] >> 4 == 6)
			pb->nfproto = NFPROTO_IPV6;
	} else if (pb->nfproto == NFPROTO_ARP) {
		build_arp(pb, ip);
	} else if (packet_build_ip(pb, ip)) {
		return -1;
	}
	if (!said_meta(pb, NFT_META_IIF))
		pb->in = input_link(pb);
	return build_frame(pb, frame);
}

int packet_make(struct diags *d, const struct host *host,
		const struct packet_item *items, uint8_t *buf,
		struct packet *pkt)
{
	struct packet_bytes frame = { 0 }, ip = { 0 };
	struct packet_build pb;
	int err = packet_build_init(&pb, d, host, items);

	if (!err)
		err = build_all(&pb, &frame, &ip);
	if (!err && frame.b.len > HEADROOM)
		err = diag_error(d, NULL, "too many VLAN tags");
	if (!err && ip.b.len > PACKET_ROOM - HEADROOM)
		err = diag_error(d, NULL, "the packet is too long");
	if (!err)
		fill_packet(&pb, &frame, &ip, buf, pkt);
	vec_fini(&frame.b);
	vec_fini(&ip.b);
	packet_build_fini(&pb);
	return err;
}

int packet_from_text(const struct nftvm *nv, const struct loc *span,
		     uint8_t *buf, struct packet *pkt)
{
	struct packet_item *items;
	struct parser_env env;
	struct parser *p;
	int err;

	engine_env(nv, &env);
	p = parser_new(nv->diags, &env);
	err = parser_packet(p, span, &items);
	if (!err)
		err = packet_make(nv->diags, nv->host, items, buf, pkt);
	parser_free(p);
	return err;
}
