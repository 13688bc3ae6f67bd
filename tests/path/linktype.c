/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "VLAN", 1, FRAME(MACS "\x81\0\0\5\x08\0" IP4), 18, 0x800, 0, 0 },
	{ "QinQ", 1, FRAME(MACS "\x88\xa8\0\5\x81\0\0\6\x86\xdd" IP6), 22,
	  0x86dd, 0, 0 },
	{ "VLAN cut short", 1, FRAME(MACS "\x81\0\0\5\x08"), -1, 0, 0, 0 },
	{ "PPPoE", 1, FRAME(MACS "\x88\x64\x11\0\0\1\0\x16\0\x21" IP4), 22,
	  0x800, 0, 0 },
	{ "PPPoE, IPv6", 1, FRAME(MACS "\x88\x64\x11\0\0\1\0\x2a\0\x57" IP6),
	  22, 0x86dd, 0, 0 },
	{ "PPPoE, LCP", 1, FRAME(MACS "\x88\x64\x11\0\0\1\0\x16\xc0\x21" IP4),
	  -1, 0, 0, 0 },
	{ "PPPoE discovery", 1, FRAME(MACS "\x88\x63\x11\x09\0\0\0\0"), -1, 0,
	  0, 0 },
	{ "MPLS", 1, FRAME(MACS "\x88\x47\0\0\0\xff\0\0\1\xff" IP4), 22, 0x800,
	  0, 0 },
	{ "MPLS without bottom", 1, FRAME(MACS "\x88\x47\0\0\0\xff\0\0\0\xff"),
	  -1, 0, 0, 0 },
	{ "MPLS, a pseudowire", 1, FRAME(MACS "\x88\x47\0\0\1\xff\0\0\0\0" IP4),
	  -1, 0, 0, 0 },
};

Test(linktype, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
