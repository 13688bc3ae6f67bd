/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DCCP (RFC 4340). */
#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "sport", &type_inet_service, 0, 16 },
	{ "dport", &type_inet_service, 16, 16 },
	{ "type", &type_dccp_pkttype, 67, 4 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_dccp = {
	.name = "dccp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_DCCP,
	.fields = fields,
};
