/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMPv6: nf_conntrack_proto_icmpv6.c. As ICMP; what neighbour and multicast
 * listener discovery say is not tracked at all, and a redirect quotes its
 * packet in an option.
 */
#include "ct/l4proto.h"

#include <netinet/icmp6.h>

#define ICMPV6_HEADER_BYTES 8
#define REDIRECT_BYTES	    40
#define REDIRECT_OPT_BYTES  8 /* before the quoted packet */

/* Of the informational types, counted from 128: what answers it, plus one. */
static const uint8_t icmpv6_invmap[] = {
	[ICMP6_ECHO_REQUEST - 128] = ICMP6_ECHO_REPLY + 1,
	[ICMP6_ECHO_REPLY - 128] = ICMP6_ECHO_REQUEST + 1,
	[139 - 128] = 140 + 1, /* node information query, RFC 4620 */
	[140 - 128] = 139 + 1,
};

static const bool icmpv6_valid_new[] = {
	[ICMP6_ECHO_REQUEST - 128] = true,
	[139 - 128] = true,
};

/* Types that are never tracked, counted from 130. */
static const bool icmpv6_untracked[] = {
	[MLD_LISTENER_QUERY - 130] = true,
	[MLD_LISTENER_REPORT - 130] = true,
	[MLD_LISTENER_REDUCTION - 130] = true,
	[ND_ROUTER_SOLICIT - 130] = true,
	[ND_ROUTER_ADVERT - 130] = true,
	[ND_NEIGHBOR_SOLICIT - 130] = true,
	[ND_NEIGHBOR_ADVERT - 130] = true,
	[143 - 130] = true, /* MLDv2 report */
	[151 - 130] = true, /* multicast router advertisement */
	[152 - 130] = true, /* multicast router solicitation */
};

static inline uint8_t key_type(const struct ct_key *key)
{
	return *(const uint8_t *)&key->dport;
}

static bool icmpv6_pkt_to_tuple(const struct packet *pkt, uint32_t off,
				struct ct_key *key)
{
	const uint8_t *ih = packet_read(pkt, off, ICMPV6_HEADER_BYTES);

	if (!ih)
		return false;
	key->sport = load_raw16(ih + 4);
	key->dport = load_raw16(ih);
	return true;
}

static bool icmpv6_invert_tuple(const struct ct_key *key,
				struct ct_key *inverse)
{
	unsigned type = key_type(key) - 128u;

	if (type >= ARRAY_LEN(icmpv6_invmap) || !icmpv6_invmap[type])
		return false;
	*inverse = *key;
	inverse->src = key->dst;
	inverse->dst = key->src;
	*(uint8_t *)&inverse->dport = icmpv6_invmap[type] - 1;
	return true;
}

static bool is_link_local(const uint8_t *addr)
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/* nf_conntrack_icmpv6_redirect() */
static enum ct_verdict icmpv6_redirect(struct ct_ctx *cx)
{
	const struct packet *pkt = cx->pkt;
	const uint8_t *rd = packet_read(pkt, cx->l4.off, REDIRECT_BYTES);
	const uint8_t *opt;

	if (!rd)
		return ct_invalid(cx, REASON_ct_short);
	if (rd[1])
		return CT_ACCEPT; /* no redirect: without an answer, invalid */
	if (pkt->data[7] != 255 || !is_link_local(pkt->data + 8))
		return ct_invalid(cx, REASON_ct_icmp_redirect);
	opt = packet_read(pkt, cx->l4.off + REDIRECT_BYTES, 2);
	if (!opt || !opt[1])
		return ct_invalid(cx, REASON_ct_short);
	if (opt[0] != ND_OPT_REDIRECTED_HEADER)
		return CT_ACCEPT;
	return ct_inet_error(cx,
			     cx->l4.off + REDIRECT_BYTES + REDIRECT_OPT_BYTES);
}

/* nf_conntrack_icmpv6_error() */
static enum ct_verdict icmpv6_error(struct ct_ctx *cx)
{
	const uint8_t *ih;
	unsigned type;

	if (cx->pkt->nfproto != NFPROTO_IPV6)
		return CT_ACCEPT; /* the tracker will refuse it */
	ih = packet_read(cx->pkt, cx->l4.off, ICMPV6_HEADER_BYTES);
	if (!ih)
		return ct_invalid(cx, REASON_ct_short);
	if (ct_csum_bad(cx))
		return ct_why_checksum(cx);
	type = ih[0] - 130u;
	if (type < ARRAY_LEN(icmpv6_untracked) && icmpv6_untracked[type]) {
		cx->pkt->ctinfo = IP_CT_UNTRACKED;
		return CT_ACCEPT;
	}
	if (ih[0] == ND_REDIRECT)
		return icmpv6_redirect(cx);
	if (ih[0] & ICMP6_INFOMSG_MASK)
		return CT_ACCEPT;
	return ct_inet_error(cx, cx->l4.off + ICMPV6_HEADER_BYTES);
}

static enum ct_verdict icmpv6_packet(struct ct_ctx *cx)
{
	struct ct_key key;
	unsigned type;

	if (cx->pkt->nfproto != NFPROTO_IPV6)
		return ct_invalid(cx, REASON_ct_family);
	ct_conn_key(cx->ct, &key);
	type = key_type(&key) - 128u;
	if (type >= ARRAY_LEN(icmpv6_valid_new) || !icmpv6_valid_new[type])
		return ct_invalid(cx, REASON_ct_icmp_new);
	ct_refresh(cx, ct_ticks(cx->t->cfg.icmpv6_timeout));
	return CT_ACCEPT;
}

static void icmpv6_defaults(struct ct_config *cfg)
{
	cfg->icmpv6_timeout = 30; /* nf_ct_icmpv6_timeout */
}

const struct ct_l4proto ct_proto_icmpv6 = {
	.name = "icmpv6",
	.pkt_to_tuple = icmpv6_pkt_to_tuple,
	.invert_tuple = icmpv6_invert_tuple,
	.error = icmpv6_error,
	.packet = icmpv6_packet,
	.print_tuple = ct_print_icmp,
	.defaults = icmpv6_defaults,
};
