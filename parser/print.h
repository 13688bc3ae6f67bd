/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printing checked nodes in the words of nft's listing; parser/json.h is the
 * same as JSON. */
#ifndef NFTVM_PARSER_PRINT_H
#define NFTVM_PARSER_PRINT_H

#include "base/strbuf.h"
#include "parser/check.h"
#include "parser/listing.h"
#include "parser/setdecl.h"

/**
 * struct printer - one listing
 * @world:	of a listing; NULL: no more than an expression is printed
 */
struct printer {
	struct parser *parser;
	const struct parser_env *env;
	struct strbuf *out;
	const struct list_world *world;
	uint8_t family;
};

static inline void expr_print(struct printer *pr, const struct expr *e)
{
	e->ops->print(pr, e);
}

/** print_value() - a constant of @like's type */
void print_value(struct printer *pr, const struct expr *like, u128 v);
/** verdict_word() - "jump" of NFT_JUMP and so on */
const char *verdict_word(int32_t code);
/** payload_base_name() - "nh" of PROTO_BASE_NETWORK and so on */
const char *payload_base_name(unsigned base);
/** size_unit() - the largest unit that divides @bytes, which become that many of
 * it */
const char *size_unit(uint64_t *bytes);
/** print_prefix_bits() - bits of the prefix that @from to @to is, or -1; @len of
 * either */
int print_prefix_bits(u128 from, u128 to, unsigned len);
/** print_layout() - how a set's constants are to be read; @look, or NULL: what
 * the rule that looks knows of them. False: nothing is known */
bool print_layout(struct parser *p, const struct set_type *type,
		  const struct elem_look *look, struct set_layout *l);
/** print_size() - bytes with the largest unit that divides them */
void print_size(uint64_t bytes, struct strbuf *out);

#endif
