/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several threads share one table: they meet in the same connections, evict
 * each other's, collect and dump. A program of its own, since the test
 * framework does not run under ThreadSanitizer:
 *
 *	configure --enable-tsan CC=clang && make tests/ct/threads &&
 *	tests/ct/threads
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/rng.h"
#include "ct/table.h"
#include "tests/ct/wire.h"

/* Not assert(): that must hold in every build. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#cond);                                    \
			exit(1);                                           \
		}                                                          \
	} while (0)

enum {
	THREADS = 4,
	THREAD_STEPS = 60000,
	SHARED_FLOWS = 3000
};

struct worker {
	struct lab lab; /* shares the table; its own clock */
	unsigned number;
};

static void worker_step(struct worker *me, struct rng *rng, unsigned step)
{
	uint32_t f = rng_below(rng, SHARED_FLOWS);
	struct segment_spec seg = {
		.way = rng_below(rng, 2),
		.flags = rng_below(rng, 3)   ? "."
			 : rng_below(rng, 2) ? "S"
					     : "R",
		.seq = rng_below(rng, 100),
		.ack = rng_below(rng, 100),
		.win = 1000,
	};
	struct packet pkt;
	struct wire w;

	if (f % 2)
		wire_tcp(&w, f % 3 == 0, (uint16_t)f, 80, &seg);
	else
		wire_udp(&w, f % 3 == 0, seg.way, (uint16_t)f, 80, 0);
	if (lab_in(&me->lab, &w, NF_INET_PRE_ROUTING, &pkt) == REASON_NONE) {
		if (pkt.ct) {
			struct ct_tuple tuple;

			/* what was found is what was sought */
			ct_tuple(pkt.ct, ct_packet_dir(&pkt), &tuple);
			CHECK(tuple.sport == load_raw16(w.buf + w.l4_off));
			ct_set_mark(pkt.ct, f);
			ct_status_add(pkt.ct, IPS_SRC_NAT_DONE);
		}
		if (rng_below(rng, 8))
			ct_confirm(me->lab.t, &pkt, &me->lab.now);
	}
	ct_packet_release(me->lab.t, &pkt);
	if (step % 64 == 0) {
		lab_wait(&me->lab, 50);
		ct_table_gc(me->lab.t, &me->lab.now);
	}
}

static void *work(void *arg)
{
	struct worker *me = arg;
	struct rng rng;

	rng_seed(&rng, me->number);
	for (unsigned i = 0; i < THREAD_STEPS; i++)
		worker_step(me, &rng, i);
	return NULL;
}

static int count_one(struct ct_conn *ct, void *data)
{
	(void)ct;
	++*(uint32_t *)data;
	return 0;
}

int main(void)
{
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	struct ct_config cfg;
	struct lab lab;
	uint32_t n = 0;

	ct_config_init(&cfg);
	cfg.threads = true;
	cfg.max = 2000; /* evictions, too */
	lab_open(&lab, &cfg);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .lab = lab, .number = i };
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	for (unsigned i = 0; i < 20; i++) /* dumps meanwhile */
		ct_table_foreach(lab.t, &lab.now, count_one, &n);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(lab.t->index.entries == ct_table_count(lab.t));
	CHECK(ct_table_count(lab.t) <= cfg.max);
	lab_wait(&lab, UINT64_C(500000) * 1000);
	for (unsigned i = 0; i < 300; i++) {
		lab_wait(&lab, 100);
		ct_table_gc(lab.t, &lab.now);
	}
	CHECK(ct_table_count(lab.t) == 0);
	CHECK(lab.t->index.entries == 0);
	lab_close(&lab);
	return 0;
}
