/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

#define INV CT_STATE_INVALID
#define NEW CT_STATE_NEW
#define EST CT_STATE_ESTABLISHED
#define UNT CT_STATE_UNTRACKED

Test(icmpv6, types)
{
	static const struct {
		enum way way;
		uint8_t type;
		uint32_t state;
		enum reason reason;
	} rows[] = {
		{ C2S, 129, INV, REASON_ct_icmp_new },
		{ C2S, 128, NEW, 0 },
		{ S2C, 129, EST, 0 },
		{ C2S, 139, NEW, 0 },
		{ S2C, 140, EST, 0 },
		/* trap 22: discovery is not tracked at all */
		{ C2S, 130, UNT, 0 },
		{ C2S, 131, UNT, 0 },
		{ C2S, 132, UNT, 0 },
		{ C2S, 133, UNT, 0 },
		{ C2S, 134, UNT, 0 },
		{ C2S, 135, UNT, 0 },
		{ C2S, 136, UNT, 0 },
		{ C2S, 143, UNT, 0 },
		{ C2S, 151, UNT, 0 },
		{ C2S, 152, UNT, 0 },
		{ C2S, 153, INV, REASON_ct_no_inverse },
		{ C2S, 138, INV, REASON_ct_no_inverse },
		{ C2S, 200, INV, REASON_ct_no_inverse },
		{ C2S, 1, INV, REASON_ct_icmp_error },
		{ C2S, 127, INV, REASON_ct_icmp_error },
	};
	struct lab lab;

	lab_open(&lab, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen seen;
		struct wire w;

		wire_icmp(&w, true, rows[i].way, rows[i].type, 0, 7, NULL, 0);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state, rows[i].state, "type %u: %u",
			     rows[i].type, seen.state);
		cr_expect_eq(seen.reason, rows[i].reason, "type %u: %s",
			     rows[i].type, reason_name(seen.reason));
	}
	lab_close(&lab);
}

/* A redirect quotes its packet in an option, and comes from the link. */
Test(icmpv6, redirect)
{
	static const struct {
		const char *what;
		uint8_t code, hops, opt, opt_len;
		bool link_local;
		uint32_t state;
		enum reason reason;
	} rows[] = {
		{ "right", 0, 255, 4, 6, true, CT_STATE_RELATED, 0 },
		{ "code", 1, 255, 4, 6, true, INV, REASON_ct_no_inverse },
		{ "routed", 0, 64, 4, 6, true, INV, REASON_ct_icmp_redirect },
		{ "not of the link", 0, 255, 4, 6, false, INV,
		  REASON_ct_icmp_redirect },
		{ "option of no length", 0, 255, 4, 0, true, INV,
		  REASON_ct_short },
		{ "other option", 0, 255, 1, 6, true, INV,
		  REASON_ct_no_inverse },
	};
	struct wire asked, w;
	struct lab lab;

	lab_open(&lab, NULL);
	wire_udp(&asked, true, C2S, 1000, 53, 0);
	lab_send(&lab, &asked);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t rd[32 + 8 + 48] = { 0 };
		struct seen seen;

		rd[32] = rows[i].opt;
		rd[33] = rows[i].opt_len;
		memcpy(rd + 40, asked.buf, 48);
		wire_icmp(&w, true, S2C, 137, rows[i].code, 0, rd, sizeof(rd));
		w.buf[7] = rows[i].hops;
		if (rows[i].link_local)
			memcpy(w.buf + 8, "\xfe\x80\0\0\0\0\0\0", 8);
		wire_fix(&w);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state, rows[i].state, "%s", rows[i].what);
		cr_expect_eq(seen.reason, rows[i].reason, "%s: %s",
			     rows[i].what, reason_name(seen.reason));
	}
	lab_close(&lab);
}

Test(icmpv6, faults)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_ip(&w, true, C2S, IPPROTO_ICMPV6, "\200\0\0\0\0\0\0", 7);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_short);
	wire_icmp(&w, true, C2S, 128, 0, 1, NULL, 0);
	w.buf[w.l4_off + 2] ^= 1;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_checksum);
	/* no next header, though bytes follow */
	wire_ip(&w, true, C2S, IPPROTO_NONE, "12345678", 8);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_no_l4);
	wire_ip(&w, false, C2S, IPPROTO_ICMPV6, "\200\0\0\0\0\1\0\0", 8);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_family);
	lab_close(&lab);
}
