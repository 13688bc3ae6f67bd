/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP (RFC 9293). */
#include <linux/netfilter/nf_tables.h>

#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "sport", &type_inet_service, 0, 16 },
	{ "dport", &type_inet_service, 16, 16 },
	{ "sequence", &type_integer, 32, 32 },
	{ "ackseq", &type_integer, 64, 32 },
	{ "doff", &type_integer, 96, 4 },
	{ "reserved", &type_integer, 100, 4 },
	{ "flags", &type_tcp_flag, 104, 8 },
	{ "window", &type_integer, 112, 16 },
	{ "checksum", &type_integer, 128, 16 },
	{ "urgptr", &type_integer, 144, 16 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_tcp = {
	.name = "tcp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_TCP,
	.csum_type = NFT_PAYLOAD_CSUM_INET,
	.csum_offset = 16,
	.fields = fields,
};
