/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 options as rules look for them. */
#ifndef NFTVM_PACKET_IP4OPT_H
#define NFTVM_PACKET_IP4OPT_H

#include "packet/packet.h"

/**
 * ip4_option_find() - the option @type of a packet
 * @pkt:	received; it need not be IPv4
 *
 * The kernel compiles a copy of all options, as if the host were to send them,
 * and nothing is found where one of them is wrong: a source route that has been
 * followed at all is wrong then. A router alert is one of value 0 alone.
 *
 * Ref: ipv4_find_option(), __ip_options_compile() without an skb.
 * Return: its offset from the network header, or -1.
 */
int ip4_option_find(const struct packet *pkt, uint8_t type);

#endif
