/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP (RFC 768). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "sport", &type_inet_service, 0, 16 },
	{ "dport", &type_inet_service, 16, 16 },
	{ "length", &type_integer, 32, 16 },
	{ "checksum", &type_integer, 48, 16 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_udp = {
	.name = "udp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_UDP,
	.csum_type = NFT_PAYLOAD_CSUM_INET,
	.csum_offset = 6,
	.fields = fields,
};
