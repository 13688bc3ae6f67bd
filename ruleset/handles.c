/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ruleset/handles.h"

#include "base/vec.h"

void rs_handles_add(struct rs_handles *h, uint64_t handle, void *thing)
{
	struct rs_handle row = { handle, thing };

	assert(!h->len || h->v[h->len - 1].handle < handle);
	vec_push(h, row);
}

static struct rs_handle *find(const struct rs_handles *h, uint64_t handle)
{
	size_t low = 0, high = h->len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->v[mid].handle < handle)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < h->len && h->v[low].handle == handle)
		return &h->v[low];
	return NULL;
}

void *rs_handles_get(const struct rs_handles *h, uint64_t handle)
{
	const struct rs_handle *row = find(h, handle);

	return row ? row->thing : NULL;
}

void rs_handles_del(struct rs_handles *h, uint64_t handle)
{
	struct rs_handle *row = find(h, handle);

	assert(row && row->thing);
	row->thing = NULL;
	h->gaps++;
}

void rs_handles_restore(struct rs_handles *h, uint64_t handle, void *thing)
{
	struct rs_handle *row = find(h, handle);

	assert(row && !row->thing);
	row->thing = thing;
	h->gaps--;
}

void rs_handles_compact(struct rs_handles *h)
{
	size_t to = 0;

	if (h->gaps < 16 || h->gaps < h->len / 2)
		return;
	for (size_t i = 0; i < h->len; i++)
		if (h->v[i].thing)
			h->v[to++] = h->v[i];
	h->len = to;
	h->gaps = 0;
}

void rs_handles_fini(struct rs_handles *h)
{
	vec_fini(h);
}
