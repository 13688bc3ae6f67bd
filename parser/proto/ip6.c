/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 (RFC 8200). */
#include "parser/proto.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <linux/netfilter.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "version", &type_integer, 0, 4 },
	{ "dscp", &type_dscp, 4, 6 },
	{ "ecn", &type_ecn, 10, 2 },
	{ "flowlabel", &type_integer, 12, 20 },
	{ "length", &type_integer, 32, 16, .pseudo = true },
	{ "nexthdr", &type_inet_proto, 48, 8, .pseudo = true },
	{ "hoplimit", &type_integer, 56, 8 },
	{ "saddr", &type_ipv6_addr, 64, 128, .pseudo = true },
	{ "daddr", &type_ipv6_addr, 192, 128, .pseudo = true },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_ip6 = {
	.name = "ip6",
	.base = PROTO_BASE_NETWORK,
	.number = ETH_P_IPV6,
	.nfproto = NFPROTO_IPV6,
	.key = "nexthdr",
	.fields = fields,
};
