/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads rewritten. */
#ifndef NFTVM_PACKET_REPLACE_H
#define NFTVM_PACKET_REPLACE_H

#include "packet/packet.h"

/**
 * packet_replace_l4() - replace bytes behind a transport header by others
 * @l4proto:	IPPROTO_TCP or IPPROTO_UDP, whose checksum is repaired
 * @l4_off:	of the transport header
 * @at, @len:	the bytes replaced, from the network header on
 * @bytes, @n:	those that take their place
 *
 * The packet becomes longer or shorter; the lengths in its headers follow. A
 * checksum that was wrong stays wrong; a UDP checksum of zero stays.
 *
 * Ref: mangle_contents(), __nf_nat_mangle_tcp_packet(),
 * nf_nat_mangle_udp_packet().
 * Return: false, with the packet as it was: bytes are not all there, or there
 * is no room behind them.
 */
bool packet_replace_l4(struct packet *pkt, uint8_t l4proto, uint32_t l4_off,
		       uint32_t at, uint32_t len, const void *bytes,
		       uint32_t n);

#endif
