/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP (RFC 826). */
#include "parser/proto.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <linux/netfilter.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "htype", &type_integer, 0, 16 },
	{ "ptype", &type_ether_type, 16, 16 },
	{ "hlen", &type_integer, 32, 8 },
	{ "plen", &type_integer, 40, 8 },
	{ "operation", &type_arp_op, 48, 16 },
	{ "saddr ether", &type_ether_addr, 64, 48 },
	{ "saddr ip", &type_ipv4_addr, 112, 32 },
	{ "daddr ether", &type_ether_addr, 144, 48 },
	{ "daddr ip", &type_ipv4_addr, 192, 32 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_arp = {
	.name = "arp",
	.base = PROTO_BASE_NETWORK,
	.number = ETH_P_ARP,
	.nfproto = NFPROTO_ARP,
	.fields = fields,
};
