/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of header protocols and how one is found. */
#include "parser/proto.h"

#include "base/util.h"

static const struct proto_desc *const protos[] = {
#define PROTO(name) &proto_##name,
#include "parser/proto.def"
#undef PROTO
	NULL,
};

const struct proto_desc *const *proto_descs(void)
{
	return protos;
}

const struct proto_field *proto_field_find(const struct proto_desc *p,
					   struct str name)
{
	for (const struct proto_field *f = p->fields; f->name; f++)
		if (str_is(name, f->name))
			return f;
	return NULL;
}

const struct proto_desc *proto_by_ipproto(unsigned number)
{
	for (const struct proto_desc *const *p = protos; *p; p++)
		if ((*p)->base == PROTO_BASE_TRANSPORT && (*p)->number &&
		    (*p)->number == number)
			return *p;
	return NULL;
}

const struct proto_desc *proto_by_nfproto(unsigned nfproto)
{
	for (const struct proto_desc *const *p = protos; *p; p++)
		if ((*p)->base == PROTO_BASE_NETWORK && (*p)->nfproto &&
		    (*p)->nfproto == nfproto)
			return *p;
	return NULL;
}

const struct proto_desc *proto_by_ethertype(unsigned ethertype)
{
	for (const struct proto_desc *const *p = protos; *p; p++)
		if ((*p)->base == PROTO_BASE_NETWORK &&
		    (*p)->number == ethertype)
			return *p;
	return NULL;
}

static const struct proto_field no_fields[] = { { NULL } };

const struct proto_desc proto_unknown = {
	.name = "unknown",
	.base = PROTO_BASE_TRANSPORT,
	.fields = no_fields,
};
