/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BSD loopback: the address family in the capturing machine's byte order, so
 * either order is taken; every BSD has its own number for IPv6.
 */
#include "path/linktype.h"

static bool strip(struct frame *f)
{
	uint32_t be, le;

	if (f->len < 4)
		return false;
	be = get_be32(f->p);
	le = __builtin_bswap32(be);
	frame_pull(f, 4);
	/* a family is a small number, so one of the two is out of the question */
	switch (MIN(be, le)) {
	case 2: /* AF_INET */
		f->protocol = ETHERTYPE_IP4;
		return true;
	case 10: /* AF_INET6: Linux */
	case 23: /* Windows */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		f->protocol = ETHERTYPE_IP6;
		return true;
	default:
		return false;
	}
}

const struct linktype linktype_null = {
	.name = "NULL",
	.values = { 0, -1 },
	.strip = strip,
};

/* OpenBSD loopback: the same in network order. */
const struct linktype linktype_loop = {
	.name = "LOOP",
	.values = { 108, -1 },
	.strip = strip,
};
