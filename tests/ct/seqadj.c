/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "ct/seqadj.h"
#include "packet/csum.h"
#include "tests/ct/wire.h"

/* Send one segment of @way through, adjusted; its numbers then. */
static bool adjusted(const struct ct_help *help, enum way way, uint32_t seq,
		     uint32_t ack, const char *opts, struct wire *w)
{
	struct segment_spec s = { way, ".", seq, ack, 1000, 5, opts };
	struct packet pkt;
	bool ok;

	wire_tcp(w, false, 4000, 21, &s);
	packet_init(&pkt, w->buf, sizeof(w->buf), w->buf, w->len, w->len);
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	packet_decode(&pkt);
	ok = ct_seqadj_packet(&pkt, pkt.l4_off, help, (enum ct_dir)way);
	if (ok)
		cr_expect_eq(packet_csum_l4(&pkt, IPPROTO_TCP, pkt.l4_off),
			     CSUM_GOOD);
	return ok;
}

static uint32_t seq_of(const struct wire *w)
{
	return get_be32(w->buf + w->l4_off + 4);
}

static uint32_t ack_of(const struct wire *w)
{
	return get_be32(w->buf + w->l4_off + 8);
}

/*
 * The client's segment at 1000 became 4 bytes longer, the one at 1030 2 bytes
 * shorter. nf_conntrack_seqadj.c: up to the last change by what was before it,
 * behind it by all of them.
 */
static struct ct_help two_changes(struct ct_conn *ct)
{
	struct ct_help help = { .helper = NULL };

	ct_seqadj_set(ct, &help, CT_DIR_ORIGINAL, 1000, 4);
	ct_seqadj_set(ct, &help, CT_DIR_ORIGINAL, 1030, -2);
	return help;
}

Test(seqadj, moves_what_comes_after_a_change)
{
	struct ct_conn4 ct = { .c.status = IPS_CONFIRMED };
	struct ct_help help = two_changes(&ct.c);
	struct wire w;

	cr_expect(ct.c.status & IPS_SEQ_ADJUST);
	cr_assert(adjusted(&help, C2S, 1030, 1, NULL, &w));
	cr_expect_eq(seq_of(&w), 1034, "the changed segment itself");
	cr_assert(adjusted(&help, C2S, 1031, 1, NULL, &w));
	cr_expect_eq(seq_of(&w), 1033);
	cr_expect_eq(ack_of(&w), 1, "the server's numbers are as they were");
}

Test(seqadj, moves_acknowledgements_back)
{
	struct ct_conn4 ct = { .c.status = IPS_CONFIRMED };
	struct ct_help help = two_changes(&ct.c);
	struct wire w;

	/* 1034 on the server's side is 1030 on the client's */
	cr_assert(adjusted(&help, S2C, 1, 1034, NULL, &w));
	cr_expect_eq(ack_of(&w), 1030);
	cr_assert(adjusted(&help, S2C, 1, 1035, NULL, &w));
	cr_expect_eq(ack_of(&w), 1033);
	cr_expect_eq(seq_of(&w), 1);
}

Test(seqadj, moves_both_edges_of_each_block)
{
	struct ct_conn4 ct = { .c.status = IPS_CONFIRMED };
	struct ct_help help = two_changes(&ct.c);
	struct wire w;

	cr_assert(adjusted(&help, S2C, 1, 1034, "0101050a 0000040c 00000500",
			   &w));
	cr_expect_eq(get_be32(w.buf + w.l4_off + 24), 0x40c - 2);
	cr_expect_eq(get_be32(w.buf + w.l4_off + 28), 0x500 - 2);
}

Test(seqadj, refuses_options_that_end_in_the_middle)
{
	struct ct_conn4 ct = { .c.status = IPS_CONFIRMED };
	struct ct_help help = two_changes(&ct.c);
	struct wire w;

	cr_expect_not(adjusted(&help, S2C, 1, 1034, "01010508", &w));
}

/* An ICMP error is adjusted as if it were a segment; in its quote's IP id, the
 * length of the header may be anything (nf_ct_seq_adjust() reads it only where
 * there are options to walk). */
Test(seqadj, takes_any_length_below_20_for_none)
{
	struct segment_spec s = { S2C, ".", 1, 1034, 1000, 5, NULL };
	struct ct_conn4 ct = { .c.status = IPS_CONFIRMED };
	struct ct_help help = two_changes(&ct.c);
	struct packet pkt;
	struct wire w;

	for (uint8_t words = 0; words < 5; words++) {
		wire_tcp(&w, false, 4000, 21, &s);
		w.buf[w.l4_off + 12] = (uint8_t)(words << 4);
		packet_init(&pkt, w.buf, sizeof(w.buf), w.buf, w.len, w.len);
		cr_assert_eq(packet_receive(&pkt), REASON_NONE);
		cr_expect(
			ct_seqadj_packet(&pkt, w.l4_off, &help, CT_DIR_REPLY));
		cr_expect_eq(ack_of(&w), 1030, "%u words", words);
	}
}

/* The same segment once more, or one before it, moves nothing again. */
Test(seqadj, counts_a_change_once)
{
	struct ct_conn4 ct = { .c.status = IPS_CONFIRMED };
	struct ct_help help = two_changes(&ct.c);

	ct_seqadj_set(&ct.c, &help, CT_DIR_ORIGINAL, 1030, -2);
	ct_seqadj_set(&ct.c, &help, CT_DIR_ORIGINAL, 1000, 4);
	cr_expect_eq(help.seq[0].before, 4);
	cr_expect_eq(help.seq[0].after, 2);
	cr_expect_eq(help.seq[0].pos, 1030);
	ct_seqadj_set(&ct.c, &help, CT_DIR_REPLY, 1, 0);
	cr_expect_eq(help.seq[1].after, 0);
}
