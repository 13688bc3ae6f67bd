/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys behind a subject's word (`meta mark`, `ct state`): tables like the
 * protocols' fields.
 */
#ifndef NFTVM_PARSER_KEY_H
#define NFTVM_PARSER_KEY_H

#include "parser/datatype.h"

/**
 * struct key_desc - one key
 * @key:	the kernel's number (NFT_META_*, NFT_CT_*, ...)
 * @len:	bits
 * @byteorder:	of the register's value
 * @bare:	meta: nft knows it without the word `meta`, and lists it so
 * @can_set:	it can be written
 * @dir:	ct: 1 a direction may be given, 2 it must
 * @alt:	ct, rt: the key when the network protocol is IPv6
 * @any:	ct: the key when the version is not said, but known
 */
struct key_desc {
	const char *name;
	unsigned key;
	const struct datatype *type;
	uint16_t len;
	uint8_t byteorder;
	bool bare, can_set;
	uint8_t dir;
	unsigned alt, any;
};

/** key_find() - a row by name in a table that ends with a NULL name */
const struct key_desc *key_find(const struct key_desc *table, struct str name);

/** key_by_number() - a row by the kernel's number, or NULL */
const struct key_desc *key_by_number(const struct key_desc *table,
				     unsigned key);

extern const struct key_desc meta_keys[];
extern const struct key_desc ct_keys[];
extern const struct key_desc rt_keys[];
extern const struct key_desc socket_keys[];
extern const struct key_desc fib_keys[];
extern const struct key_desc osf_keys[];

/* words behind `osf ttl`, by the kernel's number (key_expr.flags) */
#define OSF_TTLS 3
extern const char *const osf_ttls[OSF_TTLS];

/** struct exthdr_field - bits from the header's (option's) first byte */
struct exthdr_field {
	const char *name;
	const struct datatype *type;
	uint16_t offset, len;
};

/**
 * struct exthdr_desc - an IPv6 extension header, TCP option or IP option
 * @number:	of the header or option
 * @op:		NFT_EXTHDR_OP_*
 */
struct exthdr_desc {
	const char *name;
	uint8_t number;
	unsigned op;
	const struct exthdr_field *fields;
};

extern const struct exthdr_desc ip6_exthdrs[];
extern const struct exthdr_desc tcp_options[];
extern const struct exthdr_desc ip_options[];

/** exthdr_find() - by name in a table that ends with a NULL name */
const struct exthdr_desc *exthdr_find(const struct exthdr_desc *table,
				      struct str name);
/** tcp_option_of() - by number; one without a name is made in @a, without
 * fields: only its presence can be asked for */
const struct exthdr_desc *tcp_option_of(struct arena *a, uint8_t number);
/** exthdr_field_find() - by name, or NULL */
const struct exthdr_field *exthdr_field_find(const struct exthdr_desc *h,
					     struct str name);

extern const struct key_desc xfrm_keys[];

struct check;
struct expr;

/** ct_check_field() - refuses what has no type of its own: a tuple's address
 * whose version is not said, where sets and concatenations take it */
int ct_check_field(struct check *c, const struct expr *e);

#endif
