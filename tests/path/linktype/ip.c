/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "IPV4", 228, FRAME(IP4), 0, 0x800, 0, 0 },
	{ "IPV6", 229, FRAME(IP6), 0, 0x86dd, 0, 0 },
};

Test(linktype_ip, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}
