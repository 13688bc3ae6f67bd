/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/ct/wire.h"

static struct packet tracked(struct lab *lab, struct wire *w)
{
	struct packet pkt;

	cr_assert_eq(lab_in(lab, w, NF_INET_PRE_ROUTING, &pkt), REASON_NONE);
	cr_assert_not_null(pkt.ct);
	return pkt;
}

Test(conn, tuples_of_both_directions)
{
	struct ct_tuple tuple;
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	pkt = tracked(&lab, &w);
	ct_tuple(pkt.ct, CT_DIR_ORIGINAL, &tuple);
	cr_expect_eq(tuple.src.ip, htobe32(0x0a010002));
	cr_expect_eq(tuple.dport, htobe16(53));
	cr_expect_eq(tuple.l3, NFPROTO_IPV4);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &tuple);
	cr_expect_eq(tuple.src.ip, htobe32(0x0a020002));
	cr_expect_eq(tuple.sport, htobe16(53));
	ct_packet_release(lab.t, &pkt);

	wire_icmp(&w, true, C2S, 128, 3, 77, NULL, 0);
	pkt = tracked(&lab, &w);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &tuple);
	cr_expect_eq(tuple.sport, htobe16(77));
	cr_expect_eq(tuple.dport, htobe16(129 << 8 | 3)); /* type, code */
	cr_expect_eq(tuple.l3, NFPROTO_IPV6);
	cr_expect_eq(tuple.dst.b[1], 1);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}

Test(conn, marks_and_status)
{
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	pkt = tracked(&lab, &w);
	cr_expect_eq(ct_mark(pkt.ct), 0);
	cr_expect(ct_set_mark(pkt.ct, 7));
	cr_expect_not(ct_set_mark(pkt.ct, 7));
	cr_expect_eq(ct_mark(pkt.ct), 7);
	ct_status_add(pkt.ct, IPS_SRC_NAT_DONE);
	cr_expect_eq(ct_status_bits(pkt.ct), IPS_SRC_NAT_DONE);
	ct_confirm(lab.t, &pkt, &lab.now);
	cr_expect_eq(ct_status_bits(pkt.ct), IPS_SRC_NAT_DONE | IPS_CONFIRMED);
	cr_expect_eq(ct_zone(pkt.ct, CT_DIR_REPLY), 0);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}

/* Facts 2.3: the time runs from the confirmation on. */
Test(conn, expiration)
{
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	pkt = tracked(&lab, &w);
	/* in a queue, say; the clock is taken off its length already, so that
	 * what is left is for Linux in its first half minute to say */
	lab.now.mono_ns = 25 * NS_PER_SEC;
	cr_expect_eq(ct_expires_ms(pkt.ct, &lab.now), 5000);
	lab.now.mono_ns = 3600 * NS_PER_SEC;
	cr_expect_eq(ct_expires_ms(pkt.ct, &lab.now), 0);
	ct_confirm(lab.t, &pkt, &lab.now);
	lab_wait(&lab, 10);
	cr_expect_eq(ct_expires_ms(pkt.ct, &lab.now), 29992); /* ticks */
	lab_wait(&lab, 40000);
	cr_expect_eq(ct_expires_ms(pkt.ct, &lab.now), 0);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}

Test(conn, counters_of_entries_made_while_they_are_on)
{
	uint64_t packets, bytes;
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 10);
	lab_send(&lab, &w);
	ct_table_set_acct(lab.t, true);
	pkt = tracked(&lab, &w);
	ct_acct(pkt.ct, CT_DIR_ORIGINAL, &packets, &bytes);
	cr_expect_eq(packets, 0);
	ct_packet_release(lab.t, &pkt);

	wire_udp(&w, false, C2S, 1001, 53, 10);
	lab_send(&lab, &w);
	w.cut = 30; /* bytes of the wire count */
	pkt = tracked(&lab, &w);
	ct_acct(pkt.ct, CT_DIR_ORIGINAL, &packets, &bytes);
	cr_expect_eq(packets, 2);
	cr_expect_eq(bytes, 76);
	ct_acct(pkt.ct, CT_DIR_REPLY, &packets, &bytes);
	cr_expect_eq(packets, 0);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}
