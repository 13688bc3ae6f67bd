/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Things by their handle. Handles of a table only grow, so the map is an array
 * that is appended to and searched by bisection; what is deleted leaves a gap
 * until half of the array is gaps.
 */
#ifndef NFTVM_RULESET_HANDLES_H
#define NFTVM_RULESET_HANDLES_H

#include <stddef.h>
#include <stdint.h>

/** struct rs_handle - a row; @thing is NULL for what was deleted */
struct rs_handle {
	uint64_t handle;
	void *thing;
};

/** struct rs_handles - zeroed to begin; @gaps of the @len rows are empty */
struct rs_handles {
	struct rs_handle *v;
	size_t len, cap, gaps;
};

/** rs_handles_add() - @handle is larger than all before */
void rs_handles_add(struct rs_handles *h, uint64_t handle, void *thing);
/** rs_handles_get() - the thing, or NULL */
void *rs_handles_get(const struct rs_handles *h, uint64_t handle);
/** rs_handles_del() - leave a gap, which rs_handles_restore() can fill */
void rs_handles_del(struct rs_handles *h, uint64_t handle);
void rs_handles_restore(struct rs_handles *h, uint64_t handle, void *thing);
/** rs_handles_compact() - close the gaps if they are many; they can't be
 * filled afterwards */
void rs_handles_compact(struct rs_handles *h);
void rs_handles_fini(struct rs_handles *h);

#endif
