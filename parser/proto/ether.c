/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet (IEEE 802.3). */
#include "parser/proto.h"

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "daddr", &type_ether_addr, 0, 48 },
	{ "saddr", &type_ether_addr, 48, 48 },
	{ "type", &type_ether_type, 96, 16 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_ether = {
	.name = "ether",
	.base = PROTO_BASE_LL,
	.key = "type",
	.fields = fields,
};
