/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/ct/wire.h"

static struct seen udp(struct lab *lab, uint16_t port, enum way way)
{
	struct wire w;

	wire_udp(&w, false, way, port, 53, 0);
	return lab_send(lab, &w);
}

static int count_one(struct ct_conn *ct, void *data)
{
	(void)ct;
	++*(unsigned *)data;
	return 0;
}

static unsigned listed(struct lab *lab)
{
	unsigned n = 0;

	ct_table_foreach(lab->t, &lab->now, count_one, &n);
	return n;
}

/* Trap 20: dead for lookups at the very tick. */
Test(table, expiry_at_the_tick)
{
	struct lab lab;

	lab_open(&lab, NULL);
	udp(&lab, 1000, C2S);
	lab_wait(&lab, 30000 - 4);
	cr_expect_eq(listed(&lab), 1);
	cr_expect_eq(udp(&lab, 1000, S2C).state, CT_STATE_ESTABLISHED);
	lab_wait(&lab, 30000);
	cr_expect_eq(listed(&lab), 0);
	cr_expect_eq(ct_table_count(lab.t), 1); /* not collected yet */
	cr_expect_eq(udp(&lab, 1000, S2C).id, 2);
	cr_expect_eq(ct_table_count(lab.t), 1); /* the lookup did */
	lab_close(&lab);
}

Test(table, collection_comes_round_in_ten_seconds)
{
	struct lab lab;

	lab_open(&lab, NULL);
	for (unsigned i = 0; i < 20000; i++)
		udp(&lab, (uint16_t)i, C2S);
	ct_table_gc(lab.t, &lab.now);
	lab_wait(&lab, 29000);
	ct_table_gc(lab.t, &lab.now);
	cr_expect_eq(ct_table_count(lab.t), 20000);
	for (unsigned i = 0; i < 110; i++) {
		lab_wait(&lab, 100);
		ct_table_gc(lab.t, &lab.now);
	}
	cr_expect_eq(ct_table_count(lab.t), 0);
	lab_close(&lab);
}

/* No call looks at more than its share, however long ago the last one was. */
Test(table, collection_never_takes_long)
{
	struct lab lab;
	uint32_t left;

	lab_open(&lab, NULL);
	for (unsigned i = 0; i < 20000; i++)
		udp(&lab, (uint16_t)i, C2S);
	lab_wait(&lab, 3600 * 1000);
	ct_table_gc(lab.t, &lab.now);
	left = ct_table_count(lab.t);
	cr_expect(left < 20000 && left >= 20000 - 4096);
	for (unsigned i = 0; i < 5; i++) /* what is owed */
		ct_table_gc(lab.t, &lab.now);
	cr_expect_eq(ct_table_count(lab.t), 0);
	lab_close(&lab);
}

static void fill(struct lab *lab, uint32_t max, bool assured)
{
	struct ct_config cfg;

	ct_config_init(&cfg);
	cfg.max = max;
	lab_open(lab, &cfg);
	for (uint32_t i = 0; i < max; i++) {
		udp(lab, (uint16_t)i, C2S);
		if (!assured)
			continue;
		udp(lab, (uint16_t)i, S2C);
	}
	if (!assured)
		return;
	lab_wait(lab, 2004);
	for (uint32_t i = 0; i < max; i++)
		udp(lab, (uint16_t)i, C2S);
}

Test(table, full_of_assured_connections)
{
	struct ct_stats stats;
	struct lab lab;

	fill(&lab, 1000, true);
	cr_expect_eq(udp(&lab, 5000, C2S).verdict, REASON_ct_full);
	cr_expect_eq(ct_table_count(lab.t), 1000);
	ct_table_stats(lab.t, &stats);
	cr_expect_eq(stats.drop, 1);
	cr_expect_eq(stats.early_drop, 0);
	/* known ones go on */
	cr_expect_eq(udp(&lab, 7, S2C).state, CT_STATE_ESTABLISHED);
	lab_close(&lab);
}

Test(table, full_of_others_makes_room)
{
	struct ct_stats stats;
	struct lab lab;

	fill(&lab, 1000, false);
	for (uint16_t port = 5000; port < 6000; port++)
		cr_expect_eq(udp(&lab, port, C2S).verdict, REASON_NONE);
	ct_table_stats(lab.t, &stats);
	cr_expect(stats.early_drop > 0);
	cr_expect_eq(stats.early_drop + listed(&lab), 2000);
	cr_expect(ct_table_count(lab.t) <= 1000);
	lab_close(&lab);
}

/* A TCP connection that was established and is closing. */
static void closing(struct lab *lab, uint16_t port)
{
	static const struct segment_spec segs[] = {
		{ C2S, "S", 1000, 0, 8000, 0, 0 },
		{ S2C, "S.", 5000, 1001, 8000, 0, 0 },
		{ C2S, ".", 1001, 5001, 8000, 0, 0 },
		{ C2S, "F.", 1001, 5001, 8000, 0, 0 },
	};
	struct wire w;

	for (size_t i = 0; i < ARRAY_LEN(segs); i++) {
		wire_tcp(&w, false, port, 80, &segs[i]);
		lab_send(lab, &w);
	}
}

/* Above 95% of the limit, once an insert found no room, collection takes what
 * is assured but closing: facts 2.4. */
Test(table, collection_makes_room_after_a_drop)
{
	struct ct_config cfg;
	struct lab lab;

	ct_config_init(&cfg);
	cfg.max = 1000;
	lab_open(&lab, &cfg);
	for (uint16_t i = 0; i < 900; i++) {
		udp(&lab, i, C2S);
		udp(&lab, i, S2C);
	}
	lab_wait(&lab, 2004);
	for (uint16_t i = 0; i < 900; i++)
		udp(&lab, i, C2S);
	for (uint16_t i = 0; i < 100; i++)
		closing(&lab, i);
	for (unsigned i = 0; i < 100; i++) {
		lab_wait(&lab, 100);
		ct_table_gc(lab.t, &lab.now);
	}
	cr_expect_eq(ct_table_count(lab.t), 1000); /* no need yet */
	cr_expect_eq(udp(&lab, 5000, C2S).verdict, REASON_ct_full);
	for (unsigned i = 0; i < 100; i++) {
		lab_wait(&lab, 100);
		ct_table_gc(lab.t, &lab.now);
	}
	cr_expect_eq(ct_table_count(lab.t), 949);
	lab_close(&lab);
}

static int check_order(struct ct_conn *ct, void *data)
{
	uint32_t *last = data;

	cr_expect_gt(ct_id(ct), *last);
	*last = ct_id(ct);
	return 0;
}

Test(table, lists_in_order_of_creation)
{
	uint32_t last = 0;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	for (unsigned i = 0; i < 3000; i++) {
		wire_udp(&w, i % 3 == 0, C2S, (uint16_t)(i * 7919), 53, 0);
		lab_send(&lab, &w);
		if (i % 5 == 0) /* holes that later ones fill */
			lab_wait(&lab, 20);
		if (i % 500 == 499) {
			lab_wait(&lab, 29000);
			for (int k = 0; k < 4; k++)
				ct_table_gc(lab.t, &lab.now);
		}
	}
	ct_table_foreach(lab.t, &lab.now, check_order, &last);
	cr_expect_eq(last, 3000);
	lab_close(&lab);
}

static int stop_at_two(struct ct_conn *ct, void *data)
{
	(void)data;
	return ct_id(ct) == 2 ? 42 : 0;
}

Test(table, a_walk_can_be_ended)
{
	struct lab lab;

	lab_open(&lab, NULL);
	for (uint16_t i = 0; i < 3; i++)
		udp(&lab, i, C2S);
	cr_expect_eq(ct_table_foreach(lab.t, &lab.now, stop_at_two, NULL), 42);
	lab_close(&lab);
}
