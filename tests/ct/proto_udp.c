/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

/* Traps 18: a stream is one that still talks two seconds after it began. */
Test(udp, stream_after_two_seconds)
{
	static const struct {
		uint32_t wait_ms;
		enum way way;
		uint32_t state;
		uint64_t expires_ms;
		bool assured;
	} rows[] = {
		{ 0, C2S, CT_STATE_NEW, 30000, false },
		{ 1000, C2S, CT_STATE_NEW, 30000, false },
		/* the first answer finds no answer seen yet */
		{ 500, S2C, CT_STATE_ESTABLISHED, 30000, false },
		{ 500, C2S, CT_STATE_ESTABLISHED, 30000, false },
		{ 4, S2C, CT_STATE_ESTABLISHED, 120000, true },
		{ 0, C2S, CT_STATE_ESTABLISHED, 120000, true },
	};
	struct lab lab;

	lab_open(&lab, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seen seen;
		struct wire w;

		lab_wait(&lab, rows[i].wait_ms);
		wire_udp(&w, false, rows[i].way, 1000, 53, 4);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state, rows[i].state, "step %zu", i);
		cr_expect_eq(seen.expires_ms, rows[i].expires_ms, "step %zu",
			     i);
		cr_expect_eq(!!(seen.status & IPS_ASSURED), rows[i].assured,
			     "step %zu", i);
	}
	lab_close(&lab);
}

Test(udp, headers)
{
	static const struct {
		const char *what;
		uint16_t length, checksum;
		bool v6, fix;
		enum reason reason;
	} rows[] = {
		{ "right", 12, 1, false, true, REASON_NONE },
		{ "shorter than the packet", 10, 1, false, true, REASON_NONE },
		{ "no checksum", 12, 0, false, false, REASON_NONE },
		{ "no checksum, IPv6", 12, 0, true, false, REASON_NONE },
		{ "length 7", 7, 1, false, true, REASON_ct_udp_length },
		{ "length 13", 13, 1, false, true, REASON_ct_udp_length },
		{ "checksum", 12, 0x1234, false, false, REASON_ct_checksum },
	};
	struct lab lab;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct wire w;

		lab_open(&lab, NULL);
		wire_udp(&w, rows[i].v6, C2S, 1000, 53, 4);
		put_be16(w.buf + w.l4_off + 4, rows[i].length);
		put_be16(w.buf + w.l4_off + 6, rows[i].checksum);
		if (rows[i].fix)
			wire_fix(&w);
		cr_expect_eq(lab_send(&lab, &w).reason, rows[i].reason, "%s",
			     rows[i].what);
		lab_close(&lab);
	}
}

/* Six bytes of UDP have ports, so a tuple, but no header. */
Test(udp, short_header)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_ip(&w, false, C2S, IPPROTO_UDP, "\1\2\3\4\5\6", 6);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_short);
	wire_ip(&w, false, C2S, IPPROTO_UDP, "\1\2\3", 3);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_no_tuple);
	lab_close(&lab);
}
