/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arena: many small allocations that die together.
 *
 * The AST of one compile, its strings and its source maps live in one arena,
 * so the grammar needs no destructors and error paths free nothing by hand.
 */
#ifndef NFTVM_BASE_ARENA_H
#define NFTVM_BASE_ARENA_H

#include <stddef.h>

#include "base/util.h"

struct arena;

/** arena_new() - an empty arena; free with arena_free() */
struct arena *arena_new(void);
/** arena_free() - the arena and everything in it; NULL accepted */
void arena_free(struct arena *a);
/** arena_reset() - forget all allocations, keep one block for the next ones */
void arena_reset(struct arena *a);

/** arena_alloc() - @size bytes of zero, aligned for any type; never NULL */
void *arena_alloc(struct arena *a, size_t size);
/** arena_grow() - more room for what arena_alloc() gave for @old_size bytes;
 * its new address. What is added is not zeroed. An array that has grown large
 * leaves no copy behind */
void *arena_grow(struct arena *a, void *p, size_t old_size, size_t size);
/** arena_memdup() - copy of @len bytes */
void *arena_memdup(struct arena *a, const void *p, size_t len);
/** arena_strdup() - copy of a string; NULL for NULL */
char *arena_strdup(struct arena *a, const char *s);
/** arena_strndup() - copy of the @len bytes at @s, terminated */
char *arena_strndup(struct arena *a, const char *s, size_t len);
/** arena_printf() - formatted string in the arena */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** arena_bytes() - bytes handed out since the last reset */
size_t arena_bytes(const struct arena *a);

#define arena_new_of(a, type)	((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

#endif
