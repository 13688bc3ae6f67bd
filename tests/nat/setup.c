/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "tests/nat/lab.h"

static struct packet begin(struct nat_lab *n, struct wire *w, uint16_t cport)
{
	struct packet pkt;

	wire_udp(w, false, C2S, cport, 80, 0);
	cr_assert_eq(lab_in(&n->lab, w, NF_INET_PRE_ROUTING, &pkt),
		     REASON_NONE);
	return pkt;
}

static const struct nat_range to_9 = {
	.flags = NF_NAT_RANGE_MAP_IPS,
	.min.ip = 0x09090909,
	.max.ip = 0x09090909,
};

Test(setup, both_manips_alter_one_reply_tuple)
{
	struct ct_tuple reply;
	struct packet pkt;
	struct nat_lab n;
	struct wire w;

	nat_lab_open(&n);
	pkt = begin(&n, &w, 1000);
	cr_assert_eq(nat_setup(&n.env, &pkt, &to_9, NAT_DST), REASON_NONE);
	cr_expect_eq(ct_status_bits(pkt.ct), IPS_DST_NAT | IPS_DST_NAT_DONE);
	cr_assert_eq(nat_setup(&n.env, &pkt, &to_9, NAT_SRC), REASON_NONE);
	cr_expect_eq(ct_status_bits(pkt.ct), IPS_NAT_MASK | IPS_NAT_DONE_MASK);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
	cr_expect_eq(reply.src.ip, 0x09090909);
	cr_expect_eq(reply.dst.ip, 0x09090909);
	cr_expect_eq(reply.sport, htobe16(80));
	cr_expect_eq(reply.dport, htobe16(1000));
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

Test(setup, decided_once)
{
	struct ct_tuple reply;
	struct packet pkt;
	struct nat_lab n;
	struct wire w;

	nat_lab_open(&n);
	pkt = begin(&n, &w, 1000);
	cr_assert_eq(nat_null_binding(&n.env, &pkt, NAT_SRC), REASON_NONE);
	cr_expect_eq(ct_status_bits(pkt.ct), IPS_SRC_NAT_DONE);
	cr_assert_eq(nat_setup(&n.env, &pkt, &to_9, NAT_SRC), REASON_NONE);
	cr_expect_eq(ct_status_bits(pkt.ct), IPS_SRC_NAT_DONE);
	ct_confirm(n.lab.t, &pkt, &n.lab.now);
	cr_assert_eq(nat_setup(&n.env, &pkt, &to_9, NAT_DST), REASON_NONE);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
	cr_expect_neq(reply.src.ip, 0x09090909);
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

/* Facts, trap 5: the untouched tuple's answers are another connection's. */
Test(setup, the_null_binding_may_change_the_source_port)
{
	struct nat_range like_second = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED
	};
	struct packet first, second;
	struct ct_tuple t;
	struct nat_lab n;
	struct wire w, v;

	nat_lab_open(&n);
	first = begin(&n, &w, 1000);
	ct_tuple(first.ct, CT_DIR_ORIGINAL, &t);
	like_second.min = like_second.max = t.src;
	like_second.min_port = like_second.max_port = htobe16(1001);
	nat_setup(&n.env, &first, &like_second, NAT_SRC);
	ct_confirm(n.lab.t, &first, &n.lab.now);
	second = begin(&n, &v, 1001);
	cr_assert_eq(nat_null_binding(&n.env, &second, NAT_SRC), REASON_NONE);
	cr_expect(ct_status_bits(second.ct) & IPS_SRC_NAT);
	ct_tuple(second.ct, CT_DIR_REPLY, &t);
	cr_expect_neq(t.dport, htobe16(1001));
	cr_expect_geq(be16toh(t.dport), 600);
	cr_expect_eq(ct_confirm(n.lab.t, &second, &n.lab.now), REASON_NONE);
	ct_packet_release(n.lab.t, &first);
	ct_packet_release(n.lab.t, &second);
	nat_lab_close(&n);
}

Test(setup, masquerade_and_redirect_take_addresses_of_links)
{
	const union inet_addr a = { .ip = 0x07070707 };
	struct ct_tuple reply;
	struct packet pkt;
	struct nat_lab n;
	struct nat_range none = { 0 };
	struct wire w;

	nat_lab_open(&n);
	pkt = begin(&n, &w, 1000);
	pkt.in = pkt.out = host_link_add(n.host, "wan");
	cr_expect_eq(nat_redirect(&n.env, &pkt, &none), REASON_nat_no_address);
	host_addr_add(n.host, pkt.out, NFPROTO_IPV4, &a, 24);
	cr_expect_eq(nat_masquerade(&n.env, &pkt, &none), REASON_NONE);
	cr_expect_eq(nat_redirect(&n.env, &pkt, &none), REASON_NONE);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
	cr_expect_eq(reply.dst.ip, 0x07070707);
	cr_expect_eq(reply.src.ip, 0x07070707);
	cr_expect_eq(ct_nat_masq_link(pkt.ct), pkt.out->ifindex);
	ct_packet_release(n.lab.t, &pkt);
	pkt = begin(&n, &w, 1001);
	pkt.hook = NF_INET_LOCAL_OUT;
	nat_redirect(&n.env, &pkt, &none);
	ct_tuple(pkt.ct, CT_DIR_REPLY, &reply);
	cr_expect_eq(reply.src.ip, htobe32(0x7f000001));
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

Test(setup, netmap_keeps_the_host_bits)
{
	struct nat_range range = {
		.min.ip = htobe32(0xc0a80000),
		.max.ip = htobe32(0xc0a800ff),
	};
	struct packet pkt;
	struct wire w;

	wire_udp(&w, false, C2S, 1, 2, 0);
	packet_init(&pkt, w.buf, sizeof(w.buf), w.buf, w.len, w.len);
	packet_receive(&pkt);
	nat_netmap(&range, &pkt, NAT_SRC); /* 10.1.0.2 */
	cr_expect_eq(range.min.ip, htobe32(0xc0a80002));
	cr_expect_eq(range.max.ip, htobe32(0xc0a80002));
}
