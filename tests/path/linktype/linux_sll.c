/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "SLL", 113, FRAME("\0\0\0\1\0\6\0\0\0\0\0\1\0\0\x08\0" IP4), 16,
	  0x800, 0, 0 },
	{ "SLL, sent", 113, FRAME("\0\4\0\1\0\6\0\0\0\0\0\1\0\0\x08\0" IP4), 16,
	  0x800, 0, 1 },
	{ "SLL, broadcast", 113,
	  FRAME("\0\1\0\1\0\6\0\0\0\0\0\1\0\0\x08\0" IP4), 16, 0x800,
	  PKTTYPE_BROADCAST, 0 },
	{ "SLL, VLAN", 113,
	  FRAME("\0\0\0\1\0\6\0\0\0\0\0\1\0\0\x81\0\0\5\x08\0" IP4), 20, 0x800,
	  0, 0 },
	{ "SLL cut short", 113, FRAME("\0\0\0\1\0\6\0\0\0\0\0\1\0\0\x08"), -1,
	  0, 0, 0 },
};

Test(linktype_linux_sll, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
