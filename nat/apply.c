/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A connection has two tuples. Without NAT each is the inverse of the other;
 * with NAT the inverse of the reply tuple is what packets of the original
 * direction become, and the inverse of the original one what replies become.
 * So at each hook a packet takes its half, source or destination, from the
 * inverse of the opposite direction's tuple; whether there is anything to do
 * is said by a status bit: source packets of one direction undo what
 * destination packets of the other had done to them.
 *
 * An ICMP error quotes a packet of the opposite direction as it was on the
 * error's way in: that one takes the other half, from that tuple itself.
 */
#include "nat/manip.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "ct/nat.h"
#include "packet/csum.h"

bool nat_applies(const struct packet *pkt, enum nat_manip manip)
{
	uint32_t bit = manip == NAT_SRC ? IPS_SRC_NAT : IPS_DST_NAT;

	if (ct_packet_dir(pkt) == CT_DIR_REPLY)
		bit ^= IPS_NAT_MASK;
	return ct_status_bits(pkt->ct) & bit;
}

static void opposite_tuple(const struct packet *pkt, struct ct_tuple *out)
{
	ct_tuple(pkt->ct,
		 ct_packet_dir(pkt) == CT_DIR_REPLY ? CT_DIR_ORIGINAL
						    : CT_DIR_REPLY,
		 out);
}

bool nat_target(const struct packet *pkt, struct ct_tuple *out)
{
	struct ct_tuple opposite;

	opposite_tuple(pkt, &opposite);
	return ct_tuple_invert(&opposite, out);
}

enum reason nat_packet(const struct nat_env *env, struct packet *pkt)
{
	enum nat_manip manip = nat_hook_manip(pkt->hook);
	struct ct_tuple target;
	struct ct_nat_end to;

	if (likely(!nat_applies(pkt, manip)))
		return REASON_NONE;
	if (likely(nat_manip_is_usual(pkt))) {
		ct_nat_end(pkt->ct, ct_packet_dir(pkt), manip == NAT_SRC, &to);
		nat_manip_usual(pkt, &to, manip);
		return REASON_NONE;
	}
	if (!nat_target(pkt, &target) || !nat_manip(pkt, 0, &target, manip))
		return REASON_nat_short;
	return REASON_NONE;
}

bool nat_link_changed(const struct packet *pkt)
{
	uint32_t link;

	if (pkt->hook != NF_INET_POST_ROUTING ||
	    ct_packet_dir(pkt) != CT_DIR_ORIGINAL)
		return false;
	link = ct_nat_masq_link(pkt->ct);
	return link && link != pkt->out->ifindex;
}

/* A redirect tells of the sender's own routes: with NAT it makes no sense. */
static bool redirect_passes(const struct packet *pkt, uint8_t type)
{
	const uint32_t done = IPS_NAT_DONE_MASK;
	uint32_t status = ct_status_bits(pkt->ct);
	uint8_t redirect = pkt->nfproto == NFPROTO_IPV4 ? ICMP_REDIRECT
							: ND_REDIRECT;

	return type != redirect ||
	       ((status & done) == done && !(status & IPS_NAT_MASK));
}

enum reason nat_icmp_error(const struct nat_env *env, struct packet *pkt,
			   uint32_t l4_off)
{
	const bool v4 = pkt->nfproto == NFPROTO_IPV4;
	const uint8_t l4proto = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	enum nat_manip manip = nat_hook_manip(pkt->hook);
	const uint8_t *icmp = packet_read(pkt, l4_off, v4 ? 28 : 48);
	struct ct_tuple opposite, target;

	if (!icmp)
		return REASON_nat_short;
	if (packet_csum_l4(pkt, l4proto, l4_off) == CSUM_BAD)
		return REASON_nat_checksum;
	if (!redirect_passes(pkt, icmp[0]))
		return REASON_nat_redirect;
	if (!nat_applies(pkt, manip))
		return REASON_NONE;
	opposite_tuple(pkt, &opposite);
	if (!nat_manip(pkt, l4_off + 8, &opposite,
		       manip == NAT_SRC ? NAT_DST : NAT_SRC))
		return REASON_nat_short;
	packet_csum_l4_fill(pkt, l4proto, l4_off);
	if (!ct_tuple_invert(&opposite, &target))
		return REASON_nat_short;
	target.l4 = l4proto;
	return nat_manip(pkt, 0, &target, manip) ? REASON_NONE
						 : REASON_nat_short;
}
