/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "packet/csum.h"
#include "tests/nat/lab.h"

static const struct nat_range to_9 = {
	.flags = NF_NAT_RANGE_MAP_IPS,
	.min.ip = 0x09090909,
	.max.ip = 0x09090909,
};

/* A connection whose source was changed, confirmed; @w is its first packet as
 * it left. */
static void open_snat(struct nat_lab *n, struct wire *w)
{
	struct packet pkt;

	nat_lab_open(n);
	wire_udp(w, false, C2S, 1000, 80, 30);
	lab_in(&n->lab, w, NF_INET_PRE_ROUTING, &pkt);
	cr_expect_eq(nat_packet(&n->env, &pkt), REASON_NONE);
	cr_expect_eq(get_be32(pkt.data + 12), 0x0a010002);
	nat_null_binding(&n->env, &pkt, NAT_DST);
	nat_setup(&n->env, &pkt, &to_9, NAT_SRC);
	pkt.hook = NF_INET_POST_ROUTING;
	cr_expect_eq(nat_packet(&n->env, &pkt), REASON_NONE);
	cr_expect_eq(get_be32(pkt.data + 12), 0x09090909);
	ct_confirm(n->lab.t, &pkt, &n->lab.now);
	ct_packet_release(n->lab.t, &pkt);
}

/* An ICMP error from the server about @w, in @e. */
static struct packet error_about(struct nat_lab *n, const struct wire *w,
				 uint8_t type, uint32_t quoted, struct wire *e)
{
	struct packet pkt;

	wire_icmp(e, false, S2C, type, 1, 0, w->buf, quoted);
	wire_addrs4(e, 0x0a020002, 0x09090909);
	wire_fix(e);
	cr_assert_eq(lab_in(&n->lab, e, NF_INET_PRE_ROUTING, &pkt),
		     REASON_NONE);
	cr_assert_eq(pkt.ctinfo, IP_CT_RELATED_REPLY);
	return pkt;
}

Test(apply, replies_are_turned_back)
{
	struct packet pkt;
	struct nat_lab n;
	struct wire w, r;

	open_snat(&n, &w);
	wire_udp(&r, false, S2C, 1000, 80, 3);
	wire_addrs4(&r, 0x0a020002, 0x09090909);
	wire_fix(&r);
	lab_in(&n.lab, &r, NF_INET_PRE_ROUTING, &pkt);
	cr_assert_eq(pkt.ctinfo, IP_CT_ESTABLISHED_REPLY);
	cr_expect_eq(nat_packet(&n.env, &pkt), REASON_NONE);
	cr_expect_eq(get_be32(pkt.data + 16), 0x0a010002);
	cr_expect_eq(packet_csum_l4(&pkt, IPPROTO_UDP, 20), CSUM_GOOD);
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

Test(apply, icmp_errors_quote_what_was_sent)
{
	struct packet pkt;
	struct nat_lab n;
	struct wire w, e;

	open_snat(&n, &w);
	pkt = error_about(&n, &w, 3, 28, &e);
	cr_expect_eq(nat_icmp_error(&n.env, &pkt, 20), REASON_NONE);
	cr_expect_eq(get_be32(pkt.data + 16), 0x0a010002);
	cr_expect_eq(get_be32(pkt.data + 28 + 12), 0x0a010002);
	cr_expect_eq(packet_csum_l4(&pkt, IPPROTO_ICMP, 20), CSUM_GOOD);
	cr_expect_eq(csum_ip_header(pkt.data + 28, 20), 0);
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

/* Facts, trap 25, and 5.7. */
Test(apply, icmp_errors_that_are_dropped)
{
	struct packet pkt;
	struct nat_lab n;
	struct wire w, e;

	open_snat(&n, &w);
	pkt = error_about(&n, &w, 5, 28, &e);
	cr_expect_eq(nat_icmp_error(&n.env, &pkt, 20), REASON_nat_redirect);
	ct_packet_release(n.lab.t, &pkt);
	pkt = error_about(&n, &w, 3, 24, &e);
	cr_expect_eq(nat_icmp_error(&n.env, &pkt, 20), REASON_nat_short);
	ct_packet_release(n.lab.t, &pkt);
	pkt = error_about(&n, &w, 3, 28, &e);
	pkt.data[22] ^= 1;
	cr_expect_eq(nat_icmp_error(&n.env, &pkt, 20), REASON_nat_checksum);
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}

Test(apply, a_masqueraded_connection_belongs_to_its_link)
{
	const union inet_addr a = { .ip = 0x07070707 };
	struct nat_range none = { 0 };
	struct packet pkt;
	struct nat_lab n;
	struct wire w;

	nat_lab_open(&n);
	wire_udp(&w, false, C2S, 1000, 80, 0);
	lab_in(&n.lab, &w, NF_INET_PRE_ROUTING, &pkt);
	pkt.hook = NF_INET_POST_ROUTING;
	pkt.out = host_link_add(n.host, "wan");
	host_addr_add(n.host, pkt.out, NFPROTO_IPV4, &a, 24);
	cr_expect_not(nat_link_changed(&pkt));
	nat_masquerade(&n.env, &pkt, &none);
	cr_expect_not(nat_link_changed(&pkt));
	pkt.out = host_link_add(n.host, "wan2");
	cr_expect(nat_link_changed(&pkt));
	pkt.hook = NF_INET_FORWARD;
	cr_expect_not(nat_link_changed(&pkt));
	ct_packet_release(n.lab.t, &pkt);
	nat_lab_close(&n);
}
