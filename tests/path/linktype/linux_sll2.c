/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "SLL2", 276,
	  FRAME("\x86\xdd\0\0\0\0\0\2\0\1\4\6\0\0\0\0\0\0\0\0" IP6), 20, 0x86dd,
	  0, 1 },
	{ "SLL2, other host", 276,
	  FRAME("\x08\0\0\0\0\0\0\2\0\1\3\6\0\0\0\0\0\0\0\0" IP4), 20, 0x800,
	  PKTTYPE_OTHERHOST, 0 },
};

Test(linktype_linux_sll2, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
