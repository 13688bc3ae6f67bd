/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A tuple is free for a connection if the answers to it are nobody else's:
 * one lookup of its inverse, by the index that packets are looked up in. The
 * unconfirmed connection that asks is not in the index, so it never finds
 * itself.
 */
#include "ct/nat.h"

#include <linux/netfilter/nf_conntrack_tcp.h>

#include "ct/l4proto.h"
#include "ct/mapping.h"

static_assert(CT_NAT_TRIES <= CT_PREFETCH_MAX, "looked up at once");

static void key_of_tuple(const struct ct_tuple *tuple, uint16_t zone,
			 struct ct_key *key)
{
	*key = (struct ct_key){
		.sport = tuple->sport,
		.dport = tuple->dport,
		.zone = zone,
		.l4 = tuple->l4,
		.flags = tuple->l3 == NFPROTO_IPV6 ? CT_KEY_V6 : 0,
		.src = tuple->src,
		.dst = tuple->dst,
	};
}

bool ct_tuple_invert(const struct ct_tuple *tuple, struct ct_tuple *out)
{
	const struct ct_l4proto *p = ct_l4proto_find(tuple->l4);
	struct ct_key key, inverse;

	if (likely(!p->invert_tuple)) {
		const struct ct_tuple t = *tuple; /* may be the same */

		out->src = t.dst;
		out->dst = t.src;
		out->sport = t.dport;
		out->dport = t.sport;
		out->l3 = t.l3;
		out->l4 = t.l4;
		return true;
	}
	key_of_tuple(tuple, 0, &key);
	if (!p->invert_tuple(&key, &inverse))
		return false;
	ct_key_tuple(&inverse, out);
	return true;
}

/* The packet's entry with the reply tuple @reply, for which it is made a wide
 * one; NULL: no memory for it. */
static struct ct_conn *widened(struct ct_table *t, struct packet *pkt,
			       const struct ct_key *reply)
{
	struct ct_conn *ct = pkt->ct;

	if (!ct_conn_is_wide(ct))
		ct = ct_conn_widen(t, ct);
	if (!ct)
		return NULL;
	ct_mapping_set(ct, reply);
	pkt->ct = ct;
	return ct;
}

bool ct_nat_reply_set(struct ct_table *t, struct packet *pkt,
		      const struct ct_tuple *reply)
{
	struct ct_key key;

	key_of_tuple(reply, pkt->ct->zone, &key);
	return widened(t, pkt, &key);
}

/* That end of the inverse of the opposite direction's tuple. */
void ct_nat_end(const struct ct_conn *ct, enum ct_dir dir, bool source,
		struct ct_nat_end *out)
{
	const struct ct_conn4 *c4 = (const struct ct_conn4 *)ct;
	const struct ct_wide4 *w4 = (const struct ct_wide4 *)ct;
	const bool reply = dir == CT_DIR_REPLY;
	struct ct_key key;
	uint64_t addrs;
	uint32_t ports;

	if (likely(!ct_conn_is_v6(ct) && ct_conn_is_wide(ct))) {
		addrs = reply ? ct_load(&c4->addrs) : ct_load(&w4->addrs);
		ports = reply ? (uint32_t)ct_load(&ct->head)
			      : ct_load(&w4->m.ports);
		out->addr =
			inet_addr_ip4((be32_t)(source ? addrs >> 32 : addrs));
		out->port = (be16_t)(source ? ports >> 16 : ports);
		return;
	}
	if (reply)
		ct_conn_key(ct, &key);
	else
		ct_conn_reply_key(ct, &key);
	/* word by word, as it was stored: see ct_key_swap() */
	for (int i = 0; i < 2; i++)
		out->addr.q[i] = source ? key.dst.q[i] : key.src.q[i];
	out->port = (be16_t)(source ? key.head >> 16 : key.head);
}

void ct_nat_remember_source(struct ct_table *t, struct ct_conn *ct)
{
	ct_source_add(t, ct);
}

struct source_ask {
	bool (*fits)(const struct ct_tuple *mapped, void *data);
	void *data;
};

static bool source_fits(const struct ct_key *reply, void *data)
{
	const struct source_ask *ask = data;
	struct ct_tuple tuple, mapped;

	ct_key_tuple(reply, &tuple);
	return ct_tuple_invert(&tuple, &mapped) &&
	       ask->fits(&mapped, ask->data);
}

bool ct_nat_find_source(struct ct_table *t, const struct ct_conn *ct,
			const struct ct_tuple *tuple, const struct nv_time *now,
			bool (*fits)(const struct ct_tuple *mapped, void *data),
			void *data)
{
	struct source_ask ask = { fits, data };
	struct ct_key key;

	key_of_tuple(tuple, ct->zone, &key);
	return ct_source_find(t, &key, nv_ticks(now->mono_ns), source_fits,
			      &ask);
}

struct ct_conn *ct_find_tuple(struct ct_table *t, const struct ct_tuple *tuple,
			      const struct nv_time *now, enum ct_dir *dir)
{
	struct ct_key key, inverse;

	key_of_tuple(tuple, 0, &key);
	if (!ct_l4proto_invert(ct_l4proto_find(key.l4), &key, &inverse))
		return NULL;
	return ct_lookup(t, &key, &inverse,
			 ct_key_hash(&t->secret, &key, &inverse),
			 nv_ticks(now->mono_ns), dir);
}

/* A tuple that is asked for: that of its answers, the inverse of that, and where
 * they are in the index. */
struct wanted {
	struct ct_key answer, inverse;
	uint64_t hash;
};

/* False: nothing answers it. */
static bool wanted_init(const struct ct_table *t, struct wanted *w,
			const struct ct_tuple *tuple, uint16_t zone)
{
	key_of_tuple(tuple, zone, &w->inverse);
	if (!ct_l4proto_invert(ct_l4proto_find(tuple->l4), &w->inverse,
			       &w->answer))
		return false;
	w->hash = ct_key_hash(&t->secret, &w->answer, &w->inverse);
	return true;
}

/* The connection that the answers belong to, with a reference, unless it has our
 * original tuple: then it is ours by another packet; @dir: which direction. */
static struct ct_conn *holder_of(struct ct_table *t, const struct ct_key *ours,
				 const struct wanted *w,
				 const struct nv_time *now, enum ct_dir *dir)
{
	struct ct_conn *holder = ct_lookup(t, &w->answer, &w->inverse, w->hash,
					   nv_ticks(now->mono_ns), dir);

	if (!holder || !ct_conn_is(holder, ours))
		return holder;
	ct_conn_put(t, holder);
	return NULL;
}

/* Nobody translates, and they are each other's mirror images. */
static bool is_mirror(const struct ct_conn *ct, const struct ct_conn *holder)
{
	const uint32_t nat = IPS_NAT_MASK | IPS_SEQ_ADJUST;
	struct ct_key its, reply;

	if ((ct_load(&ct->status) | ct_load(&holder->status)) & nat ||
	    !ct_l4proto_find(ct->l4)->allow_clash)
		return false;
	ct_conn_key(holder, &its);
	ct_conn_reply_key(ct, &reply);
	return ct_key_eq(&its, &reply);
}

/* nf_nat_may_kill(), nf_seq_has_advanced(): a finished connection whose numbers
 * ours has left behind. */
static bool may_be_replaced(struct ct_table *t, const struct ct_conn *ct,
			    struct ct_conn *holder, enum ct_dir dir)
{
	const struct ct_tcp *new = &ct_conn_proto((struct ct_conn *)ct)->tcp;
	const struct ct_tcp *old = &ct_conn_proto(holder)->tcp;
	bool may;

	if (ct->l4 != IPPROTO_TCP || new->state != TCP_CONNTRACK_SYN_SENT ||
	    dir != CT_DIR_REPLY)
		return false;
	ct_conn_lock(holder, t->cfg.threads);
	may = old->state >= TCP_CONNTRACK_TIME_WAIT &&
	      (holder->status &
	       (IPS_FIXED_TIMEOUT | IPS_DYING | IPS_SRC_NAT)) == IPS_SRC_NAT &&
	      (int32_t)(new->seen[0].end - old->seen[0].end) > 0;
	ct_conn_unlock(holder, t->cfg.threads);
	return may;
}

/* @ours: the original tuple of @ct. */
static bool is_taken(struct ct_table *t, const struct ct_conn *ct,
		     const struct ct_key *ours, const struct wanted *w,
		     enum ct_taken_how how, const struct nv_time *now)
{
	enum ct_dir dir;
	struct ct_conn *holder = holder_of(t, ours, w, now, &dir);
	bool taken = true;

	if (!holder)
		return false;
	if (how == CT_TAKEN_MIRROR)
		taken = !is_mirror(ct, holder);
	else if (how == CT_TAKEN_HARDER)
		taken = !may_be_replaced(t, ct, holder, dir) ||
			!ct_conn_kill(t, holder);
	ct_conn_put(t, holder);
	if (taken)
		ct_stat_inc(t, found);
	return taken;
}

bool ct_nat_taken(struct ct_table *t, const struct ct_conn *ct,
		  const struct ct_tuple *tuple, enum ct_taken_how how,
		  const struct nv_time *now)
{
	struct ct_key ours;
	struct wanted w;

	ct_conn_key(ct, &ours);
	return wanted_init(t, &w, tuple, ct->zone) &&
	       is_taken(t, ct, &ours, &w, how, now);
}

unsigned ct_nat_first_free(struct ct_table *t, const struct ct_conn *ct,
			   const struct ct_tuple *tuples, unsigned n,
			   enum ct_taken_how how, const struct nv_time *now)
{
	uint64_t hashes[CT_NAT_TRIES] = { 0 };
	struct ct_conn *hints[CT_NAT_TRIES];
	struct wanted w[CT_NAT_TRIES];
	struct ct_key ours;

	ct_conn_key(ct, &ours);
	for (unsigned i = 0; i < n; i++) {
		if (!wanted_init(t, &w[i], &tuples[i], ct->zone))
			return i; /* none of them has answers */
		hashes[i] = w[i].hash;
		ct_index_prefetch(&t->index, hashes[i]);
	}
	ct_index_hints(t, hashes, hints, n);
	for (unsigned i = 0; i < n; i++)
		if (!is_taken(t, ct, &ours, &w[i], how, now))
			return i;
	return n;
}

uint32_t ct_nat_masq_link(struct ct_conn *ct)
{
	const struct ct_mapping *m = ct_conn_mapping(ct);

	return m ? ct_load(&m->masq) : 0;
}

bool ct_nat_set_masq_link(struct ct_table *t, struct packet *pkt,
			  uint32_t ifindex)
{
	struct ct_conn *ct;
	struct ct_key key;

	ct_conn_reply_key(pkt->ct, &key);
	ct = widened(t, pkt, &key);
	if (!ct)
		return false;
	ct_store(&ct_conn_mapping(ct)->masq, ifindex);
	return true;
}

void ct_nat_delete(struct ct_table *t, struct ct_conn *ct)
{
	if (ct_conn_lives(ct))
		ct_conn_kill(t, ct);
}

void ct_close(struct ct_table *t, struct ct_conn *ct, const struct nv_time *now)
{
	const uint32_t ticks =
		ct_ticks(t->cfg.tcp_timeout[TCP_CONNTRACK_CLOSE]);

	if (ct->l4 != IPPROTO_TCP || !(ct_load(&ct->status) & IPS_CONFIRMED))
		return;
	ct_conn_lock(ct, t->cfg.threads);
	if (!(ct->status & IPS_FIXED_TIMEOUT) &&
	    ct_conn_proto(ct)->tcp.state != TCP_CONNTRACK_CLOSE)
		ct_store(&ct->timeout, nv_ticks(now->mono_ns) + ticks);
	ct_conn_proto(ct)->tcp.state = TCP_CONNTRACK_CLOSE;
	ct_conn_unlock(ct, t->cfg.threads);
}
