/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the cold path: allocation that does not fail.
 *
 * Out of memory is not something a compiler of rules can do anything about,
 * so these call a handler (default: a line on stderr and abort()). The packet
 * path does not allocate; it takes connection entries from a bounded pool.
 */
#ifndef NFTVM_BASE_ALLOC_H
#define NFTVM_BASE_ALLOC_H

#include <stddef.h>

/** xmalloc() - @size bytes, uninitialised; never NULL; free() it */
void *xmalloc(size_t size);
/** xzalloc() - @size bytes of zero; never NULL; free() it */
void *xzalloc(size_t size);
/** xcalloc() - zeroed array of @n elements of @size; overflow is out of memory */
void *xcalloc(size_t n, size_t size);
/** xrealloc_array() - resize to @n elements of @size; never NULL for @n > 0 */
void *xrealloc_array(void *p, size_t n, size_t size);
/** xstrdup() - copy of @s, or NULL when @s is NULL; free() it */
char *xstrdup(const char *s);
/** xmemdup() - copy of @len bytes at @p; free() it */
void *xmemdup(const void *p, size_t len);

/** xalloc_failed() - what happens when memory ends; does not return */
_Noreturn void xalloc_failed(size_t size);

#endif
