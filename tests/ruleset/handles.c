/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "ruleset/handles.h"

Test(handles, what_is_deleted_is_gone_and_can_come_back)
{
	struct rs_handles h = { 0 };
	int things[100];

	for (int i = 0; i < 100; i++)
		rs_handles_add(&h, 10 + 3 * i, &things[i]);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(rs_handles_get(&h, 10 + 3 * i), &things[i]);
	cr_assert_null(rs_handles_get(&h, 11));
	cr_assert_null(rs_handles_get(&h, 0));
	cr_assert_null(rs_handles_get(&h, UINT64_MAX));
	rs_handles_del(&h, 13);
	cr_assert_null(rs_handles_get(&h, 13));
	rs_handles_restore(&h, 13, &things[1]);
	cr_assert_eq(rs_handles_get(&h, 13), &things[1]);
	rs_handles_fini(&h);
}

Test(handles, gaps_close_when_they_are_many)
{
	struct rs_handles h = { 0 };
	int thing;

	for (int i = 1; i <= 1000; i++)
		rs_handles_add(&h, i, &thing);
	for (int i = 1; i <= 900; i++)
		rs_handles_del(&h, i);
	rs_handles_compact(&h);
	cr_assert_eq(h.len, 100);
	cr_assert_null(rs_handles_get(&h, 900));
	cr_assert_eq(rs_handles_get(&h, 901), &thing);
	rs_handles_add(&h, 1001, &thing);
	cr_assert_eq(rs_handles_get(&h, 1001), &thing);
	rs_handles_fini(&h);
}
