/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "nat/unique.h"
#include "tests/nat/lab.h"

static struct packet begin(struct nat_lab *n, struct wire *w, uint16_t cport,
			   uint16_t sport, uint32_t src, uint32_t dst)
{
	struct packet pkt;

	wire_udp(w, false, C2S, cport, sport, 0);
	wire_addrs4(w, src, dst);
	wire_fix(w);
	cr_assert_eq(lab_in(&n->lab, w, NF_INET_PRE_ROUTING, &pkt),
		     REASON_NONE);
	cr_assert_not_null(pkt.ct);
	return pkt;
}

static struct ct_tuple choose(struct nat_lab *n, const struct packet *pkt,
			      const struct nat_range *range,
			      enum nat_manip manip)
{
	struct ct_tuple current, out;

	ct_tuple(pkt->ct, CT_DIR_ORIGINAL, &current);
	nat_unique_tuple(&n->env, pkt->ct, &current, range, manip, &out);
	return out;
}

/* Addresses that Linux 6.18 chose. */
Test(unique, address_of_a_range)
{
	static const struct {
		uint32_t src, dst, min, max, want;
		enum nat_manip manip;
	} cases[] = {
		{ 0x0a000003, 0xc0000201, 0xc00002fa, 0xc00002fd, 0xc00002fb,
		  NAT_SRC },
		{ 0xc0000201, 0xc00002fe, 0x0a000002, 0x0a000009, 0x0a000006,
		  NAT_DST },
		{ 0xc0000202, 0xc00002fe, 0x0a000002, 0x0a000009, 0x0a000007,
		  NAT_DST },
	};
	struct nat_lab n;

	nat_lab_open(&n);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nat_range range = {
			.flags = NF_NAT_RANGE_MAP_IPS,
			.min.ip = htobe32(cases[i].min),
			.max.ip = htobe32(cases[i].max),
		};
		struct packet pkt;
		struct ct_tuple t;
		struct wire w;

		pkt = begin(&n, &w, 1000, 80, cases[i].src, cases[i].dst);
		t = choose(&n, &pkt, &range, cases[i].manip);
		cr_expect_eq(cases[i].manip == NAT_SRC ? t.src.ip : t.dst.ip,
			     htobe32(cases[i].want), "case %zu", i);
		ct_packet_release(n.lab.t, &pkt);
	}
	nat_lab_close(&n);
}

/* Facts, trap 8: the class of the original port. */
Test(unique, port_classes)
{
	static const struct {
		uint16_t port, min, max;
	} cases[] = {
		{ 0, 1, 511 },		{ 53, 1, 511 },
		{ 511, 1, 511 },	{ 512, 600, 1023 },
		{ 1023, 600, 1023 },	{ 1024, 1024, 65535 },
		{ 40000, 1024, 65535 },
	};
	const struct nat_range range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_RANDOM,
		.min.ip = htobe32(0xc0000201),
		.max.ip = htobe32(0xc0000201),
	};
	struct nat_lab n;

	nat_lab_open(&n);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (int k = 0; k < 200; k++) {
			struct packet pkt;
			struct ct_tuple t;
			struct wire w;

			pkt = begin(&n, &w, cases[i].port, 80, 0x0a000001,
				    0xc6336401);
			t = choose(&n, &pkt, &range, NAT_SRC);
			cr_assert_geq(be16toh(t.sport), cases[i].min);
			cr_assert_leq(be16toh(t.sport), cases[i].max);
			ct_packet_release(n.lab.t, &pkt);
		}
	nat_lab_close(&n);
}

/* Facts, trap 9. */
Test(unique, a_destination_takes_the_first_port_then_the_next)
{
	const struct nat_range range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
		.min.ip = htobe32(0x0a000001),
		.max.ip = htobe32(0x0a000001),
		.min_port = htobe16(1000),
		.max_port = htobe16(1002),
	};
	struct packet pkt;
	struct nat_lab n;
	struct wire w;

	nat_lab_open(&n);
	pkt = begin(&n, &w, 5, 80, 0xc0000201, 0xc00002fe);
	cr_expect_eq(choose(&n, &pkt, &range, NAT_DST).dport, htobe16(1000));
	ct_packet_release(n.lab.t, &pkt);
	pkt = begin(&n, &w, 5, 1002, 0xc0000201, 0xc00002fe);
	cr_expect_eq(choose(&n, &pkt, &range, NAT_DST).dport, htobe16(1002));
	ct_packet_release(n.lab.t, &pkt);
	/* somebody has 10.0.0.1:1000 as peer of this source already */
	pkt = begin(&n, &w, 5, 1000, 0xc0000201, 0x0a000001);
	ct_confirm(n.lab.t, &pkt, &n.lab.now);
	ct_packet_release(n.lab.t, &pkt);
	pkt = begin(&n, &w, 5, 80, 0xc0000201, 0xc00002fe);
	cr_expect_eq(choose(&n, &pkt, &range, NAT_DST).dport, htobe16(1001));
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

/* 60,000 ports of one address towards one peer are taken: the next connection
 * asks no more than the kernel would, and mostly finds one. */
Test(unique, no_linear_search)
{
	const struct nat_range range = {
		.flags = NF_NAT_RANGE_MAP_IPS,
		.min.ip = htobe32(0xc0000201),
		.max.ip = htobe32(0xc0000201),
	};
	struct ct_stats before, after;
	struct packet pkt;
	struct nat_lab n;
	struct wire w;

	nat_lab_open(&n);
	for (unsigned i = 0; i < 60000; i++) {
		pkt = begin(&n, &w, (uint16_t)(1024 + i), 80, 0x0a000000 + i,
			    0xc6336401);
		cr_assert_eq(nat_setup(&n.env, &pkt, &range, NAT_SRC),
			     REASON_NONE);
		cr_assert_eq(ct_confirm(n.lab.t, &pkt, &n.lab.now),
			     REASON_NONE);
		ct_packet_release(n.lab.t, &pkt);
	}
	ct_table_stats(n.lab.t, &before);
	cr_expect_eq(before.found, 0);
	for (unsigned i = 0; i < 100; i++) {
		pkt = begin(&n, &w, 1024, 80, 0x0b000000 + i, 0xc6336401);
		choose(&n, &pkt, &range, NAT_SRC);
		ct_packet_release(n.lab.t, &pkt);
	}
	ct_table_stats(n.lab.t, &after);
	/* 128 + 64 + 32 + 16 + 8 tries at the very most, and two before */
	cr_expect_leq(after.found - before.found, 100 * 250);
	nat_lab_close(&n);
}

/* The loop of nf_nat_l4proto_unique_tuple() as the kernel has it, one port after
 * the other. */
static be16_t search_as_linux(struct nat_lab *n, struct rng *rng,
			      const struct ct_conn *ct, struct ct_tuple t,
			      uint32_t min, uint32_t size)
{
	uint32_t attempts = size < 128 ? size : 128;
	uint16_t off = (uint16_t)rng_u32(rng);

	for (;;) {
		for (uint32_t i = 0; i < attempts; i++, off++) {
			t.sport = htobe16((uint16_t)(min + off % size));
			if (!ct_nat_taken(n->lab.t, ct, &t, CT_TAKEN,
					  &n->lab.now))
				return t.sport;
		}
		if (attempts >= size || attempts < 16)
			return t.sport;
		attempts /= 2;
		off = (uint16_t)rng_u32(rng);
	}
}

/* Of @crowded ports from 1024 on towards one peer all are taken; a connection
 * then gets the port that the kernel's loop would give it, by the same
 * numbers. */
static void search_beside_linux(unsigned crowded, struct nat_range range)
{
	const uint32_t min = range.min_port ? be16toh(range.min_port) : 1024;
	const uint32_t size = range.max_port ? be16toh(range.max_port) - min + 1
					     : 64512;
	struct nat_lab n;
	struct wire w;

	range.flags |= NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_RANDOM;
	range.min.ip = range.max.ip = htobe32(0xc0000201);
	nat_lab_open(&n);
	for (unsigned i = 0; i < crowded; i++) {
		struct packet pkt = begin(&n, &w, (uint16_t)(1024 + i), 80,
					  0xc0000201, 0xc6336401);

		ct_confirm(n.lab.t, &pkt, &n.lab.now);
		ct_packet_release(n.lab.t, &pkt);
	}
	for (unsigned i = 0; i < 500; i++) {
		struct packet pkt =
			begin(&n, &w, 1024, 80, 0x0b000000 + i, 0xc6336401);
		struct rng rng = n.rng;
		struct ct_tuple t = choose(&n, &pkt, &range, NAT_SRC);
		be16_t want = search_as_linux(&n, &rng, pkt.ct, t, min, size);

		cr_assert_eq(t.sport, want, "%u: %u not %u", i,
			     be16toh(t.sport), be16toh(want));
		cr_assert_eq(rng_u32(&rng), rng_u32(&n.rng));
		ct_packet_release(n.lab.t, &pkt);
	}
	nat_lab_close(&n);
}

Test(unique, ports_are_those_of_the_kernels_loop)
{
	const struct nat_range any = { .flags = 0 };
	struct nat_range some = {
		.flags = NF_NAT_RANGE_PROTO_SPECIFIED,
		.min_port = htobe16(1000),
		.max_port = htobe16(1099),
	};

	search_beside_linux(0, any);
	search_beside_linux(60000, any);
	search_beside_linux(64512, any); /* none is free */
	search_beside_linux(0, some);
	search_beside_linux(73, some);
	some.max_port = htobe16(1299);
	search_beside_linux(270, some);
}

/* Facts, trap 11: a source keeps its mapping while it fits. */
Test(unique, an_earlier_mapping_is_taken_again)
{
	struct nat_range range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
		.min.ip = htobe32(0xc0000201),
		.max.ip = htobe32(0xc0000209),
		.min_port = htobe16(5000),
		.max_port = htobe16(6000),
	};
	struct ct_tuple first, second;
	struct packet pkt;
	struct nat_lab n;
	struct wire w;

	nat_lab_open(&n);
	pkt = begin(&n, &w, 1000, 80, 0x0a000001, 0xc6336401);
	nat_setup(&n.env, &pkt, &range, NAT_SRC);
	ct_confirm(n.lab.t, &pkt, &n.lab.now);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &first);
	ct_packet_release(n.lab.t, &pkt);
	pkt = begin(&n, &w, 1000, 81, 0x0a000001, 0xc6336402);
	second = choose(&n, &pkt, &range, NAT_SRC);
	cr_expect_eq(second.src.ip, first.dst.ip);
	cr_expect_eq(second.sport, first.dport);
	range.min_port = range.max_port = htobe16(7000);
	cr_expect_eq(choose(&n, &pkt, &range, NAT_SRC).sport, htobe16(7000));
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}
