/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts 2.1 and 2.3: the way of a packet, and confirming. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/ct/wire.h"

static struct ct_stats stats_of(struct lab *lab)
{
	struct ct_stats stats;

	ct_table_stats(lab->t, &stats);
	return stats;
}

Test(core, unconfirmed_entries_are_found_by_nobody)
{
	struct packet first, second;
	struct wire w, v;
	struct lab lab;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	v = w;
	lab_in(&lab, &w, NF_INET_PRE_ROUTING, &first);
	lab_in(&lab, &v, NF_INET_PRE_ROUTING, &second);
	cr_expect_neq(first.ct, second.ct);
	cr_expect_eq(second.ctinfo, IP_CT_NEW);
	cr_expect_eq(ct_table_count(lab.t), 2);
	/* dropped by a rule: nothing remains */
	ct_packet_release(lab.t, &first);
	ct_packet_release(lab.t, &second);
	cr_expect_eq(ct_table_count(lab.t), 0);
	cr_expect_eq(lab_send(&lab, &w).state, CT_STATE_NEW);
	cr_expect_eq(ct_table_count(lab.t), 1);
	lab_close(&lab);
}

Test(core, what_is_attached_stays)
{
	struct packet pkt;
	struct ct_conn *ct;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	lab_in(&lab, &w, NF_INET_LOCAL_OUT, &pkt);
	ct = pkt.ct;
	/* looped back: it comes to PREROUTING with its connection */
	cr_expect_eq(ct_in(lab.t, &pkt, &lab.now), REASON_NONE);
	cr_expect_eq(pkt.ct, ct);
	ct_packet_release(lab.t, &pkt);

	packet_init(&pkt, w.buf, WIRE_MAX, w.buf, w.len, w.len);
	packet_receive(&pkt);
	packet_decode(&pkt);
	ct_untrack(&pkt);
	cr_expect_eq(ct_in(lab.t, &pkt, &lab.now), REASON_NONE);
	cr_expect_null(pkt.ct);
	cr_expect_eq(ct_state_bits(&pkt), CT_STATE_UNTRACKED);
	lab_close(&lab);
}

Test(core, no_transport_header)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	put_be16(w.buf + 6, 100); /* a later fragment */
	wire_fix(&w);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_no_l4);
	cr_expect_eq(stats_of(&lab).invalid, 1);
	/* behind an authentication header conntrack finds UDP */
	wire_ip(&w, true, C2S, IPPROTO_AH,
		"\21\1\0\0\0\0\0\0\0\0\0\0\1\2\0\65\0\10\0\0", 20);
	cr_expect_eq(lab_send(&lab, &w).state, CT_STATE_NEW);
	lab_close(&lab);
}

/* Facts 2.1: checksums are a matter of PREROUTING. */
Test(core, checksums_are_verified_at_prerouting_only)
{
	struct ct_config cfg;
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 4);
	w.buf[w.l4_off + 6] ^= 1;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_checksum);
	lab_in(&lab, &w, NF_INET_LOCAL_OUT, &pkt);
	cr_expect_eq(pkt.ct_reason, REASON_NONE);
	ct_packet_release(lab.t, &pkt);
	w.cut = w.len - 1; /* nobody can tell */
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_NONE);
	lab_close(&lab);

	ct_config_init(&cfg);
	cfg.checksum = false;
	lab_open(&lab, &cfg);
	w.cut = 0;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_NONE);
	lab_close(&lab);
}

/* A hash noted before the bytes changed is not believed. */
Test(core, bytes_changed_after_prefetch)
{
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	lab_send(&lab, &w);
	wire_udp(&w, false, C2S, 1001, 53, 0);
	packet_init(&pkt, w.buf, WIRE_MAX, w.buf, w.len, w.len);
	packet_receive(&pkt);
	packet_decode(&pkt);
	ct_in_prefetch(lab.t, &pkt, 1);
	put_be16(packet_write(&pkt, 20, 2), 1000); /* a rule's payload set */
	pkt.hook = NF_INET_LOCAL_OUT;
	ct_in(lab.t, &pkt, &lab.now);
	cr_expect_eq(ct_id(pkt.ct), 1);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}

Test(core, ids_count_connections_in_order)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	for (unsigned i = 1; i <= 3; i++) {
		wire_udp(&w, false, C2S, (uint16_t)(1000 + i), 53, 0);
		cr_expect_eq(lab_send(&lab, &w).id, i);
		cr_expect_eq(lab_send(&lab, &w).id, i);
		/* what is invalid takes no number */
		wire_icmp(&w, false, C2S, 0, 0, 9, NULL, 0);
		lab_send(&lab, &w);
	}
	lab_close(&lab);
}

/* Two first packets under way at once: 2.3, rule 1. */
static void race(uint8_t proto, bool mirrored, enum reason want)
{
	struct packet winner, loser;
	struct wire w, v;
	struct lab lab;

	lab_open(&lab, NULL);
	ct_table_set_acct(lab.t, true);
	if (proto == IPPROTO_UDP) {
		wire_udp(&w, false, C2S, 1000, 53, 0);
		wire_udp(&v, false, mirrored ? S2C : C2S, 1000, 53, 0);
	} else {
		struct segment_spec syn = { C2S, "S", 1, 0, 9, 0, 0 };

		wire_tcp(&w, false, 1000, 53, &syn);
		syn.way = mirrored ? S2C : C2S;
		wire_tcp(&v, false, 1000, 53, &syn);
	}
	lab_in(&lab, &w, NF_INET_PRE_ROUTING, &winner);
	lab_in(&lab, &v, NF_INET_PRE_ROUTING, &loser);
	cr_expect_eq(ct_confirm(lab.t, &winner, &lab.now), REASON_NONE);
	cr_expect_eq(ct_confirm(lab.t, &loser, &lab.now), want);
	if (want == REASON_NONE) {
		uint64_t packets, bytes;

		cr_expect_eq(loser.ct, winner.ct);
		ct_acct(winner.ct, CT_DIR_ORIGINAL, &packets, &bytes);
		cr_expect_eq(packets, 2);
		cr_expect_eq(bytes, 56);
		cr_expect_eq(stats_of(&lab).clash_resolve, 1);
	} else {
		cr_expect_eq(stats_of(&lab).insert_failed, 1);
		cr_expect_eq(stats_of(&lab).drop, 1);
	}
	ct_packet_release(lab.t, &winner);
	ct_packet_release(lab.t, &loser);
	cr_expect_eq(ct_table_count(lab.t), 1);
	lab_close(&lab);
}

Test(core, clashes)
{
	race(IPPROTO_UDP, false, REASON_NONE);
	race(IPPROTO_UDP, true, REASON_NONE);
	race(IPPROTO_TCP, false, REASON_ct_clash);
	race(IPPROTO_TCP, true, REASON_ct_clash);
}

/* A packet keeps its connection though that was deleted meanwhile. */
Test(core, deleted_under_a_packet)
{
	static const struct segment_spec syn = { C2S, "S", 1000, 0, 9, 0, 0 };
	static const struct segment_spec rst = { S2C, "R.", 0, 1001, 0, 0, 0 };
	struct packet held;
	struct wire w, v;
	struct lab lab;

	lab_open(&lab, NULL);
	wire_tcp(&w, false, 1000, 80, &syn);
	lab_send(&lab, &w);
	lab_in(&lab, &w, NF_INET_PRE_ROUTING, &held);
	wire_tcp(&v, false, 1000, 80, &rst);
	lab_send(&lab, &v);
	cr_expect(ct_status_bits(held.ct) & IPS_DYING);
	cr_expect_eq(ct_id(held.ct), 1);
	cr_expect_eq(ct_table_count(lab.t), 1);
	ct_packet_release(lab.t, &held);
	cr_expect_eq(ct_table_count(lab.t), 0);
	lab_close(&lab);
}

/* Both ends the same: the kernel finds the reply tuple first. */
Test(core, a_host_that_talks_to_itself)
{
	struct seen seen;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 7, 7, 0);
	wire_addrs4(&w, 0x0a010002, 0x0a010002);
	cr_expect_eq(lab_send(&lab, &w).state, CT_STATE_NEW);
	seen = lab_send(&lab, &w);
	cr_expect_eq(seen.state, CT_STATE_ESTABLISHED);
	cr_expect_eq(seen.dir, CT_DIR_REPLY);
	lab_close(&lab);
}

/* Two packets of a batch foresee one entry; the first of them ends it. */
Test(core, a_foreseen_entry_may_be_gone)
{
	struct packet pkts[2];
	struct wire first, rst, syn;
	struct lab lab;

	lab_open(&lab, NULL);
	wire_tcp(&first, false, 1000, 80,
		 &(struct segment_spec){ C2S, "S", 1, 0, 9, 0, "" });
	lab_send(&lab, &first);
	wire_tcp(&rst, false, 1000, 80,
		 &(struct segment_spec){ C2S, "R", 2, 0, 9, 0, "" });
	wire_tcp(&syn, false, 1000, 80,
		 &(struct segment_spec){ C2S, "S", 9, 0, 9, 0, "" });
	for (int i = 0; i < 2; i++) {
		struct wire *w = i ? &syn : &rst;

		packet_init(&pkts[i], w->buf, sizeof(w->buf), w->buf, w->len,
			    w->len);
		pkts[i].hook = NF_INET_PRE_ROUTING;
		packet_receive(&pkts[i]);
		packet_decode(&pkts[i]);
	}
	ct_in_prefetch(lab.t, pkts, 2);
	for (int i = 0; i < 2; i++) {
		ct_in(lab.t, &pkts[i], &lab.now);
		ct_confirm(lab.t, &pkts[i], &lab.now);
		ct_packet_release(lab.t, &pkts[i]);
	}
	cr_expect_eq(ct_table_count(lab.t), 1);
	lab_close(&lab);
}
