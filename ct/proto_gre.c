/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRE: nf_conntrack_proto_gre.c. Version 0 has no keys that are tracked: one
 * connection per address pair. Version 1 (PPTP's data channel) carries its
 * call id as the destination key; the source key is the one that the PPTP
 * helper noted, without it zero.
 */
#include "ct/l4proto.h"

#define GRE_VERSION_MASK 0x0007
#define GRE_VERSION_PPTP 1
#define GRE_PROTO_PPP	 0x880b

static bool gre_pkt_to_tuple(const struct packet *pkt, uint32_t off,
			     struct ct_key *key)
{
	const uint8_t *gre = packet_read(pkt, off, 4);

	if (!gre || (get_be16(gre) & GRE_VERSION_MASK) != GRE_VERSION_PPTP)
		return true;
	gre = packet_read(pkt, off, 8);
	if (!gre)
		return true;
	if (get_be16(gre + 2) != GRE_PROTO_PPP)
		return false;
	key->dport = load_raw16(gre + 6);
	return true;
}

static enum ct_verdict gre_packet(struct ct_ctx *cx)
{
	const struct ct_config *cfg = &cx->t->cfg;
	struct ct_conn *ct = cx->ct;

	if (!(ct->status & IPS_SEEN_REPLY)) {
		ct_refresh(cx, ct_ticks(cfg->gre_timeout));
		return CT_ACCEPT;
	}
	ct_refresh(cx, ct_ticks(cfg->gre_timeout_stream));
	if (!(ct->status & IPS_ASSURED))
		ct_assure(ct);
	return CT_ACCEPT;
}

static void gre_print_tuple(const struct ct_tuple *tuple, FILE *out)
{
	fprintf(out, " srckey=0x%x dstkey=0x%x", be16toh(tuple->sport),
		be16toh(tuple->dport));
}

static void gre_defaults(struct ct_config *cfg)
{
	/* gre_timeouts[] */
	cfg->gre_timeout = 30;
	cfg->gre_timeout_stream = 180;
}

const struct ct_l4proto ct_proto_gre = {
	.name = "gre",
	.allow_clash = true,
	.pkt_to_tuple = gre_pkt_to_tuple,
	.packet = gre_packet,
	.print_tuple = gre_print_tuple,
	.defaults = gre_defaults,
};
