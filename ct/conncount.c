/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ct/conncount.h"

#include <linux/netfilter/nf_conntrack_tcp.h>

#include "ct/l4proto.h"
#include "ct/nat.h"

enum {
	/* the most that one look takes out: CONNCOUNT_GC_MAX_NODES */
	SWEEP_MAX = 64,
};

/* Ref: already_closed(). */
static bool is_closed(struct ct_conn *ct)
{
	uint8_t state;

	if (ct->l4 != IPPROTO_TCP)
		return false;
	state = ct_load(&ct_conn_proto(ct)->tcp.state);
	return state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

enum found {
	OVER, /* not in the table, or closed */
	OTHER,
	SAME,
};

static enum found look(struct ct_table *t, const struct ct_tuple *tuple,
		       const struct ct_tuple *wanted, const struct nv_time *now)
{
	enum found found = OTHER;
	enum ct_dir dir;
	struct ct_conn *ct = ct_find_tuple(t, tuple, now, &dir);

	if (!ct)
		return OVER;
	if (ct_tuple_eq(tuple, wanted))
		found = SAME;
	else if (is_closed(ct))
		found = OVER;
	ct_conn_put(t, ct);
	return found;
}

/*
 * Take out those that are over, up to SWEEP_MAX and one; true if @wanted is
 * met: what stands behind it is left alone then.
 */
static bool sweep(struct ct_table *t, struct ct_conncount *c,
		  const struct ct_tuple *wanted, const struct nv_time *now)
{
	size_t from = 0, to = 0, gone = 0;
	bool met = false;

	while (from < c->tuples.len && gone <= SWEEP_MAX && !met) {
		const struct ct_tuple tuple = c->tuples.v[from++];
		enum found found = look(t, &tuple, wanted, now);

		if (found == OVER)
			gone++;
		else
			c->tuples.v[to++] = tuple;
		met = found == SAME;
	}
	while (from < c->tuples.len)
		c->tuples.v[to++] = c->tuples.v[from++];
	c->tuples.len = to;
	return met;
}

/* Ref: __nf_conncount_add(). */
static void add(struct ct_table *t, struct ct_conncount *c,
		const struct ct_tuple *tuple, bool always,
		const struct nv_time *now)
{
	uint32_t tick = nv_ticks(now->mono_ns);

	if (always || tick != c->swept ||
	    c->tuples.len - c->swept_len >= SWEEP_MAX) {
		if (sweep(t, c, tuple, now))
			return;
		c->swept = tick;
		c->swept_len = c->tuples.len;
	}
	vec_push(&c->tuples, *tuple);
}

bool ct_conncount_packet(struct ct_table *t, struct ct_conncount *c,
			 const struct packet *pkt, const struct nv_time *now)
{
	bool confirmed = pkt->ct && ct_status_bits(pkt->ct) & IPS_CONFIRMED;
	struct ct_tuple tuple;

	if (pkt->ct)
		ct_tuple(pkt->ct, CT_DIR_ORIGINAL, &tuple);
	else if (!ct_packet_tuple(pkt, 0, &tuple))
		return false;
	add(t, c, &tuple, confirmed, now);
	return true;
}
