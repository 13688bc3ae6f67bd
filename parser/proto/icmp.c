/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP (RFC 792). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <netinet/in.h>
#include <linux/netfilter.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "type", &type_icmp_type, 0, 8 },
	{ "code", &type_icmp_code, 8, 8 },
	{ "checksum", &type_integer, 16, 16 },
	{ "id", &type_integer, 32, 16, { 8, 0 }, 2 },
	{ "sequence", &type_integer, 48, 16, { 8, 0 }, 2 },
	{ "gateway", &type_integer, 32, 32, { 5 }, 1 },
	{ "mtu", &type_integer, 48, 16, { 3 }, 1 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_icmp = {
	.name = "icmp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_ICMP,
	.nfproto = NFPROTO_IPV4,
	.key = "type",
	.csum_type = NFT_PAYLOAD_CSUM_INET,
	.csum_offset = 2,
	.fields = fields,
};
