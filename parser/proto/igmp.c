/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IGMP (RFC 3376). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <netinet/in.h>
#include <linux/netfilter.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "type", &type_igmp_type, 0, 8 },
	{ "mrt", &type_integer, 8, 8 },
	{ "checksum", &type_integer, 16, 16 },
	{ "group", &type_integer, 32, 32 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_igmp = {
	.name = "igmp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_IGMP,
	.nfproto = NFPROTO_IPV4,
	.csum_type = NFT_PAYLOAD_CSUM_INET,
	.csum_offset = 2,
	.fields = fields,
};
