/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/link_header.h"

#include "tests/lab/box.h"

/* Ethernet headers: RFC 894, RFC 1112 6.4, RFC 2464. */
static const struct {
	const char *dst, *link, *hex;
} rows[] = {
	{ "10.0.0.5", "lan", "0200000005050200000000010800" },
	{ "fd01::5", "lan", "02000000050602000000000186dd" },
	{ "8.8.8.8", "wan", "02000000fefe0200000000020800" }, /* the gateway */
	{ "10.0.0.255", "lan", "ffffffffffff0200000000010800" },
	{ "224.0.0.251", "lan", "01005e0000fb0200000000010800" },
	{ "239.129.2.3", "lan", "01005e0102030200000000010800" },
	{ "ff02::1:ff00:5", "lan", "3333ff00000502000000000186dd" },
	{ "10.0.0.6", "lan", "" },  /* nobody knows this neighbour */
	{ "10.8.0.9", "tun0", "" }, /* no such headers */
};

Test(link_header, of_what_leaves)
{
	struct host *h = host_ok(box);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const bool v6 = strchr(rows[i].dst, ':');
		uint8_t hdr[LINK_HEADER_LEN];
		char hex[2 * sizeof(hdr) + 1] = "";
		struct wire_packet w;

		received(&w, v6 ? "fd02::9" : "198.51.100.9", rows[i].dst,
			 IPPROTO_UDP, "\0\1\0\2\0\x8\0\0", 8);
		w.pkt.out = host_link_by_name(h, rows[i].link);
		if (link_header(h, &w.pkt, hdr))
			for (size_t b = 0; b < sizeof(hdr); b++)
				sprintf(hex + 2 * b, "%02x", hdr[b]);
		cr_expect_str_eq(hex, rows[i].hex, "%s", rows[i].dst);
	}
	host_free(h);
}
