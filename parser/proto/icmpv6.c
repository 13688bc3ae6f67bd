/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMPv6 (RFC 4443). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <netinet/in.h>
#include <linux/netfilter.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "type", &type_icmpv6_type, 0, 8 },
	{ "code", &type_icmpv6_code, 8, 8 },
	{ "checksum", &type_integer, 16, 16 },
	{ "parameter-problem", &type_integer, 32, 32, { 4 }, 1 },
	/* the first of two names is the one that is listed */
	{ "mtu", &type_integer, 32, 32, { 2 }, 1 },
	{ "packet-too-big", &type_integer, 32, 32, { 2 }, 1 },
	{ "id", &type_integer, 32, 16, { 128, 129 }, 2 },
	{ "sequence", &type_integer, 48, 16, { 128, 129 }, 2 },
	{ "max-delay", &type_integer, 32, 16, { 130 }, 1 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_icmpv6 = {
	.name = "icmpv6",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_ICMPV6,
	.nfproto = NFPROTO_IPV6,
	.key = "type",
	.csum_type = NFT_PAYLOAD_CSUM_INET,
	.csum_offset = 2,
	.fields = fields,
};
