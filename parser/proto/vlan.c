/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VLAN tag (IEEE 802.1Q). */
#include "parser/proto.h"

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "pcp", &type_integer, 0, 3 },
	{ "dei", &type_integer, 3, 1 },
	{ "cfi", &type_integer, 3, 1 },
	{ "id", &type_integer, 4, 12 },
	{ "type", &type_ether_type, 16, 16 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_vlan = {
	.name = "vlan",
	.base = PROTO_BASE_LL,
	.key = "type",
	.fields = fields,
};
