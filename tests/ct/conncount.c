/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel counts is tests/kernel/scenarios/ct-count.twin's to say. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "ct/conncount.h"
#include "tests/ct/wire.h"

static struct ct_conncount count;

/* A UDP packet of the connection from @port goes past, at PREROUTING. */
static size_t past(struct lab *lab, uint16_t port, bool confirm)
{
	struct packet pkt;
	struct wire w;

	wire_udp(&w, false, C2S, port, 53, 0);
	cr_assert_eq(lab_in(lab, &w, NF_INET_PRE_ROUTING, &pkt), REASON_NONE);
	cr_assert(ct_conncount_packet(lab->t, &count, &pkt, &lab->now));
	if (confirm)
		ct_confirm(lab->t, &pkt, &lab->now);
	ct_packet_release(lab->t, &pkt);
	return count.tuples.len;
}

Test(conncount, connections_not_packets)
{
	struct lab lab;

	lab_open(&lab, NULL);
	cr_expect_eq(past(&lab, 1000, true), 1);
	cr_expect_eq(past(&lab, 1000, true), 1);
	cr_expect_eq(past(&lab, 1001, true), 2);
	lab.now.mono_ns += NS_PER_SEC;
	cr_expect_eq(past(&lab, 1000, true), 2);
	/* not answered: over after 30 seconds */
	lab.now.mono_ns += 31 * NS_PER_SEC;
	cr_expect_eq(past(&lab, 1002, true), 1);
	vec_fini(&count.tuples);
	lab_close(&lab);
}

Test(conncount, dropped_ones_leave)
{
	struct lab lab;

	lab_open(&lab, NULL);
	for (uint16_t i = 0; i < 3; i++) {
		lab.now.mono_ns += NS_PER_SEC;
		cr_expect_eq(past(&lab, (uint16_t)(1000 + i), false), 1);
	}
	vec_fini(&count.tuples);
	lab_close(&lab);
}

/* Within one tick nobody looks, until there are 64 more. */
Test(conncount, one_look_a_tick)
{
	struct lab lab;

	lab_open(&lab, NULL);
	for (uint16_t i = 1; i <= 64; i++)
		cr_expect_eq(past(&lab, (uint16_t)(1000 + i), false), i);
	cr_expect_eq(past(&lab, 2000, false), 1);
	vec_fini(&count.tuples);
	lab_close(&lab);
}

Test(conncount, no_tuple)
{
	struct packet pkt;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	wire_udp(&w, false, C2S, 1000, 53, 0);
	packet_init(&pkt, w.buf, WIRE_MAX, w.buf, w.l4_off + 2, w.len);
	packet_receive(&pkt);
	packet_decode(&pkt);
	cr_expect_not(ct_conncount_packet(lab.t, &count, &pkt, &lab.now));
	cr_expect_eq(count.tuples.len, 0);
	lab_close(&lab);
}
