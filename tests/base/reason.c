/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/reason.h"

Test(reason, every_row_is_complete)
{
	for (int r = 0; r < REASON_COUNT; r++) {
		cr_assert_not_null(reason_name(r));
		cr_assert_gt(strlen(reason_text(r)), 5);
		for (int other = 0; other < r; other++)
			cr_assert_str_neq(reason_text(r), reason_text(other));
	}
}
