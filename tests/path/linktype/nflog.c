/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/frames.h"

static const struct frame_case frames[] = {
	{ "NFLOG", 239,
	  FRAME("\2\0\0\5\x08\0\1\0\x08\0\1\0\5\0\x0a\0p\0\0\0\x18\0\x09\0" IP4),
	  24, 0x800, 0, 0 },
	{ "NFLOG without payload", 239, FRAME("\2\0\0\5\x08\0\1\0\x08\0\1\0"),
	  -1, 0, 0, 0 },
	{ "NFLOG, length 3", 239, FRAME("\2\0\0\5\3\0\1\0\x08\0\1\0"), -1, 0, 0,
	  0 },
	{ "NFLOG, length over the end", 239, FRAME("\2\0\0\5\x50\0\1\0" IP4),
	  -1, 0, 0, 0 },
};

Test(linktype_nflog, headers_are_taken_off)
{
	check_frames(frames, ARRAY_LEN(frames));
}

Test(linktype_nflog, a_packet_that_nflog_cut_keeps_its_length)
{
	static const char frame[] =
		"\2\0\0\5\x08\0\1\0\x08\0\1\0\x18\0\x09\0"
		"\x45\0\5\xdc\0\0\0\0\x40\x11\0\0\1\2\3\4\5\6\7\x08";
	struct strbuf b = pcap_of(239, frame, sizeof(frame) - 1,
				  sizeof(frame) - 1, false, true);
	struct seen s = read_bytes(b.s, b.len);

	cr_assert_eq(s.last.len, 20);
	cr_assert_eq(s.last.wire_len, 1500);
	strbuf_fini(&b);
}
