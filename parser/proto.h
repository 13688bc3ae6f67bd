/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header protocols: a table of fields each. After the protocol's word the
 * field's name is looked up here, so a new field is a row.
 */
#ifndef NFTVM_PARSER_PROTO_H
#define NFTVM_PARSER_PROTO_H

#include "parser/datatype.h"

enum proto_base {
	PROTO_BASE_NONE,
	PROTO_BASE_LL,
	PROTO_BASE_NETWORK,
	PROTO_BASE_TRANSPORT,
	PROTO_BASE_INNER,
	PROTO_BASE_COUNT,
};

/**
 * struct proto_field - one field
 * @offset, @len: bits, from the header's first byte; both count from the most
 *		significant bit of a byte, as RFCs draw them
 * @types:	ICMP: what the type field must be for this field to be there
 * @n_types:	how many of @types; 0 for any
 * @pseudo:	the checksum of the transport header covers it
 */
struct proto_field {
	const char *name;
	const struct datatype *type;
	uint16_t offset, len;
	uint8_t types[2];
	uint8_t n_types;
	bool pseudo;
};

/**
 * struct proto_desc - one header
 * @number:	IPPROTO_* of a transport header, ethertype of a network header
 * @nfproto:	network headers: NFPROTO_*; transport headers that belong to
 *		one network protocol: that one's
 * @key:	the field that says what follows: which header, or which fields
 * @csum_type:	NFT_PAYLOAD_CSUM_* of the header's checksum, at byte
 *		@csum_offset
 * @fields:	end with a NULL name
 */
struct proto_desc {
	const char *name;
	enum proto_base base;
	uint16_t number;
	uint8_t nfproto;
	const char *key;
	uint8_t csum_type, csum_offset;
	const struct proto_field *fields;
};

#define PROTO(name) extern const struct proto_desc proto_##name;
#include "parser/proto.def"
#undef PROTO

/** proto_descs() - all of them, NULL-terminated */
const struct proto_desc *const *proto_descs(void);
/** proto_field_find() - by name, or NULL */
const struct proto_field *proto_field_find(const struct proto_desc *p,
					   struct str name);
/** proto_by_number() - transport header of an IPPROTO_*, or NULL */
const struct proto_desc *proto_by_ipproto(unsigned number);
/** proto_by_nfproto() - network header of a family, or NULL */
const struct proto_desc *proto_by_nfproto(unsigned nfproto);
/** proto_by_ethertype() - network header of an ethertype, or NULL */
const struct proto_desc *proto_by_ethertype(unsigned ethertype);

/* Headers that no table describes. */
extern const struct proto_desc proto_unknown;

#endif
