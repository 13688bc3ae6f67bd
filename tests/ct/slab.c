/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "ct/slab.h"

Test(slab, hands_out_each_record_once_and_no_more_than_max)
{
	enum {
		MAX_RECORDS = 200000,
		SIZE = 28
	};
	struct ct_slab s;

	ct_slab_init(&s, SIZE, MAX_RECORDS, false);
	for (uint32_t i = 1; i <= MAX_RECORDS; i++) {
		cr_assert_eq(ct_slab_get(&s), i);
		memset(ct_slab_at(&s, i, SIZE), 1, SIZE);
	}
	cr_expect_eq(ct_slab_get(&s), 0);
	ct_slab_put(&s, 7);
	ct_slab_put(&s, 199999);
	cr_expect_eq(ct_slab_get(&s), 199999);
	cr_expect_eq(ct_slab_get(&s), 7);
	cr_expect_eq(ct_slab_get(&s), 0);
	ct_slab_fini(&s);
}
