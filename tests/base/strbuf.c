/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/strbuf.h"

Test(strbuf, grows_and_is_always_terminated)
{
	struct strbuf b = STRBUF_INIT;
	char *s;

	cr_assert_str_eq(strbuf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&b, "%d,", i);
	cr_assert_eq(strlen(strbuf_str(&b)), b.len);
	cr_assert_str_eq(strbuf_str(&b) + b.len - 8, "998,999,");
	strbuf_reset(&b);
	cr_assert_str_eq(strbuf_str(&b), "");
	strbuf_putc(&b, 'a');
	s = strbuf_take(&b);
	cr_assert_str_eq(s, "a");
	cr_assert_eq(b.len, 0);
	free(s);
}

Test(strbuf, a_format_longer_than_the_room)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_printf(&b, "%0500d", 1);
	cr_assert_eq(b.len, 500);
	strbuf_fini(&b);
}
