/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A helper that made a payload longer or shorter has moved all numbers behind
 * it: what this direction sends from there on is @after bytes later than it was
 * sent, what the peer acknowledges is as many earlier than the sender wants to
 * read. Numbers up to the changed segment (@pos) were moved by @before: that of
 * all changes before the last one, since a retransmission may still come.
 *
 * As in the kernel, what is adjusted need not be a segment: an ICMP error of
 * this host about a reply comes by too, and its bytes are taken for a TCP
 * header. Whatever length stands there, one below 20 is one without options.
 *
 * Ref: nf_conntrack_seqadj.c.
 */
#include "ct/seqadj.h"

#include "ct/nat.h"
#include "packet/csum.h"

enum {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_SACK = 5,
	FLAG_ACK = 0x10,
	CSUM_OFF = 16,
};

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) < 0;
}

static int32_t offset_at(const struct ct_seqadj *s, uint32_t seq)
{
	return after(seq, s->pos) ? s->after : s->before;
}

int32_t ct_seq_offset(const struct ct_table *t, const struct ct_conn *ct,
		      enum ct_dir dir, uint32_t seq)
{
	const struct ct_help *help = ct_conn_help(t, ct);

	return help ? offset_at(&help->seq[dir], seq) : 0;
}

void ct_seqadj_set(struct ct_conn *ct, struct ct_help *help, enum ct_dir dir,
		   uint32_t seq, int32_t off)
{
	struct ct_seqadj *s = &help->seq[dir];

	if (off == 0)
		return;
	ct_store(&ct->status, ct->status | IPS_SEQ_ADJUST);
	if (s->before == s->after || after(seq, s->pos)) {
		s->pos = seq;
		s->before = s->after;
		s->after += off;
	}
}

/* A number as its sender counted it. */
static uint32_t back(const struct ct_seqadj *s, uint32_t seq)
{
	const uint32_t pos = seq - (uint32_t)s->before;

	return seq - (uint32_t)offset_at(s, pos);
}

/* A number as its receiver sees it. */
static uint32_t forth(const struct ct_seqadj *s, uint32_t seq)
{
	return seq + (uint32_t)offset_at(s, seq);
}

static void replace32(const struct packet *pkt, uint8_t *th, uint8_t *field,
		      uint32_t to)
{
	const be32_t be = htobe32(to);

	if (load_raw32(field) == be)
		return;
	packet_csum_replace(pkt, th + CSUM_OFF, field, &be, sizeof(be), false);
	memcpy(field, &be, sizeof(be));
}

/* Every edge of every SACK option; nf_ct_sack_adjust(). */
static bool adjust_sacks(const struct packet *pkt, uint8_t *th, uint32_t header,
			 const struct ct_seqadj *other,
			 uint32_t (*way)(const struct ct_seqadj *s,
					 uint32_t seq))
{
	uint32_t off = 20;

	while (off < header) {
		uint32_t len;

		if (th[off] == OPT_EOL)
			return true;
		if (th[off] == OPT_NOP) {
			off++;
			continue;
		}
		if (off + 1 == header || off + th[off + 1] > header ||
		    th[off + 1] < 2)
			return false;
		len = th[off + 1];
		if (th[off] == OPT_SACK && len >= 10 && (len - 2) % 8 == 0)
			for (uint32_t i = 2; i < len; i += 4) {
				uint8_t *edge = th + off + i;

				replace32(pkt, th, edge,
					  way(other, get_be32(edge)));
			}
		off += len;
	}
	return true;
}

/* Adjust own numbers one way, the peer's the other. */
static bool adjust(struct packet *pkt, uint32_t l4_off,
		   const struct ct_help *help, enum ct_dir dir,
		   uint32_t (*own)(const struct ct_seqadj *s, uint32_t seq),
		   uint32_t (*peers)(const struct ct_seqadj *s, uint32_t seq))
{
	const struct ct_seqadj *other = &help->seq[!dir];
	uint8_t *th = packet_write(pkt, l4_off, 20);
	uint32_t header;

	if (!th)
		return false;
	replace32(pkt, th, th + 4, own(&help->seq[dir], get_be32(th + 4)));
	if (!(th[13] & FLAG_ACK))
		return true;
	replace32(pkt, th, th + 8, peers(other, get_be32(th + 8)));
	header = (th[12] >> 4) * 4u;
	if (header <= 20)
		return true;
	th = packet_write(pkt, l4_off, header);
	return th && adjust_sacks(pkt, th, header, other, peers);
}

bool ct_seqadj_packet(struct packet *pkt, uint32_t l4_off,
		      const struct ct_help *help, enum ct_dir dir)
{
	return adjust(pkt, l4_off, help, dir, forth, back);
}

void ct_seqadj_undo(struct ct_table *t, struct packet *pkt,
		    const struct ct_tuple *tuple, const struct nv_time *now)
{
	struct ct_conn *ct;
	enum ct_dir dir;

	if (tuple->l4 != IPPROTO_TCP || !(pkt->flags & PKT_L4))
		return;
	ct = ct_find_tuple(t, tuple, now, &dir);
	if (!ct)
		return;
	if (ct_load(&ct->status) & IPS_SEQ_ADJUST)
		adjust(pkt, pkt->l4_off, ct_conn_help(t, ct), dir, back, forth);
	ct_conn_put(t, ct);
}
