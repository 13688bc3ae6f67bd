/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link types: what stands in front of an IP packet in a capture. One file each
 * in path/linktype/, one line each in path/linktype.def.
 */
#ifndef NFTVM_PATH_LINKTYPE_H
#define NFTVM_PATH_LINKTYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"

/**
 * struct frame - a captured frame while its headers are taken off
 * @p:		what is left, @len bytes here of @wire_len on the wire
 * @protocol:	ethertype of what is left, host order; 0 when not known
 * @pkttype:	enum pkttype; never OUTGOING, that is @outgoing
 * @directed:	the capture tells directions
 * @outgoing:	sent by the host that took the capture
 * @has_l2:	the bytes before the network header are an Ethernet header
 * @swapped:	numbers in the capturing machine's byte order are not in ours
 */
struct frame {
	const uint8_t *p;
	uint32_t len, wire_len;
	uint16_t protocol;
	uint8_t pkttype;
	bool directed, outgoing, has_l2, swapped;
};

/**
 * struct linktype - one kind of link
 * @values:	LINKTYPE_* and DLT_* numbers, ended by -1
 * @strip:	go on to the network header; false when there is no IP packet
 */
struct linktype {
	const char *name;
	int values[4];
	bool (*strip)(struct frame *f);
};

/** linktype_find() - by number in a file, or NULL */
const struct linktype *linktype_find(uint32_t value);

/** frame_pull() - go @len bytes on; false when they are not there */
bool frame_pull(struct frame *f, uint32_t len);

/** frame_ethertype() - f->p stands behind @ethertype: go on through VLAN tags,
 * MPLS labels and PPPoE to IP */
bool frame_ethertype(struct frame *f, uint16_t ethertype);
/** frame_ppp() - f->p stands at a PPP protocol field */
bool frame_ppp(struct frame *f);
/** frame_pppoe() - f->p stands at a PPPoE session header */
bool frame_pppoe(struct frame *f);
/** frame_ip() - f->p stands at an IP header: which version? */
bool frame_ip(struct frame *f);

#define LINKTYPE(name) extern const struct linktype linktype_##name;
#include "path/linktype.def"
#undef LINKTYPE

#endif
