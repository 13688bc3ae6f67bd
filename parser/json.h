/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checked nodes as the JSON of nft's listing: libnftables-json(5). */
#ifndef NFTVM_PARSER_JSON_H
#define NFTVM_PARSER_JSON_H

#include <jansson.h>

#include "base/json_text.h"
#include "parser/print.h"

/* All return new references. */

static inline json_t *expr_json(struct printer *pr, const struct expr *e)
{
	return e->ops->json(pr, e);
}

/** json_constant() - a constant: its name, a number, or the text that it is */
json_t *json_constant(const struct parser_env *env, const struct datatype *t,
		      u128 v, unsigned bits);
/** json_bound() - an end of a range, where protocols have no names */
json_t *json_bound(const struct parser_env *env, const struct datatype *t,
		   u128 v, unsigned bits);
/**
 * json_bounds() - what an element or data has from @from to @to
 * @prefix:	a range that is a prefix is one
 */
json_t *json_bounds(const struct parser_env *env, const struct datatype *t,
		    unsigned bits, bool prefix, u128 from, u128 to);
/** json_prefix() - of an address, of @bits bits */
json_t *json_prefix(json_t *addr, unsigned bits);
/** json_verdict() - accept, jump and the like; @chain NULL: none */
json_t *json_verdict(int32_t code, const char *chain);
/** json_one() - { key: value } */
json_t *json_one(const char *key, json_t *value);
/** json_empty_or() - { key: fields }, or { key: null } when there are none */
json_t *json_empty_or(const char *key, json_t *fields);
/** json_put_words() - @words under @key: none, a word, or several as an array */
void json_put_words(json_t *o, const char *key, json_t *words);
/** json_put_size() - bytes under @key, in the unit under @unit_key */
void json_put_size(json_t *o, const char *key, const char *unit_key,
		   uint64_t bytes);
/** json_stmts() - an array of the statements of a list */
json_t *json_stmts(struct printer *pr, const struct stmt *s);

#endif
