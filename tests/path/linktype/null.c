/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "NULL, little endian", 0, FRAME("\2\0\0\0" IP4), 4, 0x800, 0, 0 },
	{ "NULL, big endian", 0, FRAME("\0\0\0\2" IP4), 4, 0x800, 0, 0 },
	{ "NULL, Darwin IPv6", 0, FRAME("\x1e\0\0\0" IP6), 4, 0x86dd, 0, 0 },
	{ "NULL, AppleTalk", 0, FRAME("\x10\0\0\0" IP4), -1, 0, 0, 0 },
	{ "LOOP", 108, FRAME("\0\0\0\x18" IP6), 4, 0x86dd, 0, 0 },
};

Test(linktype_null, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
