/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"
#include "packet/csum.h"

/* RFC 1071 by the letter: 16 bits at a time. */
static uint16_t sum_slow(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

Test(csum, example_of_rfc_1071)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03,
					 0xf4, 0xf5, 0xf6, 0xf7 };

	cr_assert_eq(be16toh(csum_fold(csum_partial(bytes, 8, 0))),
		     (uint16_t)~0xddf2);
}

Test(csum, agrees_with_the_slow_way_at_all_lengths)
{
	uint8_t buf[300];
	struct rng rng;

	rng_seed(&rng, 1);
	for (size_t len = 0; len < sizeof(buf); len++) {
		for (size_t i = 0; i < len; i++)
			buf[i] = len % 3 ? (uint8_t)rng_u32(&rng) : 0xff;
		cr_assert_eq(be16toh(csum_fold(csum_partial(buf, len, 0))),
			     sum_slow(buf, len), "length %zu", len);
		if (len >= 20 && len <= 60 && len % 4 == 0)
			cr_assert_eq(
				be16toh(csum_ip_header(buf, (unsigned)len)),
				sum_slow(buf, len));
	}
}

Test(csum, update_equals_a_new_sum)
{
	uint8_t buf[64], was[16];
	struct rng rng;

	rng_seed(&rng, 2);
	for (int round = 0; round < 10000; round++) {
		unsigned len = round % 3 == 0 ? 2 : round % 3 == 1 ? 4 : 16;
		be16_t check;

		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = (uint8_t)rng_u32(&rng);
		memset(buf, 0, 2);
		check = csum_fold(csum_partial(buf, sizeof(buf), 0));
		memcpy(buf, &check, 2);
		memcpy(was, buf + 16, len);
		for (unsigned i = 0; i < len; i++)
			buf[16 + i] = (uint8_t)rng_u32(&rng);
		if (len == 2)
			csum_replace2(buf, load_raw16(was),
				      load_raw16(buf + 16));
		else if (len == 4)
			csum_replace4(buf, load_raw32(was),
				      load_raw32(buf + 16));
		else
			csum_replace(buf, was, buf + 16, len);
		cr_assert_eq(csum_fold(csum_partial(buf, sizeof(buf), 0)), 0,
			     "round %d", round);
	}
}

Test(csum, crc32c_check_value)
{
	cr_assert_eq(~csum_crc32c(~0u, "123456789", 9), 0xe3069283);
}

struct l4_case {
	const char *name;
	uint8_t l4proto;
	unsigned check_off;
};

static const struct l4_case l4_cases[] = {
	{ "tcp", IPPROTO_TCP, 16 },  { "udp", IPPROTO_UDP, 6 },
	{ "icmp", IPPROTO_ICMP, 2 }, { "icmpv6", IPPROTO_ICMPV6, 2 },
	{ "sctp", IPPROTO_SCTP, 8 },
};

static void make(struct packet *pkt, uint8_t *buf, uint32_t size, uint8_t nf,
		 uint32_t len)
{
	packet_init(pkt, buf, size, buf, len, len);
	pkt->nfproto = nf;
	for (uint32_t i = 0; i < len; i++)
		buf[i] = (uint8_t)(i * 37 + 11);
}

Test(csum, filled_is_good_and_a_flipped_bit_is_bad)
{
	uint8_t buf[256];
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(l4_cases); i++) {
		const struct l4_case *c = &l4_cases[i];

		/* each length in both families, the shortest header first */
		for (uint32_t both = 2 * 60; both < 2 * 120; both++) {
			uint8_t nf = both % 2 ? NFPROTO_IPV4 : NFPROTO_IPV6;
			uint32_t len = both / 2;

			make(&pkt, buf, sizeof(buf), nf, len);
			packet_csum_l4_fill(&pkt, c->l4proto, 40);
			cr_assert_eq(packet_csum_l4(&pkt, c->l4proto, 40),
				     CSUM_GOOD, "%s %u", c->name, len);
			buf[len - 1] ^= 4;
			cr_assert_eq(packet_csum_l4(&pkt, c->l4proto, 40),
				     CSUM_BAD, "%s %u", c->name, len);
			pkt.len--;
			cr_assert_eq(packet_csum_l4(&pkt, c->l4proto, 40),
				     CSUM_UNKNOWN, "%s %u", c->name, len);
			pkt.flags |= PKT_CSUM_OK;
			cr_assert_eq(packet_csum_l4(&pkt, c->l4proto, 40),
				     CSUM_GOOD, "%s %u", c->name, len);
		}
	}
}

Test(csum, what_the_network_card_would_have_finished)
{
	uint8_t buf[100];
	struct packet pkt;
	be16_t partial;

	make(&pkt, buf, sizeof(buf), NFPROTO_IPV4, sizeof(buf));
	partial = (be16_t)~csum_fold(csum_pseudo(&pkt, 80, IPPROTO_TCP));
	memcpy(buf + 20 + 16, &partial, 2);
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_TCP, 20), CSUM_PARTIAL);
	pkt.len = 60; /* cut by the snap length: still told */
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_TCP, 20), CSUM_PARTIAL);
	pkt.len = 30;
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_TCP, 20), CSUM_UNKNOWN);
}

Test(csum, udp_without_a_checksum_is_good_and_too_short_is_bad)
{
	uint8_t buf[100];
	struct packet pkt;

	make(&pkt, buf, sizeof(buf), NFPROTO_IPV4, sizeof(buf));
	memset(buf + 20 + 6, 0, 2);
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_UDP, 20), CSUM_GOOD);
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_UDP, 93), CSUM_BAD);
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_GRE, 99), CSUM_GOOD);
}

/* Twelve bytes whose sum is right are no TCP header all the same. */
Test(csum, right_sum_of_too_short_a_tcp_header_is_bad)
{
	uint8_t buf[32] = { 0 };
	struct packet pkt;
	be16_t sum;

	make(&pkt, buf, sizeof(buf), NFPROTO_IPV4, sizeof(buf));
	memset(buf + 20, 0, 2);
	sum = csum_fold(
		csum_partial(buf + 20, 12, csum_pseudo(&pkt, 12, IPPROTO_TCP)));
	memcpy(buf + 20, &sum, 2);
	cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_TCP, 20), CSUM_BAD);
}

/* Seen on the kernel (6.18) by ct state: a right UDPLITE checksum is invalid,
 * one over the pseudo header of UDP is not, at any coverage. */
Test(csum, udplite_is_verified_as_the_kernel_does)
{
	static const uint16_t coverages[] = { 0, 8, 12, 80 };
	uint8_t buf[100];
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(coverages); i++) {
		make(&pkt, buf, sizeof(buf), NFPROTO_IPV4, sizeof(buf));
		put_be16(buf + 20 + 4, coverages[i]);
		packet_csum_l4_fill(&pkt, IPPROTO_UDPLITE, 20);
		cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_UDPLITE, 20),
			     CSUM_BAD);
		csum_replace2(buf + 20 + 6, htobe16(IPPROTO_UDPLITE),
			      htobe16(IPPROTO_UDP));
		cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_UDPLITE, 20),
			     CSUM_GOOD);
		if (!coverages[i] || coverages[i] == 80)
			continue;
		buf[20 + coverages[i]] ^= 1;
		cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_UDPLITE, 20),
			     CSUM_GOOD);
		buf[20 + coverages[i] - 1] ^= 1;
		cr_assert_eq(packet_csum_l4(&pkt, IPPROTO_UDPLITE, 20),
			     CSUM_BAD);
	}
}
