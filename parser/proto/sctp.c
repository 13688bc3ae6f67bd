/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SCTP (RFC 9260). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "sport", &type_inet_service, 0, 16 },
	{ "dport", &type_inet_service, 16, 16 },
	{ "vtag", &type_integer, 32, 32 },
	{ "checksum", &type_integer, 64, 32 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_sctp = {
	.name = "sctp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_SCTP,
	.csum_type = NFT_PAYLOAD_CSUM_SCTP,
	.csum_offset = 8,
	.fields = fields,
};
