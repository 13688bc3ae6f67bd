/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json_text.h"

#include <criterion/criterion.h>

#include "base/util.h"

/* The rule of The Unicode Standard 3.9, table 3-7: what is no UTF-8. */
static const struct {
	const char *bytes, *text;
} rows[] = {
	{ "", "" },
	{ "plain \"quoted\"", "plain \"quoted\"" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "\xff", "\xef\xbf\xbd" },
	{ "a\xc3", "a\xef\xbf\xbd" },
	{ "\xc3(", "\xef\xbf\xbd(" },
	{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
};

Test(json_text, any_bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *s = json_text(rows[i].bytes);

		cr_assert_not_null(s, "row %zu", i);
		cr_expect_str_eq(json_string_value(s), rows[i].text, "row %zu",
				 i);
		json_decref(s);
	}
}
