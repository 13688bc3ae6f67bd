/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP, with or without the address and control bytes of HDLC framing. */
#include "path/linktype.h"

static bool strip(struct frame *f)
{
	if (f->len >= 2 && f->p[0] == 0xff && f->p[1] == 0x03)
		frame_pull(f, 2);
	return frame_ppp(f);
}

const struct linktype linktype_ppp = {
	.name = "PPP",
	.values = { 9, 50, -1 },
	.strip = strip,
};

/* A PPPoE session without the Ethernet header before it. */
const struct linktype linktype_ppp_ether = {
	.name = "PPP_ETHER",
	.values = { 51, -1 },
	.strip = frame_pppoe,
};
