/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * One row per protocol: where its checksum is, whether addresses go into it
 * (the pseudo header), where the ports are. Checksums are repaired by the
 * difference (RFC 1624), before the address in the IP header changes, so a
 * wrong one stays wrong; SCTP's CRC is computed anew, which makes a wrong one
 * right, as in the kernel.
 *
 * A packet quoted in an ICMP error has eight bytes behind its IP header and
 * often no more: what lies beyond is left alone.
 *
 * Nearly all packets are TCP or UDP with whole headers: they have a way of their
 * own, where each checksum is repaired once. tests/nat/manip.c compares both.
 *
 * Bytes that the capture's snap length cut off were on the wire and would have
 * been rewritten: missing them is no failure.
 */
#include "nat/manip.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "packet/csum.h"

/**
 * struct l4_manip - a transport header on its way to be rewritten
 * @off:	where it is in the packet
 * @old, @new:	the address that changes, @addr_len bytes
 */
struct l4_manip {
	struct packet *pkt;
	uint32_t off;
	const struct ct_tuple *target;
	enum nat_manip manip;
	const uint8_t *old, *new;
	unsigned addr_len;
};

/* How it went: there is nothing more to do, or @p are the bytes to change. */
struct l4_bytes {
	bool ok;
	uint8_t *p;
};

/* @len bytes of the transport header; not ok: the packet is too short. */
static struct l4_bytes l4_bytes(const struct l4_manip *m, uint32_t len)
{
	const uint32_t end = m->pkt->wire_len;

	if (m->off > end || len > end - m->off)
		return (struct l4_bytes){ .ok = false };
	return (struct l4_bytes){ true, packet_write(m->pkt, m->off, len) };
}

/* Are the bytes there? What comes behind the eight that are certain. */
static bool l4_has(const struct l4_manip *m, uint32_t len)
{
	return packet_read(m->pkt, m->off, len);
}

static be16_t l4_port(const struct l4_manip *m)
{
	return m->manip == NAT_SRC ? m->target->sport : m->target->dport;
}

static void put16(uint8_t *p, be16_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* The checksum at @check covers the address that changes. */
static void csum_addr(const struct l4_manip *m, uint8_t *check)
{
	packet_csum_replace(m->pkt, check, m->old, m->new, m->addr_len, true);
}

static void csum_port(const struct l4_manip *m, uint8_t *check,
		      const uint8_t *port, be16_t v)
{
	packet_csum_replace(m->pkt, check, port, &v, sizeof(v), false);
}

static uint8_t *port_of(const struct l4_manip *m, uint8_t *l4)
{
	return l4 + (m->manip == NAT_SRC ? 0 : 2);
}

static bool tcp_manip(const struct l4_manip *m)
{
	struct l4_bytes b = l4_bytes(m, 8);
	uint8_t *port;

	if (!b.p)
		return b.ok;
	port = port_of(m, b.p);
	if (l4_has(m, 20)) {
		csum_addr(m, b.p + 16);
		csum_port(m, b.p + 16, port, l4_port(m));
	}
	put16(port, l4_port(m));
	return true;
}

static bool udp_write(const struct l4_manip *m, bool always)
{
	struct l4_bytes b = l4_bytes(m, 8);
	uint8_t *port;

	if (!b.p)
		return b.ok;
	port = port_of(m, b.p);
	if (always || load_raw16(b.p + 6)) {
		csum_addr(m, b.p + 6);
		csum_port(m, b.p + 6, port, l4_port(m));
		if (!load_raw16(b.p + 6))
			put16(b.p + 6, 0xffff); /* zero says: none */
	}
	put16(port, l4_port(m));
	return true;
}

static bool udp_manip(const struct l4_manip *m)
{
	return udp_write(m, false);
}

static bool udplite_manip(const struct l4_manip *m)
{
	return udp_write(m, true);
}

static bool sctp_manip(const struct l4_manip *m)
{
	struct l4_bytes b = l4_bytes(m, 8);

	if (!b.p)
		return b.ok;
	put16(port_of(m, b.p), l4_port(m));
	if (m->pkt->len == m->pkt->wire_len)
		packet_csum_l4_fill(m->pkt, IPPROTO_SCTP, m->off);
	return true;
}

static bool icmp_has_id(uint8_t type)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
	case ICMP_INFO_REQUEST:
	case ICMP_INFO_REPLY:
	case ICMP_ADDRESS:
	case ICMP_ADDRESSREPLY:
		return true;
	}
	return false;
}

static bool icmp_manip(const struct l4_manip *m)
{
	struct l4_bytes b = l4_bytes(m, 8);

	if (!b.p || !icmp_has_id(b.p[0]))
		return b.ok;
	csum_port(m, b.p + 2, b.p + 4, m->target->sport);
	put16(b.p + 4, m->target->sport);
	return true;
}

static bool icmpv6_manip(const struct l4_manip *m)
{
	struct l4_bytes b = l4_bytes(m, 8);

	if (!b.p)
		return b.ok;
	csum_addr(m, b.p + 2);
	if (b.p[0] != ICMP6_ECHO_REQUEST && b.p[0] != ICMP6_ECHO_REPLY)
		return true;
	csum_port(m, b.p + 2, b.p + 4, m->target->sport);
	put16(b.p + 4, m->target->sport);
	return true;
}

/* The packet carries the key of its destination alone. */
static bool gre_manip(const struct l4_manip *m)
{
	struct l4_bytes b = l4_bytes(m, 8);

	if (!b.p || m->manip != NAT_DST)
		return b.ok;
	switch (b.p[1] & 7) {
	case 0:
		return true;
	case 1: /* PPTP's call id */
		put16(b.p + 6, m->target->dport);
		return true;
	}
	return false;
}

static bool (*const l4_manips[256])(const struct l4_manip *m) = {
	[IPPROTO_TCP] = tcp_manip,	   [IPPROTO_UDP] = udp_manip,
	[IPPROTO_UDPLITE] = udplite_manip, [IPPROTO_SCTP] = sctp_manip,
	[IPPROTO_ICMP] = icmp_manip,	   [IPPROTO_ICMPV6] = icmpv6_manip,
	[IPPROTO_GRE] = gre_manip,
};

/* Where the transport header to be rewritten is; -1: there is none. */
static int transport_of(const struct packet *pkt, uint32_t nhoff)
{
	const uint8_t *iph = pkt->data + nhoff;
	be16_t frag_off = 0;
	uint8_t nexthdr;
	int off;

	if (pkt->nfproto == NFPROTO_IPV4)
		return (int)(nhoff + (iph[0] & 0x0fu) * 4);
	nexthdr = iph[6];
	off = packet_skip_exthdr6(pkt, nhoff + 40, &nexthdr, &frag_off);
	return frag_off & htobe16(0xfff8) ? -1 : off;
}

bool nat_manip(struct packet *pkt, uint32_t nhoff,
	       const struct ct_tuple *target, enum nat_manip manip)
{
	const bool v4 = pkt->nfproto == NFPROTO_IPV4;
	const unsigned len = v4 ? 4 : 16;
	uint8_t *iph = packet_write(pkt, nhoff, v4 ? 20 : 40);
	struct l4_manip m = {
		.pkt = pkt,
		.target = target,
		.manip = manip,
		.addr_len = len,
	};
	uint8_t *addr;
	int off;

	if (!iph)
		return false;
	addr = iph + (v4 ? 12 : 8) + (manip == NAT_SRC ? 0 : len);
	m.old = addr;
	m.new = manip == NAT_SRC ? target->src.b : target->dst.b;
	off = transport_of(pkt, nhoff);
	m.off = (uint32_t)off;
	if (off >= 0 && l4_manips[target->l4] && !l4_manips[target->l4](&m))
		return false;
	if (v4)
		csum_replace4(iph + 10, load_raw32(addr), load_raw32(m.new));
	memcpy(addr, m.new, len);
	return true;
}

/* --- the usual packets ---------------------------------------------------- */

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

bool nat_manip_is_usual(const struct packet *pkt)
{
	const uint32_t len = pkt->l4proto == IPPROTO_TCP ? 20 : 8;

	return (pkt->l4proto == IPPROTO_TCP || pkt->l4proto == IPPROTO_UDP) &&
	       (pkt->flags & (PKT_L4 | PKT_CSUM_PARTIAL)) == PKT_L4 &&
	       !pkt->frag_off &&
	       (pkt->nfproto == NFPROTO_IPV4 || pkt->l4_off == 40) &&
	       packet_read(pkt, pkt->l4_off, len);
}

/* The address at @p becomes @to; the difference for checksums. */
static inline uint64_t put_addr(uint8_t *p, const union inet_addr *to, bool v4)
{
	uint64_t diff;

	if (likely(v4)) {
		diff = (uint64_t)~load_raw32(p) + to->ip;
		memcpy(p, &to->ip, 4);
		return diff;
	}
	diff = csum_add(~load64(p), ~load64(p + 8));
	diff = csum_add(csum_add(diff, to->q[0]), to->q[1]);
	memcpy(p, &to->q[0], 8);
	memcpy(p + 8, &to->q[1], 8);
	return diff;
}

void nat_manip_usual(struct packet *pkt, const struct ct_nat_end *to,
		     enum nat_manip manip)
{
	const bool v4 = pkt->nfproto == NFPROTO_IPV4;
	const bool udp = pkt->l4proto == IPPROTO_UDP;
	uint8_t *iph = pkt->data, *l4 = iph + pkt->l4_off;
	uint8_t *port = l4 + (manip == NAT_SRC ? 0 : 2);
	uint8_t *check = l4 + (udp ? 6 : 16);
	uint8_t *addr = iph + (v4 ? 12 : 8);
	uint64_t diff;
	be16_t sum;

	pkt->flags |= PKT_DIRTY;
	diff = put_addr(manip == NAT_SRC ? addr : addr + (v4 ? 4 : 16),
			&to->addr, v4);
	if (v4)
		put16(iph + 10, csum_repaired(load_raw16(iph + 10), diff));
	diff = csum_add(diff, (uint64_t)(uint16_t)~load_raw16(port) + to->port);
	put16(port, to->port);
	sum = load_raw16(check);
	if (unlikely(udp && !sum))
		return;
	sum = csum_repaired(sum, diff);
	/* zero says: none */
	put16(check, udp && !sum ? 0xffff : sum);
}
