/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "ct/conn.h"
#include "tests/ct/stories.h"

static int has_entry(struct ct_conn *ct, void *data)
{
	(void)ct;
	*(bool *)data = true;
	return 1;
}

/* What the entry says after the packet, by a lookup of our own: a packet that
 * is invalid has none attached. */
static int copy_entry(struct ct_conn *ct, void *data)
{
	struct seen *seen = data;

	seen->id = ct_id(ct);
	seen->status = ct_status_bits(ct);
	snprintf(seen->tcp, sizeof(seen->tcp), "%s", ct_proto_state(ct));
	return 1;
}

static int copy_expires(struct ct_conn *ct, void *data)
{
	struct lab *lab = data;

	lab->cfg.max = (uint32_t)(ct_expires_ms(ct, &lab->now) / 1000);
	return 1;
}

static void expect_step(struct lab *lab, const char *story, unsigned i,
			const struct step *want, struct seen *got)
{
	struct seen entry = { 0 };

	lab->cfg.max = 0;
	ct_table_foreach(lab->t, &lab->now, copy_entry, &entry);
	ct_table_foreach(lab->t, &lab->now, copy_expires, lab);
	cr_expect_eq(got->verdict, REASON_NONE);
	cr_expect_eq(got->state, want->ct, "%s, step %u: ct state %u not %u",
		     story, i, got->state, want->ct);
	cr_expect_eq(got->reason, want->reason, "%s, step %u: %s not %s", story,
		     i, reason_name(got->reason), reason_name(want->reason));
	cr_expect_str_eq(entry.tcp, want->tcp ? want->tcp : "",
			 "%s, step %u: %s not %s", story, i, entry.tcp,
			 want->tcp);
	cr_expect_eq(lab->cfg.max, want->secs, "%s, step %u: %u s not %u s",
		     story, i, lab->cfg.max, want->secs);
	cr_expect_eq(!!(entry.status & IPS_ASSURED), want->assured,
		     "%s, step %u: assured", story, i);
}

static void tell(const struct story *story, bool v6)
{
	struct lab lab;

	lab_open(&lab, NULL);
	for (unsigned i = 0; i < STORY_STEPS && story->steps[i].ct; i++) {
		struct wire w;
		struct seen seen;

		wire_tcp(&w, v6, 40000, 80, &story->steps[i].seg);
		seen = lab_send(&lab, &w);
		expect_step(&lab, story->name, i, &story->steps[i], &seen);
	}
	lab_close(&lab);
}

Test(tcp, stories_over_ipv4)
{
	for (size_t i = 0; i < tcp_stories_n; i++)
		tell(&tcp_stories[i], false);
}

Test(tcp, stories_over_ipv6)
{
	for (size_t i = 0; i < tcp_stories_n; i++)
		tell(&tcp_stories[i], true);
}

static void handshake(struct lab *lab)
{
	static const struct segment_spec three[] = {
		{ C2S, "S", 1000, 0, 8000, 0, 0 },
		{ S2C, "S.", 5000, 1001, 8000, 0, 0 },
		{ C2S, ".", 1001, 5001, 8000, 0, 0 },
	};
	struct wire w;

	for (size_t i = 0; i < ARRAY_LEN(three); i++) {
		wire_tcp(&w, false, 40000, 80, &three[i]);
		lab_send(lab, &w);
	}
}

static struct seen send_one(struct lab *lab, struct segment_spec seg)
{
	struct wire w;

	wire_tcp(&w, false, 40000, 80, &seg);
	return lab_send(lab, &w);
}

Test(tcp, sysctls)
{
	static const struct segment_spec over = { C2S,	".", 30000, 5001,
						  8000, 10,  0 };
	static const struct segment_spec low_rst = {
		C2S, "R", 990, 0, 0, 0, 0
	};
	static const struct segment_spec ack = { C2S, ".", 1, 1, 100, 0, 0 };
	struct ct_config cfg;
	struct lab lab;

	ct_config_init(&cfg);
	cfg.tcp_be_liberal = true;
	lab_open(&lab, &cfg);
	handshake(&lab);
	cr_expect_eq(send_one(&lab, over).state, CT_STATE_ESTABLISHED);
	lab_close(&lab);

	ct_config_init(&cfg);
	cfg.tcp_ignore_invalid_rst = true;
	lab_open(&lab, &cfg);
	handshake(&lab);
	/* old, but not refused for that: below the window it is ignored */
	cr_expect_eq(send_one(&lab, low_rst).reason, REASON_NONE);
	lab_close(&lab);

	ct_config_init(&cfg);
	cfg.tcp_loose = false;
	lab_open(&lab, &cfg);
	cr_expect_eq(send_one(&lab, ack).reason, REASON_ct_tcp_new);
	lab_close(&lab);
}

Test(tcp, first_syn_lives_two_minutes_to_the_tick)
{
	static const struct segment_spec syn = { C2S, "S", 1, 0, 100, 0, 0 };
	bool there = false;
	struct lab lab;

	lab_open(&lab, NULL);
	send_one(&lab, syn);
	lab_wait(&lab, 120 * 1000 - 4);
	cr_expect_eq(ct_table_foreach(lab.t, &lab.now, has_entry, &there), 1);
	lab_wait(&lab, 4);
	cr_expect_eq(ct_table_foreach(lab.t, &lab.now, has_entry, &there), 0);
	lab_close(&lab);
}

Test(tcp, header_faults)
{
	static const struct segment_spec syn = { C2S, "S", 1, 0, 100, 0, 0 };
	static const struct {
		const char *what;
		uint32_t off; /* in the TCP header */
		uint8_t value;
		bool fix;
		enum reason reason;
	} rows[] = {
		{ "header of 16 bytes", 12, 0x40, true, REASON_ct_short },
		{ "header beyond the end", 12, 0x60, true, REASON_ct_short },
		{ "checksum", 16, 0x12, false, REASON_ct_checksum },
	};
	struct lab lab;

	lab_open(&lab, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct wire w;

		wire_tcp(&w, false, 40000, 80, &syn);
		w.buf[w.l4_off + rows[i].off] = rows[i].value;
		if (rows[i].fix)
			wire_fix(&w);
		cr_expect_eq(lab_send(&lab, &w).reason, rows[i].reason, "%s",
			     rows[i].what);
	}
	lab_close(&lab);
}

/* A capture keeps 60 bytes of each packet: lengths are those of the wire. */
Test(tcp, cut_packets_are_tracked_by_their_wire_length)
{
	struct segment_spec data = { C2S, "P.", 1001, 5001, 8000, 1000, 0 };
	struct segment_spec ack = { S2C, ".", 5001, 2001, 8000, 0, 0 };
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	handshake(&lab);
	wire_tcp(&w, false, 40000, 80, &data);
	w.cut = 60;
	cr_expect_eq(lab_send(&lab, &w).expires_ms, 300000);
	wire_tcp(&w, false, 40000, 80, &ack);
	cr_expect_eq(lab_send(&lab, &w).expires_ms, 432000000);
	/* not even the header is there */
	wire_tcp(&w, false, 40000, 80, &data);
	w.cut = 39;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_short);
	lab_close(&lab);
}

static int check_state(struct ct_conn *ct, void *data)
{
	(void)data;
	cr_assert_not_null(ct_proto_state(ct));
	cr_assert_str_neq(ct_proto_state(ct), "NONE");
	return 0;
}

/* Whatever comes, the state is one of the table's. */
Test(tcp, random_segments_never_leave_the_table)
{
	static const char *const flags[] = { "S", "S.", ".",  "F.",
					     "R", "R.", "P.", "SF" };
	struct lab lab;
	struct rng rng;

	rng_seed(&rng, 7);
	lab_open(&lab, NULL);
	for (int i = 0; i < 200000; i++) {
		struct segment_spec seg = {
			.way = rng_below(&rng, 2),
			.flags = flags[rng_below(&rng, ARRAY_LEN(flags))],
			.seq = rng_below(&rng, 3000),
			.ack = rng_below(&rng, 3000),
			.win = (uint16_t)rng_below(&rng, 3000),
			.len = (uint16_t)rng_below(&rng, 100),
		};

		send_one(&lab, seg);
		if (i % 16 == 0)
			ct_table_foreach(lab.t, &lab.now, check_state, NULL);
	}
	lab_close(&lab);
}
