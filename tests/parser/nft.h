/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the stock nft, in a network namespace of its own. */
#ifndef TESTS_PARSER_NFT_H
#define TESTS_PARSER_NFT_H

#include <stdbool.h>

#include "base/strbuf.h"

/** nft_bytecode() - what --debug=netlink prints of a text; false: refused */
bool nft_bytecode(const char *text, struct strbuf *out);
/** nft_run() - what a command prints; true when it succeeded */
bool nft_run(const char *command, struct strbuf *out);
/** nft_tidy() - drop (null) lines, empty lines and trailing blanks */
void nft_tidy(struct strbuf *b);
/** nft_listing() - the rules of chain c of table t after a load */
bool nft_listing(const char *text, struct strbuf *out);
/** our_bytecode() - the same of this compiler; @listing may be NULL */
bool our_bytecode(const char *text, struct strbuf *out, struct strbuf *listing);
/**
 * nft_judge() - the text compiles to what nft compiles it to, and its chain c is
 * listed as nft lists it after a load; numbers of counters apart
 * @what:	names the case in a failure
 */
void nft_judge(const char *what, const char *text);

#endif
