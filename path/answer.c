/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host answers by itself: TCP resets and ICMP errors, for reject and
 * for what it does not forward, and redirects.
 *
 * Theory of operation
 *
 * An answer is a packet that the host sends: made in a buffer here, it is
 * routed, passes OUTPUT and POSTROUTING and leaves, all before the packet that
 * it answers is dropped. It belongs to that packet's connection, as RELATED
 * the other way, so rules let it pass and NAT turns it back; its own quote is
 * the packet as it looked when it was refused.
 *
 * No answer is given to what nobody sent alone (broadcast, multicast), to
 * later fragments, to ICMP errors, to resets, and to packets whose checksum is
 * wrong, since then their sender may be another. Rates are limited
 * (path/limit.c).
 *
 * Ref: nf_reject_ipv4.c, nf_reject_ipv6.c, __icmp_send(), icmp6_send().
 */
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "ct/nat.h"
#include "packet/csum.h"
#include "packet/ip6opt.h"
#include "path/internal.h"
#include "path/limit.h"

#define HEADROOM   64
#define ICMP4_MOST 576
#define ICMP6_MOST 1280
#define MAX_DEPTH  4
#define ADDR_DUMMY 0xc0000008 /* RFC 7600: 192.0.0.8 */

/**
 * struct answer - a packet being made
 * @len:	of the IP packet at @data
 * @is_own:	it belongs to no connection
 * @oif:	the link it must leave by, 0 when routing may choose
 * @flags:	of the packet
 */
struct answer {
	uint8_t buf[HEADROOM + ICMP6_MOST];
	uint8_t *data;
	uint32_t len;
	bool is_own;
	uint32_t oif;
	uint32_t flags;
};

/* An ICMP error to be. */
struct icmp_error {
	uint8_t type, code;
	uint32_t rest; /* host order */
};

static bool is_v4(const struct packet *pkt)
{
	return pkt->nfproto == NFPROTO_IPV4;
}

/* --- sending -------------------------------------------------------------- */

static void answer_send(struct path_run *run, struct answer *a)
{
	struct path_result res = { 0 };
	struct packet pkt;
	struct path_run own = {
		.p = run->p,
		.pkt = &pkt,
		.res = &res,
		.now = run->now,
		.kind = EMIT_ANSWER,
		.depth = run->depth + 1,
		.oif = a->oif,
	};

	if (run->depth >= MAX_DEPTH)
		return;
	packet_init(&pkt, a->buf, sizeof(a->buf), a->data, a->len, a->len);
	pkt.flags |= PKT_LOCAL_OUT | PKT_CSUM_OK | a->flags;
	pkt.number = run->pkt->number;
	if (packet_receive(&pkt) != REASON_NONE)
		return;
	packet_decode(&pkt);
	if (!a->is_own)
		ct_packet_attach_answer(&pkt, run->pkt);
	run->p->run = &own;
	path_send_local(&own);
	run->p->run = run;
	if (pkt.ct || pkt.ctinfo)
		ct_packet_release(run->p->cfg.ct, &pkt);
}

/* IPv6: a link-local address means something on one link alone. */
static uint32_t scope_of(const struct packet *pkt, const union inet_addr *a)
{
	if (is_v4(pkt) || a->b[0] != 0xfe || (a->b[1] & 0xc0) != 0x80)
		return 0;
	return pkt->in ? pkt->in->ifindex : 0;
}

/* A route for an answer to @to; @from zero: chosen, and filled in. */
static bool route_answer(const struct path_run *run, const union inet_addr *to,
			 union inet_addr *from, uint8_t l4proto, uint8_t tos,
			 struct host_route *rt)
{
	const struct host_flow flow = {
		.nfproto = run->pkt->nfproto,
		.l4proto = l4proto,
		.tos = tos,
		.saddr = *from,
		.daddr = *to,
		.iif = 1,
		.oif = scope_of(run->pkt, to),
	};

	host_route(run->p->cfg.host, &flow, rt);
	if (!rt->out)
		return false;
	if (inet_addr_is_zero(from))
		*from = rt->prefsrc;
	return route_may_leave(run, from, rt);
}

static bool is_group(enum host_route_type type)
{
	return type == ROUTE_BROADCAST || type == ROUTE_MULTICAST;
}

/* Was it sent to one host? Before routing, as IPv4 has it, the route back to
 * the sender says so (nf_reject_fill_skb_dst()). */
static bool sent_to_one(const struct path_run *run)
{
	union inet_addr to = packet_saddr(run->pkt), from = { .q = { 0, 0 } };
	struct host_route rt;

	if (run->route != ROUTE_UNSPEC || run->pkt->hook != NF_INET_PRE_ROUTING)
		return !is_group(run->route);
	return route_answer(run, &to, &from, 0, 0, &rt) && !is_group(rt.type);
}

/* --- checksums ------------------------------------------------------------ */

/* nf_reject_verify_csum(): is there a checksum over all of it to verify? */
static bool has_csum(const struct packet *pkt, uint8_t proto, uint32_t off)
{
	const uint8_t *l4;

	switch (proto) {
	case IPPROTO_UDP:
		l4 = packet_read(pkt, off, 8);
		return !l4 || load_raw16(l4 + 6);
	case IPPROTO_GRE: /* whatever its flags say */
	case IPPROTO_AH:
	case IPPROTO_ESP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return false;
	}
	return true;
}

/* The kernel sums up the whole packet, and its IPv4 header has a sum of zero
 * but while the host is filling in its options. */
static bool header_sum_good(const struct packet *pkt)
{
	const unsigned len = (pkt->data[0] & 15) * 4;

	return !is_v4(pkt) || len == 20 || !csum_ip_header(pkt->data, len);
}

static bool csum_good(const struct packet *pkt, uint8_t proto, uint32_t off)
{
	const uint32_t len = pkt->len - off;
	uint64_t sum = 0;

	if (pkt->flags & PKT_CSUM_OK || !has_csum(pkt, proto, off))
		return true;
	if (!(pkt->flags & PKT_CSUM_VERIFIED) && !header_sum_good(pkt))
		return false;
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		switch (packet_csum_l4(pkt, proto, off)) {
		case CSUM_BAD:
			break;
		case CSUM_PARTIAL:
			return pkt->flags & PKT_CSUM_LAX;
		default:
			return true;
		}
	}
	/* Others, and what is too short for its header, are taken to sum up to
	 * zero; hardly one does. */
	if (pkt->len < pkt->wire_len)
		return true;
	if (!is_v4(pkt) || proto == IPPROTO_TCP || proto == IPPROTO_UDP)
		sum = csum_pseudo(pkt, len, proto);
	if (is_v4(pkt))
		off = 0;
	return csum_fold(csum_partial(pkt->data + off, pkt->len - off, sum)) ==
	       0;
}

/* --- TCP resets ----------------------------------------------------------- */

/* The TCP header that a reset would answer, and its offset; NULL: none may. */
static const uint8_t *segment_of(const struct packet *pkt, uint32_t *off)
{
	const uint8_t *th;
	uint8_t proto;
	int at = packet_l4_conntrack(pkt, 0, &proto);

	if (at < 0 || proto != IPPROTO_TCP)
		return NULL;
	*off = (uint32_t)at;
	th = packet_read(pkt, *off, 20);
	if (!th || th[13] & 0x04 || !csum_good(pkt, proto, *off))
		return NULL;
	return th;
}

/* nf_reject_ip_tcphdr_put() */
static void put_reset(const struct packet *pkt, const uint8_t *th, uint32_t off,
		      uint8_t *out)
{
	const uint32_t len = pkt->wire_len - off - (th[12] >> 4) * 4u;
	const uint8_t flags = th[13];

	memset(out, 0, 20);
	memcpy(out, th + 2, 2);
	memcpy(out + 2, th, 2);
	out[12] = 5 << 4;
	out[13] = 0x04;
	if (flags & 0x10) {
		memcpy(out + 4, th + 8, 4);
		return;
	}
	put_be32(out + 8,
		 get_be32(th + 4) + (flags >> 1 & 1) + (flags & 1) + len);
	out[13] |= 0x10;
}

/* @opt_len: bytes of options that stand behind it already */
static void put_header4(uint8_t *iph, uint32_t opt_len, uint8_t tos, bool df,
			uint8_t ttl, uint8_t proto, uint32_t len,
			const union inet_addr *from, const union inet_addr *to)
{
	be16_t check;

	memset(iph, 0, 20);
	iph[0] = (uint8_t)(0x45 + opt_len / 4);
	iph[1] = tos;
	put_be16(iph + 2, (uint16_t)len);
	iph[6] = df ? 0x40 : 0;
	iph[8] = ttl;
	iph[9] = proto;
	memcpy(iph + 12, &from->ip, 4);
	memcpy(iph + 16, &to->ip, 4);
	check = csum_ip_header(iph, 20 + opt_len);
	memcpy(iph + 10, &check, 2);
}

static void put_header6(uint8_t *ip6h, uint8_t hop_limit, uint8_t proto,
			uint32_t payload, const union inet_addr *from,
			const union inet_addr *to)
{
	memset(ip6h, 0, 8);
	ip6h[0] = 0x60;
	put_be16(ip6h + 4, (uint16_t)payload);
	ip6h[6] = proto;
	ip6h[7] = hop_limit;
	memcpy(ip6h + 8, from, 16);
	memcpy(ip6h + 24, to, 16);
}

static uint8_t hop_limit4(const struct path_run *run)
{
	return (uint8_t)host_sysctl(run->p->cfg.host, SYSCTL_ip_default_ttl);
}

static uint8_t hop_limit6(const struct path_run *run,
			  const struct host_route *rt)
{
	return (uint8_t)host_link_sysctl(run->p->cfg.host, rt->out,
					 LINK_SYSCTL_ip6_hop_limit);
}

/* The transport checksum of an answer. */
static void fill_csum(struct answer *a, uint8_t nfproto, uint8_t proto,
		      uint32_t off)
{
	struct packet pkt;

	packet_init(&pkt, a->buf, sizeof(a->buf), a->data, a->len, a->len);
	pkt.nfproto = nfproto;
	packet_csum_l4_fill(&pkt, proto, off);
}

static bool is_unicast6(const union inet_addr *a)
{
	return a->b[0] != 0xff && !inet_addr_is_zero(a);
}

/* IPv4: the checksum of a reset is left to the output link. */
static void leave_csum(struct answer *a)
{
	struct packet pkt = { .data = a->data, .nfproto = NFPROTO_IPV4 };
	const be16_t sum =
		(be16_t)~csum_fold(csum_pseudo(&pkt, 20, IPPROTO_TCP));

	memcpy(a->data + 20 + 16, &sum, sizeof(sum));
	a->flags |= PKT_CSUM_PARTIAL;
}

/* nf_send_reset(), nf_send_reset6() */
static void send_reset(struct path_run *run)
{
	const struct packet *pkt = run->pkt;
	union inet_addr from = packet_daddr(pkt), to = packet_saddr(pkt);
	const uint32_t hdr = is_v4(pkt) ? 20 : 40;
	struct answer a = { .len = hdr + 20, .oif = scope_of(pkt, &to) };
	struct host_route rt;
	const uint8_t *th;
	uint32_t off;

	th = segment_of(pkt, &off);
	if (!th ||
	    (is_v4(pkt) ? !sent_to_one(run)
			: !is_unicast6(&from) || !is_unicast6(&to)) ||
	    !route_answer(run, &to, &from, IPPROTO_TCP, 0, &rt))
		return;
	a.data = a.buf + HEADROOM;
	put_reset(pkt, th, off, a.data + hdr);
	if (is_v4(pkt))
		put_header4(a.data, 0, 0, true, hop_limit4(run), IPPROTO_TCP,
			    a.len, &from, &to);
	else
		put_header6(a.data, hop_limit6(run, &rt), IPPROTO_TCP, 20,
			    &from, &to);
	if (is_v4(pkt))
		leave_csum(&a);
	else
		fill_csum(&a, pkt->nfproto, IPPROTO_TCP, hdr);
	if (pkt->ct)
		ct_close(run->p->cfg.ct, pkt->ct, run->now);
	answer_send(run, &a);
}

/* --- ICMP errors ---------------------------------------------------------- */

/* What icmp_pointers[] calls an error: all but questions and their answers. */
static bool is_error4(uint8_t type)
{
	return type != ICMP_ECHOREPLY && type != ICMP_ECHO &&
	       !(type >= ICMP_TIMESTAMP && type <= NR_ICMP_TYPES);
}

/* __icmp_send(), up to where it is sure. */
static bool may_answer4(const struct path_run *run)
{
	const struct packet *pkt = run->pkt;
	const uint8_t *iph = pkt->data, *type;

	if (pkt->pkttype != PKTTYPE_HOST || !sent_to_one(run) ||
	    get_be16(iph + 6) & 0x1fff)
		return false;
	if (iph[9] != IPPROTO_ICMP)
		return true;
	type = packet_read(pkt, (iph[0] & 0x0fu) * 4, 1);
	return type && !is_error4(*type);
}

/* The ICMP header, and @room bytes of the packet that it is about. */
static void put_error(uint8_t *out, const struct icmp_error *e,
		      const struct packet *pkt, uint32_t room)
{
	out[0] = e->type;
	out[1] = e->code;
	memset(out + 2, 0, 2);
	put_be32(out + 4, e->rest);
	memcpy(out + 8, pkt->data, room);
}

static void send_icmp4(struct path_run *run, const struct icmp_error *e)
{
	const struct packet *pkt = run->pkt;
	const uint8_t tos = (pkt->data[1] & 0x1e) | 0xc0;
	union inet_addr to = packet_saddr(pkt), from = { .q = { 0, 0 } };
	struct answer a = { .data = a.buf + HEADROOM };
	uint32_t room, opt_len = 0;
	struct host_route rt;

	if (!may_answer4(run))
		return;
	if (run->route == ROUTE_LOCAL) {
		from = packet_daddr(pkt);
		/* not whom a route by lo led here (ip_route_output_key()) */
		if (!host_addr_is_local(run->p->cfg.host, NFPROTO_IPV4, &from))
			return;
	}
	options_echo_way(run, &to);
	if (!route_answer(run, &to, &from, IPPROTO_ICMP, tos, &rt) ||
	    (!rt.out->is_loopback &&
	     !limits_allow4(run->p->limits, e->type, e->code, &to, run->now)))
		return;
	if (!from.ip)
		from.ip = htobe32(ADDR_DUMMY);
	if (run->opt.len && !options_echo(run, &from, a.data + 20, &opt_len))
		return;
	room = MIN(rt.mtu, (uint32_t)ICMP4_MOST) - 28 - opt_len;
	room = MIN(room, pkt->len);
	a.len = 28 + opt_len + room;
	put_error(a.data + 20 + opt_len, e, pkt, room);
	put_header4(a.data, opt_len, tos, false, hop_limit4(run), IPPROTO_ICMP,
		    a.len, &from, &to);
	fill_csum(&a, NFPROTO_IPV4, IPPROTO_ICMP, 20 + opt_len);
	answer_send(run, &a);
}

/* is_ineligible(): an ICMPv6 error or redirect, or one cut short. */
static bool is_error6(const struct packet *pkt)
{
	uint8_t nexthdr = pkt->data[6];
	const uint8_t *type;
	be16_t frag_off;
	int off = packet_skip_exthdr6(pkt, 40, &nexthdr, &frag_off);

	if (off < 0 || nexthdr != IPPROTO_ICMPV6)
		return false;
	type = packet_read(pkt, (uint32_t)off, 1);
	if (!type)
		return !frag_off;
	return !(*type & ICMP6_INFOMSG_MASK) || *type == ND_REDIRECT;
}

/* opt_unrec(): about an option that wants it said whoever was meant */
static bool is_for_groups(const struct packet *pkt, const struct icmp_error *e)
{
	const uint8_t *option = packet_read(pkt, e->rest, 1);

	return e->type == ICMP6_PARAM_PROB &&
	       e->code == ICMP6_PARAMPROB_OPTION &&
	       (!option || *option >> 6 == 2);
}

/* icmp6_send(), up to where it is sure. */
static bool may_answer6(const struct path_run *run, const struct icmp_error *e)
{
	const struct packet *pkt = run->pkt;
	union inet_addr to = packet_saddr(pkt);

	if ((pkt->data[24] == 0xff || pkt->pkttype != PKTTYPE_HOST) &&
	    e->type != ICMP6_PACKET_TOO_BIG && !is_for_groups(pkt, e))
		return false;
	return is_unicast6(&to) && !is_error6(pkt);
}

/* Whose address the error has: the one that was asked, else that which the
 * route back names (icmpv6_rt_has_prefsrc()), else one of the link it came by.
 */
static union inet_addr source6(const struct path_run *run)
{
	const struct host *h = run->p->cfg.host;
	const struct packet *pkt = run->pkt;
	union inet_addr asked = packet_daddr(pkt), to = packet_saddr(pkt);
	union inet_addr from = { .q = { 0, 0 } }, chosen = from;
	struct host_route rt;

	if (run->route == ROUTE_ANYCAST ||
	    host_addr_is_local(h, NFPROTO_IPV6, &asked))
		return asked;
	if (route_answer(run, &to, &chosen, IPPROTO_ICMPV6, 0, &rt) &&
	    rt.has_src)
		return chosen;
	if (pkt->in)
		host_select_addr(h, pkt->in, NFPROTO_IPV6, &to, &from);
	return from;
}

static void send_icmp6(struct path_run *run, const struct icmp_error *e)
{
	const struct packet *pkt = run->pkt;
	union inet_addr to = packet_saddr(pkt), from;
	struct answer a = { .data = NULL };
	struct host_route rt;
	uint32_t room;

	if (!may_answer6(run, e))
		return;
	from = source6(run);
	if (!route_answer(run, &to, &from, IPPROTO_ICMPV6, 0, &rt) ||
	    rt.type == ROUTE_ANYCAST ||
	    (!rt.out->is_loopback &&
	     !limits_allow6(run->p->limits, e->type, &to, run->now)))
		return;
	room = MIN((uint32_t)ICMP6_MOST - 48, pkt->len);
	a.data = a.buf + HEADROOM;
	a.len = 48 + room;
	a.oif = scope_of(pkt, &to);
	put_error(a.data + 40, e, pkt, room);
	put_header6(a.data, hop_limit6(run, &rt), IPPROTO_ICMPV6, 8 + room,
		    &from, &to);
	fill_csum(&a, NFPROTO_IPV6, IPPROTO_ICMPV6, 40);
	answer_send(run, &a);
}

void answer_icmp4(struct path_run *run, uint8_t type, uint8_t code,
		  uint32_t rest)
{
	const struct icmp_error e = { .type = type,
				      .code = code,
				      .rest = rest };

	send_icmp4(run, &e);
}

static void send_icmp(struct path_run *run, const struct icmp_error *e)
{
	if (is_v4(run->pkt))
		send_icmp4(run, e);
	else
		send_icmp6(run, e);
}

/* --- a shorter way -------------------------------------------------------- */

static void redirect4(struct path_run *run, const struct host_route *rt)
{
	const union inet_addr to = packet_saddr(run->pkt);
	const union inet_addr way = rt->has_gateway ? rt->gateway
						    : packet_daddr(run->pkt);

	if (!limits_allow_redirect4(run->p->limits, &to, run->now))
		return;
	answer_icmp4(run, ICMP_REDIRECT, ICMP_REDIR_HOST, be32toh(way.ip));
	limits_redirected4(run->p->limits, &to, run->now);
}

/* The link-layer address of the neighbour @way, as an option; its length. */
static uint32_t put_neighbour(const struct path_run *run,
			      const union inet_addr *way, uint8_t *out)
{
	const struct host_link *link = run->pkt->in;
	const struct host_neigh *n;

	if (link->type != ARPHRD_ETHER)
		return 0;
	n = host_neigh(run->p->cfg.host, link, NFPROTO_IPV6, way);
	if (!n)
		return 0;
	out[0] = ND_OPT_TARGET_LINKADDR;
	out[1] = 1;
	memcpy(out + 2, n->mac, sizeof(n->mac));
	return 8;
}

/* The redirect itself (RFC 4861 4.5): the better way, the destination, and as
 * much of the packet as fits. Return: its length. */
static uint32_t put_redirect6(const struct path_run *run,
			      const union inet_addr *way, uint8_t *out)
{
	const struct packet *pkt = run->pkt;
	const union inet_addr dest = packet_daddr(pkt);
	uint32_t len = 40, quote;

	memset(out, 0, len);
	out[0] = ND_REDIRECT;
	memcpy(out + 8, way->b, 16);
	memcpy(out + 24, dest.b, 16);
	len += put_neighbour(run, way, out + len);
	quote = MIN(ICMP6_MOST - 40 - len, pkt->len + 8) & ~7u;
	memset(out + len, 0, 8);
	out[len] = ND_OPT_REDIRECTED_HEADER;
	out[len + 1] = (uint8_t)(quote / 8);
	memcpy(out + len + 8, pkt->data, quote - 8);
	return len + quote;
}

static bool is_linklocal6(const union inet_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* ndisc_send_redirect(): to a neighbour, from a link-local address, and the
 * way is a neighbour too. */
static void redirect6(struct path_run *run, const struct host_route *rt)
{
	const struct host *h = run->p->cfg.host;
	const struct packet *pkt = run->pkt;
	union inet_addr to = packet_saddr(pkt), dest = packet_daddr(pkt), from;
	const union inet_addr way = rt->has_gateway ? rt->gateway : dest;
	struct answer a = { .data = a.buf + HEADROOM,
			    .is_own = true,
			    .oif = pkt->in->ifindex };
	const struct host_flow flow = {
		.nfproto = NFPROTO_IPV6,
		.l4proto = IPPROTO_ICMPV6,
		.daddr = to,
		.iif = 1,
		.oif = pkt->in->ifindex,
	};
	struct host_route back;

	if (!limits_allow_redirect6(run->p->limits, &dest, run->now) ||
	    !host_linklocal_addr(h, pkt->in, &from) ||
	    (!inet_addr_eq(&way, &dest) && !is_linklocal6(&way)))
		return;
	host_route(h, &flow, &back);
	if (!back.out || back.has_gateway ||
	    !limits_allow_redirect6(run->p->limits, &to, run->now))
		return;
	a.len = 40 + put_redirect6(run, &way, a.data + 40);
	put_header6(a.data, 255, IPPROTO_ICMPV6, a.len - 40, &from, &to);
	fill_csum(&a, NFPROTO_IPV6, IPPROTO_ICMPV6, 40);
	answer_send(run, &a);
}

void answer_redirect(struct path_run *run, const struct host_route *rt)
{
	if (is_v4(run->pkt))
		redirect4(run, rt);
	else
		redirect6(run, rt);
}

/* --- who asks for them ---------------------------------------------------- */

/* nf_send_unreach(), nf_send_unreach6(): the packet's checksum must be right
 * where it has one. */
static void reject_unreach(struct path_run *run, uint8_t code)
{
	const struct packet *pkt = run->pkt;
	const struct icmp_error e = {
		.type = is_v4(pkt) ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH,
		.code = code,
	};
	uint8_t proto = is_v4(pkt) ? pkt->data[9] : pkt->data[6];
	be16_t frag_off = 0;
	int off = (pkt->data[0] & 0x0f) * 4;

	if (is_v4(pkt)) {
		if (get_be16(pkt->data + 6) & 0x1fff)
			return;
	} else {
		off = packet_skip_exthdr6(pkt, 40, &proto, &frag_off);
		if (off < 0 || (uint32_t)off >= pkt->len ||
		    frag_off & htobe16(0xfff8))
			return;
	}
	if (csum_good(pkt, proto, (uint32_t)off))
		send_icmp(run, &e);
}

void answer_reject(void *data, struct packet *pkt,
		   const struct vm_reject *reject)
{
	struct path *p = data;
	struct path_run *run = p->run;

	run->rejected = true;
	if (reject->tcp_reset)
		send_reset(run);
	else
		reject_unreach(run, reject->code);
}

/* What each refusal is in ICMP and ICMPv6; type 0: nothing. */
static const struct {
	uint16_t reason;
	bool is_route; /* ip_error() */
	uint8_t type4, code4, type6, code6;
} errors[] = {
	{ REASON_no_route, true, ICMP_DEST_UNREACH, ICMP_NET_UNREACH,
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE },
	{ REASON_route_unreachable, true, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH,
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE },
	{ REASON_route_prohibit, true, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED,
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN },
	{ REASON_ttl_exceeded, false, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL,
	  ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT },
	{ REASON_mtu, false, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
	  ICMP6_PACKET_TOO_BIG, 0 },
	{ REASON_source_route_failed, false, ICMP_DEST_UNREACH, ICMP_SR_FAILED,
	  0, 0 },
	{ REASON_frag_timeout, false, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME,
	  ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_REASSEMBLY },
	{ REASON_link_local_source, false, 0, 0, ICMP6_DST_UNREACH,
	  ICMP6_DST_UNREACH_BEYONDSCOPE },
};

/* What is wrong with the hop-by-hop options (ipv6_parse_hopopts()). */
static void answer_options6(struct path_run *run)
{
	struct ip6_problem problem;
	struct icmp_error e;

	if (ip6_hopopts_ok(run->pkt, &problem) || !problem.at)
		return;
	e = (struct icmp_error){
		.type = ICMP6_PARAM_PROB,
		.code = problem.code,
		.rest = problem.at,
	};
	send_icmp6(run, &e);
}

void answer_reason(struct path_run *run, enum reason reason, uint32_t mtu)
{
	const bool v4 = is_v4(run->pkt);
	union inet_addr to = packet_saddr(run->pkt);
	struct icmp_error e;

	if (reason == REASON_hdr_options)
		answer_options6(run);
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		if (errors[i].reason != reason)
			continue;
		e = (struct icmp_error){
			.type = v4 ? errors[i].type4 : errors[i].type6,
			.code = v4 ? errors[i].code4 : errors[i].code6,
			.rest = reason == REASON_mtu ? mtu : 0,
		};
		if (!e.type ||
		    (v4 && errors[i].is_route &&
		     !limits_allow_route_error(run->p->limits, &to, run->now)))
			return;
		send_icmp(run, &e);
	}
}

/* ip_expire(): only what is for this host; IPv6 tells whoever it is. */
void answer_frag_timeout(struct path_run *run)
{
	struct host_route rt;

	if (!run->pkt->in)
		return;
	if (is_v4(run->pkt)) {
		if (route_input(run, NULL, &rt) != REASON_NONE ||
		    rt.type != ROUTE_LOCAL)
			return;
		run->route = rt.type;
	}
	answer_reason(run, REASON_frag_timeout, 0);
}
