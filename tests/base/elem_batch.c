/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "base/elem_batch.h"

Test(elem_batch, columns_come_late_and_zeroed)
{
	struct elem_batch b;
	size_t row;

	elem_batch_init(&b, 4, 8);
	for (uint32_t i = 0; i < 1000; i++) {
		row = elem_batch_add(&b);
		cr_assert_eq(row, i);
		memcpy(elem_batch_key(&b, row), &i, 4);
		if (i == 500)
			elem_batch_timeouts_ms(&b)[row] = 7;
	}
	cr_assert_null(b.data);
	cr_assert_null(b.key_ends);
	for (uint32_t i = 0; i < 1000; i++) {
		cr_assert_arr_eq(elem_batch_key(&b, i), &i, 4);
		cr_assert_eq(b.timeouts_ms[i], i == 500 ? 7 : 0);
	}
	elem_batch_data(&b)[999 * 8 + 7] = 1;
	cr_assert_eq(b.data[0], 0);
	elem_batch_fini(&b);
}
