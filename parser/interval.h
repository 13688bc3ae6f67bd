/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_PARSER_INTERVAL_H
#define NFTVM_PARSER_INTERVAL_H

#include "parser/setdecl.h"

/** struct bound - a field of an element: from == to unless it is a range */
struct bound {
	u128 from, to;
};

/** struct elem_row - one element: where it was written */
struct elem_row {
	const struct elem *el;
	bool catchall;
};

/**
 * struct elem_rows - the elements of a set, read but not yet laid out
 * @bounds:	layout->n for each row
 * @ranged:	some are ranges
 */
struct elem_rows {
	VEC(struct elem_row) rows;
	VEC(struct bound) bounds;
	bool ranged;
};

/** struct fill - filling one set */
struct fill {
	struct check *c;
	struct cmd_set *set;
	const struct set_layout *l;
	struct elem_rows in;
	struct elem_batch *out;
	bool deleting;
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
