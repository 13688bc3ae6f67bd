/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/path/capfile.h"

static const char ip4[20] =
	"\x45\0\0\x14\0\0\0\0\x40\x11\0\0\1\2\3\4\5\6\7\x08";

Test(pcap, byte_orders_and_time_units)
{
	for (unsigned i = 0; i < 4; i++) {
		struct strbuf b = pcap_of(101, ip4, 20, 1500, i & 1, i & 2);
		struct seen s = read_bytes(b.s, b.len);

		cr_assert_null(s.error);
		cr_assert_eq(s.packets, 1);
		cr_assert_eq(s.last_ns, 1700000000 * NS_PER_SEC +
						123456 * (i & 2 ? 1 : 1000));
		cr_assert_eq(s.last.wire_len, 1500);
		cr_assert_str_eq(s.iface, "");
		strbuf_fini(&b);
	}
}

Test(pcap, cut_anywhere_it_says_so_after_what_came_before)
{
	struct strbuf b = pcap_of(101, ip4, 20, 20, false, true);
	size_t one = b.len;
	char record[36];

	cr_assert_eq(one, 24 + sizeof(record));
	memcpy(record, b.s + 24, sizeof(record));
	strbuf_add(&b, record, sizeof(record));
	for (size_t len = 0; len < b.len; len++) {
		struct seen s = read_bytes(b.s, len);
		bool whole = len == 24 || len == one;

		cr_assert_eq(s.error == NULL, whole, "%zu: %s", len, s.error);
		cr_assert_eq(s.packets, len < one ? 0 : 1, "%zu", len);
		free(s.error);
	}
	strbuf_fini(&b);
}

Test(pcap, foreign_link_type)
{
	struct strbuf b = pcap_of(105, ip4, 20, 20, false, true);
	struct seen s = read_bytes(b.s, b.len);

	cr_assert_not_null(strstr(s.error, "link type 105"), "%s", s.error);
	cr_assert_not_null(strstr(s.error, "is not supported"));
	free(s.error);
	strbuf_fini(&b);
}

Test(pcap, flipped_bits_never_read_out_of_bounds)
{
	struct strbuf b = pcap_of(1, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0E", 15, 60,
				  false, true);

	read_flipped(&b, 8, 2000);
	strbuf_fini(&b);
}
