/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options as such are judged by the kernel (tests/kernel/scenarios/options-*).
 * Here is what changes with the time of day, which the twin cannot compare.
 */
#include <criterion/criterion.h>

#include "packet/csum.h"
#include "world.h"

enum {
	/* 01:02:03.004 after midnight */
	MIDTIME_MS = ((1 * 60 + 2) * 60 + 3) * 1000 + 4,
};

/* A UDP packet with @opt, 12 bytes, behind its IPv4 header. */
static struct path_result send_with(struct world *w, const char *dst,
				    uint8_t ttl, const uint8_t opt[12])
{
	uint8_t plain[64], buf[80];
	uint32_t len = world_udp(plain, "10.1.0.9", 1, dst, 2, ttl, 0);
	be16_t check;

	memcpy(buf, plain, 20);
	memcpy(buf + 20, opt, 12);
	memcpy(buf + 32, plain + 20, len - 20);
	buf[0] = 0x48;
	put_be16(buf + 2, (uint16_t)(len + 12));
	memset(buf + 10, 0, 2);
	check = csum_ip_header(buf, 32);
	memcpy(buf + 10, &check, 2);
	return world_run(w, "lan", buf, len + 12);
}

static void world_at_midtime(struct world *w)
{
	world_init(w, NULL);
	w->now.wall_ns = (UINT64_C(20000) * 86400000 + MIDTIME_MS) * NS_PER_MS;
}

/* RFC 791: milliseconds since midnight UT. */
Test(options, timestamps_alone)
{
	static const uint8_t opt[12] = { 68, 12, 5, 0 };
	const uint8_t *left;
	struct world w;

	world_at_midtime(&w);
	send_with(&w, "10.9.9.9", 64, opt);
	cr_assert_eq(w.n_left, 1);
	left = w.left[0].bytes;
	cr_assert_eq(left[22], 9);
	cr_assert_eq(get_be32(left + 24), MIDTIME_MS);
	cr_assert_eq(get_be32(left + 28), 0);
	cr_assert_eq(csum_ip_header(left, 32), 0);
	world_fini(&w);
}

Test(options, timestamps_with_addresses)
{
	static const uint8_t opt[12] = { 68, 12, 5, 1 };
	const uint8_t *left;
	struct world w;

	world_at_midtime(&w);
	send_with(&w, "10.9.9.9", 64, opt);
	left = w.left[0].bytes;
	cr_assert_eq(left[22], 13);
	cr_assert_eq(get_be32(left + 24), 0x0a010001);
	cr_assert_eq(get_be32(left + 28), MIDTIME_MS);
	world_fini(&w);
}

/* Addresses given beforehand: this host's gets its time, another's none. */
Test(options, timestamps_of_whom)
{
	static const uint8_t own[12] = { 68, 12, 5, 3, 10, 2, 0, 1 };
	static const uint8_t other[12] = { 68, 12, 5, 3, 10, 9, 0, 1 };
	struct world w;

	world_at_midtime(&w);
	send_with(&w, "10.9.9.9", 64, own);
	cr_assert_eq(w.left[0].bytes[22], 13);
	cr_assert_eq(get_be32(w.left[0].bytes + 28), MIDTIME_MS);
	send_with(&w, "10.9.9.9", 64, other);
	cr_assert_eq(w.left[0].bytes[22], 5);
	cr_assert_eq(get_be32(w.left[0].bytes + 28), 0);
	world_fini(&w);
}

/* An error about the packet goes on where the packet stopped. */
Test(options, timestamps_in_an_error)
{
	static const uint8_t opt[12] = { 68, 12, 5, 0 };
	const uint8_t *left;
	struct world w;

	world_at_midtime(&w);
	send_with(&w, "10.9.9.9", 1, opt);
	cr_assert_eq(w.n_left, 1);
	left = w.left[0].bytes;
	cr_assert_eq(left[0], 0x48);
	cr_assert_eq(left[9], IPPROTO_ICMP);
	cr_assert_eq(left[22], 13);
	cr_assert_eq(get_be32(left + 24), MIDTIME_MS);
	cr_assert_eq(get_be32(left + 28), MIDTIME_MS);
	world_fini(&w);
}
