/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "path/path.h"

Test(names, every_value_has_one)
{
	for (int v = PATH_ACCEPT; v <= PATH_STOLEN; v++)
		cr_assert_not_null(path_verdict_name((enum path_verdict)v));
	for (int k = EMIT_PACKET; k <= EMIT_DUP; k++)
		cr_assert_not_null(path_emit_name((enum path_emit_kind)k));
	for (uint8_t h = 0; h <= NF_INET_INGRESS; h++)
		cr_assert_neq(path_hook_name(h)[0], '?');
	cr_assert_str_eq(path_hook_name(200), "?");
}
