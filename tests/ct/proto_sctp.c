/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stories here were compared with a kernel by tests/ct/twin.c's random
 * associations; the tags are A (client's) and B (server's). */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

#define TAG_A 0xaaaaaaaau
#define TAG_B 0xbbbbbbbbu

#define NEW CT_STATE_NEW
#define EST CT_STATE_ESTABLISHED
#define INV CT_STATE_INVALID

struct chunk_row {
	enum way way;
	uint8_t type;
	uint32_t vtag, init_tag;
	uint32_t state;
	const char *sctp;
	uint32_t secs;
	enum reason reason;
};

static void sctp(struct wire *w, const struct chunk_row *row)
{
	uint8_t sh[32] = { 0 };
	bool init = row->type == 1 || row->type == 2;

	put_be16(sh + 2 * (row->way == S2C), 2000);
	put_be16(sh + 2 * (row->way == C2S), 3868);
	put_be32(sh + 4, row->vtag);
	sh[12] = row->type;
	put_be16(sh + 14, init ? 20 : 4);
	put_be32(sh + 16, row->init_tag);
	wire_ip(w, false, row->way, IPPROTO_SCTP, sh, init ? 32 : 16);
}

static void play(const struct chunk_row *rows, size_t n)
{
	struct lab lab;

	lab_open(&lab, NULL);
	for (size_t i = 0; i < n; i++) {
		struct seen seen;
		struct wire w;

		sctp(&w, &rows[i]);
		seen = lab_send(&lab, &w);
		cr_expect_eq(seen.state, rows[i].state, "row %zu", i);
		cr_expect_eq(seen.reason, rows[i].reason, "row %zu: %s", i,
			     reason_name(seen.reason));
		if (seen.state == INV)
			continue;
		cr_expect_str_eq(seen.tcp, rows[i].sctp, "row %zu", i);
		cr_expect_eq(seen.expires_ms / 1000, rows[i].secs, "row %zu",
			     i);
	}
	lab_close(&lab);
}

Test(sctp, a_whole_life)
{
	static const struct chunk_row rows[] = {
		{ C2S, 1, 0, TAG_A, NEW, "CLOSED", 10, 0 },
		{ S2C, 2, TAG_A, TAG_B, EST, "COOKIE_WAIT", 3, 0 },
		{ C2S, 10, TAG_B, 0, EST, "COOKIE_ECHOED", 3, 0 },
		{ S2C, 11, TAG_A, 0, EST, "ESTABLISHED", 210, 0 },
		{ C2S, 0, TAG_B, 0, EST, "ESTABLISHED", 210, 0 },
		{ C2S, 0, TAG_A, 0, INV, 0, 0, REASON_ct_sctp_vtag },
		{ C2S, 7, TAG_B, 0, EST, "SHUTDOWN_SENT", 3, 0 },
		{ S2C, 8, TAG_A, 0, EST, "SHUTDOWN_ACK_SENT", 3, 0 },
		{ C2S, 14, TAG_B, 0, EST, "CLOSED", 10, 0 },
	};

	play(rows, ARRAY_LEN(rows));
}

Test(sctp, what_begins_nothing)
{
	static const struct chunk_row rows[] = {
		{ C2S, 0, 1, 0, INV, 0, 0, REASON_ct_sctp_new },
		{ C2S, 6, 1, 0, INV, 0, 0, REASON_ct_sctp_new },
		{ C2S, 11, 1, 0, INV, 0, 0, REASON_ct_sctp_new },
		{ C2S, 14, 1, 0, INV, 0, 0, REASON_ct_sctp_new },
		{ C2S, 1, 1, TAG_A, INV, 0, 0, REASON_ct_sctp_vtag },
	};

	play(rows, ARRAY_LEN(rows));
}

Test(sctp, heartbeat_begins_and_its_answer_establishes)
{
	static const struct chunk_row rows[] = {
		{ C2S, 4, TAG_B, 0, NEW, "HEARTBEAT_SENT", 30, 0 },
		{ S2C, 5, TAG_A, 0, EST, "ESTABLISHED", 210, 0 },
		/* a wrong tag once is let through, refreshing nothing */
		{ C2S, 4, 7, 0, EST, "ESTABLISHED", 210, 0 },
		{ C2S, 5, 7, 0, INV, 0, 0, REASON_ct_sctp_vtag },
	};

	play(rows, ARRAY_LEN(rows));
}

Test(sctp, aborts_need_the_right_tag)
{
	static const struct chunk_row rows[] = {
		{ C2S, 1, 0, TAG_A, NEW, "CLOSED", 10, 0 },
		{ S2C, 2, TAG_A, TAG_B, EST, "COOKIE_WAIT", 3, 0 },
		{ S2C, 6, TAG_B, 0, INV, 0, 0, REASON_ct_sctp_vtag },
		{ S2C, 6, TAG_A, 0, EST, "CLOSED", 10, 0 },
	};

	play(rows, ARRAY_LEN(rows));
}

Test(sctp, faults)
{
	static const struct chunk_row init = { C2S, 1, 0, TAG_A };
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	sctp(&w, &init);
	w.buf[w.l4_off + 20] ^= 1;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_checksum);
	sctp(&w, &init);
	put_be16(w.buf + w.l4_off + 14, 0);
	wire_fix(&w);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_sctp_chunks);
	wire_ip(&w, false, C2S, IPPROTO_SCTP, "12345678901", 11);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_short);
	lab_close(&lab);
}
