/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP-Lite: nf_conntrack_proto_udp.c, second half. As UDP, but an answer alone
 * makes it a stream, and its length field says how much the checksum covers.
 */
#include "ct/l4proto.h"

#define UDPLITE_HEADER_BYTES 8

/* udplite_error() */
static enum ct_verdict udplite_check(struct ct_ctx *cx)
{
	const struct packet *pkt = cx->pkt;
	const uint8_t *uh = packet_read(pkt, cx->l4.off, UDPLITE_HEADER_BYTES);
	uint32_t covered, len = pkt->wire_len - cx->l4.off;

	if (!uh)
		return ct_invalid(cx, REASON_ct_short);
	covered = get_be16(uh + 4);
	if (!covered)
		covered = len; /* everything */
	if (covered < UDPLITE_HEADER_BYTES || covered > len)
		return ct_invalid(cx, REASON_ct_udp_length);
	/* There is no UDP-Lite without a checksum; what the kernel takes as
	 * right see packet_csum_l4(). */
	if (!load_raw16(uh + 6) || ct_csum_bad(cx))
		return ct_why_checksum(cx);
	return CT_ACCEPT;
}

static enum ct_verdict udplite_packet(struct ct_ctx *cx)
{
	const struct ct_config *cfg = &cx->t->cfg;
	struct ct_conn *ct = cx->ct;

	if (udplite_check(cx) != CT_ACCEPT)
		return CT_INVALID;
	if (!(ct->status & IPS_SEEN_REPLY)) {
		ct_refresh(cx, ct_ticks(cfg->udp_timeout));
		return CT_ACCEPT;
	}
	ct_refresh(cx, ct_ticks(cfg->udp_timeout_stream));
	if (!(ct->status & IPS_ASSURED))
		ct_assure(ct);
	return CT_ACCEPT;
}

const struct ct_l4proto ct_proto_udplite = {
	.name = "udplite",
	.ports = true,
	.allow_clash = true,
	.packet = udplite_packet,
	.print_tuple = ct_print_ports,
};
