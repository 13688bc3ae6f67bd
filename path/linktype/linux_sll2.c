/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux cooked capture (device "any"), second version:
 *
 *	0 protocol   4 ifindex   8 ARPHRD   10 packet type   11 address length
 *	12 address
 */
#include "path/linktype.h"

enum {
	SLL2_HDR_LEN = 20
};

static bool strip(struct frame *f)
{
	uint16_t ethertype;
	uint8_t pkttype;

	if (f->len < SLL2_HDR_LEN)
		return false;
	ethertype = get_be16(f->p);
	pkttype = f->p[10];
	f->directed = true;
	f->outgoing = pkttype == PKTTYPE_OUTGOING;
	if (pkttype <= PKTTYPE_OTHERHOST)
		f->pkttype = pkttype;
	frame_pull(f, SLL2_HDR_LEN);
	return frame_ethertype(f, ethertype);
}

const struct linktype linktype_linux_sll2 = {
	.name = "LINUX_SLL2",
	.values = { 276, -1 },
	.strip = strip,
};
