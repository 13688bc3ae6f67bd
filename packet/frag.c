/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A datagram is the fragments of one (addresses, id, protocol, user) that are
 * waiting for the rest. Its pieces stand in runs: a piece that begins where the
 * last run ends makes that run longer, any other begins a run of its own. Runs
 * never overlap; a piece that lies in one is a duplicate and is dropped alone, a
 * piece that lies partly in one ends the whole datagram (RFC 5722, and the
 * same for IPv4). The kernel does it by runs too, and it shows: a piece inside
 * two adjoining runs is a duplicate only if they are one.
 *
 *	frag_in -> collect4 / collect6: what is said about place and length
 *		-> datagram_add: duplicate, overlap, or in
 *		-> finish4 / finish6: header of the first piece, all payloads
 *
 * The bytes of a piece are copied, since the packet's buffer is the caller's.
 * Its memory comes from a pool of size classes that is filled as needed and
 * bounded by the kernel's limit: above 4 MiB for an IP version no new datagram
 * begins. Time is the argument's; datagrams of an IP version have one timeout,
 * so they expire in the order they began.
 *
 * A piece that the capture cut keeps its length; the whole is then readable up
 * to the first byte that is missing.
 *
 * Ref: ip_fragment.c, inet_fragment.c, nf_conntrack_reasm.c; facts section 7.
 */
#include "packet/frag.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "packet/csum.h"
#include "packet/frag_queue.h"

enum {
	FIRST_IN = 1,
	LAST_IN = 2,
	MAX_DATAGRAM = 65535,
	MAX_DIST = 64,		 /* net.ipv4.ipfrag_max_dist */
	BYTES_MAX = 4 * 1048576, /* net.ipv4.ipfrag_high_thresh */
	/* what an skb costs besides its bytes */
	PIECE_OVERHEAD = 512,
	SMALLEST_CLASS = 512,
};

/**
 * struct piece - a fragment's payload, and the headers of the first one
 * @off, @end:	place in the datagram
 * @len:	payload bytes that are there, at most @end - @off
 * @hdr_len:	of the network headers (without a fragment header)
 * @frag_hdr_len: of the fragment header behind them
 * @l2_len:	of the link-layer header
 * @size_class:	of its memory
 * @bytes:	link-layer header, network headers, fragment header, payload
 */
struct piece {
	struct piece *next; /* in its run */
	struct list free;
	uint32_t off, end, len;
	uint16_t hdr_len, l2_len;
	uint8_t size_class, pkttype, frag_hdr_len;
	uint16_t flags;
	uint32_t mark;
	uint8_t bytes[];
};

struct run {
	uint32_t off, end;
	struct piece *first, *last;
};

struct datagram_key {
	union inet_addr saddr, daddr;
	const struct host_link *in; /* IPv6, where addresses are the link's */
	uint32_t id;
	uint8_t nfproto, proto, user, pad;
};

/** struct peer - IPv4: how many fragments a source has sent (inet_peer) */
struct peer {
	struct list by_addr;
	be32_t addr;
	uint32_t sent, users;
};

/**
 * struct datagram - fragments that wait for each other
 * @runs:	by offset
 * @total:	payload bytes, final with LAST_IN
 * @meat:	payload bytes that are in
 * @ecn:	set of the ECN values seen, as bits
 * @nexthdr_off: IPv6: byte of the first fragment's headers that names the
 *		fragment header
 * @peer_sent:	IPv4: peer->sent when its last fragment came
 * @in:		link by which its last fragment came
 */
struct datagram {
	struct list by_key, by_age;
	struct datagram_key key;
	const struct host_link *in;
	struct frag_side *side;
	struct peer *peer;
	uint32_t peer_sent;
	uint64_t deadline_ns;
	uint32_t total, meat, max_size, max_df_size, bytes;
	uint16_t nexthdr_off;
	uint8_t flags, ecn, nexthdr;
	uint32_t runs_len, runs_cap, pieces;
	struct run *runs;
};

/** struct place - where a fragment belongs, from its header */
struct place {
	uint32_t off, end;
	bool more;
	uint32_t hdr_len;     /* headers to keep */
	uint32_t payload_off; /* of the payload in the packet */
	uint32_t size;	      /* that counts for max_size */
	uint16_t nexthdr_off; /* IPv6 */
	uint8_t ecn, nexthdr;
	bool df;
};

/* --- memory -------------------------------------------------------------- */

static void side_init(struct frag_side *s)
{
	list_init(&s->waiting);
	s->bytes_max = BYTES_MAX;
}

struct frag_queue *frag_queue_new(void)
{
	struct frag_queue *q = xzalloc(sizeof(*q));

	q->key = hash_key_random();
	for (size_t i = 0; i < FRAG_BUCKETS; i++) {
		list_init(&q->buckets[i]);
		list_init(&q->peers[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(q->pool); i++)
		list_init(&q->pool[i]);
	list_init(&q->free_datagrams);
	side_init(&q->ip4);
	side_init(&q->ip6);
	frag_queue_set_timeouts(q, 30, 60);
	q->sizes = xcalloc(FRAG_MAX_PIECES, sizeof(q->sizes[0]));
	q->whole = xmalloc(FRAG_OUT_SIZE);
	q->out = xmalloc(FRAG_OUT_SIZE);
	rng_seed(&q->rng, 0x66726167); /* ids of IPv6 fragments: any will do */
	return q;
}

void frag_queue_set_timeouts(struct frag_queue *q, uint32_t ip4_s,
			     uint32_t ip6_s)
{
	q->ip4.timeout_ns = ip4_s * NS_PER_SEC;
	q->ip6.timeout_ns = ip6_s * NS_PER_SEC;
}

uint64_t frag_queue_bytes(const struct frag_queue *q)
{
	return q->ip4.bytes + q->ip6.bytes;
}

static struct piece *piece_new(struct frag_queue *q, size_t bytes)
{
	size_t want = sizeof(struct piece) + bytes, size = SMALLEST_CLASS;
	struct piece *p;
	uint8_t class = 0;

	for (; size < want; size *= 2)
		class ++;
	assert(class < ARRAY_LEN(q->pool) + 1);
	if (class < ARRAY_LEN(q->pool) && !list_is_empty(&q->pool[class])) {
		p = list_entry(q->pool[class].next, struct piece, free);
		list_del(&p->free);
	} else {
		p = xmalloc(size);
	}
	p->size_class = class;
	p->next = NULL;
	return p;
}

static void piece_free(struct frag_queue *q, struct piece *p)
{
	if (p->size_class < ARRAY_LEN(q->pool))
		list_add(&q->pool[p->size_class], &p->free);
	else
		free(p);
}

static void datagram_free_pieces(struct frag_queue *q, struct datagram *d)
{
	for (uint32_t i = 0; i < d->runs_len; i++) {
		struct piece *p = d->runs[i].first, *next;

		for (; p; p = next) {
			next = p->next;
			piece_free(q, p);
		}
	}
	d->side->bytes -= d->bytes;
	d->bytes = 0;
	d->runs_len = d->pieces = d->meat = d->total = 0;
	d->flags = d->ecn = 0;
}

static void peer_put(struct peer *p)
{
	if (!p || --p->users)
		return;
	list_del(&p->by_addr);
	free(p);
}

/* Take a datagram out (inet_frag_kill()); its memory goes to the pool. */
static void datagram_kill(struct frag_queue *q, struct datagram *d)
{
	datagram_free_pieces(q, d);
	peer_put(d->peer);
	list_del(&d->by_key);
	list_del(&d->by_age);
	list_add(&q->free_datagrams, &d->by_key);
}

static void list_kill(struct frag_queue *q, struct list *waiting)
{
	while (!list_is_empty(waiting))
		datagram_kill(q, list_entry(waiting->next, struct datagram,
					    by_age));
}

void frag_queue_free(struct frag_queue *q)
{
	if (!q)
		return;
	list_kill(q, &q->ip4.waiting);
	list_kill(q, &q->ip6.waiting);
	for (size_t i = 0; i < ARRAY_LEN(q->pool); i++)
		while (!list_is_empty(&q->pool[i])) {
			struct piece *p =
				list_entry(q->pool[i].next, struct piece, free);

			list_del(&p->free);
			free(p);
		}
	while (!list_is_empty(&q->free_datagrams)) {
		struct datagram *d = list_entry(q->free_datagrams.next,
						struct datagram, by_key);

		list_del(&d->by_key);
		free(d->runs);
		free(d);
	}
	free(q->sizes);
	free(q->whole);
	free(q->out);
	free(q);
}

void frag_queue_on_timeout(struct frag_queue *q,
			   void (*fn)(void *data, struct packet *first,
				      enum frag_user user),
			   void *data)
{
	q->on_timeout = fn;
	q->on_timeout_data = data;
}

/* The first fragment of @d as it came. */
static void tell_timeout(struct frag_queue *q, const struct datagram *d)
{
	struct piece *p = d->runs[0].first;
	const uint32_t heads_len = p->hdr_len + p->frag_hdr_len;
	struct packet pkt;

	packet_init(&pkt, p->bytes, p->l2_len + heads_len + p->len,
		    p->bytes + p->l2_len, heads_len + p->len,
		    heads_len + p->end - p->off);
	pkt.nfproto = d->key.nfproto;
	pkt.in = d->in;
	pkt.mark = p->mark;
	pkt.pkttype = p->pkttype;
	packet_decode(&pkt);
	q->on_timeout(q->on_timeout_data, &pkt, d->key.user);
}

static void side_expire(struct frag_queue *q, struct frag_side *side,
			uint64_t now_ns)
{
	while (!list_is_empty(&side->waiting)) {
		struct datagram *d =
			list_entry(side->waiting.next, struct datagram, by_age);

		if (d->deadline_ns > now_ns)
			break;
		if (q->on_timeout && d->flags & FIRST_IN)
			tell_timeout(q, d);
		datagram_kill(q, d);
	}
}

void frag_expire(struct frag_queue *q, const struct nv_time *now)
{
	if (q->is_expiring)
		return;
	q->is_expiring = true;
	side_expire(q, &q->ip4, now->mono_ns);
	side_expire(q, &q->ip6, now->mono_ns);
	q->is_expiring = false;
}

/* --- finding ------------------------------------------------------------- */

static struct peer *peer_get(struct frag_queue *q, be32_t addr)
{
	struct list *bucket =
		&q->peers[hash_sip13(&q->key, &addr, 4) % FRAG_BUCKETS];
	struct peer *p;

	list_for_each(p, bucket, by_addr)
		if (p->addr == addr) {
			p->users++;
			return p;
		}
	p = xzalloc(sizeof(*p));
	p->addr = addr;
	p->users = 1;
	list_add(bucket, &p->by_addr);
	return p;
}

static struct datagram *datagram_new(struct frag_queue *q,
				     const struct datagram_key *key,
				     struct list *bucket,
				     const struct nv_time *now)
{
	struct frag_side *side = key->nfproto == NFPROTO_IPV4 ? &q->ip4
							      : &q->ip6;
	struct run *runs = NULL;
	uint32_t runs_cap = 0;
	struct datagram *d;

	if (side->bytes > side->bytes_max)
		return NULL;
	if (list_is_empty(&q->free_datagrams)) {
		d = xmalloc(sizeof(*d));
	} else {
		d = list_entry(q->free_datagrams.next, struct datagram, by_key);
		list_del(&d->by_key);
		runs = d->runs;
		runs_cap = d->runs_cap;
	}
	*d = (struct datagram){
		.key = *key,
		.side = side,
		.deadline_ns = now->mono_ns + side->timeout_ns,
		.runs = runs,
		.runs_cap = runs_cap,
	};
	if (key->nfproto == NFPROTO_IPV4)
		d->peer = peer_get(q, key->saddr.ip);
	list_add(bucket, &d->by_key);
	list_add_tail(&side->waiting, &d->by_age);
	return d;
}

/* The datagram of the key, begun when it is not there; NULL: no room. */
static struct datagram *datagram_get(struct frag_queue *q,
				     const struct datagram_key *key,
				     const struct nv_time *now)
{
	struct list *bucket =
		&q->buckets[hash_sip13(&q->key, key, sizeof(*key)) %
			    FRAG_BUCKETS];
	struct datagram *d;

	list_for_each(d, bucket, by_key)
		if (!memcmp(&d->key, key, sizeof(*key)))
			return d;
	return datagram_new(q, key, bucket, now);
}

/* --- adding -------------------------------------------------------------- */

/* The number of runs that end at or before @off. */
static uint32_t runs_before(const struct datagram *d, uint32_t off)
{
	uint32_t lo = 0, hi = d->runs_len;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (d->runs[mid].end <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void run_insert(struct datagram *d, uint32_t at, struct piece *p)
{
	if (d->runs_len == d->runs_cap) {
		d->runs_cap = MAX(d->runs_cap * 2, 16u);
		d->runs = xrealloc_array(d->runs, d->runs_cap,
					 sizeof(d->runs[0]));
	}
	memmove(d->runs + at + 1, d->runs + at,
		(d->runs_len - at) * sizeof(d->runs[0]));
	d->runs[at] = (struct run){ p->off, p->end, p, p };
	d->runs_len++;
}

/* The piece of a packet: its headers if it is the first, its payload. */
static struct piece *piece_of(struct frag_queue *q, const struct packet *pkt,
			      const struct place *at)
{
	uint32_t there = pkt->len > at->payload_off ? pkt->len - at->payload_off
						    : 0;
	uint32_t len = MIN(there, at->end - at->off);
	uint32_t hdr_len = at->off ? 0 : at->hdr_len;
	uint32_t frag_hdr_len = at->off ? 0 : at->payload_off - at->hdr_len;
	uint32_t l2_len = at->off ? 0 : MIN(pkt->l2_len, 256);
	uint32_t heads_len = hdr_len + frag_hdr_len;
	struct piece *p = piece_new(q, l2_len + heads_len + len);

	p->off = at->off;
	p->end = at->end;
	p->len = len;
	p->hdr_len = (uint16_t)hdr_len;
	p->frag_hdr_len = (uint8_t)frag_hdr_len;
	p->l2_len = (uint16_t)l2_len;
	p->mark = pkt->mark;
	p->flags = pkt->flags & PKT_HAS_L2;
	p->pkttype = pkt->pkttype;
	if (l2_len)
		memcpy(p->bytes, pkt->l2, l2_len);
	memcpy(p->bytes + l2_len, pkt->data, heads_len);
	memcpy(p->bytes + l2_len + heads_len, pkt->data + at->payload_off, len);
	return p;
}

static uint8_t *payload_of(struct piece *p)
{
	return p->bytes + p->l2_len + p->hdr_len + p->frag_hdr_len;
}

static uint32_t piece_cost(const struct piece *p)
{
	return PIECE_OVERHEAD + p->end - p->off;
}

/* inet_frag_queue_insert(): in, a duplicate, or an overlap. */
static enum reason datagram_add(struct frag_queue *q, struct datagram *d,
				const struct packet *pkt,
				const struct place *at)
{
	uint32_t i = runs_before(d, at->off);
	struct piece *p;
	struct run *last;

	if (i < d->runs_len && d->runs[i].off < at->end)
		return at->off >= d->runs[i].off && at->end <= d->runs[i].end
			       ? REASON_frag_duplicate
			       : REASON_frag_overlap;
	p = piece_of(q, pkt, at);
	last = d->runs_len ? &d->runs[d->runs_len - 1] : NULL;
	if (i == d->runs_len && last && last->end == at->off) {
		last->last->next = p;
		last->last = p;
		last->end = at->end;
	} else {
		run_insert(d, i, p);
	}
	d->pieces++;
	d->in = pkt->in;
	d->meat += at->end - at->off;
	d->bytes += piece_cost(p);
	d->side->bytes += piece_cost(p);
	d->ecn |= (uint8_t)(1 << at->ecn);
	d->max_size = MAX(d->max_size, at->size);
	if (at->df)
		d->max_df_size = MAX(d->max_df_size, at->size);
	if (at->off == 0) {
		d->flags |= FIRST_IN;
		d->nexthdr_off = at->nexthdr_off;
		d->nexthdr = at->nexthdr;
	}
	return REASON_NONE;
}

static bool is_complete(const struct datagram *d)
{
	return d->flags == (FIRST_IN | LAST_IN) && d->meat == d->total;
}

/* --- completing ---------------------------------------------------------- */

/*
 * RFC 3168 5.3, as ip_frag_ecn_table: the ECN bits of the whole for the set of
 * those seen; 0xff: drop it. Bits of the index: not-ECT, ECT(1), ECT(0), CE.
 */
static uint8_t ecn_of_whole(uint8_t seen)
{
	enum {
		NOT_ECT = 1,
		ECT_1 = 2,
		ECT_0 = 4,
		CE = 8
	};

	if ((seen & NOT_ECT) && seen != NOT_ECT)
		return 0xff;
	return (seen & CE) && (seen & (ECT_0 | ECT_1)) ? 3 : 0;
}

/* Lay the whole out: link-layer header, headers, payloads. Readable up to the
 * first byte that no piece has. */
static void lay_out(struct frag_queue *q, const struct datagram *d,
		    struct packet *pkt)
{
	const struct piece *first = d->runs[0].first;
	struct piece *p;
	uint8_t *l2 = q->whole + FRAG_HEADROOM;
	uint8_t *data = l2 + first->l2_len, *to = data + first->hdr_len;
	bool gap = false;
	uint32_t n = 0;

	memcpy(l2, first->bytes, first->l2_len);
	memcpy(data, first->bytes + first->l2_len, first->hdr_len);
	for (uint32_t i = 0; i < d->runs_len; i++)
		for (p = d->runs[i].first; p; p = p->next) {
			q->sizes[n++] = (uint16_t)(p->end - p->off);
			if (gap)
				continue;
			memcpy(to, payload_of(p), p->len);
			to += p->len;
			gap = p->len < p->end - p->off;
		}
	q->info = (struct frag_info){ .max_size = d->max_size,
				      .max_df_size = d->max_df_size,
				      .hdr_len = first->hdr_len,
				      .sizes = q->sizes,
				      .sizes_len = n };
	pkt->data = data;
	pkt->len = (uint32_t)(to - data);
	pkt->wire_len = first->hdr_len + d->total;
	pkt->buf = q->whole;
	pkt->buf_size = FRAG_OUT_SIZE;
	pkt->l2 = first->l2_len ? l2 : NULL;
	pkt->l2_len = first->l2_len;
	pkt->mark = first->mark;
	pkt->pkttype = first->pkttype;
	pkt->flags = (uint16_t)((pkt->flags & ~PKT_HAS_L2) | first->flags |
				PKT_REASSEMBLED | PKT_DIRTY);
	pkt->frag = &q->info;
}

/* ip_frag_reasm() */
static void finish4(const struct datagram *d, struct packet *pkt, uint8_t ecn)
{
	uint8_t *iph = pkt->data;
	be16_t check;

	iph[1] |= ecn;
	put_be16(iph + 2, (uint16_t)pkt->wire_len);
	put_be16(iph + 6, d->max_df_size == d->max_size ? IP4_DF : 0);
	memset(iph + 10, 0, 2);
	check = csum_ip_header(iph, d->runs[0].first->hdr_len);
	memcpy(iph + 10, &check, 2);
}

/* nf_ct_frag6_reasm(); the fragment header was left out by piece_of() */
static void finish6(const struct datagram *d, struct packet *pkt, uint8_t ecn)
{
	uint8_t *ip6h = pkt->data;

	ip6h[d->nexthdr_off] = d->nexthdr;
	put_be16(ip6h + 4, (uint16_t)(pkt->wire_len - IP6_HDR_LEN));
	ip6h[1] |= (uint8_t)(ecn << 4);
}

static enum reason datagram_finish(struct frag_queue *q, struct datagram *d,
				   struct packet *pkt)
{
	uint8_t ecn = ecn_of_whole(d->ecn);
	bool v4 = d->key.nfproto == NFPROTO_IPV4;
	uint32_t len = d->runs[0].first->hdr_len + d->total;

	if (ecn == 0xff)
		return REASON_frag_ecn;
	if (len - (v4 ? 0 : IP6_HDR_LEN) > MAX_DATAGRAM)
		return REASON_frag_invalid;
	lay_out(q, d, pkt);
	if (v4)
		finish4(d, pkt, ecn);
	else
		finish6(d, pkt, ecn);
	return REASON_NONE;
}

/* Add a piece whose place is right, and the rest if that was the last. */
static enum frag_result take_in(struct frag_queue *q, struct datagram *d,
				struct packet *pkt, const struct place *at,
				enum reason *reason)
{
	*reason = datagram_add(q, d, pkt, at);
	if (*reason == REASON_frag_overlap)
		datagram_kill(q, d);
	if (*reason != REASON_NONE)
		return FRAG_DROP;
	if (!is_complete(d))
		return FRAG_HELD;
	*reason = datagram_finish(q, d, pkt);
	datagram_kill(q, d);
	return *reason == REASON_NONE ? FRAG_COMPLETE : FRAG_DROP;
}

/* --- IPv4 ---------------------------------------------------------------- */

/* ip_frag_too_far(), ip_frag_reinit(): when the source sent too many other
 * fragments since the last of this datagram, its id may have come round. */
static void check_distance(struct frag_queue *q, struct datagram *d,
			   uint64_t now_ns)
{
	uint32_t before = d->peer_sent;

	d->peer_sent = ++d->peer->sent;
	if (!d->runs_len || d->peer_sent - before <= MAX_DIST)
		return;
	datagram_free_pieces(q, d);
	d->max_size = d->max_df_size = 0;
	d->deadline_ns = now_ns + d->side->timeout_ns;
	list_del(&d->by_age);
	list_add_tail(&d->side->waiting, &d->by_age);
}

/* What the end of a fragment says about the length of the whole; false when it
 * contradicts what is known. */
static bool note_end(struct datagram *d, const struct place *at)
{
	if (!at->more) {
		if (at->end < d->total ||
		    ((d->flags & LAST_IN) && at->end != d->total))
			return false;
		d->flags |= LAST_IN;
		d->total = at->end;
	} else if (at->end > d->total) {
		if (d->flags & LAST_IN)
			return false;
		d->total = at->end;
	}
	return at->end > at->off;
}

/* ip_defrag(), ip_frag_queue() */
static enum frag_result collect4(struct frag_queue *q, struct packet *pkt,
				 enum frag_user user, const struct nv_time *now,
				 enum reason *reason)
{
	const uint8_t *iph = pkt->data;
	uint16_t frag = get_be16(iph + 6);
	uint32_t hdr_len = (iph[0] & 15) * 4;
	struct datagram_key key = {
		.saddr = packet_saddr(pkt),
		.daddr = packet_daddr(pkt),
		.id = get_be16(iph + 4),
		.nfproto = NFPROTO_IPV4,
		.proto = iph[9],
		.user = (uint8_t)user,
	};
	struct place at = {
		.off = (frag & IP4_OFFSET) * 8u,
		.more = frag & IP4_MF,
		.hdr_len = hdr_len,
		.payload_off = hdr_len,
		.ecn = iph[1] & 3,
		.df = frag & IP4_DF,
	};
	struct datagram *d;

	if (!(frag & (IP4_MF | IP4_OFFSET)))
		return FRAG_WHOLE;
	d = datagram_get(q, &key, now);
	*reason = REASON_frag_queue_full;
	if (!d)
		return FRAG_DROP;
	check_distance(q, d, now->mono_ns);
	at.end = at.off + pkt->wire_len - hdr_len;
	if (at.more)
		at.end &= ~7u;
	at.size = at.end - at.off + hdr_len;
	if (note_end(d, &at))
		return take_in(q, d, pkt, &at, reason);
	datagram_kill(q, d);
	*reason = REASON_frag_invalid;
	return FRAG_DROP;
}

/* --- IPv6 ---------------------------------------------------------------- */

/* find_prev_fhdr(): the fragment header, and the byte that names it. */
static bool find_frag_hdr(const struct packet *pkt, uint32_t *off,
			  uint16_t *nexthdr_off)
{
	uint8_t nexthdr = pkt->data[6];
	uint32_t at = IP6_HDR_LEN;

	*nexthdr_off = 6;
	while (nexthdr != IPPROTO_FRAGMENT) {
		const uint8_t *hdr = packet_read(pkt, at, 2);

		if (!hdr)
			return false;
		if (nexthdr != IPPROTO_HOPOPTS && nexthdr != IPPROTO_ROUTING &&
		    nexthdr != IPPROTO_DSTOPTS && nexthdr != IPPROTO_AH)
			return false;
		*nexthdr_off = (uint16_t)at;
		at += nexthdr == IPPROTO_AH ? (hdr[1] + 2u) * 4
					    : (hdr[1] + 1u) * 8;
		nexthdr = hdr[0];
	}
	*off = at;
	return true;
}

/* ipv6frag_thdr_truncated(): a first fragment must hold the whole transport
 * header (RFC 8200 4.5). */
static bool transport_hdr_cut(const struct packet *pkt, uint32_t frag_off)
{
	static const struct {
		uint8_t proto, len;
	} needs[] = {
		{ IPPROTO_TCP, 20 },
		{ IPPROTO_UDP, 8 },
		{ IPPROTO_ICMPV6, 8 },
	};
	uint8_t nexthdr = IPPROTO_FRAGMENT;
	uint32_t need = 1;
	be16_t frag;
	int off = packet_skip_exthdr6(pkt, frag_off, &nexthdr, &frag);

	if (off < 0 || (be16toh(frag) & IP6_OFFSET))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		if (needs[i].proto == nexthdr)
			need = needs[i].len;
	return (uint32_t)off + need > pkt->wire_len;
}

static bool is_scoped6(const union inet_addr *a)
{
	return a->b[0] == 0xff || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

static struct datagram_key key6(const struct packet *pkt, uint32_t id,
				enum frag_user user)
{
	struct datagram_key key = {
		.saddr = packet_saddr(pkt),
		.daddr = packet_daddr(pkt),
		.id = id,
		.nfproto = NFPROTO_IPV6,
		.user = (uint8_t)user,
	};

	/* the same link-local address on two links is two hosts */
	if (is_scoped6(&key.daddr))
		key.in = pkt->in;
	return key;
}

/* nf_ct_frag6_gather(), nf_ct_frag6_queue() */
static enum frag_result collect6(struct frag_queue *q, struct packet *pkt,
				 enum frag_user user, const struct nv_time *now,
				 enum reason *reason)
{
	struct place at = { 0 };
	struct datagram_key key;
	struct datagram *d;
	const uint8_t *fh;
	uint16_t frag;

	/* a jumbogram has no fragment header */
	if (get_be16(pkt->data + 4) == 0 ||
	    !find_frag_hdr(pkt, &at.hdr_len, &at.nexthdr_off) ||
	    transport_hdr_cut(pkt, at.hdr_len))
		return FRAG_WHOLE;
	*reason = REASON_frag_invalid;
	fh = packet_read(pkt, at.hdr_len, FRAG_HDR_LEN);
	if (!fh)
		return FRAG_DROP;
	frag = get_be16(fh + 2);
	key = key6(pkt, get_be32(fh + 4), user);
	d = datagram_get(q, &key, now);
	*reason = REASON_frag_queue_full;
	if (!d)
		return FRAG_DROP;
	at.payload_off = at.hdr_len + FRAG_HDR_LEN;
	at.off = frag & IP6_OFFSET;
	at.end = at.off + pkt->wire_len - at.payload_off;
	at.more = frag & IP6_MF;
	at.ecn = pkt->data[1] >> 4 & 3;
	at.nexthdr = fh[0];
	at.size = pkt->wire_len;
	*reason = REASON_frag_invalid;
	if (at.end > MAX_DATAGRAM)
		return FRAG_DROP;
	if (at.more && at.end % 8) {
		datagram_kill(q, d);
		return FRAG_WHOLE;
	}
	return note_end(d, &at) ? take_in(q, d, pkt, &at, reason) : FRAG_DROP;
}

enum frag_result frag_in(struct frag_queue *q, struct packet *pkt,
			 enum frag_user user, const struct nv_time *now,
			 enum reason *reason)
{
	frag_expire(q, now);
	if (pkt->nfproto == NFPROTO_IPV4)
		return collect4(q, pkt, user, now, reason);
	return collect6(q, pkt, user, now, reason);
}
