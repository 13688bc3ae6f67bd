/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet: destination, source, type. */
#include "path/linktype.h"

enum {
	ETH_HDR_LEN = 14
};

static uint8_t pkttype_of(const uint8_t *dst)
{
	static const uint8_t broadcast[6] = { 255, 255, 255, 255, 255, 255 };

	if (likely(!(dst[0] & 1)))
		return PKTTYPE_HOST;
	return memcmp(dst, broadcast, 6) ? PKTTYPE_MULTICAST
					 : PKTTYPE_BROADCAST;
}

static bool strip(struct frame *f)
{
	uint16_t ethertype;

	if (f->len < ETH_HDR_LEN)
		return false;
	ethertype = get_be16(f->p + 12);
	f->pkttype = pkttype_of(f->p);
	f->has_l2 = true;
	frame_pull(f, ETH_HDR_LEN);
	return frame_ethertype(f, ethertype);
}

const struct linktype linktype_en10mb = {
	.name = "EN10MB",
	.values = { 1, -1 },
	.strip = strip,
};
