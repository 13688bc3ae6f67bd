/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that list share. */
#ifndef NFTVM_RULESET_LIST_H
#define NFTVM_RULESET_LIST_H

#include "parser/listing.h"
#include "ruleset/internal.h"

/** struct rs_list - a listing under way */
struct rs_list {
	const struct ruleset_view *view;
	struct parser *p;
	struct strbuf *out;
};

/** rs_rule_world() - what the listing of a rule asks for, told from @rl */
struct rs_rule_list {
	struct rs_list *l;
	const struct rs_rule *r;
};
void rs_rule_world(struct rs_rule_list *rl, struct list_world *world);

/** rs_list_handle() - " # handle N", if handles are wanted */
void rs_list_handle(struct rs_list *l, uint64_t handle);
/** rs_list_anonymous() - the elements of a rule's own set, in braces */
void rs_list_anonymous(struct rs_list *l, const struct rs_set *s,
		       const struct elem_look *look, struct strbuf *out);
/** rs_list_anonymous_json() - the same as an array; list_world.json_set, of a
 * struct rs_rule_list */
struct json_t *rs_list_anonymous_json(void *data, const char *name,
				      const struct elem_look *look);
/* One element, in the only row of @one; it is the @i'th. */
typedef void rs_elem_fn(void *data, const struct elem_batch *one, size_t i);
/** rs_list_each() - rows in the order of the listing; how many */
size_t rs_list_each(const struct rs_elems *e, rs_elem_fn *fn, void *data);
/** rs_list_elems() - the same of a set: its living ones, if the view has them */
size_t rs_list_elems(const struct rs_list *l, const struct rs_set *s,
		     rs_elem_fn *fn, void *data);
/** rs_list_set() - a set or map with its elements */
void rs_list_set(struct rs_list *l, const struct rs_set *s);

#endif
