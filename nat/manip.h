/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rewriting headers: for nat/, and for who presents a packet as another NAT would
 * have sent it. */
#ifndef NFTVM_NAT_MANIP_H
#define NFTVM_NAT_MANIP_H

#include "ct/nat.h"
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

/** nat_manip_is_usual() - is it a TCP or UDP packet without IPv6 extension
 * headers, with all of its headers there and its checksum finished? */
bool nat_manip_is_usual(const struct packet *pkt);

/** nat_manip_usual() - nat_manip() of such a packet: @to is its source or
 * destination afterwards */
void nat_manip_usual(struct packet *pkt, const struct ct_nat_end *to,
		     enum nat_manip manip);

#endif
