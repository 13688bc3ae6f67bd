/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encapsulating security payload (RFC 4303). */
#include "parser/proto.h"

#include <netinet/in.h>

/* clang-format off */
static const struct proto_field fields[] = {
	/* name, type, offset, bits */
	{ "spi", &type_integer, 0, 32 },
	{ "sequence", &type_integer, 32, 32 },
	{ NULL },
};
/* clang-format on */

const struct proto_desc proto_esp = {
	.name = "esp",
	.base = PROTO_BASE_TRANSPORT,
	.number = IPPROTO_ESP,
	.fields = fields,
};
