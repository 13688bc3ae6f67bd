/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link-layer header that a packet leaves with. */
#ifndef NFTVM_LAB_LINK_HEADER_H
#define NFTVM_LAB_LINK_HEADER_H

#include "host/host.h"
#include "packet/packet.h"

#define LINK_HEADER_LEN 14

/**
 * link_header() - the Ethernet header before a packet on its output link
 * @pkt:	received, with its output link
 * @out:	LINK_HEADER_LEN bytes
 *
 * Return: false when there is none: the link has no such headers, or nothing
 * says which address the next hop has (the host's `neigh add` lines do; Linux
 * would ask for it).
 */
bool link_header(const struct host *h, const struct packet *pkt, uint8_t *out);

#endif
