/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 hop-by-hop options, as a receiving host checks them. */
#ifndef NFTVM_PACKET_IP6OPT_H
#define NFTVM_PACKET_IP6OPT_H

#include "packet/packet.h"

/**
 * struct ip6_problem - the ICMPv6 parameter problem that is sent
 * @code:	ICMP6_PARAMPROB_*
 * @at:		byte of the packet that is wrong; 0: none is sent
 */
struct ip6_problem {
	uint8_t code;
	uint32_t at;
};

/**
 * ip6_hopopts_ok() - check the hop-by-hop options behind the IPv6 header
 * @pkt:	IPv6, its first next header is 0; trimmed by a jumbo option
 * @problem:	filled in on false: what its sender hears
 *
 * Ref: ipv6_parse_hopopts(), ip6_parse_tlv(), ip6_tlvopt_unknown(); RFC 8200
 * 4.2.
 * Return: false when the kernel drops the packet for them.
 */
bool ip6_hopopts_ok(struct packet *pkt, struct ip6_problem *problem);

#endif
