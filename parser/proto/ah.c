/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentication header (RFC 4302). */
#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "nexthdr", &type_inet_proto, 0, 8 },
	{ "hdrlength", &type_integer, 8, 8 },
	{ "reserved", &type_integer, 16, 16 },
	{ "spi", &type_integer, 32, 32 },
	{ "sequence", &type_integer, 64, 32 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_ah = {
	.name = "ah",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_AH,
	.key = "nexthdr",
	.fields = fields,
};
