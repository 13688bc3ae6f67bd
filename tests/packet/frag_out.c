/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cutting; against the kernel it is judged in frag.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "packet/csum.h"
#include "packet/frag.h"

/* What the pieces of one packet must be. */
struct check {
	const uint8_t *whole;
	uint32_t hdr_len, mtu, next_off, total;
	unsigned pieces;
	bool df, ended;
};

static void check_piece(void *data, struct packet *frag)
{
	struct check *c = data;
	uint16_t f = get_be16(frag->data + 6);
	uint32_t off = (f & 0x1fff) * 8, len = frag->len - c->hdr_len;

	cr_assert_not(c->ended);
	cr_assert_leq(frag->len, c->mtu);
	cr_assert_eq(get_be16(frag->data + 2), frag->len);
	cr_assert_eq(csum_ip_header(frag->data, c->hdr_len), 0);
	cr_assert_eq(!!(f & 0x4000), c->df);
	cr_assert_eq(off, c->next_off);
	cr_assert_eq(memcmp(frag->data + c->hdr_len,
			    c->whole + c->hdr_len + off, len),
		     0);
	c->ended = !(f & 0x2000);
	if (!c->ended)
		cr_assert_eq(len % 8, 0);
	c->next_off += len;
	c->pieces++;
	/* an option without the copy bit is there once */
	if (c->hdr_len > 20)
		cr_assert_eq(frag->data[24], off ? 1 : 0x1e);
}

static void make(struct packet *pkt, uint8_t *buf, uint32_t hdr_len,
		 uint32_t payload, uint16_t frag)
{
	uint32_t len = hdr_len + payload;

	for (uint32_t i = 0; i < len; i++)
		buf[i] = (uint8_t)(i * 11);
	memset(buf, 0, hdr_len);
	buf[0] = (uint8_t)(0x40 | hdr_len / 4);
	put_be16(buf + 2, (uint16_t)len);
	put_be16(buf + 6, frag);
	if (hdr_len > 20)
		memcpy(buf + 20, "\x88\4\1\2\x1e\4\5\0", 8);
	packet_init(pkt, buf, len, buf, len, len);
	pkt->nfproto = NFPROTO_IPV4;
}

Test(frag_out, a_whole_ip4_packet_is_cut_at_the_mtu)
{
	struct frag_queue *q = frag_queue_new();
	uint8_t *buf = malloc(5000);
	struct packet pkt;

	for (uint32_t mtu = 68; mtu < 1600; mtu += 13)
		for (uint32_t hdr = 20; hdr <= 28; hdr += 8) {
			struct check c = { .whole = buf,
					   .hdr_len = hdr,
					   .mtu = mtu };

			make(&pkt, buf, hdr, 3001, 0);
			cr_assert_eq(frag_output(q, &pkt, mtu, check_piece, &c),
				     REASON_NONE);
			cr_assert(c.ended);
			cr_assert_eq(c.next_off, 3001);
			cr_assert_eq(c.pieces,
				     DIV_ROUND_UP(3001, (mtu - hdr) / 8 * 8) -
					     (3001 % ((mtu - hdr) / 8 * 8) <=
						      (mtu - hdr) % 8 &&
					      3001 % ((mtu - hdr) / 8 * 8)));
		}
	free(buf);
	frag_queue_free(q);
}

static void none(void *data, struct packet *frag)
{
	cr_assert_null(frag);
}

Test(frag_out, what_may_not_be_cut)
{
	struct frag_queue *q = frag_queue_new();
	uint8_t *buf = malloc(5000);
	struct packet pkt;

	make(&pkt, buf, 20, 1000, 0x4000);
	cr_assert_eq(frag_output(q, &pkt, 500, none, NULL), REASON_mtu);
	make(&pkt, buf, 20, 1000, 0);
	cr_assert_eq(frag_output(q, &pkt, 24, none, NULL), REASON_mtu);
	pkt.nfproto = NFPROTO_IPV6;
	cr_assert_eq(frag_output(q, &pkt, 500, none, NULL), REASON_mtu);
	free(buf);
	frag_queue_free(q);
}
