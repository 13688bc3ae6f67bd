/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/elem_batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/util.h"

void elem_batch_init(struct elem_batch *b, uint16_t key_len, uint16_t data_len)
{
	memset(b, 0, sizeof(*b));
	b->key_len = key_len;
	b->data_len = data_len;
}

void elem_batch_fini(struct elem_batch *b)
{
	free(b->keys);
	free(b->key_ends);
	free(b->flags);
	free(b->data);
	free(b->verdicts);
	free(b->chains);
	free(b->timeouts_ms);
	free(b->expirations_ms);
	free(b->comments);
	free(b->objects);
	free(b->exprs);
	free(b->exprs_len);
	arena_free(b->arena);
	memset(b, 0, sizeof(*b));
}

/* Grow one column (if it exists, or @make it) from @from to @to rows, the new
 * ones zeroed. */
static void *column_grow(void *column, bool make, size_t from, size_t to,
			 size_t width)
{
	char *p = column;

	if (!column && !make)
		return NULL;
	if (!column)
		from = 0;
	p = xrealloc_array(column, to, MAX(width, (size_t)1));
	memset(p + from * width, 0, (to - from) * width);
	return p;
}

#define GROW(field, make, width) \
	b->field = column_grow(b->field, make, from, to, width)

static void grow(struct elem_batch *b, size_t to)
{
	size_t from = b->cap;

	GROW(keys, true, b->key_len);
	GROW(flags, true, 1);
	GROW(key_ends, false, b->key_len);
	GROW(data, false, b->data_len);
	GROW(verdicts, false, sizeof(int32_t));
	GROW(chains, false, sizeof(char *));
	GROW(timeouts_ms, false, sizeof(uint64_t));
	GROW(expirations_ms, false, sizeof(uint64_t));
	GROW(comments, false, sizeof(char *));
	GROW(objects, false, sizeof(char *));
	GROW(exprs, false, sizeof(uint8_t *));
	GROW(exprs_len, false, sizeof(uint32_t));
	b->cap = to;
}

size_t elem_batch_add(struct elem_batch *b)
{
	if (b->len == b->cap)
		grow(b, MAX(b->cap * 2, (size_t)16));
	return b->len++;
}

#define COLUMN(type, field, width)                                            \
	type elem_batch_##field(struct elem_batch *b)                         \
	{                                                                     \
		if (!b->field)                                                \
			b->field = column_grow(NULL, true, 0, b->cap, width); \
		return b->field;                                              \
	}

COLUMN(uint8_t *, key_ends, b->key_len)
COLUMN(uint8_t *, data, b->data_len)
COLUMN(int32_t *, verdicts, sizeof(int32_t))
COLUMN(const char **, chains, sizeof(char *))
COLUMN(uint64_t *, timeouts_ms, sizeof(uint64_t))
COLUMN(uint64_t *, expirations_ms, sizeof(uint64_t))
COLUMN(const char **, comments, sizeof(char *))
COLUMN(const char **, objects, sizeof(char *))

const uint8_t **elem_batch_exprs(struct elem_batch *b)
{
	if (!b->exprs_len)
		b->exprs_len =
			column_grow(NULL, true, 0, b->cap, sizeof(uint32_t));
	if (!b->exprs)
		b->exprs =
			column_grow(NULL, true, 0, b->cap, sizeof(uint8_t *));
	return b->exprs;
}

struct arena *elem_batch_arena(struct elem_batch *b)
{
	if (!b->arena)
		b->arena = arena_new();
	return b->arena;
}

bool elem_batch_is_open(const struct elem_batch *b, size_t row, size_t *next)
{
	size_t i = row + 1;

	while (i < b->len && !b->flags[i] &&
	       !memcmp(elem_batch_key(b, i), elem_batch_key(b, row),
		       b->key_len))
		i++;
	*next = i;
	return i == b->len || (b->flags[i] & ELEM_CATCHALL);
}
