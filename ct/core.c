/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The way of a packet through connection tracking: facts section 2.1 step by
 * step in ct_in(), 2.3 in ct_confirm(). What is particular to a protocol is
 * asked of its tracker (struct ct_l4proto).
 *
 * The entry's lock is held around the tracker and the bits set after it, so
 * that two packets of one connection are judged one after the other.
 */
#include "base/util.h"
#include "ct/helper.h"
#include "ct/l4proto.h"
#include "ct/mapping.h"
#include "packet/csum.h"

/* Not tracked: ctinfo 0 without a ct reads as invalid. */
static __attribute__((noinline)) enum reason not_tracked(struct ct_ctx *cx,
							 enum reason why)
{
	cx->pkt->ct = NULL;
	cx->pkt->ctinfo = 0;
	cx->pkt->ct_reason = why;
	ct_stat_inc(cx->t, invalid);
	return REASON_NONE;
}

static inline void attach(struct packet *pkt, struct ct_conn *ct,
			  enum ip_conntrack_info ctinfo)
{
	pkt->ct = ct;
	pkt->ctinfo = ctinfo;
}

/* Step 8. No branch on the direction, which nobody can foresee: a reply is
 * established, whatever has been seen before. */
static inline enum ip_conntrack_info ctinfo_of(uint32_t status, enum ct_dir dir)
{
	uint32_t info = IP_CT_ESTABLISHED;

	if (unlikely(!(status & IPS_SEEN_REPLY)))
		info = status & IPS_EXPECTED ? IP_CT_RELATED : IP_CT_NEW;
	return (enum ip_conntrack_info)(dir * IP_CT_ESTABLISHED_REPLY |
					(info & (dir - 1u)));
}

bool ct_csum_verify(const struct ct_ctx *cx)
{
	struct packet *pkt = cx->pkt;

	switch (packet_csum_l4(pkt, cx->l4.proto, cx->l4.off)) {
	case CSUM_BAD:
		return false;
	case CSUM_PARTIAL:
		if (!(pkt->flags & PKT_CSUM_LAX))
			return false;
		break;
	default:
		break;
	}
	pkt->flags |= PKT_CSUM_VERIFIED;
	return true;
}

/* Step 9 and 10, on an entry that the caller has a reference to. */
static inline enum ct_verdict track(struct ct_ctx *cx,
				    const struct ct_l4proto *p)
{
	const bool threads = cx->t->cfg.threads;
	struct ct_conn *ct = cx->ct;
	enum ip_conntrack_info ctinfo;
	enum ct_verdict verdict;

	ct_conn_lock(ct, threads);
	ctinfo = ctinfo_of(ct->status, cx->dir);
	verdict = p->packet(cx);
	if (likely(verdict == CT_ACCEPT)) {
		attach(cx->pkt, ct, ctinfo);
		if (unlikely(!(ct->status & IPS_SEEN_REPLY)) &&
		    ctinfo == IP_CT_ESTABLISHED_REPLY)
			ct_store(&ct->status, ct->status | IPS_SEEN_REPLY);
	}
	ct_conn_unlock(ct, threads);
	if (unlikely(cx->kill))
		ct_conn_kill(cx->t, ct);
	return verdict;
}

/* Step 7: nothing known of this tuple. */
static __attribute__((noinline)) enum reason start(struct ct_ctx *cx,
						   const struct ct_l4proto *p,
						   const struct ct_key *key,
						   uint64_t hash)
{
	struct ct_table *t = cx->t;
	struct ct_conn *ct = ct_conn_new(t, key, hash, cx->now);
	struct ct_expect exp;
	uint32_t id;

	if (!ct) {
		ct_stat_inc(t, drop);
		cx->pkt->ct_reason = REASON_ct_full;
		return REASON_ct_full;
	}
	cx->ct = ct;
	cx->dir = CT_DIR_ORIGINAL;
	if (unlikely(ct_expect_take(t, key, cx->now, &exp)))
		ct_expected(t, ct, &exp);
	if (track(cx, p) != CT_ACCEPT) {
		ct_conn_put(t, ct);
		return not_tracked(cx, cx->pkt->ct_reason);
	}
	id = t->cfg.threads
		     ? __atomic_add_fetch(&t->next_id, 1, __ATOMIC_RELAXED)
		     : ++t->next_id;
	ct_store(&ct->id, id);
	return REASON_NONE;
}

/* Is what ct_in_prefetch() noted still true of the packet? */
static inline bool packet_is_as_prefetched(const struct packet *pkt)
{
	return !(pkt->flags & (PKT_DIRTY | PKT_REASSEMBLED));
}

static inline uint64_t packet_hash(const struct ct_table *t,
				   const struct packet *pkt,
				   const struct ct_key *key,
				   const struct ct_key *inverse)
{
	if (likely(pkt->ct_hash && packet_is_as_prefetched(pkt)))
		return pkt->ct_hash;
	return ct_key_hash(&t->secret, key, inverse);
}

/* Steps 9 and 10 on the connection that was found, and what comes of it.
 * False: it was over and is gone now, look again. */
static inline bool judge(struct ct_ctx *cx, const struct ct_l4proto *p,
			 enum reason *end)
{
	*end = REASON_NONE;
	switch (track(cx, p)) {
	case CT_ACCEPT:
		return true;
	case CT_INVALID:
		ct_conn_put(cx->t, cx->ct);
		not_tracked(cx, cx->pkt->ct_reason);
		return true;
	case CT_REPEAT:
		if (ct_conn_kill(cx->t, cx->ct))
			break;
		ct_conn_put(cx->t, cx->ct);
		not_tracked(cx, REASON_ct_dying);
		ct_stat_inc(cx->t, drop);
		*end = REASON_ct_dying;
		return true;
	}
	ct_conn_put(cx->t, cx->ct);
	return false;
}

/* Steps 6 to 10. */
static enum reason resolve(struct ct_ctx *cx, const struct ct_l4proto *p,
			   const struct ct_key *key,
			   const struct ct_key *inverse)
{
	struct ct_table *t = cx->t;
	uint64_t hash = packet_hash(t, cx->pkt, key, inverse);
	enum reason end;

	do {
		cx->ct = ct_lookup(t, key, inverse, hash, cx->now, &cx->dir);
		if (unlikely(!cx->ct))
			return start(cx, p, key, hash);
	} while (!judge(cx, p, &end));
	return end;
}

/*
 * Does @ct have the packet's tuple, and in which direction? Nobody can foresee
 * the direction, so both are compared without a branch. A tuple that is its own
 * inverse is the reply's, as in ct_lookup().
 */
static inline __attribute__((always_inline)) bool
conn_is_of_packet(const struct ct_conn *ct, const struct packet *pkt,
		  const struct ct_l4 *l4, enum ct_dir *dir)
{
	const bool v6 = pkt->nfproto == NFPROTO_IPV6;
	const uint8_t *ports = packet_read(pkt, l4->off, 4);
	uint64_t head, fwd, back;

	if (unlikely(!ports))
		return false;
	head = ct_key_head(load_raw32(ports), l4->proto, v6 ? CT_KEY_V6 : 0);
	fwd = back = ct_load(&ct->head) & CT_HEAD_MASK;
	fwd ^= head;
	back ^= ct_head_swap(head);
	ct_conn_differs(ct, pkt->data, v6, &fwd, &back);
	*dir = (enum ct_dir)(back == 0);
	/* one of them is zero, told by a mask */
	return (fwd & -(uint64_t)(back != 0)) == 0;
}

/* Status of an entry whose two tuples are each other's inverse and that
 * lookups find. */
static inline bool status_is_plain(uint32_t status)
{
	return (status & (IPS_CONFIRMED | IPS_DYING | IPS_NAT_MASK |
			  CT_NAT_CLASH)) == IPS_CONFIRMED;
}

/*
 * The same of a wide entry, which has both tuples. Protocols without ports are
 * not for here: what their headers begin with is in no tuple.
 */
static inline __attribute__((always_inline)) bool
wide_is_of_packet(const struct ct_conn *ct, const struct packet *pkt,
		  const struct ct_l4 *l4, enum ct_dir *dir)
{
	const bool v6 = pkt->nfproto == NFPROTO_IPV6;
	const uint8_t *ports = packet_read(pkt, l4->off, 4);
	uint64_t fwd = 0, back = 0;

	if (unlikely(!ports || !ct_l4proto_find(l4->proto)->ports))
		return false;
	ct_wide_differs(ct,
			ct_key_head(load_raw32(ports), l4->proto,
				    v6 ? CT_KEY_V6 : 0),
			pkt->data, v6, &fwd, &back);
	*dir = (enum ct_dir)(back == 0);
	return (fwd & -(uint64_t)(back != 0)) == 0;
}

/* take_hint() of a wide entry. */
static __attribute__((noinline)) bool take_wide(struct ct_ctx *cx,
						struct ct_conn *ct)
{
	const bool threads = cx->t->cfg.threads;

	if (unlikely(!wide_is_of_packet(ct, cx->pkt, &cx->l4, &cx->dir) ||
		     !ct_conn_tryget(ct, threads)))
		return false;
	if (likely((!threads ||
		    wide_is_of_packet(ct, cx->pkt, &cx->l4, &cx->dir)) &&
		   ct_conn_lives(ct) && !ct_conn_expired(ct, cx->now) &&
		   (cx->dir == CT_DIR_REPLY ||
		    !(ct_load(&ct->status) & CT_NAT_CLASH)))) {
		cx->ct = ct;
		return true;
	}
	ct_conn_put(cx->t, ct);
	return false;
}

/*
 * The entry that ct_in_prefetch() took for the packet's connection, with a
 * reference, if it is that indeed: what ct_lookup() would find, without a look
 * at the bucket. False: perhaps there is another.
 */
static inline bool take_hint(struct ct_ctx *cx)
{
	const bool threads = cx->t->cfg.threads;
	const bool v6 = cx->pkt->nfproto == NFPROTO_IPV6;
	struct ct_conn *ct = cx->pkt->ct_hint;

	if (unlikely(!ct || !packet_is_as_prefetched(cx->pkt)))
		return false;
	/* Before the addresses: where IPv6 ones would be, an IPv4 entry has its
	 * tracker's state, which others may be changing. */
	if (unlikely(ct_conn_is_v6(ct) != v6))
		return false;
	if (unlikely(ct_conn_is_wide(ct)))
		return take_wide(cx, ct);
	if (unlikely(!conn_is_of_packet(ct, cx->pkt, &cx->l4, &cx->dir) ||
		     !ct_conn_tryget(ct, threads)))
		return false;
	/* With the reference it stays what it is now. */
	if (likely((!threads ||
		    conn_is_of_packet(ct, cx->pkt, &cx->l4, &cx->dir)) &&
		   status_is_plain(ct_load(&ct->status)) &&
		   !ct_conn_expired(ct, cx->now))) {
		cx->ct = ct;
		return true;
	}
	ct_conn_put(cx->t, ct);
	return false;
}

/* What answers @key; false, with the packet not tracked, if nothing does. */
static bool inverse_of(struct ct_ctx *cx, const struct ct_l4proto *p,
		       const struct ct_key *key, struct ct_key *inverse)
{
	if (likely(ct_l4proto_invert(p, key, inverse)))
		return true;
	not_tracked(cx, REASON_ct_no_inverse);
	return false;
}

/* Steps 3 to 10 of a packet whose connection is not foreseen. */
static __attribute__((noinline)) enum reason search(struct ct_ctx *cx,
						    const struct ct_l4proto *p)
{
	struct packet *pkt = cx->pkt;
	struct ct_key key, inverse;

	if (unlikely(p->error)) {
		if (p->error(cx) != CT_ACCEPT) {
			ct_stat_inc(cx->t, error);
			return REASON_NONE;
		}
		if (pkt->ct || pkt->ctinfo == IP_CT_UNTRACKED)
			return REASON_NONE;
	}
	if (!ct_key_from_packet(pkt, 0, &cx->l4, p, &key))
		return not_tracked(cx, REASON_ct_no_tuple);
	if (!inverse_of(cx, p, &key, &inverse))
		return REASON_NONE;
	return resolve(cx, p, &key, &inverse);
}

enum reason ct_in(struct ct_table *t, struct packet *pkt,
		  const struct nv_time *now)
{
	struct ct_ctx cx = {
		.t = t,
		.pkt = pkt,
		.now = nv_ticks(now->mono_ns),
	};
	const struct ct_l4proto *p;
	enum reason end;

	if (pkt->ct || pkt->ctinfo == IP_CT_UNTRACKED)
		return REASON_NONE;
	pkt->ct_reason = REASON_NONE;
	if (unlikely(!ct_find_l4(pkt, 0, &cx.l4)))
		return not_tracked(&cx, REASON_ct_no_l4);
	p = ct_l4proto_find(cx.l4.proto);
	if (likely(take_hint(&cx)) && likely(judge(&cx, p, &end)))
		return end;
	return search(&cx, p);
}

/* The hash of an IPv4 packet with ports, without making a key of it. */
static inline uint64_t prefetch_hash4(const struct ct_table *t,
				      const struct packet *pkt,
				      const struct ct_l4 *l4)
{
	const uint8_t *ports = packet_read(pkt, l4->off, 4);
	uint64_t head;

	if (unlikely(!ports))
		return 0;
	head = ct_key_head(load_raw32(ports), l4->proto, 0);
	return ct_hash4_either(&t->secret, load_raw32(pkt->data + 12),
			       load_raw32(pkt->data + 16), head,
			       ct_head_swap(head));
}

static uint64_t prefetch_hash_any(const struct ct_table *t,
				  const struct packet *pkt,
				  const struct ct_l4 *l4,
				  const struct ct_l4proto *p)
{
	struct ct_key key, inverse;

	if (!ct_key_from_packet(pkt, 0, l4, p, &key) ||
	    !ct_l4proto_invert(p, &key, &inverse))
		return 0;
	return ct_key_hash(&t->secret, &key, &inverse);
}

/* The hash of the packet's tuple; 0: it has none, will have another, or its
 * protocol looks at the packet before the lookup. */
static inline uint64_t prefetch_hash(const struct ct_table *t,
				     const struct packet *pkt)
{
	const struct ct_l4proto *p;
	struct ct_l4 l4;

	if (pkt->reason != REASON_NONE || pkt->flags & PKT_DIRTY ||
	    !ct_find_l4(pkt, 0, &l4))
		return 0;
	p = ct_l4proto_find(l4.proto);
	if (likely(p->ports && pkt->nfproto == NFPROTO_IPV4))
		return prefetch_hash4(t, pkt, &l4);
	if (unlikely(p->error))
		return 0;
	return prefetch_hash_any(t, pkt, &l4, p);
}

/* Start loading where the answers to a new connection will be looked for, if its
 * source becomes what the last one became. */
static void answers_prefetch(const struct ct_table *t,
			     const struct ct_l4proto *p, struct ct_key key)
{
	struct ct_key inverse;

	key.src = t->source.usual[key.flags & CT_KEY_V6];
	if (ct_l4proto_invert(p, &key, &inverse))
		ct_index_prefetch(&t->index,
				  ct_key_hash(&t->secret, &key, &inverse));
}

/* What NAT will look at for new connections, if any is translated. */
static __attribute__((noinline)) void
sources_prefetch(const struct ct_table *t, const struct packet *pkts, size_t n)
{
	uint32_t sources[CT_PREFETCH_MAX];
	const struct ct_l4proto *p;
	size_t found = 0;
	struct ct_key key;
	struct ct_l4 l4;

	for (size_t i = 0; i < n; i++) {
		if (!pkts[i].ct_hash || pkts[i].ct_hint ||
		    !ct_find_l4(&pkts[i], 0, &l4))
			continue;
		p = ct_l4proto_find(l4.proto);
		if (!ct_key_from_packet(&pkts[i], 0, &l4, p, &key))
			continue;
		sources[found++] = ct_source_hash(t, &key);
		answers_prefetch(t, p, key);
	}
	ct_source_prefetch(t, sources, found);
}

void ct_in_prefetch(struct ct_table *t, struct packet *pkts, size_t n)
{
	uint64_t hashes[CT_PREFETCH_MAX];
	struct ct_conn *hints[CT_PREFETCH_MAX];
	size_t batch;

	for (; n; pkts += batch, n -= batch) {
		batch = MIN(n, (size_t)CT_PREFETCH_MAX);
		for (size_t i = 0; i < batch; i++) {
			hashes[i] = pkts[i].ct_hash =
				prefetch_hash(t, &pkts[i]);
			ct_index_prefetch(&t->index, hashes[i]);
		}
		ct_index_hints(t, hashes, hints, batch);
		for (size_t i = 0; i < batch; i++)
			pkts[i].ct_hint = hints[i];
		if (!t->cfg.threads && unlikely(t->source.entries))
			sources_prefetch(t, pkts, batch);
	}
}

/* --- confirm -------------------------------------------------------------- */

/* Enter the entry into the buckets of its two hashes, which are locked and free
 * of its tuples; without NAT the second is the first again. */
static bool publish(struct ct_table *t, struct ct_bucket *b[2],
		    const uint64_t hash[2], struct ct_conn *ct,
		    const struct nv_time *now)
{
	struct ct_ext *ext = ct_table_ext(t, ct);

	ct_store(&ct->timeout, ct->timeout + nv_ticks(now->mono_ns));
	if (ext && t->cfg.timestamp)
		ext->start_ns = now->wall_ns;
	ct_conn_tryget(ct, t->cfg.threads); /* the table's reference */
	/* From now on collection may see it; it waits for the lock, then for
	 * the bucket. */
	ct_conn_lock(ct, t->cfg.threads);
	ct_store(&ct->status, ct->status | IPS_CONFIRMED);
	ct_conn_unlock(ct, t->cfg.threads);
	return ct_index_add(t, b[0], hash[0], ct_table_ref(ct)) &&
	       (hash[0] == hash[1] ||
		ct_index_add(t, b[1], hash[1], ct_table_ref(ct)));
}

/* nf_ct_acct_merge(): the packet of an entry that lost counts for the one that
 * won. */
static void acct_merge(struct ct_table *t, struct ct_conn *winner,
		       const struct ct_conn *loser)
{
	const struct ct_ext *from = ct_table_ext(t, loser);
	struct ct_ext *to = ct_table_ext(t, winner);

	if (!from || !to || !from->acct || !to->acct)
		return;
	ct_conn_lock(winner, t->cfg.threads);
	ct_store(&to->packets[CT_DIR_ORIGINAL],
		 to->packets[CT_DIR_ORIGINAL] + 1);
	ct_store(&to->bytes[CT_DIR_ORIGINAL],
		 to->bytes[CT_DIR_ORIGINAL] + from->bytes[CT_DIR_ORIGINAL]);
	ct_conn_unlock(winner, t->cfg.threads);
}

/* nf_ct_match(), nf_ct_match_reverse(): the same tuples, perhaps mirrored. */
static bool same_tuples(const struct ct_conn *a, const struct ct_conn *b)
{
	struct ct_key a_orig, a_reply, b_orig, b_reply;

	ct_conn_key(a, &a_orig);
	ct_conn_key(b, &b_orig);
	ct_conn_reply_key(a, &a_reply);
	ct_conn_reply_key(b, &b_reply);
	return (ct_key_eq(&a_orig, &b_orig) && ct_key_eq(&a_reply, &b_reply)) ||
	       (ct_key_eq(&a_orig, &b_reply) && ct_key_eq(&a_reply, &b_orig));
}

/*
 * Clash resolution, facts 2.3: @other has one of our tuples. Two threads, or two
 * packets under way at once, come here with the first packets of one flow; and
 * who was translated to what somebody else has already.
 *
 *	1. it has both, perhaps mirrored: the packet takes it over
 *	2. they were translated differently: ours is found by its answers alone,
 *	   for a second; packets of the original direction find the other one
 *	3. the answers are taken: the packet is dropped
 *
 * Ref: nf_ct_resolve_clash().
 */

/* Rule 2, with the buckets locked. */
static bool only_answers_fit(struct ct_table *t, struct ct_bucket *b,
			     uint64_t hash, const struct ct_key *reply,
			     const struct ct_key *inverse,
			     const struct ct_conn *ct,
			     const struct ct_conn *other, uint32_t now)
{
	return ct_l4proto_find(ct->l4)->allow_clash && ct_conn_lives(other) &&
	       !ct_conn_expired(other, now) && !same_tuples(ct, other) &&
	       !ct_index_find(t, b, hash, reply, inverse);
}

/* nf_ct_resolve_clash_harder() */
static bool publish_answers(struct ct_table *t, struct ct_bucket *b,
			    uint64_t hash, struct ct_conn *ct,
			    const struct nv_time *now)
{
	const uint64_t hashes[2] = { hash, hash };
	struct ct_bucket *buckets[2] = { b, b };

	ct_store(&ct->timeout, ct_ticks(1));
	ct_store(&ct->status, ct->status | IPS_FIXED_TIMEOUT | CT_NAT_CLASH);
	ct_stat_inc(t, clash_resolve);
	return publish(t, buckets, hashes, ct, now);
}

/* Rules 1 and 3; we have a reference to @other. */
static enum reason resolve_clash(struct ct_table *t, struct packet *pkt,
				 struct ct_conn *other)
{
	struct ct_conn *ct = pkt->ct;

	if (!ct_l4proto_find(ct->l4)->allow_clash || !same_tuples(ct, other)) {
		ct_conn_put(t, other);
		ct_stat_inc(t, drop);
		ct_stat_inc(t, insert_failed);
		return REASON_ct_clash;
	}
	acct_merge(t, other, ct);
	pkt->ct = other;
	ct_conn_put(t, ct);
	ct_stat_inc(t, clash_resolve);
	return REASON_NONE;
}

/* Who has one of the two tuples already. */
static struct ct_conn *find_holder(struct ct_table *t, struct ct_bucket *b[2],
				   const uint64_t hash[2],
				   const struct ct_key key[2],
				   const struct ct_key inverse[2])
{
	struct ct_conn *ct =
		ct_index_find(t, b[0], hash[0], &key[0], &inverse[0]);

	/* Where nothing is translated, an entry has both tuples or none. */
	if (ct || (hash[0] == hash[1] && !ct_table_translates(t)))
		return ct;
	return ct_index_find(t, b[1], hash[1], &key[1], &inverse[1]);
}

/* Both tuples of an entry that is not in the table yet, their inverses and
 * hashes. */
static void both_keys(const struct ct_table *t, const struct ct_conn *ct,
		      struct ct_key key[2], struct ct_key inverse[2],
		      uint64_t hash[2])
{
	const struct ct_l4proto *p = ct_l4proto_find(ct->l4);

	ct_conn_key(ct, &key[0]);
	ct_l4proto_invert(p, &key[0], &inverse[0]);
	hash[0] = ct_key_hash(&t->secret, &key[0], &inverse[0]);
	if (likely(!ct_conn_is_wide(ct))) {
		key[1] = inverse[0];
		inverse[1] = key[0];
		hash[1] = hash[0];
		return;
	}
	ct_mapping_key(ct, &key[1]);
	ct_l4proto_invert(p, &key[1], &inverse[1]);
	hash[1] = ct_key_hash(&t->secret, &key[1], &inverse[1]);
}

/* __nf_conntrack_confirm() */
static __attribute__((noinline)) enum reason
confirm(struct ct_table *t, struct packet *pkt, const struct nv_time *now)
{
	struct ct_conn *ct = pkt->ct, *other;
	struct ct_key key[2], inverse[2];
	struct ct_bucket *b[2];
	uint64_t hash[2];
	bool ok = true;

	both_keys(t, ct, key, inverse, hash);
	if (ct_conn_is_wide(ct))
		ct_index_keep(ct, hash);
	for (;;) {
		ct_index_lock2(t, hash, b);
		other = find_holder(t, b, hash, key, inverse);
		if (unlikely(other) &&
		    only_answers_fit(t, b[1], hash[1], &key[1], &inverse[1], ct,
				     other, nv_ticks(now->mono_ns))) {
			ok = publish_answers(t, b[1], hash[1], ct, now);
			other = NULL;
		} else if (likely(!other))
			ok = publish(t, b, hash, ct, now);
		else if (!ct_conn_tryget(other, t->cfg.threads))
			other = ct; /* on its way out: look again */
		ct_index_unlock2(t, b);
		if (likely(!other))
			break;
		if (other == ct)
			continue;
		if (ct_conn_lives(other) &&
		    !ct_conn_expired(other, nv_ticks(now->mono_ns)))
			return resolve_clash(t, pkt, other);
		ct_conn_kill(t, other);
		ct_conn_put(t, other);
	}
	assert(ok); /* the index has room for as many as the pools */
	ct_index_grow(t);
	return REASON_NONE;
}

enum reason ct_confirm(struct ct_table *t, struct packet *pkt,
		       const struct nv_time *now)
{
	struct ct_conn *ct = pkt->ct;
	uint32_t status;

	if (!ct)
		return REASON_NONE;
	status = ct_load(&ct->status);
	if (likely(status & IPS_CONFIRMED) ||
	    ct_packet_dir(pkt) != CT_DIR_ORIGINAL)
		return REASON_NONE;
	if (status & IPS_DYING) {
		ct_stat_inc(t, insert_failed);
		return REASON_ct_dying;
	}
	return confirm(t, pkt, now);
}

void ct_packet_release(struct ct_table *t, struct packet *pkt)
{
	if (pkt->ct) {
		ct_conn_put(t, pkt->ct);
		pkt->ct = NULL;
	}
}
