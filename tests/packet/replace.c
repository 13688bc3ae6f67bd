/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "base/rng.h"
#include "packet/csum.h"
#include "packet/replace.h"

enum {
	ROOM = 64,
	SIZE = 512
};

/* A packet of either IP version with @len bytes of payload, in a buffer with
 * some room behind it; where the transport header is. */
static uint32_t make(struct packet *pkt, uint8_t *buf, bool v6, uint8_t proto,
		     uint32_t len)
{
	const uint32_t ip = v6 ? 40 : 20, l4 = proto == IPPROTO_TCP ? 20 : 8;
	const uint32_t total = ip + l4 + len;
	be16_t sum;

	memset(buf, 0, SIZE);
	for (uint32_t i = ip + l4; i < total; i++)
		buf[i] = (uint8_t)('a' + i % 26);
	if (v6) {
		buf[0] = 0x60;
		put_be16(buf + 4, (uint16_t)(l4 + len));
		buf[6] = proto;
		buf[7] = 64;
		buf[8] = buf[24] = 0xfd;
		buf[23] = 1;
	} else {
		buf[0] = 0x45;
		put_be16(buf + 2, (uint16_t)total);
		buf[8] = 64;
		buf[9] = proto;
		buf[12] = buf[16] = 10;
		sum = csum_ip_header(buf, 20);
		memcpy(buf + 10, &sum, 2);
	}
	if (proto == IPPROTO_TCP)
		buf[ip + 12] = 0x50;
	else
		put_be16(buf + ip + 4, (uint16_t)(l4 + len));
	packet_init(pkt, buf, total + ROOM, buf, total, total);
	cr_assert_eq(packet_receive(pkt), REASON_NONE);
	packet_decode(pkt);
	packet_csum_l4_fill(pkt, proto, ip);
	return ip;
}

static void expect_right(struct packet *pkt, uint8_t proto, uint32_t l4)
{
	struct packet again;

	packet_init(&again, pkt->buf, pkt->buf_size, pkt->data, pkt->len,
		    pkt->wire_len);
	cr_assert_eq(packet_receive(&again), REASON_NONE);
	cr_assert_eq(again.len, pkt->len, "the IP length says so");
	cr_assert_eq(packet_csum_l4(&again, proto, l4), CSUM_GOOD);
}

/* Longer, shorter, as long, at odd offsets; what is around stays. */
Test(replace, keeps_lengths_and_checksums_right)
{
	struct rng rng;

	rng_seed(&rng, 3);
	for (unsigned i = 0; i < 2000; i++) {
		bool v6 = rng_below(&rng, 2);
		uint8_t proto = rng_below(&rng, 2) ? IPPROTO_TCP : IPPROTO_UDP;
		uint32_t payload = 1 + rng_below(&rng, 60);
		uint32_t off = rng_below(&rng, payload);
		uint32_t len = rng_below(&rng, payload - off + 1);
		uint32_t n = rng_below(&rng, ROOM), l4, at;
		uint8_t buf[SIZE], before[SIZE];
		char text[ROOM];
		struct packet pkt;

		l4 = make(&pkt, buf, v6, proto, payload);
		at = pkt.len - payload + off;
		memcpy(before, buf, SIZE);
		for (uint32_t k = 0; k < n; k++)
			text[k] = (char)rng_u32(&rng);
		cr_assert(packet_replace_l4(&pkt, proto, l4, at, len, text, n));
		cr_assert_arr_eq(buf + at, text, n);
		cr_assert_arr_eq(buf + at + n, before + at + len,
				 pkt.len - at - n, "what follows");
		cr_assert(pkt.flags & PKT_DIRTY);
		if (proto == IPPROTO_UDP)
			cr_assert_eq(get_be16(buf + l4 + 4), pkt.len - l4);
		expect_right(&pkt, proto, l4);
	}
}

/* Ref: nf_nat_csum_recalc(): the sum is left to the output link, which makes it
 * right; tests/kernel/scenarios/helper-bad-sum.twin. */
Test(replace, mends_a_wrong_checksum)
{
	uint8_t buf[SIZE];
	struct packet pkt;
	uint32_t l4 = make(&pkt, buf, false, IPPROTO_TCP, 30);

	buf[l4 + 17] ^= 1;
	cr_assert(packet_replace_l4(&pkt, IPPROTO_TCP, l4, l4 + 20, 3, "abcde",
				    5));
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_TCP, l4), CSUM_GOOD);
}

Test(replace, leaves_no_udp_checksum_alone)
{
	uint8_t buf[SIZE];
	struct packet pkt;
	uint32_t l4 = make(&pkt, buf, true, IPPROTO_UDP, 30);

	memset(buf + l4 + 6, 0, 2);
	cr_assert(packet_replace_l4(&pkt, IPPROTO_UDP, l4, l4 + 8, 3, "x", 1));
	cr_assert_eq(load_raw16(buf + l4 + 6), 0);
}

Test(replace, refuses_what_does_not_fit)
{
	uint8_t buf[SIZE], before[SIZE];
	char text[ROOM + 1] = "";
	struct packet pkt;
	uint32_t l4 = make(&pkt, buf, false, IPPROTO_TCP, 10);

	memcpy(before, buf, SIZE);
	/* one byte more than there is room */
	cr_expect_not(packet_replace_l4(&pkt, IPPROTO_TCP, l4, l4 + 20, 0, text,
					ROOM + 1));
	/* beyond the end, inside the header */
	cr_expect_not(
		packet_replace_l4(&pkt, IPPROTO_TCP, l4, l4 + 20, 11, text, 1));
	cr_expect_not(
		packet_replace_l4(&pkt, IPPROTO_TCP, l4, l4 + 19, 1, text, 1));
	/* cut by the capture */
	pkt.len--;
	cr_expect_not(
		packet_replace_l4(&pkt, IPPROTO_TCP, l4, l4 + 20, 1, text, 1));
	cr_expect_arr_eq(buf, before, SIZE);
}
