/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "ct/nat.h"
#include "tests/ct/wire.h"

/* The connection of a UDP packet from client port @port, not confirmed. */
static struct packet begin(struct lab *lab, struct wire *w, bool v6,
			   uint16_t port)
{
	struct packet pkt;

	wire_udp(w, v6, C2S, port, 53, 0);
	cr_assert_eq(lab_in(lab, w, NF_INET_PRE_ROUTING, &pkt), REASON_NONE);
	cr_assert_not_null(pkt.ct);
	return pkt;
}

/* Its source becomes port @to; confirmed. */
static struct ct_conn *translate(struct lab *lab, struct packet *pkt,
				 uint16_t to)
{
	struct ct_tuple reply;

	ct_tuple(pkt->ct, CT_DIR_REPLY, &reply);
	reply.dport = htobe16(to);
	cr_assert(ct_nat_reply_set(lab->t, pkt, &reply));
	ct_status_add(pkt->ct, IPS_SRC_NAT);
	ct_nat_remember_source(lab->t, pkt->ct);
	cr_assert_eq(ct_confirm(lab->t, pkt, &lab->now), REASON_NONE);
	return pkt->ct;
}

/* What the table says of an answer to client port @port. */
static struct seen answer(struct lab *lab, bool v6, uint16_t port)
{
	struct wire w;

	wire_udp(&w, v6, S2C, port, 53, 0);
	return lab_send(lab, &w);
}

static void replies_are_found(bool v6)
{
	struct packet pkt;
	struct lab lab;
	struct wire w;
	uint32_t id;

	lab_open(&lab, NULL);
	pkt = begin(&lab, &w, v6, 1000);
	id = ct_id(translate(&lab, &pkt, 2000));
	ct_packet_release(lab.t, &pkt);
	/* the translated tuple is its reply, the inverse no more */
	cr_expect_eq(answer(&lab, v6, 2000).id, id);
	cr_expect_eq(answer(&lab, v6, 2000).dir, CT_DIR_REPLY);
	cr_expect_neq(answer(&lab, v6, 1000).id, id);
	wire_udp(&w, v6, C2S, 1000, 53, 0);
	cr_expect_eq(lab_send(&lab, &w).id, id);
	lab_close(&lab);
}

Test(nat, replies_are_found_by_the_altered_tuple)
{
	replies_are_found(false);
	replies_are_found(true);
}

/* Buckets split while translated entries stand in two of them; all of them go
 * again, and nothing is left in the index. */
Test(nat, entries_in_two_places_survive_growth_and_end)
{
	enum {
		N = 20000
	};
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	for (unsigned i = 0; i < N; i++) {
		pkt = begin(&lab, &w, i & 1, (uint16_t)(1024 + i));
		translate(&lab, &pkt, (uint16_t)(40000 + i % 20000));
		ct_packet_release(lab.t, &pkt);
	}
	for (unsigned i = 0; i < N; i++) {
		cr_assert_eq(
			answer(&lab, i & 1, (uint16_t)(40000 + i % 20000)).dir,
			CT_DIR_REPLY);
		wire_udp(&w, i & 1, C2S, (uint16_t)(1024 + i), 53, 0);
		cr_assert_eq(lab_send(&lab, &w).dir, CT_DIR_ORIGINAL);
	}
	cr_expect_eq(ct_table_count(lab.t), N);
	lab_wait(&lab, 200000);
	for (int i = 0; i < 20; i++) {
		ct_table_gc(lab.t, &lab.now);
		lab_wait(&lab, 10000);
	}
	cr_expect_eq(ct_table_count(lab.t), 0);
	/* the records are free again, too */
	for (unsigned i = 0; i < N; i++) {
		pkt = begin(&lab, &w, i & 1, (uint16_t)(1024 + i));
		translate(&lab, &pkt, (uint16_t)(40000 + i % 20000));
		ct_packet_release(lab.t, &pkt);
	}
	lab_close(&lab);
}

Test(nat, taken)
{
	struct packet first, second;
	struct ct_tuple tuple;
	struct lab lab;
	struct wire w, v;

	lab_open(&lab, NULL);
	first = begin(&lab, &w, false, 1000);
	translate(&lab, &first, 2000);
	second = begin(&lab, &v, false, 1001);
	ct_tuple(second.ct, CT_DIR_ORIGINAL, &tuple);
	cr_expect_not(
		ct_nat_taken(lab.t, second.ct, &tuple, CT_TAKEN, &lab.now));
	tuple.sport = htobe16(2000);
	cr_expect(ct_nat_taken(lab.t, second.ct, &tuple, CT_TAKEN, &lab.now));
	/* its original tuple's answers go nowhere else */
	tuple.sport = htobe16(1000);
	cr_expect_not(
		ct_nat_taken(lab.t, second.ct, &tuple, CT_TAKEN, &lab.now));
	/* over: free */
	tuple.sport = htobe16(2000);
	lab_wait(&lab, 31000);
	cr_expect_not(
		ct_nat_taken(lab.t, second.ct, &tuple, CT_TAKEN, &lab.now));
	ct_packet_release(lab.t, &first);
	ct_packet_release(lab.t, &second);
	lab_close(&lab);
}

/* Facts, trap 7: the reply tuple is another's; the packet is dropped. */
Test(nat, clash_at_confirm)
{
	struct packet first, second;
	struct ct_tuple reply;
	struct ct_stats stats;
	struct lab lab;
	struct wire w, v;

	lab_open(&lab, NULL);
	first = begin(&lab, &w, false, 1000);
	translate(&lab, &first, 2000);
	second = begin(&lab, &v, false, 1001);
	ct_tuple(first.ct, CT_DIR_REPLY, &reply);
	ct_nat_reply_set(lab.t, &second, &reply);
	cr_expect_eq(ct_confirm(lab.t, &second, &lab.now), REASON_ct_clash);
	ct_table_stats(lab.t, &stats);
	cr_expect_eq(stats.insert_failed, 1);
	cr_expect_eq(stats.drop, 1);
	ct_packet_release(lab.t, &first);
	ct_packet_release(lab.t, &second);
	lab_close(&lab);
}

static int count_one(struct ct_conn *ct, void *data)
{
	(void)ct;
	++*(unsigned *)data;
	return 0;
}

/* Two first packets of one flow under way, translated to ports 2000 and @to
 * (1000: not at all): nf_ct_resolve_clash_harder(). */
static void differently_translated(bool v6, uint16_t to)
{
	struct packet winner, loser;
	uint64_t id, loser_id;
	struct ct_stats stats;
	struct seen seen;
	unsigned n = 0;
	struct lab lab;
	struct wire w, v;

	lab_open(&lab, NULL);
	winner = begin(&lab, &w, v6, 1000);
	loser = begin(&lab, &v, v6, 1000);
	id = ct_id(translate(&lab, &winner, 2000));
	if (to != 1000)
		translate(&lab, &loser, to);
	else
		cr_expect_eq(ct_confirm(lab.t, &loser, &lab.now), REASON_NONE);
	loser_id = ct_id(loser.ct);
	cr_expect_neq(loser_id, id);
	cr_expect_eq(ct_status_bits(loser.ct) &
			     (IPS_CONFIRMED | IPS_FIXED_TIMEOUT | 1 << 12),
		     IPS_CONFIRMED | IPS_FIXED_TIMEOUT | 1 << 12);
	cr_expect_eq(ct_expires_ms(loser.ct, &lab.now), 1000);
	ct_packet_release(lab.t, &winner);
	ct_packet_release(lab.t, &loser);
	ct_table_stats(lab.t, &stats);
	cr_expect_eq(stats.clash_resolve, 1);
	cr_expect_eq(stats.drop, 0);
	/* the original direction is the winner's, listings show it alone */
	seen = lab_send(&lab, &w);
	cr_expect_eq(seen.id, id);
	cr_expect_eq(seen.dir, CT_DIR_ORIGINAL);
	ct_table_foreach(lab.t, &lab.now, count_one, &n);
	cr_expect_eq(n, 1);
	cr_expect_eq(ct_table_count(lab.t), 2);
	/* each has its own answers, which change nothing about the end */
	cr_expect_eq(answer(&lab, v6, 2000).id, id);
	lab_wait(&lab, 900);
	seen = answer(&lab, v6, to);
	cr_expect_eq(seen.id, loser_id);
	cr_expect_eq(seen.dir, CT_DIR_REPLY);
	cr_expect_eq(seen.expires_ms, 100);
	lab_wait(&lab, 200);
	cr_expect_neq(answer(&lab, v6, to).id, loser_id);
	lab_wait(&lab, 200000);
	for (int i = 0; i < 20; i++) {
		ct_table_gc(lab.t, &lab.now);
		lab_wait(&lab, 10000);
	}
	cr_expect_eq(ct_table_count(lab.t), 0);
	lab_close(&lab);
}

Test(nat, a_clash_leaves_the_loser_its_answers)
{
	for (int v6 = 0; v6 < 2; v6++) {
		differently_translated(v6, 3000);
		differently_translated(v6, 1000);
	}
}

/* Losers stand in one place while others come and go. */
Test(nat, losers_of_clashes_survive_growth)
{
	enum {
		N = 2000
	};
	struct lab lab;

	lab_open(&lab, NULL);
	for (unsigned i = 0; i < N; i++) {
		struct packet winner, loser;
		struct wire w, v;

		winner = begin(&lab, &w, i & 1, (uint16_t)(1024 + i));
		loser = begin(&lab, &v, i & 1, (uint16_t)(1024 + i));
		translate(&lab, &winner, (uint16_t)(20000 + i));
		translate(&lab, &loser, (uint16_t)(40000 + i));
		ct_packet_release(lab.t, &winner);
		ct_packet_release(lab.t, &loser);
	}
	for (unsigned i = 0; i < N; i++) {
		cr_assert_eq(answer(&lab, i & 1, (uint16_t)(20000 + i)).id,
			     2 * i + 1);
		cr_assert_eq(answer(&lab, i & 1, (uint16_t)(40000 + i)).id,
			     2 * i + 2);
	}
	lab_wait(&lab, 1001);
	cr_expect_eq(answer(&lab, 0, 40000).dir, CT_DIR_ORIGINAL);
	lab_close(&lab);
}

struct ask {
	unsigned n;
	uint16_t ports[4];
	bool take;
};

static bool on_mapped(const struct ct_tuple *mapped, void *data)
{
	struct ask *a = data;

	if (a->n < 4)
		a->ports[a->n] = be16toh(mapped->sport);
	a->n++;
	return a->take;
}

/* Three connections of one source, another of a second one: the newest first,
 * dead ones not at all. */
static void sources(bool v6)
{
	struct packet pkt;
	struct ct_tuple tuple;
	struct ask a = { 0 };
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	for (uint16_t i = 0; i < 4; i++) {
		wire_udp(&w, v6, C2S, i == 3 ? 1001 : 1000, (uint16_t)(53 + i),
			 0);
		lab_in(&lab, &w, NF_INET_PRE_ROUTING, &pkt);
		translate(&lab, &pkt, (uint16_t)(2000 + i));
		ct_packet_release(lab.t, &pkt);
		if (i == 0)
			lab_wait(&lab, 20000);
	}
	wire_udp(&w, v6, C2S, 1000, 99, 0);
	lab_in(&lab, &w, NF_INET_PRE_ROUTING, &pkt);
	ct_tuple(pkt.ct, CT_DIR_ORIGINAL, &tuple);
	cr_expect_not(ct_nat_find_source(lab.t, pkt.ct, &tuple, &lab.now,
					 on_mapped, &a));
	cr_expect_eq(a.n, 3);
	cr_expect_eq(a.ports[0], 2002);
	cr_expect_eq(a.ports[1], 2001);
	cr_expect_eq(a.ports[2], 2000);
	lab_wait(&lab, 11000);
	a = (struct ask){ .take = true };
	cr_expect(ct_nat_find_source(lab.t, pkt.ct, &tuple, &lab.now, on_mapped,
				     &a));
	cr_expect_eq(a.n, 1);
	a = (struct ask){ 0 };
	ct_nat_find_source(lab.t, pkt.ct, &tuple, &lab.now, on_mapped, &a);
	cr_expect_eq(a.n, 2);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}

Test(nat, earlier_mappings_of_a_source)
{
	sources(false);
	sources(true);
}

Test(nat, masquerade_link_and_reset)
{
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	pkt = begin(&lab, &w, false, 1000);
	cr_expect_eq(ct_nat_masq_link(pkt.ct), 0);
	cr_expect(ct_nat_set_masq_link(lab.t, &pkt, 7));
	cr_expect_eq(ct_nat_masq_link(pkt.ct), 7);
	cr_assert_eq(ct_confirm(lab.t, &pkt, &lab.now), REASON_NONE);
	ct_packet_release(lab.t, &pkt);
	cr_expect_eq(answer(&lab, false, 1000).dir, CT_DIR_REPLY);
	wire_tcp(&w, false, 5, 80, &(struct segment_spec){ C2S, "S", 1, 0, 9 });
	lab_in(&lab, &w, NF_INET_PRE_ROUTING, &pkt);
	ct_confirm(lab.t, &pkt, &lab.now);
	ct_close(lab.t, pkt.ct, &lab.now);
	cr_expect_str_eq(ct_proto_state(pkt.ct), "CLOSE");
	cr_expect_eq(ct_expires_ms(pkt.ct, &lab.now), 10000);
	ct_packet_release(lab.t, &pkt);
	lab_close(&lab);
}

/* An entry that NAT takes hold of becomes another in memory, and is the same to
 * everybody. */
static void widening(bool v6)
{
	uint64_t packets, bytes, expires;
	struct ct_tuple before, after, reply;
	struct packet pkt;
	struct lab lab;
	struct wire w;
	uint32_t id;

	lab_open(&lab, NULL);
	ct_table_set_acct(lab.t, true);
	pkt = begin(&lab, &w, v6, 1000);
	id = ct_id(pkt.ct);
	ct_set_mark(pkt.ct, 99);
	expires = ct_expires_ms(pkt.ct, &lab.now);
	ct_tuple(pkt.ct, CT_DIR_ORIGINAL, &before);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
	cr_expect(ct_nat_set_masq_link(lab.t, &pkt, 3));
	ct_tuple(pkt.ct, CT_DIR_REPLY, &after);
	cr_expect(ct_tuple_eq(&after, &reply));
	reply.dport = htobe16(7);
	cr_expect(ct_nat_reply_set(lab.t, &pkt, &reply));
	cr_expect_eq(ct_id(pkt.ct), id);
	cr_expect_eq(ct_mark(pkt.ct), 99);
	cr_expect_eq(ct_nat_masq_link(pkt.ct), 3);
	cr_expect_eq(ct_expires_ms(pkt.ct, &lab.now), expires);
	ct_acct(pkt.ct, CT_DIR_ORIGINAL, &packets, &bytes);
	cr_expect_eq(packets, 1);
	cr_expect_eq(bytes, w.len);
	ct_tuple(pkt.ct, CT_DIR_ORIGINAL, &after);
	cr_expect(ct_tuple_eq(&after, &before));
	ct_tuple(pkt.ct, CT_DIR_REPLY, &after);
	cr_expect(ct_tuple_eq(&after, &reply));
	cr_expect_eq(ct_table_count(lab.t), 1);
	ct_packet_release(lab.t, &pkt); /* never confirmed */
	cr_expect_eq(ct_table_count(lab.t), 0);
	lab_close(&lab);
}

Test(nat, a_translated_entry_is_the_one_it_was)
{
	widening(false);
	widening(true);
}

/* What a packet is rewritten to, as nat_target() has it. */
Test(nat, ends)
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct ct_tuple original, reply;
		struct ct_nat_end end;
		struct packet pkt;
		struct lab lab;
		struct wire w;

		lab_open(&lab, NULL);
		pkt = begin(&lab, &w, v6, 1000);
		translate(&lab, &pkt, 2000);
		ct_tuple(pkt.ct, CT_DIR_ORIGINAL, &original);
		ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
		ct_nat_end(pkt.ct, CT_DIR_ORIGINAL, true, &end);
		cr_expect_eq(end.port, htobe16(2000));
		cr_expect(inet_addr_eq(&end.addr, &reply.dst));
		ct_nat_end(pkt.ct, CT_DIR_ORIGINAL, false, &end);
		cr_expect_eq(end.port, htobe16(53));
		cr_expect(inet_addr_eq(&end.addr, &reply.src));
		ct_nat_end(pkt.ct, CT_DIR_REPLY, true, &end);
		cr_expect_eq(end.port, htobe16(53));
		cr_expect(inet_addr_eq(&end.addr, &original.dst));
		ct_nat_end(pkt.ct, CT_DIR_REPLY, false, &end);
		cr_expect_eq(end.port, htobe16(1000));
		cr_expect(inet_addr_eq(&end.addr, &original.src));
		ct_packet_release(lab.t, &pkt);
		lab_close(&lab);
	}
}
