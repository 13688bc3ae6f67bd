/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/strmap.h"

/* 5,000 keys put, every third deleted, all put again: after each round the map
 * says what a plain array says. */
Test(strmap, agrees_with_an_array)
{
	static int values[5000];
	struct strmap *m = strmap_new();
	char key[16];
	size_t pos = 0, n = 0;

	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		cr_assert_null(strmap_put(m, key, &values[i]));
	}
	for (int i = 0; i < 5000; i += 3) {
		snprintf(key, sizeof(key), "k%d", i);
		cr_assert_eq(strmap_del(m, key), &values[i]);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		cr_assert_eq(strmap_get(m, key), i % 3 ? &values[i] : NULL);
		strmap_put(m, key, &values[i]);
	}
	cr_assert_eq(strmap_len(m), 5000);
	while (strmap_next(m, &pos, NULL))
		n++;
	cr_assert_eq(n, 5000);
	strmap_free(m);
}

Test(strmap, many_deletes_do_not_grow_it)
{
	struct strmap *m = strmap_new();
	int v;

	for (int i = 0; i < 100000; i++) {
		strmap_put(m, "same", &v);
		cr_assert_eq(strmap_del(m, "same"), &v);
	}
	cr_assert_eq(strmap_len(m), 0);
	cr_assert_null(strmap_get(m, "same"));
	strmap_free(m);
}
