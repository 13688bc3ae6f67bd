/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ct/table.h"
#include "tests/ct/wire.h"

/* --- against a naive table ------------------------------------------------ */

enum {
	FLOWS = 40000,
	STEPS = 1000000,
	UDP_SECONDS = 30
};

/* struct naive - what should be known of a flow */
struct naive {
	uint64_t until_ms; /* 0: not there */
	uint32_t id;
	bool opened_by_server;
};

static void naive_step(struct lab *lab, struct rng *rng, struct naive *flows,
		       uint64_t *now_ms, uint32_t *next_id)
{
	uint32_t f = rng_below(rng, FLOWS);
	enum way way = rng_below(rng, 2);
	struct naive *n = &flows[f];
	struct seen seen;
	struct wire w;
	bool known = n->until_ms > *now_ms;

	wire_udp(&w, f % 3 == 0, way, (uint16_t)f, (uint16_t)(f >> 12), 0);
	if (known && rng_below(rng, 4) == 0) {
		/* a duplicate whose first copy was dropped changes nothing */
		struct packet pkt;

		lab_in(lab, &w, NF_INET_PRE_ROUTING, &pkt);
		cr_assert_eq(ct_id(pkt.ct), n->id);
		ct_packet_release(lab->t, &pkt);
	}
	seen = lab_send(lab, &w);
	if (!known) {
		cr_assert_eq(seen.state, CT_STATE_NEW, "flow %u", f);
		n->id = ++*next_id;
		n->opened_by_server = way == S2C;
	}
	cr_assert_eq(seen.id, n->id, "flow %u: id %u not %u", f, seen.id,
		     n->id);
	cr_assert_eq(seen.dir == CT_DIR_REPLY,
		     n->opened_by_server != (way == S2C), "flow %u", f);
	n->until_ms = *now_ms + seen.expires_ms;
}

Test(index, a_million_steps_beside_a_naive_table, .timeout = 300)
{
	struct naive *flows = calloc(FLOWS, sizeof(*flows));
	uint64_t now_ms = 0;
	uint32_t next_id = 0, alive = 0;
	struct ct_config cfg;
	struct lab lab;
	struct rng rng;

	ct_config_init(&cfg);
	cfg.checksum = false;
	lab_open(&lab, &cfg);
	rng_seed(&rng, 42);
	for (unsigned i = 0; i < STEPS; i++) {
		naive_step(&lab, &rng, flows, &now_ms, &next_id);
		if (rng_below(&rng, 100) == 0) {
			lab_wait(&lab, 100);
			now_ms += 100;
			ct_table_gc(lab.t, &lab.now);
		}
	}
	for (unsigned f = 0; f < FLOWS; f++)
		alive += flows[f].until_ms > now_ms;
	for (unsigned i = 0; i < 100; i++) {
		lab_wait(&lab, 1);
		ct_table_gc(lab.t, &lab.now);
	}
	cr_expect(ct_table_count(lab.t) >= alive);
	cr_expect_eq(lab.t->index.entries, ct_table_count(lab.t));
	lab_wait(&lab, 200000);
	for (unsigned i = 0; i < 200; i++) {
		lab_wait(&lab, 100);
		ct_table_gc(lab.t, &lab.now);
	}
	cr_expect_eq(ct_table_count(lab.t), 0);
	cr_expect_eq(lab.t->index.entries, 0);
	lab_close(&lab);
	free(flows);
}

/* --- buckets that overflow ------------------------------------------------ */

/* One bucket gets more than it holds, and gives it all back. */
Test(index, overflow)
{
	enum {
		N = 100
	};
	struct ct_config cfg;
	struct lab lab;
	uint64_t hash = UINT64_C(0x4200000000000003);

	ct_config_init(&cfg);
	lab_open(&lab, &cfg);
	for (uint32_t i = 1; i <= N; i++) {
		struct ct_bucket *b = ct_index_lock(lab.t, hash);

		cr_assert(ct_index_add(lab.t, b, hash, i));
		ct_index_unlock(lab.t, b);
	}
	for (uint32_t i = N; i >= 1; i--)
		ct_index_del(lab.t, hash, i % 2 ? i : N + 2 - i);
	cr_expect_eq(lab.t->index.entries, 0);
	cr_expect_eq(ct_index_lock(lab.t, hash)->next, 0);
	lab_close(&lab);
}
