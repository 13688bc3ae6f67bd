/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "PPP", 9, FRAME("\xff\3\0\x21" IP4), 4, 0x800, 0, 0 },
	{ "PPP, no HDLC", 9, FRAME("\0\x57" IP6), 2, 0x86dd, 0, 0 },
	{ "PPP, compressed", 9, FRAME("\x21" IP4), 1, 0x800, 0, 0 },
	{ "PPP, LCP", 9, FRAME("\xff\3\xc0\x21" IP4), -1, 0, 0, 0 },
	{ "PPP_ETHER", 51, FRAME("\x11\0\0\1\0\x16\0\x21" IP4), 8, 0x800, 0,
	  0 },
};

Test(linktype_ppp, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
