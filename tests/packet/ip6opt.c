/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "packet/ip6opt.h"

/* What ip6_parse_tlv() lets pass; options in hex behind the two bytes of the
 * header. */
static const struct {
	const char *name;
	uint8_t bytes[32];
	uint32_t len; /* of the whole header */
	bool ok;
} cases
	[] = {
		{ "PadN 4", { 59, 0, 1, 4 }, 8, true },
		{ "six Pad1", { 59, 0 }, 8, true },
		{ "padding of 8",
		  { 59, 1, 1, 4, 0, 0, 0, 0, 0, 0, 5, 2, 0, 0, 0, 0 },
		  16,
		  false },
		{ "PadN not zero", { 59, 0, 1, 4, 0, 0, 0, 1 }, 8, false },
		{ "router alert", { 59, 0, 5, 2, 0, 0, 1, 0 }, 8, true },
		{ "router alert of 3", { 59, 0, 5, 3, 0, 0, 0, 0 }, 8, false },
		{ "unknown, skip", { 59, 0, 0x3e, 4 }, 8, true },
		{ "unknown, discard", { 59, 0, 0x7e, 4 }, 8, false },
		{ "unknown, discard with ICMP", { 59, 0, 0xbe, 4 }, 8, false },
		{ "option over the end", { 59, 0, 0x3e, 5 }, 8, false },
		{ "no room for a length",
		  { 59, 0, 1, 3, 0, 0, 0, 0x3e },
		  8,
		  false },
		{ "eight options",
		  { 59, 2, 62, 0, 62, 0, 62, 0, 62, 0,
		    62, 0, 62, 0, 62, 0, 62, 0, 1,  4 },
		  24,
		  true },
		{ "nine options",
		  { 59, 2,  62, 0,  62, 0,  62, 0,  62, 0, 62,
		    0,	62, 0,	62, 0,	62, 0,	62, 0,	1, 2 },
		  24,
		  false },
		{ "jumbo in a small packet",
		  { 59, 0, 0xc2, 4, 0, 1, 0, 0 },
		  8,
		  false },
		{ "header over the end", { 59, 1, 1, 4 }, 8, false },
	};

Test(ip6opt, hop_by_hop)
{
	uint8_t buf[80];
	struct ip6_problem problem;
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		memset(buf, 0, sizeof(buf));
		memcpy(buf + 40, cases[i].bytes, cases[i].len);
		packet_init(&pkt, buf, sizeof(buf), buf, 40 + cases[i].len,
			    40 + cases[i].len);
		cr_assert_eq(ip6_hopopts_ok(&pkt, &problem), cases[i].ok, "%s",
			     cases[i].name);
	}
}

Test(ip6opt, jumbogram)
{
	uint8_t buf[80] = { [40] = 59, 0, 0xc2, 4, 0, 1, 0x11, 0x70 };
	struct ip6_problem problem;
	struct packet pkt;

	packet_init(&pkt, buf, sizeof(buf), buf, 80, 100000);
	cr_assert(ip6_hopopts_ok(&pkt, &problem));
	cr_assert_eq(pkt.wire_len, 70000 + 40);
	packet_init(&pkt, buf, sizeof(buf), buf, 80, 70039);
	cr_assert_not(ip6_hopopts_ok(&pkt, &problem));
}

/* RFC 8200 4.2; Ref: ip6_tlvopt_unknown(), ipv6_hop_jumbo(). */
Test(ip6opt, what_the_sender_hears)
{
	static const struct {
		uint8_t to, option[6];
		uint8_t code;
		uint32_t at;
	} told[] = {
		{ 0x20, { 0x4f, 4 }, 0, 0 },
		{ 0x20, { 0x8f, 4 }, 2, 42 },
		{ 0x20, { 0xcf, 4 }, 2, 42 },
		{ 0xff, { 0x8f, 4 }, 2, 42 },
		{ 0xff, { 0xcf, 4 }, 0, 0 },
		{ 0x20, { 0xc2, 4, 0, 0, 1, 0 }, 0, 44 },
		{ 0x20, { 5, 1, 0, 1, 1, 0 }, 0, 0 },
	};
	struct ip6_problem problem;
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		uint8_t buf[48] = { [24] = told[i].to, [40] = 59 };

		memcpy(buf + 42, told[i].option, sizeof(told[i].option));
		packet_init(&pkt, buf, sizeof(buf), buf, 48, 48);
		cr_assert_not(ip6_hopopts_ok(&pkt, &problem));
		cr_assert_eq(problem.code, told[i].code, "%zu", i);
		cr_assert_eq(problem.at, told[i].at, "%zu", i);
	}
}
