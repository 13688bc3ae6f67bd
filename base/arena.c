/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ARENA_BLOCK (64 * 1024)
#define ARENA_ALIGN _Alignof(max_align_t)

/* Blocks are a stack; only the top one has room. */
struct block {
	struct block *next;
	size_t size, used;
	_Alignas(16) uint8_t bytes[];
};

struct arena {
	struct block *top;
	size_t handed_out;
};

static struct block *block_new(size_t size)
{
	struct block *b = xmalloc(sizeof(*b) + size);

	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = xzalloc(sizeof(*a));

	a->top = block_new(ARENA_BLOCK);
	return a;
}

void arena_free(struct arena *a)
{
	struct block *b, *next;

	if (!a)
		return;
	for (b = a->top; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void arena_reset(struct arena *a)
{
	struct block *b, *next;

	for (b = a->top->next; b; b = next) {
		next = b->next;
		free(b);
	}
	a->top->next = NULL;
#ifdef __SANITIZE_ADDRESS__
	/* who still looks at what was there shall notice */
	memset(a->top->bytes, 0xa5, a->top->used);
#endif
	a->top->used = 0;
	a->handed_out = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = ALIGN_UP(size ? size : 1, (size_t)ARENA_ALIGN);
	struct block *b = a->top;
	void *p;

	if (need < size)
		xalloc_failed(size);
	if (b->size - b->used < need) {
		b = block_new(MAX(need, (size_t)ARENA_BLOCK));
		b->next = a->top;
		a->top = b;
	}
	p = b->bytes + b->used;
	b->used += need;
	a->handed_out += need;
	memset(p, 0, need);
	return p;
}

/* Where the block is linked that has @p and nothing else, or NULL. */
static struct block **block_of_one(struct arena *a, const void *p, size_t size)
{
	struct block **at;

	if (size < ARENA_BLOCK)
		return NULL;
	for (at = &a->top; *at; at = &(*at)->next)
		if ((*at)->bytes == p && (*at)->used == size)
			return at;
	return NULL;
}

void *arena_grow(struct arena *a, void *p, size_t old_size, size_t size)
{
	size_t old_need = ALIGN_UP(old_size, (size_t)ARENA_ALIGN);
	size_t need = ALIGN_UP(size, (size_t)ARENA_ALIGN);
	struct block **at, *b;
	void *q;

	if (need < size || need > SIZE_MAX - sizeof(*b))
		xalloc_failed(size);
	at = block_of_one(a, p, old_need);
	if (!at) {
		q = arena_alloc(a, size);
		if (old_size)
			memcpy(q, p, old_size);
		return q;
	}
	b = realloc(*at, sizeof(*b) + need);
	if (!b)
		xalloc_failed(need);
	b->size = b->used = need;
	*at = b;
	a->handed_out += need - old_need;
	return b->bytes;
}

void *arena_memdup(struct arena *a, const void *p, size_t len)
{
	void *q = arena_alloc(a, len);

	if (len)
		memcpy(q, p, len);
	return q;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_memdup(a, s, strlen(s) + 1) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *q = arena_alloc(a, len + 1);

	memcpy(q, s, len);
	return q;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

size_t arena_bytes(const struct arena *a)
{
	return a->handed_out;
}
