/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The usual way of a TCP segment and the reference do the same: random
 * conversations, whose numbers lie at and around every edge of the window, go
 * through two tables, and the entries are compared byte by byte.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "ct/tcp.h"
#include "tests/ct/wire.h"

enum {
	SEEDS = 400,
	SEGMENTS = 120
};

/* struct talk - one conversation in both tables */
struct talk {
	struct lab usual, reference;
	struct rng rng;
	uint32_t next[2]; /* what each end sends next */
	uint16_t win[2];
	bool v6;
};

static int copy_conn(struct ct_conn *ct, void *data)
{
	*(struct ct_conn **)data = ct;
	return 1;
}

static struct ct_conn *only_entry(struct lab *lab)
{
	struct ct_conn *ct = NULL;

	ct_table_foreach(lab->t, &lab->now, copy_conn, &ct);
	return ct;
}

static void expect_same_entry(struct talk *t, unsigned seed, unsigned step)
{
	struct ct_conn *a = only_entry(&t->usual);
	struct ct_conn *b = only_entry(&t->reference);

	cr_assert_eq(!a, !b, "seed %u, step %u: one has an entry", seed, step);
	if (!a)
		return;
	cr_assert_eq(a->timeout, b->timeout, "seed %u, step %u: timeout %u, %u",
		     seed, step, a->timeout - nv_ticks(t->usual.now.mono_ns),
		     b->timeout - nv_ticks(t->usual.now.mono_ns));
	cr_assert_eq(a->status, b->status, "seed %u, step %u", seed, step);
	cr_assert_arr_eq(ct_conn_proto(a), ct_conn_proto(b),
			 sizeof(struct ct_tcp), "seed %u, step %u: state", seed,
			 step);
}

static struct seen send_both(struct talk *t, struct segment_spec *spec,
			     unsigned seed, unsigned step)
{
	struct seen a, b;
	struct wire w;

	wire_tcp(&w, t->v6, 40000, 80, spec);
	a = lab_send(&t->usual, &w);
	b = lab_send(&t->reference, &w);
	cr_assert_eq(a.state, b.state, "seed %u, step %u: state %u, %u", seed,
		     step, a.state, b.state);
	cr_assert_eq(a.reason, b.reason, "seed %u, step %u: %s, %s", seed, step,
		     reason_name(a.reason), reason_name(b.reason));
	expect_same_entry(t, seed, step);
	return a;
}

/* One of several numbers. */
#define ONE_OF(t, ...)                                \
	((const uint32_t[]){ __VA_ARGS__ }[rng_below( \
		&(t)->rng, sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)])

/* The handshake, with or without options; sometimes left out: picked up in
 * the middle. */
static void shake_hands(struct talk *t, unsigned seed)
{
	static const char *const opts[] = { NULL, "030307", "0402",
					    "020405b4040203030e" };
	const char *mine = opts[rng_below(&t->rng, 4)];
	const char *yours = opts[rng_below(&t->rng, 4)];
	struct segment_spec syn = { C2S, "S", t->next[C2S] - 1, 0, t->win[C2S],
				    0,	 mine };
	struct segment_spec synack = {
		S2C, "S.", t->next[S2C] - 1, t->next[C2S], t->win[S2C], 0, yours
	};
	struct segment_spec ack = { C2S,	  ".",	       t->next[C2S],
				    t->next[S2C], t->win[C2S], 0,
				    NULL };

	if (rng_below(&t->rng, 8)) {
		send_both(t, &syn, seed, 0);
		send_both(t, &synack, seed, 0);
	}
	send_both(t, &ack, seed, 0);
}

/* A segment: right, or wrong in one number. */
static void next_segment(struct talk *t, struct segment_spec *spec)
{
	static const char *const opts[] = {
		NULL, NULL, NULL,
		/* a timestamp, laid out as usual and not */
		"0101080a0000000100000002", "080a00000001000000020101",
		/* SACK of what follows */
		"0101050a0000271000004e20"
	};
	enum way way = rng_below(&t->rng, 2) ? C2S : S2C;
	uint32_t len = ONE_OF(t, 0, 0, 1, 10, 100, 1400);
	const char *flags = rng_below(&t->rng, 20)  ? "."
			    : rng_below(&t->rng, 8) ? "P."
						    : "U.";

	*spec = (struct segment_spec){ way,
				       flags,
				       t->next[way],
				       t->next[!way],
				       t->win[way],
				       (uint16_t)len,
				       opts[rng_below(&t->rng, 6)] };
	switch (rng_below(&t->rng, 12)) {
	case 0:
		spec->seq += ONE_OF(t, 1, 100, 65535, 65536, 66000, 1u << 21);
		break;
	case 1:
		spec->seq -= ONE_OF(t, 1, 100, 65535, 65536, 66000, 1u << 21);
		break;
	case 2:
		spec->ack += ONE_OF(t, 1, 2, 1000, 1u << 30);
		break;
	case 3:
		spec->ack -= ONE_OF(t, 1, 1000, 65999, 66000, 66001, 66002);
		break;
	case 4:
		spec->win = (uint16_t)ONE_OF(t, 0, 0, 1, 512, 65535);
		break;
	case 5:
		spec->flags = rng_below(&t->rng, 2) ? "R" : "S";
		break;
	default:
		t->next[way] += len;
		break;
	}
}

static void talk_open(struct talk *t, unsigned seed)
{
	struct ct_config cfg;

	ct_config_init(&cfg);
	rng_seed(&t->rng, seed);
	t->v6 = rng_below(&t->rng, 2);
	/* around zero, too */
	t->next[C2S] = ONE_OF(t, 1, 1000, 0x7fffff00, 0xffffff00);
	t->next[S2C] = ONE_OF(t, 1, 5000, 0x7ffffff0, 0xfffffff0);
	t->win[C2S] = (uint16_t)ONE_OF(t, 1, 1000, 29200, 65535);
	t->win[S2C] = (uint16_t)ONE_OF(t, 1, 1000, 29200, 65535);
	cfg.tcp_be_liberal = rng_below(&t->rng, 8) == 0;
	cfg.tcp_max_retrans = (uint8_t)ONE_OF(t, 0, 1, 3, 3, 3, 255);
	cfg.tcp_timeout_max_retrans = ONE_OF(t, 1, 300, 300, 1000000);
	cfg.tcp_timeout_unacknowledged = ONE_OF(t, 2, 300, 300, 1000000);
	cfg.acct = rng_below(&t->rng, 4) == 0;
	lab_open(&t->usual, &cfg);
	cfg.reference = true;
	lab_open(&t->reference, &cfg);
}

Test(tcp_usual, does_what_the_reference_does)
{
	unsigned established = 0, all = 0;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct talk t = { 0 };

		talk_open(&t, seed);
		shake_hands(&t, seed);
		for (unsigned i = 1; i <= SEGMENTS; i++) {
			struct segment_spec spec;
			uint64_t ms = rng_below(&t.rng, 3000);

			next_segment(&t, &spec);
			lab_wait(&t.usual, ms);
			lab_wait(&t.reference, ms);
			all++;
			if (send_both(&t, &spec, seed, i).state ==
			    CT_STATE_ESTABLISHED)
				established++;
		}
		lab_close(&t.usual);
		lab_close(&t.reference);
	}
	/* else the conversations prove nothing */
	cr_expect_gt(established, all / 3);
	cr_expect_lt(established, all - all / 10);
}
