/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "packet/csum.h"
#include "tests/ct/wire.h"

/* UDP-Lite with the checksum that Linux' tracker wants: over @covered bytes,
 * the pseudo header naming UDP. */
static void udplite(struct wire *w, enum way way, uint16_t covered)
{
	uint8_t uh[20] = { 0 };
	struct packet pkt;
	uint32_t n = covered ? covered : sizeof(uh);
	be16_t sum;

	put_be16(uh + 2 * (way == S2C), 1000);
	put_be16(uh + 2 * (way == C2S), 53);
	put_be16(uh + 4, covered);
	wire_ip(w, false, way, IPPROTO_UDPLITE, uh, sizeof(uh));
	memset(w->buf + w->l4_off + 6, 0, 2);
	packet_init(&pkt, w->buf, WIRE_MAX, w->buf, w->len, w->len);
	pkt.nfproto = NFPROTO_IPV4;
	sum = csum_fold(
		csum_partial(w->buf + w->l4_off, n,
			     csum_pseudo(&pkt, sizeof(uh), IPPROTO_UDP)));
	memcpy(w->buf + w->l4_off + 6, &sum, 2);
}

Test(udplite, an_answer_makes_a_stream)
{
	struct seen seen;
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	udplite(&w, C2S, 0);
	cr_expect_eq(lab_send(&lab, &w).expires_ms, 30000);
	udplite(&w, S2C, 8);
	cr_expect_eq(lab_send(&lab, &w).expires_ms, 30000);
	udplite(&w, C2S, 20);
	seen = lab_send(&lab, &w);
	cr_expect_eq(seen.expires_ms, 120000);
	cr_expect(seen.status & IPS_ASSURED);
	lab_close(&lab);
}

Test(udplite, faults)
{
	struct lab lab;
	struct wire w;

	lab_open(&lab, NULL);
	udplite(&w, C2S, 20);
	put_be16(w.buf + w.l4_off + 4, 7);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_udp_length);
	put_be16(w.buf + w.l4_off + 4, 21);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_udp_length);
	udplite(&w, C2S, 20);
	put_be16(w.buf + w.l4_off + 6, 0);
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_checksum);
	udplite(&w, C2S, 20);
	w.buf[w.l4_off + 10] ^= 1;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_ct_checksum);
	udplite(&w, C2S, 8); /* what is not covered may be anything */
	w.buf[w.l4_off + 10] ^= 1;
	cr_expect_eq(lab_send(&lab, &w).reason, REASON_NONE);
	lab_close(&lab);
}
