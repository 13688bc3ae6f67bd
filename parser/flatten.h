/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_FLATTEN_H
#define NFTVM_PARSER_FLATTEN_H

#include "parser/parser.h"

/** parser_flatten() - check what was read and append it to the commands */
void parser_flatten(struct parser *p);
/** parser_drop_sets() - free what p->all_sets hold outside of arenas */
void parser_drop_sets(struct parser *p);
/** declset_check() - a declared set or map; NULL with a diagnostic */
struct cmd_set *declset_check(struct parser *p, const struct cmd_handle *h,
			      const struct item *it);

#endif
