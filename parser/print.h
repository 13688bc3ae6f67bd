/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printing checked nodes in the words of nft's listing. */
#ifndef NFTVM_PARSER_PRINT_H
#define NFTVM_PARSER_PRINT_H

#include "base/strbuf.h"
#include "parser/check.h"
#include "parser/listing.h"

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
/** payload_base_name() - "nh" of PROTO_BASE_NETWORK and so on */
const char *payload_base_name(unsigned base);
/** print_size() - bytes with the largest unit that divides them */
void print_size(uint64_t bytes, struct strbuf *out);

#endif
