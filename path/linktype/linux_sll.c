/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux cooked capture (device "any"), first version:
 *
 *	0 packet type   2 ARPHRD   4 address length   6 address   14 protocol
 */
#include "path/linktype.h"

enum {
	SLL_HDR_LEN = 16
};

static bool strip(struct frame *f)
{
	uint16_t pkttype, ethertype;

	if (f->len < SLL_HDR_LEN)
		return false;
	pkttype = get_be16(f->p);
	ethertype = get_be16(f->p + 14);
	f->directed = true;
	f->outgoing = pkttype == PKTTYPE_OUTGOING;
	if (pkttype <= PKTTYPE_OTHERHOST)
		f->pkttype = (uint8_t)pkttype;
	frame_pull(f, SLL_HDR_LEN);
	return frame_ethertype(f, ethertype);
}

const struct linktype linktype_linux_sll = {
	.name = "LINUX_SLL",
	.values = { 113, -1 },
	.strip = strip,
};
