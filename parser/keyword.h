/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words that the grammar knows. Fields, keys, datatypes, constants, hooks
 * and options are not among them: they are looked up in their tables when the
 * grammar has seen what they belong to.
 */
#ifndef NFTVM_PARSER_KEYWORD_H
#define NFTVM_PARSER_KEYWORD_H

#include "parser/ast.h"

/**
 * struct keyword - one word
 * @token:	the grammar's number
 * @value:	what the token carries: a verdict, an operator, ...
 * @desc:	proto_desc, key_desc or exthdr_desc of the word, or NULL
 */
struct keyword {
	const char *word;
	int token;
	int value;
	const void *desc;
};

struct keywords;

/** keywords_new() - the table, hashed; free with keywords_free() */
struct keywords *keywords_new(void);
void keywords_free(struct keywords *k);
/** keywords_find() - the row of a word, or NULL */
const struct keyword *keywords_find(const struct keywords *k, const char *s,
				    size_t len);
/** keywords_reserve() - may nothing be called so? As nft has it, whose list is
 * longer than this grammar's. */
bool keywords_reserve(const struct keywords *k, struct str word);
/** keywords_reserve_behind() - nor behind the keyword @token, or '@'? */
bool keywords_reserve_behind(const struct keywords *k, int token,
			     struct str word);
/** keywords_reserve_constant() - is no constant called so? */
bool keywords_reserve_constant(const struct keywords *k, struct str word);
/** keywords_is_number() - is a match's right side so called a number? */
bool keywords_is_number(struct str word);
/** keywords_name() - the word of a token, or NULL (for messages) */
const char *keywords_name(const struct keywords *k, int token);
/** keywords_each() - row @i, or NULL at the end (for hints) */
const struct keyword *keywords_each(const struct keywords *k, size_t i);

#endif
