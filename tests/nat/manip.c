/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/rng.h"
#include "nat/manip.h"
#include "packet/csum.h"
#include "tests/nat/lab.h"

/* A packet of @proto with right checksums; GRE and SCTP from bytes. */
static void make(struct wire *w, bool v6, uint8_t proto)
{
	static const uint8_t bytes[24] = { 0x03, 0xe8, 0, 80, 1, 2, 3, 4 };
	static const uint8_t gre[12] = { 0x30, 0x81, 0x88, 0x0b, 0, 4, 0, 9 };

	switch (proto) {
	case IPPROTO_TCP:
		wire_tcp(w, v6, 1000, 80,
			 &(struct segment_spec){ C2S, ".", 1, 1, 9, 7, "" });
		break;
	case IPPROTO_UDP:
		wire_udp(w, v6, C2S, 1000, 80, 11);
		break;
	case IPPROTO_ICMP:
		wire_icmp(w, v6, C2S, v6 ? 128 : 8, 0, 1000, NULL, 0);
		break;
	case IPPROTO_GRE:
		wire_ip(w, v6, C2S, proto, gre, sizeof(gre));
		break;
	default:
		wire_ip(w, v6, C2S, proto, bytes, sizeof(bytes));
		if (proto == IPPROTO_UDPLITE)
			memset(w->buf + w->l4_off + 4, 0, 4); /* covers all */
		wire_fix(w);
	}
}

static struct packet received(struct wire *w)
{
	struct packet pkt;

	packet_init(&pkt, w->buf, sizeof(w->buf), w->buf, w->len, w->len);
	cr_assert_eq(packet_receive(&pkt), REASON_NONE);
	packet_decode(&pkt);
	return pkt;
}

static struct ct_tuple target_of(bool v6, uint8_t proto)
{
	struct ct_tuple t = {
		.sport = htobe16(4321),
		.dport = htobe16(8765),
		.l3 = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		.l4 = proto == IPPROTO_ICMP && v6 ? IPPROTO_ICMPV6 : proto,
	};

	if (v6) {
		memset(&t.src, 0x11, 16);
		memset(&t.dst, 0x22, 16);
		t.src.b[0] = t.dst.b[0] = 0xfd;
	} else {
		t.src.ip = htobe32(0xc0000201);
		t.dst.ip = htobe32(0xc6336401);
	}
	return t;
}

/* The difference repairs what a fresh sum would say. */
Test(manip, checksums_stay_right)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP,
					  IPPROTO_ICMP, IPPROTO_SCTP };

	for (int v6 = 0; v6 < 2; v6++)
		for (size_t i = 0; i < ARRAY_LEN(protos); i++)
			for (int m = NAT_SRC; m <= NAT_DST; m++) {
				struct ct_tuple t = target_of(v6, protos[i]);
				struct packet pkt;
				struct wire w;

				make(&w, v6, protos[i]);
				pkt = received(&w);
				cr_assert(nat_manip(&pkt, 0, &t, m));
				cr_expect_eq(packet_receive(&pkt), REASON_NONE);
				cr_expect_eq(
					packet_csum_l4(&pkt, t.l4, pkt.l4_off),
					CSUM_GOOD, "proto %u v6 %d manip %d",
					protos[i], v6, m);
			}
}

Test(manip, ports_ids_and_keys)
{
	struct ct_tuple t = target_of(false, IPPROTO_UDP);
	struct packet pkt;
	struct wire w;

	make(&w, false, IPPROTO_UDP);
	pkt = received(&w);
	nat_manip(&pkt, 0, &t, NAT_SRC);
	cr_expect_eq(get_be16(pkt.data + 20), 4321);
	cr_expect_eq(get_be16(pkt.data + 22), 80);
	nat_manip(&pkt, 0, &t, NAT_DST);
	cr_expect_eq(get_be16(pkt.data + 22), 8765);
	cr_expect_eq(get_be32(pkt.data + 12), 0xc0000201);
	cr_expect_eq(get_be32(pkt.data + 16), 0xc6336401);

	make(&w, false, IPPROTO_ICMP);
	pkt = received(&w);
	t.l4 = IPPROTO_ICMP;
	nat_manip(&pkt, 0, &t, NAT_DST);
	cr_expect_eq(get_be16(pkt.data + 24), 4321); /* the id, either way */

	make(&w, false, IPPROTO_GRE);
	pkt = received(&w);
	t.l4 = IPPROTO_GRE;
	cr_expect(nat_manip(&pkt, 0, &t, NAT_SRC));
	cr_expect_eq(get_be16(pkt.data + 26), 9);
	cr_expect(nat_manip(&pkt, 0, &t, NAT_DST));
	cr_expect_eq(get_be16(pkt.data + 26), 8765); /* PPTP's call id */
	pkt.data[21] = 0x02;
	cr_expect_not(nat_manip(&pkt, 0, &t, NAT_DST)); /* no such version */
}

Test(manip, no_udp_checksum_stays_none)
{
	struct ct_tuple t = target_of(false, IPPROTO_UDP);
	struct packet pkt;
	struct wire w;

	make(&w, false, IPPROTO_UDP);
	put_be16(w.buf + w.l4_off + 6, 0);
	pkt = received(&w);
	nat_manip(&pkt, 0, &t, NAT_SRC);
	cr_expect_eq(get_be16(pkt.data + 26), 0);
}

/* RFC 768: a sum that comes out as zero is sent as all ones. */
Test(manip, a_computed_zero_is_all_ones)
{
	struct ct_tuple t = target_of(false, IPPROTO_UDP);
	struct packet pkt;
	struct wire w;
	bool seen = false;

	for (uint32_t port = 1; port < 65536 && !seen; port++) {
		make(&w, false, IPPROTO_UDP);
		pkt = received(&w);
		t.sport = htobe16((uint16_t)port);
		nat_manip(&pkt, 0, &t, NAT_SRC);
		cr_assert_neq(get_be16(pkt.data + 26), 0);
		seen = get_be16(pkt.data + 26) == 0xffff;
	}
	cr_expect(seen);
}

Test(manip, too_short)
{
	static const struct {
		uint8_t proto;
		uint32_t l4_len;
		bool ok;
	} cases[] = {
		{ IPPROTO_TCP, 8, true },   { IPPROTO_TCP, 7, false },
		{ IPPROTO_UDP, 8, true },   { IPPROTO_UDP, 7, false },
		{ IPPROTO_ICMP, 8, true },  { IPPROTO_ICMP, 4, false },
		{ IPPROTO_SCTP, 7, false }, { 99, 0, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ct_tuple t = target_of(false, cases[i].proto);
		struct packet pkt;
		struct wire w;

		make(&w, false, cases[i].proto);
		pkt = received(&w);
		pkt.len = pkt.wire_len = 20 + cases[i].l4_len;
		cr_expect_eq(nat_manip(&pkt, 0, &t, NAT_SRC), cases[i].ok,
			     "case %zu", i);
	}
}

/* Cut by a capture's snap length: it was whole on the wire. */
Test(manip, what_a_capture_cut_off_is_no_failure)
{
	struct ct_tuple t = target_of(false, IPPROTO_TCP);
	struct packet pkt;
	struct wire w;

	make(&w, false, IPPROTO_TCP);
	pkt = received(&w);
	pkt.len = 24;
	cr_expect(nat_manip(&pkt, 0, &t, NAT_SRC));
	cr_expect_eq(get_be32(pkt.data + 12), 0xc0000201);
}

/* --- the usual packets: two ways, one outcome ------------------------------ */

/* Anything, or what sums to one of the two zeros. */
static void draw(struct rng *rng, void *p, uint32_t len)
{
	static const uint8_t fill[] = { 0, 0xff };
	const uint32_t kind = rng_below(rng, 4);

	for (uint32_t i = 0; i < len; i++)
		((uint8_t *)p)[i] = kind < ARRAY_LEN(fill)
					    ? fill[kind]
					    : (uint8_t)rng_u32(rng);
}

/* A TCP or UDP packet of random fields, with IPv4 options or a snap length or
 * without; in @w, decoded. */
static struct packet draw_packet(struct rng *rng, struct wire *w)
{
	const bool v6 = rng_below(rng, 2), tcp = rng_below(rng, 2);
	const uint32_t hdr = v6 ? 40 : 20 + 4 * rng_below(rng, 11);
	struct packet pkt;

	for (uint32_t at = 0; at < 120; at += 2)
		draw(rng, w->buf + at, 2);
	draw(rng, w->buf + (v6 ? 8 : 12), 4);
	w->buf[0] = (uint8_t)(v6 ? 0x60 : 0x40 | hdr / 4);
	if (!v6)
		memset(w->buf + 6, 0, 2);
	w->buf[v6 ? 6 : 9] = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	w->len = hdr + (tcp ? 20 : 8) + rng_below(rng, 10);
	packet_init(&pkt, w->buf, sizeof(w->buf), w->buf,
		    w->len - rng_below(rng, 12), w->len);
	pkt.nfproto = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	packet_decode(&pkt);
	return pkt;
}

Test(manip, the_usual_way_does_what_the_other_does)
{
	unsigned usual = 0;
	struct rng rng;

	rng_seed(&rng, 3);
	for (unsigned i = 0; i < 200000; i++) {
		enum nat_manip manip = rng_below(&rng, 2) ? NAT_SRC : NAT_DST;
		struct ct_nat_end to = { .port = 0 };
		struct ct_tuple target;
		struct packet pkt, copy;
		struct wire w, v;

		pkt = draw_packet(&rng, &w);
		v = w;
		copy = pkt;
		copy.buf = copy.data = v.buf;
		draw(&rng, &to.addr, pkt.nfproto == NFPROTO_IPV4 ? 4 : 16);
		draw(&rng, &to.port, 2);
		target = (struct ct_tuple){
			.src = to.addr,
			.dst = to.addr,
			.sport = to.port,
			.dport = to.port,
			.l3 = pkt.nfproto,
			.l4 = pkt.l4proto,
		};
		if (!nat_manip_is_usual(&pkt))
			continue;
		usual++;
		nat_manip_usual(&pkt, &to, manip);
		cr_assert(nat_manip(&copy, 0, &target, manip));
		cr_assert_arr_eq(w.buf, v.buf, w.len, "packet %u", i);
		cr_assert_eq(pkt.flags, copy.flags);
	}
	cr_expect_gt(usual, 50000, "%u", usual);
}

/* What has no ports where it should, or not all of its header, is not usual. */
Test(manip, what_is_usual)
{
	struct packet pkt;
	struct wire w;

	make(&w, false, IPPROTO_TCP);
	pkt = received(&w);
	cr_expect(nat_manip_is_usual(&pkt));
	pkt.len = 39;
	cr_expect_not(nat_manip_is_usual(&pkt));
	make(&w, true, IPPROTO_UDP);
	pkt = received(&w);
	cr_expect(nat_manip_is_usual(&pkt));
	pkt.l4_off = 48; /* behind an extension header */
	cr_expect_not(nat_manip_is_usual(&pkt));
	make(&w, false, IPPROTO_UDPLITE);
	pkt = received(&w);
	cr_expect_not(nat_manip_is_usual(&pkt));
	make(&w, false, IPPROTO_UDP);
	pkt = received(&w);
	pkt.frag_off = 8;
	cr_expect_not(nat_manip_is_usual(&pkt));
}
