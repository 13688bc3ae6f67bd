/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that list share. */
#ifndef NFTVM_RULESET_LIST_H
#define NFTVM_RULESET_LIST_H

#include "ruleset/internal.h"

/** struct rs_list - a listing under way */
struct rs_list {
	const struct ruleset_view *view;
	struct parser *p;
	struct strbuf *out;
};

/** rs_list_handle() - " # handle N", if handles are wanted */
void rs_list_handle(struct rs_list *l, uint64_t handle);
/** rs_list_anonymous() - the elements of a rule's own set, in braces */
void rs_list_anonymous(struct rs_list *l, const struct rs_set *s,
		       const struct elem_look *look, struct strbuf *out);
/** rs_list_set() - a set or map with its elements */
void rs_list_set(struct rs_list *l, const struct rs_set *s);

#endif
