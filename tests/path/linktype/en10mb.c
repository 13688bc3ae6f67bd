/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "ethernet", 1, FRAME(MACS "\x08\0" IP4), 14, 0x800, 0, 0 },
	{ "ethernet, IPv6", 1, FRAME(MACS "\x86\xdd" IP6), 14, 0x86dd, 0, 0 },
	{ "broadcast", 1,
	  FRAME("\xff\xff\xff\xff\xff\xff\2\0\0\0\0\2\x08\0" IP4), 14, 0x800,
	  PKTTYPE_BROADCAST, 0 },
	{ "multicast", 1, FRAME("\x33\x33\0\0\0\1\2\0\0\0\0\2\x86\xdd" IP6), 14,
	  0x86dd, PKTTYPE_MULTICAST, 0 },
	{ "ARP", 1, FRAME(MACS "\x08\x06" IP4), -1, 0, 0, 0 },
	{ "802.3", 1, FRAME(MACS "\0\x20\xaa\xaa" IP4), -1, 0, 0, 0 },
	{ "13 bytes", 1, FRAME(MACS "\x08"), -1, 0, 0, 0 },
	{ "nothing behind", 1, FRAME(MACS "\x08\0"), 14, 0x800, 0, 0 },
};

Test(linktype_en10mb, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
