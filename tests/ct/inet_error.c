/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

/* What an error quotes, and what it is worth: trap 24. */
Test(inet_error, belongs_to_the_connection_it_quotes)
{
	static const struct {
		const char *what;
		enum way quoted, error;
		uint32_t quote_bytes;
		uint32_t src, dst; /* of the error; 0: the ends' */
		uint8_t flip_at, flip;
		uint32_t state;
		enum ct_dir dir;
		enum reason reason;
	} rows[] = {
		{ "about the question, by the server", C2S, S2C, 28, 0, 0, 0, 0,
		  CT_STATE_RELATED, CT_DIR_REPLY, 0 },
		{ "by a router on the way", C2S, S2C, 28, 0x0a0100fe,
		  0x0a010002, 0, 0, CT_STATE_RELATED, CT_DIR_REPLY, 0 },
		{ "about the answer, by the client", S2C, C2S, 28, 0, 0, 0, 0,
		  CT_STATE_RELATED, CT_DIR_ORIGINAL, 0 },
		{ "ports alone are enough", C2S, S2C, 24, 0, 0, 0, 0,
		  CT_STATE_RELATED, CT_DIR_REPLY, 0 },
		{ "ports cut", C2S, S2C, 23, 0, 0, 0, 0, CT_STATE_INVALID, 0,
		  REASON_ct_icmp_error },
		{ "header cut", C2S, S2C, 19, 0, 0, 0, 0, CT_STATE_INVALID, 0,
		  REASON_ct_icmp_error },
		{ "to somebody else", C2S, S2C, 28, 0x0a020002, 0x0a010003, 0,
		  0, CT_STATE_INVALID, 0, REASON_ct_icmp_error_dst },
		{ "to its own sender", C2S, C2S, 28, 0, 0, 0, 0,
		  CT_STATE_INVALID, 0, REASON_ct_icmp_error_dst },
		{ "another port", C2S, S2C, 28, 0, 0, 21, 1, CT_STATE_INVALID,
		  0, REASON_ct_icmp_error },
		{ "a later fragment", C2S, S2C, 28, 0, 0, 7, 1,
		  CT_STATE_INVALID, 0, REASON_ct_icmp_error },
	};
	struct wire ask[2], w;
	struct lab lab;

	lab_open(&lab, NULL);
	for (int way = 0; way < 2; way++) {
		wire_udp(&ask[way], false, way, 1000, 53, 0);
		lab_send(&lab, &ask[way]);
	}
	lab_wait(&lab, 1000);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t quote[64];
		struct seen seen;

		memcpy(quote, ask[rows[i].quoted].buf, 28);
		quote[rows[i].flip_at] ^= rows[i].flip;
		wire_icmp(&w, false, rows[i].error, 3, 1, 0, quote,
			  rows[i].quote_bytes);
		if (rows[i].src)
			wire_addrs4(&w, rows[i].src, rows[i].dst);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state, rows[i].state, "%s", rows[i].what);
		cr_expect_eq(seen.reason, rows[i].reason, "%s: %s",
			     rows[i].what, reason_name(seen.reason));
		if (seen.state != CT_STATE_RELATED)
			continue;
		cr_expect_eq(seen.dir, rows[i].dir, "%s", rows[i].what);
		/* nothing is refreshed */
		cr_expect_eq(seen.expires_ms, 29000, "%s", rows[i].what);
	}
	lab_close(&lab);
}

Test(inet_error, about_an_error_is_invalid)
{
	struct wire ask, error, w;
	struct ct_stats stats;
	struct lab lab;

	lab_open(&lab, NULL);
	wire_udp(&ask, false, C2S, 1000, 53, 0);
	lab_send(&lab, &ask);
	wire_icmp(&error, false, S2C, 3, 1, 0, ask.buf, 28);
	wire_icmp(&w, false, C2S, 3, 1, 0, error.buf, error.len);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_icmp_error);
	ct_table_stats(lab.t, &stats);
	cr_expect_eq(stats.error, 1);
	lab_close(&lab);
}

Test(inet_error, ipv6)
{
	struct wire ask, w;
	struct seen seen;
	struct lab lab;

	lab_open(&lab, NULL);
	wire_udp(&ask, true, C2S, 1000, 53, 0);
	lab_send(&lab, &ask);
	wire_icmp(&w, true, S2C, 2, 0, 0, ask.buf, ask.len);
	seen = lab_send(&lab, &w);
	cr_expect_eq(seen.state, CT_STATE_RELATED);
	cr_expect_eq(seen.dir, CT_DIR_REPLY);
	lab_close(&lab);
}
