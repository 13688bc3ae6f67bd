/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ports at their usual place, whatever the transport protocol. */
#include "parser/proto.h"

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "sport", &type_inet_service, 0, 16 },
	{ "dport", &type_inet_service, 16, 16 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_th = {
	.name = "th",
	.base = PROTO_BASE_TRANSPORT,
	.fields = fields,
};
