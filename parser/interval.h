/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_INTERVAL_H
#define NFTVM_PARSER_INTERVAL_H

#include "parser/setdecl.h"

/** struct bound - a field of an element: from == to unless it is a range */
struct bound {
	u128 from, to;
};

/**
 * struct elem_rows - the elements of a set, read but not yet laid out
 * @rows:	where each was written
 * @from, @to:	of the fields of each, layout->n; @to is empty until a range
 *		comes: there may be millions
 * @ranged:	some are ranges, also of one value
 */
struct elem_rows {
	VEC(const struct elem *) rows;
	VEC(u128) from;
	VEC(u128) to;
	bool ranged;
};

/** bounds_push() - of the next field */
void bounds_push(struct elem_rows *in, const struct bound *b);

/** bounds_at() - of field @i, counted over all rows */
static inline struct bound bounds_at(const struct elem_rows *in, size_t i)
{
	return (struct bound){ in->from.v[i],
			       in->to.len ? in->to.v[i] : in->from.v[i] };
}

/** bounds_cut() - forget all but the first @n; 0 frees them */
void bounds_cut(struct elem_rows *in, size_t n);

/** elem_is_catchall() - is the element `*`? */
static inline bool elem_is_catchall(const struct elem *el)
{
	return expr_is(el->key, wildcard);
}

/**
 * struct fill - filling one set
 * @depth:	sets within sets that are being gathered
 * @inner:	elements that were found in the inner ones
 */
struct fill {
	struct check *c;
	struct cmd_set *set;
	const struct set_layout *l;
	struct elem_rows in;
	struct elem_batch *out;
	bool deleting;
	unsigned depth;
	uint64_t inner;
};

/** fill_row() - a new row of the batch for element @i, without its key */
int fill_row(struct fill *f, size_t i, size_t *row);

/**
 * interval_fill() - ranges of single values as the kernel takes them: sorted,
 * merged where the set says so, a start row and an end row each
 * Return: 0; -1 with a diagnostic.
 */
int interval_fill(struct fill *f);

#endif
