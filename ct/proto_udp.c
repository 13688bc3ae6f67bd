/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP: nf_conntrack_proto_udp.c. A connection that was answered and is still
 * alive two seconds after its first packet is a stream: assured, and kept
 * longer.
 */
#include "ct/l4proto.h"

#define UDP_HEADER_BYTES 8
#define UDP_STREAM_AFTER (2 * TICKS_PER_SEC)

/* udp_error() */
static enum ct_verdict udp_check(struct ct_ctx *cx)
{
	const struct packet *pkt = cx->pkt;
	const uint8_t *uh = packet_read(pkt, cx->l4.off, UDP_HEADER_BYTES);
	uint32_t len;

	if (!uh)
		return ct_why_short(cx, pkt->wire_len - cx->l4.off,
				    UDP_HEADER_BYTES);
	len = get_be16(uh + 4);
	if (len < UDP_HEADER_BYTES || len > pkt->wire_len - cx->l4.off) {
		ct_invalid(cx, REASON_ct_udp_length);
		ct_why_number(cx, "length", len);
		ct_why_number(cx, "bytes", pkt->wire_len - cx->l4.off);
		return CT_INVALID;
	}
	if (load_raw16(uh + 6) && ct_csum_bad(cx))
		return ct_why_checksum(cx);
	return CT_ACCEPT;
}

static enum ct_verdict udp_packet(struct ct_ctx *cx)
{
	const struct ct_config *cfg = &cx->t->cfg;
	struct ct_conn *ct = cx->ct;
	union ct_proto *proto = ct_conn_proto(ct);

	if (unlikely(udp_check(cx) != CT_ACCEPT))
		return CT_INVALID;
	if (!(ct->status & IPS_CONFIRMED))
		proto->udp.stream_at = cx->now + UDP_STREAM_AFTER;
	if (!(ct->status & IPS_SEEN_REPLY) ||
	    (int32_t)(cx->now - proto->udp.stream_at) <= 0) {
		ct_refresh(cx, ct_ticks(cfg->udp_timeout));
		return CT_ACCEPT;
	}
	ct_refresh(cx, ct_ticks(cfg->udp_timeout_stream));
	if (!(ct->status & IPS_ASSURED))
		ct_assure(ct);
	return CT_ACCEPT;
}

static void udp_defaults(struct ct_config *cfg)
{
	/* udp_timeouts[] */
	cfg->udp_timeout = 30;
	cfg->udp_timeout_stream = 120;
}

const struct ct_l4proto ct_proto_udp = {
	.name = "udp",
	.ports = true,
	.allow_clash = true,
	.packet = udp_packet,
	.print_tuple = ct_print_ports,
	.defaults = udp_defaults,
};
