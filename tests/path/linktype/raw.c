/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "raw", 101, FRAME(IP4), 0, 0x800, 0, 0 },
	{ "raw, IPv6", 101, FRAME(IP6), 0, 0x86dd, 0, 0 },
	{ "raw, neither", 101, FRAME("\x55"), -1, 0, 0, 0 },
	{ "raw, empty", 101, FRAME(""), -1, 0, 0, 0 },
	{ "DLT_RAW", 12, FRAME(IP4), 0, 0x800, 0, 0 },
};

Test(linktype_raw, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
