/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP: nf_conntrack_proto_icmp.c. Questions and answers share a connection,
 * the id in the place of ports; errors belong to the connection they are about
 * (ct_inet_error()). Code and type are part of the tuple.
 */
#include "ct/l4proto.h"

#include <netinet/ip_icmp.h>

#define ICMP_HEADER_BYTES 8

/* What answers a type, plus one; 0: nothing does. */
static const uint8_t icmp_invmap[] = {
	[ICMP_ECHO] = ICMP_ECHOREPLY + 1,
	[ICMP_ECHOREPLY] = ICMP_ECHO + 1,
	[ICMP_TIMESTAMP] = ICMP_TIMESTAMPREPLY + 1,
	[ICMP_TIMESTAMPREPLY] = ICMP_TIMESTAMP + 1,
	[ICMP_INFO_REQUEST] = ICMP_INFO_REPLY + 1,
	[ICMP_INFO_REPLY] = ICMP_INFO_REQUEST + 1,
	[ICMP_ADDRESS] = ICMP_ADDRESSREPLY + 1,
	[ICMP_ADDRESSREPLY] = ICMP_ADDRESS + 1,
};

/* Types that may begin a connection. */
static const bool icmp_valid_new[NR_ICMP_TYPES + 1] = {
	[ICMP_ECHO] = true,
	[ICMP_TIMESTAMP] = true,
	[ICMP_INFO_REQUEST] = true,
	[ICMP_ADDRESS] = true,
};

static const bool icmp_is_error[NR_ICMP_TYPES + 1] = {
	[ICMP_DEST_UNREACH] = true,  [ICMP_SOURCE_QUENCH] = true,
	[ICMP_REDIRECT] = true,	     [ICMP_TIME_EXCEEDED] = true,
	[ICMP_PARAMETERPROB] = true,
};

static inline uint8_t key_type(const struct ct_key *key)
{
	return *(const uint8_t *)&key->dport;
}

static bool icmp_pkt_to_tuple(const struct packet *pkt, uint32_t off,
			      struct ct_key *key)
{
	const uint8_t *ih = packet_read(pkt, off, ICMP_HEADER_BYTES);

	if (!ih)
		return false;
	key->sport = load_raw16(ih + 4); /* id */
	key->dport = load_raw16(ih);	 /* type, code */
	return true;
}

static bool icmp_invert_tuple(const struct ct_key *key, struct ct_key *inverse)
{
	uint8_t type = key_type(key);

	if (type >= ARRAY_LEN(icmp_invmap) || !icmp_invmap[type])
		return false;
	*inverse = *key;
	inverse->src = key->dst;
	inverse->dst = key->src;
	*(uint8_t *)&inverse->dport = icmp_invmap[type] - 1;
	return true;
}

/* nf_conntrack_icmpv4_error() */
static enum ct_verdict icmp_error(struct ct_ctx *cx)
{
	const uint8_t *ih;

	if (cx->pkt->nfproto != NFPROTO_IPV4)
		return CT_ACCEPT; /* the tracker will refuse it */
	ih = packet_read(cx->pkt, cx->l4.off, ICMP_HEADER_BYTES);
	if (!ih)
		return ct_why_short(cx, cx->pkt->wire_len - cx->l4.off,
				    ICMP_HEADER_BYTES);
	if (ct_csum_bad(cx))
		return ct_why_checksum(cx);
	if (ih[0] > NR_ICMP_TYPES) {
		ct_invalid(cx, REASON_ct_icmp_type);
		ct_why_number(cx, "type", ih[0]);
		return CT_INVALID;
	}
	if (!icmp_is_error[ih[0]])
		return CT_ACCEPT;
	return ct_inet_error(cx, cx->l4.off + ICMP_HEADER_BYTES);
}

static enum ct_verdict icmp_packet(struct ct_ctx *cx)
{
	struct ct_key key;

	if (cx->pkt->nfproto != NFPROTO_IPV4)
		return ct_invalid(cx, REASON_ct_family);
	ct_conn_key(cx->ct, &key);
	if (key_type(&key) >= ARRAY_LEN(icmp_valid_new) ||
	    !icmp_valid_new[key_type(&key)]) {
		ct_invalid(cx, REASON_ct_icmp_new);
		ct_why_number(cx, "type", key_type(&key));
		return CT_INVALID;
	}
	ct_refresh(cx, ct_ticks(cx->t->cfg.icmp_timeout));
	return CT_ACCEPT;
}

static void icmp_defaults(struct ct_config *cfg)
{
	cfg->icmp_timeout = 30; /* nf_ct_icmp_timeout */
}

const struct ct_l4proto ct_proto_icmp = {
	.name = "icmp",
	.pkt_to_tuple = icmp_pkt_to_tuple,
	.invert_tuple = icmp_invert_tuple,
	.error = icmp_error,
	.packet = icmp_packet,
	.print_tuple = ct_print_icmp,
	.defaults = icmp_defaults,
};
