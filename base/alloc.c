/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void xalloc_failed(size_t size)
{
	fprintf(stderr, "nftvm: out of memory (%zu bytes)\n", size);
	abort();
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		xalloc_failed(size);
	return p;
}

void *xzalloc(size_t size)
{
	return xcalloc(1, size);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		xalloc_failed(n * size);
	return p;
}

void *xrealloc_array(void *p, size_t n, size_t size)
{
	void *q;

	/* reallocarray() checks too, but a sanitizer's ends the program. */
	if (size && n > SIZE_MAX / size)
		xalloc_failed(SIZE_MAX);
	q = reallocarray(p, n ? n : 1, size ? size : 1);
	if (!q)
		xalloc_failed(n * size);
	return q;
}

char *xstrdup(const char *s)
{
	return s ? xmemdup(s, strlen(s) + 1) : NULL;
}

void *xmemdup(const void *p, size_t len)
{
	void *q = xmalloc(len);

	if (len)
		memcpy(q, p, len);
	return q;
}
