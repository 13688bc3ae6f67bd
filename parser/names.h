/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What exists: tables, chains and sets that the text has declared so far, and
 * behind them those that are loaded (struct parser_env).
 */
#ifndef NFTVM_PARSER_NAMES_H
#define NFTVM_PARSER_NAMES_H

#include "parser/check.h"

/** names_add_table() - a table was declared */
void names_add_table(struct parser *p, uint8_t family, const char *table);
void names_add_chain(struct parser *p, uint8_t family, const char *table,
		     const char *chain);
/** names_add_set() - @type is borrowed */
void names_add_set(struct parser *p, uint8_t family, const char *table,
		   const char *set, const struct set_type *type);

bool names_has_table(struct parser *p, uint8_t family, const char *table);
bool names_has_chain(struct parser *p, uint8_t family, const char *table,
		     const char *chain);
/** names_set() - its type, or NULL */
const struct set_type *names_set(struct parser *p, uint8_t family,
				 const char *table, const char *set);

/* Say that a name is unknown, and which one is like it. */
void names_unknown_set(struct check *c, const struct loc *loc,
		       const char *name);
void names_unknown_chain(struct check *c, const struct loc *loc,
			 const char *name);
int names_unknown_table(struct parser *p, const struct loc *loc, uint8_t family,
			const char *name);

/** names_free() - forget all */
void names_free(struct parser *p);

#endif
