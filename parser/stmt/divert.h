/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dup and fwd share: where to, an address and a link. */
#ifndef NFTVM_PARSER_STMT_DIVERT_H
#define NFTVM_PARSER_STMT_DIVERT_H

#include "parser/lower.h"
#include "parser/raise.h"

/** divert_addr_type() - of a family's addresses */
const struct datatype *divert_addr_type(uint8_t family);
/** divert_check() - @e as a value of type @t; 0, or -1 with a diagnostic */
int divert_check(struct check *c, struct expr **e, const struct datatype *t);
/** divert_lower() - into the register whose first word is @reg; the kernel's
 * number of it */
uint32_t divert_lower(struct lower *l, const struct expr *e, unsigned reg);
/** divert_raise() - what register @attr of @n has; NULL: none is said */
struct expr *divert_raise(struct raise *r, const struct nftnl_expr *n,
			  uint16_t attr, const struct datatype *t);
void divert_complete(struct raise *r, struct stmt *s);

#endif
