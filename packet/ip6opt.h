/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 hop-by-hop options, as a receiving host checks them. */
#ifndef NFTVM_PACKET_IP6OPT_H
#define NFTVM_PACKET_IP6OPT_H

#include "packet/packet.h"

/**
 * ip6_hopopts_ok() - check the hop-by-hop options behind the IPv6 header
 * @pkt:	IPv6, its first next header is 0; trimmed by a jumbo option
 *
 * Ref: ipv6_parse_hopopts(), ip6_parse_tlv(); RFC 8200 4.2.
 * Return: false when the kernel drops the packet for them.
 */
bool ip6_hopopts_ok(struct packet *pkt);

#endif
