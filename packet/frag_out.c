/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A packet that was put together leaves in the very pieces it came in, when
 * they fit: the kernel kept them as a list and only gives each a header again.
 * When they don't fit, and for packets that came whole, it is cut at the MTU
 * (at most the largest piece that came).
 *
 * IPv4 pieces share the id, and have no DF but when the whole has it and is cut
 * anew. Options that are not to be copied become no-ops from the second piece
 * on. IPv6 pieces get a fragment header with a new id behind the headers that
 * every router reads.
 *
 * Ref: ip_fragment(), ip_do_fragment(), ip6_fragment().
 */
#include "packet/csum.h"
#include "packet/frag_queue.h"

enum {
	IP6_MIN_MTU = 1280,
	IPOPT_END = 0,
	IPOPT_NOOP = 1,
	IPOPT_COPY = 0x80,
};

/**
 * struct cut - a packet being cut
 * @hdr_len:	bytes of headers that every piece gets
 * @room:	payload bytes a piece may have
 * @as_came:	in the sizes it came in
 * @id:		IPv6: of the fragments
 * @nexthdr_off: IPv6: the byte that will name the fragment header
 * @df:		IPv4: the pieces get DF
 */
struct cut {
	struct frag_queue *q;
	const struct packet *pkt;
	uint32_t hdr_len, room;
	bool as_came, df;
	uint32_t id;
	uint16_t nexthdr_off;
	void (*emit)(void *data, struct packet *frag);
	void *data;
};

/* Payload bytes of the piece @i, of those that came; the first one's may begin
 * before or behind where we cut the headers off. */
static uint32_t came_size(const struct cut *c, uint32_t i)
{
	const struct frag_info *f = c->pkt->frag;

	return i ? f->sizes[i] : f->hdr_len + f->sizes[0] - c->hdr_len;
}

/* The geometry checks before the fast path. */
static bool can_go_as_came(const struct cut *c)
{
	const struct frag_info *f = c->pkt->frag;
	uint32_t total = c->hdr_len;

	if (!f || f->sizes_len < 2 || f->hdr_len + f->sizes[0] < c->hdr_len)
		return false;
	for (uint32_t i = 0; i < f->sizes_len; i++) {
		uint32_t size = came_size(c, i);

		if (size > c->room || (size % 8 && i + 1 < f->sizes_len))
			return false;
		total += size;
	}
	return total == c->pkt->wire_len;
}

/* From the second piece on (ip_options_fragment()). */
static void blank_options(uint8_t *iph, uint32_t hdr_len)
{
	uint32_t off = IP4_HDR_LEN, len;

	while (off < hdr_len && iph[off] != IPOPT_END) {
		if (iph[off] == IPOPT_NOOP) {
			off++;
			continue;
		}
		if (off + 1 >= hdr_len)
			return;
		len = iph[off + 1];
		if (len < 2 || off + len > hdr_len)
			return;
		if (!(iph[off] & IPOPT_COPY))
			memset(iph + off, IPOPT_NOOP, len);
		off += len;
	}
}

/* The headers of the piece at @off of the payload: @len bytes, the last or not.
 * Return: bytes of headers. */
static uint32_t header4(const struct cut *c, uint8_t *iph, uint32_t off,
			uint32_t len, bool last)
{
	uint16_t was = get_be16(iph + 6), frag;
	be16_t check;

	if (off)
		blank_options(iph, c->hdr_len);
	frag = (uint16_t)((was & IP4_OFFSET) + off / 8);
	if (!last || (was & IP4_MF))
		frag |= IP4_MF;
	if (c->df)
		frag |= IP4_DF;
	put_be16(iph + 2, (uint16_t)(c->hdr_len + len));
	put_be16(iph + 6, frag);
	memset(iph + 10, 0, 2);
	check = csum_ip_header(iph, c->hdr_len);
	memcpy(iph + 10, &check, sizeof(check));
	return c->hdr_len;
}

static uint32_t header6(const struct cut *c, uint8_t *ip6h, uint32_t off,
			uint32_t len, bool last)
{
	uint8_t *fh = ip6h + c->hdr_len;

	fh[0] = ip6h[c->nexthdr_off];
	fh[1] = 0;
	put_be16(fh + 2, (uint16_t)(off | !last));
	put_be32(fh + 4, c->id);
	ip6h[c->nexthdr_off] = IPPROTO_FRAGMENT;
	put_be16(ip6h + 4,
		 (uint16_t)(c->hdr_len + FRAG_HDR_LEN + len - IP6_HDR_LEN));
	return c->hdr_len + FRAG_HDR_LEN;
}

static void emit_piece(const struct cut *c, uint32_t off, uint32_t len,
		       bool last)
{
	const struct packet *pkt = c->pkt;
	uint8_t *data = c->q->out + FRAG_HEADROOM;
	uint32_t from = c->hdr_len + off, there, hdr_len;
	struct packet frag = *pkt;

	memcpy(data, pkt->data, c->hdr_len);
	if (pkt->nfproto == NFPROTO_IPV4)
		hdr_len = header4(c, data, off, len, last);
	else
		hdr_len = header6(c, data, off, len, last);
	there = pkt->len > from ? MIN(pkt->len - from, len) : 0;
	memcpy(data + hdr_len, pkt->data + from, there);
	frag.data = data;
	frag.buf = c->q->out;
	frag.buf_size = FRAG_OUT_SIZE;
	frag.len = hdr_len + there;
	frag.wire_len = hdr_len + len;
	frag.frag = NULL;
	frag.flags = (uint16_t)((frag.flags & ~PKT_REASSEMBLED) | PKT_DIRTY);
	c->emit(c->data, &frag);
}

static void cut_up(const struct cut *c)
{
	uint32_t left = c->pkt->wire_len - c->hdr_len, off = 0, len;

	for (uint32_t i = 0; left; i++, off += len, left -= len) {
		len = c->as_came ? came_size(c, i) : MIN(left, c->room);
		if (len < left && !c->as_came)
			len &= ~7u;
		emit_piece(c, off, len, len == left);
	}
}

/* ip_fragment(), ip_do_fragment() */
static enum reason output4(struct cut *c, uint32_t mtu)
{
	const struct packet *pkt = c->pkt;
	const struct frag_info *f = pkt->frag;

	if ((pkt->data[6] & (IP4_DF >> 8)) && (!f || f->max_size > mtu))
		return REASON_mtu;
	if (f && f->max_size < mtu)
		mtu = f->max_size;
	c->hdr_len = (pkt->data[0] & 15) * 4;
	if (pkt->len < c->hdr_len || mtu < c->hdr_len + 8)
		return REASON_mtu;
	c->room = mtu - c->hdr_len;
	c->as_came = can_go_as_came(c);
	/* IPSKB_FRAG_PMTU: the whole had it because its pieces had it */
	c->df = !c->as_came && f && f->max_df_size == f->max_size;
	cut_up(c);
	return REASON_NONE;
}

/* ip6_find_1stfragopt(): where the part begins that may be cut. */
static bool first_frag_opt(const struct packet *pkt, uint32_t *off,
			   uint16_t *nexthdr_off)
{
	bool routing = false;

	*off = IP6_HDR_LEN;
	*nexthdr_off = 6;
	for (;;) {
		uint8_t nexthdr = pkt->data[*nexthdr_off];
		const uint8_t *hdr;

		if (nexthdr != IPPROTO_HOPOPTS && nexthdr != IPPROTO_ROUTING &&
		    (nexthdr != IPPROTO_DSTOPTS || routing))
			return true;
		routing |= nexthdr == IPPROTO_ROUTING;
		hdr = packet_read(pkt, *off, 2);
		if (!hdr)
			return false;
		*nexthdr_off = (uint16_t)*off;
		*off += (hdr[1] + 1) * 8;
		if (*off > pkt->len)
			return false;
	}
}

/* ip6_fragment() */
static enum reason output6(struct cut *c, struct packet *pkt, uint32_t mtu)
{
	const struct frag_info *f = pkt->frag;

	if (!f || f->max_size > mtu)
		return REASON_mtu;
	if (pkt->wire_len <= mtu && pkt->wire_len <= f->max_size) {
		c->emit(c->data, pkt);
		return REASON_NONE;
	}
	/* never larger than what came, but what every link must take may go */
	mtu = MAX(f->max_size, (uint32_t)IP6_MIN_MTU);
	if (!first_frag_opt(pkt, &c->hdr_len, &c->nexthdr_off) ||
	    mtu < c->hdr_len + FRAG_HDR_LEN + 8)
		return REASON_mtu;
	c->room = mtu - c->hdr_len - FRAG_HDR_LEN;
	c->as_came = can_go_as_came(c);
	c->id = rng_u32(&c->q->rng);
	cut_up(c);
	return REASON_NONE;
}

enum reason frag_output(struct frag_queue *q, struct packet *pkt, uint32_t mtu,
			void (*emit)(void *data, struct packet *frag),
			void *data)
{
	struct cut c = { .q = q, .pkt = pkt, .emit = emit, .data = data };

	if (pkt->nfproto == NFPROTO_IPV4)
		return output4(&c, mtu);
	return output6(&c, pkt, mtu);
}
