/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rewriting headers: for nat/, and for who presents a packet as another NAT would
 * have sent it. */
#ifndef NFTVM_NAT_MANIP_H
#define NFTVM_NAT_MANIP_H

#include "nat/nat.h"

/**
 * nat_manip() - give the IP packet at @nhoff the source or destination of a
 * tuple
 * @nhoff:	0, or where the packet quoted in an ICMP error begins
 * @target:	its tuple afterwards
 *
 * Ref: nf_nat_ipv4_manip_pkt(), nf_nat_ipv6_manip_pkt().
 * Return: false: the headers are not all there, or cannot be translated.
 */
bool nat_manip(struct packet *pkt, uint32_t nhoff,
	       const struct ct_tuple *target, enum nat_manip manip);

#endif
