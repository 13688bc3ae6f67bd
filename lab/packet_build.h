/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of making a packet share: lab/packet_make.c has frames
 * and IP headers, lab/packet_segment.c what is behind them. */
#ifndef NFTVM_LAB_PACKET_BUILD_H
#define NFTVM_LAB_PACKET_BUILD_H

#include "base/vec.h"
#include "lab/packet_make.h"

/**
 * struct packet_build - a packet being made
 * @items:	templates' first, so that the last that says a thing is right
 * @nfproto:	NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_ARP
 * @l4:		the transport header's protocol, IPPROTO_*
 * @saddr, @daddr: of the IP header
 */
struct packet_build {
	struct diags *diags;
	const struct host *host;
	VEC(const struct packet_item *) items;
	const struct host_link *in;
	uint8_t nfproto, l4;
	union inet_addr saddr, daddr;
};

struct packet_bytes {
	VEC(uint8_t) b;
};

/** packet_build_init() - @items and what their templates say; 0, or -1 with a
 * diagnostic (said twice). packet_build_fini() it, whatever it returned */
int packet_build_init(struct packet_build *pb, struct diags *d,
		      const struct host *host, const struct packet_item *items);
void packet_build_fini(struct packet_build *pb);

/** packet_build_said() - the item that says a field, or NULL */
const struct packet_item *packet_build_said(const struct packet_build *pb,
					    const struct proto_desc *proto,
					    const char *field);
/** packet_build_find() - the item of a kind, or NULL */
const struct packet_item *packet_build_find(const struct packet_build *pb,
					    enum packet_item_kind kind);
/** packet_build_fields() - write what is said of @proto over @header, @size
 * bytes long */
void packet_build_fields(const struct packet_build *pb,
			 const struct proto_desc *proto, uint8_t *header,
			 size_t size);
/** packet_build_raw() - write what is said of bits behind @base, PROTO_BASE_*,
 * likewise; 0, or -1 with a diagnostic: they are not all there */
int packet_build_raw(const struct packet_build *pb, unsigned base,
		     uint8_t *header, size_t size);
/** packet_build_option() - write what is said of an option or extension header
 * over its first @size bytes; @items from @i on: those behind it that belong to
 * it. Return: the item behind them */
size_t packet_build_option(const struct packet_build *pb, size_t i,
			   uint8_t *bytes, size_t size);
/** packet_build_bits() - write @len bits at @offset, both counted from the
 * most significant bit of the first byte */
void packet_build_bits(uint8_t *bytes, unsigned offset, unsigned len, u128 v);
/** packet_bits() - read @len bits at @offset, counted likewise */
u128 packet_bits(const uint8_t *bytes, unsigned offset, unsigned len);
/** packet_build_ip() - an IP packet: headers around what @pb says is behind */
int packet_build_ip(struct packet_build *pb, struct packet_bytes *out);

void packet_bytes_add(struct packet_bytes *o, const void *bytes, size_t len);
/** packet_bytes_more() - @len zero bytes at the end; their offset */
size_t packet_bytes_more(struct packet_bytes *o, size_t len);

/** packet_build_has_header() - has it a transport header? Fragments but the
 * first have none */
bool packet_build_has_header(const struct packet_build *pb);
/** packet_segment() - the transport header and what is behind it, without a
 * checksum; 0, or -1 with a diagnostic */
int packet_segment(struct packet_build *pb, struct packet_bytes *out);

#endif
