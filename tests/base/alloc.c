/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

Test(alloc, zero_sizes_are_memory_too)
{
	void *p = xmalloc(0), *q = xcalloc(0, 8);

	cr_assert_not_null(p);
	cr_assert_not_null(q);
	free(p);
	free(q);
}

Test(alloc, strdup_of_null_is_null)
{
	char *s = xstrdup("abc");

	cr_assert_null(xstrdup(NULL));
	cr_assert_str_eq(s, "abc");
	free(s);
}

Test(alloc, overflow_is_out_of_memory, .signal = SIGABRT)
{
	volatile size_t n = (size_t)-1 / 4;

	xrealloc_array(NULL, n, 16);
}
