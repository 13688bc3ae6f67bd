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

/* What nft sends for { ::/0, ::/0 }: two starts and no end. */
Test(elem_batch, open_ranges_may_stand_there_twice)
{
	static const struct {
		uint8_t key, flags;
		bool is_open;
		size_t next;
	} rows[] = {
		{ 1, 0, false, 1 },
		{ 2, ELEM_INTERVAL_END, false, 2 },
		{ 7, 0, true, 4 },
		{ 7, 0, true, 4 },
		{ 0, ELEM_CATCHALL, false, 5 },
	};
	struct elem_batch b;
	size_t next;

	elem_batch_init(&b, 1, 0);
	for (size_t i = 0; i < 5; i++) {
		size_t row = elem_batch_add(&b);

		b.keys[row] = rows[i].key;
		b.flags[row] = rows[i].flags;
	}
	for (size_t i = 0; i < 4; i++) {
		if (b.flags[i])
			continue;
		cr_assert_eq(elem_batch_is_open(&b, i, &next), rows[i].is_open);
		cr_assert_eq(next, rows[i].next);
	}
	elem_batch_fini(&b);
}
