/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datatypes: how a constant of a type is read, printed and compared.
 */
#ifndef NFTVM_PARSER_DATATYPE_H
#define NFTVM_PARSER_DATATYPE_H

#include "parser/ast.h"

struct arena;
struct strbuf;
struct parser_env;

/* nft's numbers of the types: they stand in sets, six bits a field. */
enum type_id {
	TYPE_INVALID,
	TYPE_VERDICT,
	TYPE_NFPROTO,
	TYPE_BITMASK,
	TYPE_INTEGER,
	TYPE_STRING,
	TYPE_LLADDR,
	TYPE_IPADDR,
	TYPE_IP6ADDR,
	TYPE_ETHERADDR,
	TYPE_ETHERTYPE,
	TYPE_ARPOP,
	TYPE_INET_PROTOCOL,
	TYPE_INET_SERVICE,
	TYPE_ICMP_TYPE,
	TYPE_TCP_FLAG,
	TYPE_DCCP_PKTTYPE,
	TYPE_MH_TYPE,
	TYPE_TIME,
	TYPE_MARK,
	TYPE_IFINDEX,
	TYPE_ARPHRD,
	TYPE_REALM,
	TYPE_CLASSID,
	TYPE_UID,
	TYPE_GID,
	TYPE_CT_STATE,
	TYPE_CT_DIR,
	TYPE_CT_STATUS,
	TYPE_ICMP6_TYPE,
	TYPE_CT_LABEL,
	TYPE_PKTTYPE,
	TYPE_ICMP_CODE,
	TYPE_ICMPV6_CODE,
	TYPE_ICMPX_CODE,
	TYPE_DEVGROUP,
	TYPE_DSCP,
	TYPE_ECN,
	TYPE_FIB_ADDR,
	TYPE_BOOLEAN,
	TYPE_CT_EVENTBIT,
	TYPE_IFNAME,
	TYPE_IGMP_TYPE,
	TYPE_TIME_DATE,
	TYPE_TIME_HOUR,
	TYPE_TIME_DAY,
	TYPE_CGROUPV2,
	TYPE_COUNT,
};

#define TYPE_BITS      6
#define TYPE_MAX_FIELD 16

enum num_format {
	FORMAT_DEC,
	FORMAT_HEX,  /* 0x1 */
	FORMAT_HEX2, /* 0x01, wide as the type */
};

/** struct symbol - a name of a constant; tables end with a NULL name */
struct symbol {
	const char *name;
	uint64_t value;
};

/**
 * struct datatype - a type of constants
 * @id:		nft's number; of a concatenation the fields' numbers, six bits
 *		each
 * @desc:	in messages
 * @size:	bits; 0 for types of any size (integer, string)
 * @bitmask:	constants are sets of bits: a,b means any of them
 * @prefix:	a/b is a prefix also when printing
 * @symbols:	names, or NULL
 * @format:	how numbers without a name are printed
 * @quoted:	symbols are printed in quotes
 * @parse:	text to number; 0, or -1 when it is none (or -2 with a diagnostic
 *		queued)
 * @print:	number to text, or NULL for symbols and format alone
 * @fields:	of a concatenation
 */
struct datatype {
	uint32_t id;
	const char *name, *desc;
	uint16_t size;
	uint8_t byteorder;
	bool bitmask, prefix, quoted;
	enum num_format format;
	const struct symbol *symbols;
	int (*parse)(struct check *c, const struct datatype *t,
		     const struct symbol_expr *s, u128 *v);
	void (*print)(const struct parser_env *env, const struct datatype *t,
		      u128 v, unsigned bits, struct strbuf *out);
	const struct datatype **fields;
	unsigned n_fields;
};

#define DATATYPE(id, name) extern const struct datatype type_##name;
#include "parser/datatype.def"
#undef DATATYPE

/* What nft lists without knowing its type. */
extern const struct datatype type_invalid;

/** datatype_is_string() - texts: first byte first, "x*" is a prefix */
bool datatype_is_string(const struct datatype *t);

/** datatype_by_id() - a plain type, or NULL */
const struct datatype *datatype_by_id(uint32_t id);
/** datatype_of_id() - a plain type, or a concatenation made in @a; NULL */
const struct datatype *datatype_of_id(struct arena *a, uint32_t id);
/** datatype_by_name() - a plain type, or NULL */
const struct datatype *datatype_by_name(struct str name);
/** datatype_names() - all names, for hints; NULL-padded, TYPE_COUNT long */
void datatype_names(const char *names[TYPE_COUNT]);

/**
 * datatype_parse() - a word as a constant of @t, at most @bits wide
 * Return: 0; -1 with a diagnostic.
 */
int datatype_parse(struct check *c, const struct datatype *t, unsigned bits,
		   const struct symbol_expr *s, u128 *v);
/** datatype_print() - as nft's listing has it */
void datatype_print(const struct parser_env *env, const struct datatype *t,
		    u128 v, unsigned bits, struct strbuf *out);

/** str_number() - decimal, 0x hexadecimal or 0 octal; false when it is none */
bool str_number(struct str s, u128 *v);
/** str_time() - "1d2h3m4s5ms" or plain seconds, in milliseconds */
bool str_time(struct str s, uint64_t *ms);
/** str_is() - are these the bytes of @word? */
bool str_is(struct str s, const char *word);
/** u128_mask() - the lowest @bits bits */
static inline u128 u128_mask(unsigned bits)
{
	return bits >= 128 ? ~(u128)0 : (((u128)1 << bits) - 1);
}

/** value_export() - @v as @bytes bytes in a register; byte order @order */
static inline void value_export(u128 v, unsigned bytes, uint8_t order,
				uint8_t *out)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned at = order == BYTEORDER_HOST ? i : bytes - 1 - i;

		out[at] = (uint8_t)(v >> (8 * i));
	}
}

/** value_import() - the other way */
static inline u128 value_import(const uint8_t *in, unsigned bytes,
				uint8_t order)
{
	u128 v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | in[order == BYTEORDER_HOST ? bytes - 1 - i : i];
	return v;
}

#endif
