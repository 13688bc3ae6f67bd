/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the scanner and the grammar: keywords, includes, braces, and getting
 * back on the road after a syntax error.
 */
#ifndef NFTVM_PARSER_SCAN_H
#define NFTVM_PARSER_SCAN_H

#include "parser/build.h"
#include "parser/grammar.h"

/* Raw tokens that the grammar knows under other names. */
enum {
	RAW_EQ = 2000,
	RAW_NEQ,
	RAW_LT,
	RAW_GT,
	RAW_LTE,
	RAW_GTE,
	RAW_AND,
	RAW_OR,
	RAW_XOR,
	RAW_LSHIFT,
	RAW_RSHIFT,
	RAW_NEWLINE,
	RAW_BAD,
};

/** scan_next() - the next token for the grammar */
int scan_next(struct parser *p, void *scanner, NFTVM_GRAMMAR_STYPE *value,
	      struct loc *loc);
/** scan_recover() - after a syntax error at @token: skip this statement */
void scan_recover(struct parser *p, int token);

/* For the scanner's actions. */
void scan_place(struct parser *p, struct loc *loc, int len);
void scan_text(struct parser *p, const struct loc *loc, unsigned skip,
	       struct str *out);
void scan_error(struct parser *p, const struct loc *loc, const char *what);
_Noreturn void scan_fatal(const char *msg);

/* scanner.l */
void *scan_buffer_push(void *scanner, const char *text, size_t len);
void scan_buffer_pop(void *scanner, void *buffer, void *up);
int nftvm_scan_lex(NFTVM_GRAMMAR_STYPE *value, struct loc *loc, void *scanner);
int nftvm_scan_lex_init_extra(struct parser *p, void **scanner);
int nftvm_scan_lex_destroy(void *scanner);

#endif
