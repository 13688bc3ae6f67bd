/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP payload compression (RFC 3173). */
#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "nexthdr", &type_inet_proto, 0, 8 },
	{ "flags", &type_bitmask, 8, 8 },
	{ "cpi", &type_integer, 16, 16 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_comp = {
	.name = "comp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_COMP,
	.key = "nexthdr",
	.fields = fields,
};
