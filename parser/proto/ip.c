/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 (RFC 791). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <linux/netfilter.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "version", &type_integer, 0, 4 },
	{ "hdrlength", &type_integer, 4, 4 },
	{ "dscp", &type_dscp, 8, 6 },
	{ "ecn", &type_ecn, 14, 2 },
	{ "length", &type_integer, 16, 16, .pseudo = true },
	{ "id", &type_integer, 32, 16 },
	{ "frag-off", &type_integer, 48, 16 },
	{ "ttl", &type_integer, 64, 8 },
	{ "protocol", &type_inet_proto, 72, 8, .pseudo = true },
	{ "checksum", &type_integer, 80, 16 },
	{ "saddr", &type_ipv4_addr, 96, 32, .pseudo = true },
	{ "daddr", &type_ipv4_addr, 128, 32, .pseudo = true },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_ip = {
	.name = "ip",
	.base = PROTO_BASE_NETWORK,
	.number = ETH_P_IP,
	.nfproto = NFPROTO_IPV4,
	.key = "protocol",
	.csum_type = NFT_PAYLOAD_CSUM_INET,
	.csum_offset = 10,
	.fields = fields,
};
