/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements that elements carry (`counter`), as a listing shows them. */
#ifndef NFTVM_RULESET_STMT_H
#define NFTVM_RULESET_STMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nftnl_set;
struct strbuf;

/**
 * rs_stmt_of_set() - the statements of a set's declaration, one a line
 * Return: to free(); NULL if it has none.
 */
char *rs_stmt_of_set(const struct nftnl_set *set);

/**
 * rs_stmt_print() - the statements of an element, each behind a space
 * @bytes:	netlink bytes of a list of expressions; @len 0 is none
 * @stateless:	-s: without the numbers that packets change
 */
void rs_stmt_print(const uint8_t *bytes, size_t len, bool stateless,
		   struct strbuf *out);

#endif
