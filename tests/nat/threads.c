/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several threads share one table and translate: they meet in the same sources
 * and ports, bind the same connections at the same time, evict, collect and
 * dump. A program of its own, since the test framework does not run under
 * ThreadSanitizer:
 *
 *	configure --enable-tsan CC=clang && make tests/nat/threads &&
 *	tests/nat/threads
 */
#include <pthread.h>
#include <stdlib.h>

#include "ct/table.h"
#include "tests/nat/lab.h"

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
	THREAD_STEPS = 30000,
	SHARED_FLOWS = 2500
};

struct worker {
	struct nat_lab n; /* shares the table; its own clock and numbers */
	unsigned number;
	uint32_t bound, turned;
};

/* One of a few addresses, of few ports, so that threads choose the same. */
static struct nat_range draw_range(struct worker *me, bool v6)
{
	struct nat_range r = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
		.min_port = htobe16(5000),
		.max_port = htobe16(5600),
	};

	if (rng_below(&me->n.rng, 2))
		r.flags |= NF_NAT_RANGE_PROTO_RANDOM;
	if (v6)
		memset(r.min.b, 0xfd, 16);
	else
		r.min.ip = htobe32(0xc0000201);
	r.max = r.min;
	return r;
}

/* Both hooks' bindings of a new connection, and the rewriting. */
static void bind_both(struct worker *me, struct packet *pkt, bool v6)
{
	struct nat_range range = draw_range(me, v6);

	CHECK(nat_null_binding(&me->n.env, pkt, NAT_DST) == REASON_NONE);
	CHECK(nat_packet(&me->n.env, pkt) == REASON_NONE);
	pkt->hook = NF_INET_POST_ROUTING;
	if (rng_below(&me->n.rng, 4) == 0)
		CHECK(ct_nat_set_masq_link(me->n.lab.t, pkt, 3));
	CHECK(nat_setup(&me->n.env, pkt, &range, NAT_SRC) == REASON_NONE);
	CHECK(nat_packet(&me->n.env, pkt) == REASON_NONE);
	me->bound++;
}

/* A packet of a known connection goes where its bindings say. */
static void turn(struct worker *me, struct packet *pkt)
{
	struct ct_tuple target;

	CHECK(nat_target(pkt, &target));
	CHECK(nat_packet(&me->n.env, pkt) == REASON_NONE);
	pkt->hook = NF_INET_POST_ROUTING;
	CHECK(nat_packet(&me->n.env, pkt) == REASON_NONE);
	if ((ct_status_bits(pkt->ct) & IPS_NAT_DONE_MASK) == IPS_NAT_DONE_MASK)
		CHECK(load_raw16(pkt->data + pkt->l4_off) == target.sport &&
		      load_raw16(pkt->data + pkt->l4_off + 2) == target.dport);
	me->turned++;
}

/* A packet of one of the flows: the client's own, or an answer to a port that
 * somebody may have been given. */
static void draw_packet(struct worker *me, struct wire *w, bool *v6)
{
	struct rng *rng = &me->n.rng;
	uint32_t f = rng_below(rng, SHARED_FLOWS);
	const bool reply = rng_below(rng, 3) == 0;

	*v6 = f % 3 == 0;
	wire_udp(w, *v6, reply ? S2C : C2S,
		 (uint16_t)(reply ? 5000 + rng_below(rng, 601) : f),
		 (uint16_t)(80 + f % 2), 0);
	if (!reply)
		return;
	if (*v6)
		memset(w->buf + 24, 0xfd, 16);
	else
		put_be32(w->buf + 16, 0xc0000201);
	wire_fix(w);
}

static void worker_step(struct worker *me, unsigned step)
{
	struct lab *lab = &me->n.lab;
	struct packet pkt;
	struct wire w;
	bool v6;

	draw_packet(me, &w, &v6);
	lab_in(lab, &w, NF_INET_PRE_ROUTING, &pkt);
	if (pkt.ct && !(ct_status_bits(pkt.ct) & IPS_CONFIRMED)) {
		bind_both(me, &pkt, v6);
		if (rng_below(&me->n.rng, 8))
			ct_confirm(lab->t, &pkt, &lab->now);
	} else if (pkt.ct) {
		turn(me, &pkt);
	}
	ct_packet_release(lab->t, &pkt);
	if (step % 64 == 0) {
		lab_wait(lab, 50);
		ct_table_gc(lab->t, &lab->now);
	}
}

static void *work(void *arg)
{
	struct worker *me = arg;

	for (unsigned i = 0; i < THREAD_STEPS; i++)
		worker_step(me, i);
	return NULL;
}

static int count_one(struct ct_conn *ct, void *data)
{
	struct ct_tuple reply;

	ct_tuple(ct, CT_DIR_REPLY, &reply);
	++*(uint32_t *)data;
	return 0;
}

/* All of it ends, and nothing is left of it anywhere. */
static void end_all(struct lab *lab)
{
	lab_wait(lab, UINT64_C(500000) * 1000);
	for (unsigned i = 0; i < 300; i++) {
		lab_wait(lab, 100);
		ct_table_gc(lab->t, &lab->now);
	}
	CHECK(ct_table_count(lab->t) == 0);
	CHECK(lab->t->index.entries == 0);
	CHECK(lab->t->source.entries == 0);
}

int main(void)
{
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	struct ct_config cfg;
	uint32_t n = 0, bound = 0, turned = 0;
	struct lab lab;

	ct_config_init(&cfg);
	cfg.threads = true;
	cfg.max = 1000; /* evictions, too */
	lab_open(&lab, &cfg);
	for (unsigned i = 0; i < THREADS; i++) {
		struct worker *me = &workers[i];

		*me = (struct worker){ .n.lab = lab, .number = i };
		rng_seed(&me->n.rng, i);
		me->n.env = (struct nat_env){
			.ct = lab.t,
			.rng = &me->n.rng,
			.now = &me->n.lab.now,
		};
		pthread_create(&threads[i], NULL, work, me);
	}
	for (unsigned i = 0; i < 20; i++) /* dumps meanwhile */
		ct_table_foreach(lab.t, &lab.now, count_one, &n);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		bound += workers[i].bound;
		turned += workers[i].turned;
	}
	CHECK(bound > THREAD_STEPS / 8 && turned > THREAD_STEPS / 8);
	CHECK(ct_table_count(lab.t) <= cfg.max);
	end_all(&lab);
	lab_close(&lab);
	return 0;
}
