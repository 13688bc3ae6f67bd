/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Of a hundred TCP segments ninety-nine are an ACK, with or without data, of an
 * established connection, and fit its window. What proto_tcp.c does with those
 * is done here once more, in a straight line: no state changes, no option
 * matters, all four bounds hold. Whatever is different goes the long way, and
 * nothing has been touched by then.
 *
 * Which end sends, whether there is data, whether it is new, whether all is
 * acknowledged: nobody can foresee these from one packet to the next, and to
 * guess wrong costs more than all of the arithmetic. So they are no branches
 * but masks, all ones or zero.
 *
 * tests/ct/tcp_usual.c holds both ways equal; cfg.reference keeps to the long
 * one.
 */
#include "ct/tcp.h"

/* All ones if @a is before @b, modulo 2^32; else zero. */
static inline uint32_t mask_before(uint32_t a, uint32_t b)
{
	return (uint32_t)((int32_t)(a - b) >> 31);
}

static inline uint32_t mask_if(bool yes)
{
	return -(uint32_t)yes;
}

/* @a where @mask is ones, @b where it is zero. */
static inline uint32_t pick(uint32_t mask, uint32_t a, uint32_t b)
{
	return (a & mask) | (b & ~mask);
}

/*
 * struct usual - the numbers of a segment
 * @end:	sequence number after it
 * @win:	the window, scaled; never 0
 * @raw_win:	as it stands in the header
 */
struct usual {
	uint32_t seq, ack, end, win;
	uint16_t raw_win;
};

/* Does a segment with this header belong here, of this connection? */
static inline bool is_usual(const struct ct_ctx *cx, const struct ct_tcp *tcp,
			    const uint8_t *th, uint32_t header, uint32_t len)
{
	const uint32_t settled = IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED;
	const uint32_t special = IPS_SEQ_ADJUST | IPS_FIXED_TIMEOUT;

	return (th[13] & TCP_FLAGS_JUDGED) == TH_ACK &&
	       tcp->state == TCP_CONNTRACK_ESTABLISHED &&
	       (cx->ct->status & (settled | special)) == settled &&
	       (header == TCP_HEADER_BYTES ||
		tcp_opts_are_timestamp(th + TCP_HEADER_BYTES,
				       header - TCP_HEADER_BYTES)) &&
	       header <= len;
}

/* Bounds I to IV, and no data beyond what the receiver offered: each a
 * difference that is negative where it holds, so that one look at the sign of
 * all of them together will do. */
static inline bool fits(const struct ct_tcp_end *s, const struct ct_tcp_end *r,
			const struct usual *u)
{
	const uint32_t lag = MAX(s->maxwin, TCP_MAXACKWIN);

	const uint32_t all =
		(u->seq - s->maxend - 1) & (s->end - r->maxwin - 1 - u->end) &
		(u->ack - r->end - 1) & (r->end - lag - 1 - u->ack) &
		~(s->maxend - u->end);

	return (int32_t)all < 0 && s->maxwin && r->maxwin && u->raw_win;
}

/* tcp_update_ends() */
static inline void update_ends(struct ct_tcp_end *s, struct ct_tcp_end *r,
			       const struct usual *u)
{
	const uint32_t more = mask_before(s->end, u->end);
	const uint32_t edge = u->ack + u->win;
	const uint32_t news = mask_before(s->maxack, u->ack) |
			      mask_if(!(s->flags & IP_CT_TCP_FLAG_MAXACK_SET));

	s->maxwin = MAX(s->maxwin, u->win);
	s->end = pick(more, u->end, s->end);
	s->maxack = pick(news, u->ack, s->maxack);
	s->flags |= IP_CT_TCP_FLAG_MAXACK_SET |
		    (uint8_t)(more & IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED);
	r->maxend = pick(mask_before(r->maxend - 1, edge), edge, r->maxend);
	r->flags &= (uint8_t) ~(mask_if(u->ack == r->end) &
				IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED);
}

/* tcp_count_retrans(), and what tcp_accepted() remembers. */
static inline void remember(struct ct_tcp *tcp, enum ct_dir dir,
			    const struct usual *u)
{
	const uint32_t differs =
		(tcp->last_seq ^ u->seq) | (tcp->last_ack ^ u->ack) |
		(tcp->last_end ^ u->end) |
		((uint32_t)tcp->last_win ^ u->raw_win) | (tcp->last_dir ^ dir);

	tcp->retrans = (uint8_t)((tcp->retrans + 1u) & ~mask_if(differs));
	tcp->last_seq = u->seq;
	tcp->last_ack = u->ack;
	tcp->last_end = u->end;
	tcp->last_win = u->raw_win;
	tcp->last_dir = (uint8_t)dir;
	tcp->last_kind = TCP_ACK_SET;
}

void tcp_usual_init(struct ct_table *t)
{
	const struct ct_config *cfg = &t->cfg;
	const uint32_t normal = cfg->tcp_timeout[TCP_CONNTRACK_ESTABLISHED];
	const uint32_t unacked = MIN(normal, cfg->tcp_timeout_unacknowledged);

	t->tcp_ticks[false] = ct_ticks(normal);
	t->tcp_ticks[true] = ct_ticks(unacked);
}

/* tcp_timeout() in ticks, of a segment with a window. */
static inline uint32_t timeout(const struct ct_table *t,
			       const struct ct_tcp *tcp)
{
	const uint32_t retrans = t->cfg.tcp_timeout_max_retrans;

	if (unlikely(tcp->retrans >= t->cfg.tcp_max_retrans) &&
	    retrans < t->cfg.tcp_timeout[TCP_CONNTRACK_ESTABLISHED])
		return ct_ticks(retrans);
	return t->tcp_ticks[((tcp->seen[0].flags | tcp->seen[1].flags) &
			     IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED) != 0];
}

bool tcp_usual(struct ct_ctx *cx, struct ct_tcp *tcp)
{
	struct ct_tcp_end *s = &tcp->seen[cx->dir], *r = &tcp->seen[!cx->dir];
	const struct packet *pkt = cx->pkt;
	const uint8_t *th = packet_read(pkt, cx->l4.off, TCP_HEADER_BYTES);
	uint32_t header, len = pkt->wire_len - cx->l4.off;
	struct usual u;

	if (unlikely(!th || cx->t->cfg.reference))
		return false;
	header = (th[12] >> 4) * 4u;
	if (unlikely(!packet_read(pkt, cx->l4.off, header) ||
		     !is_usual(cx, tcp, th, header, len) || ct_csum_bad(cx)))
		return false;
	u.seq = get_be32(th + 4);
	u.ack = get_be32(th + 8);
	u.raw_win = get_be16(th + 14);
	u.end = u.seq + len - header;
	u.win = (uint32_t)u.raw_win << s->scale;
	if (unlikely(!fits(s, r, &u)))
		return false;
	update_ends(s, r, &u);
	remember(tcp, cx->dir, &u);
	ct_store(&cx->ct->timeout, cx->now + timeout(cx->t, tcp));
	ct_count(cx);
	return true;
}
