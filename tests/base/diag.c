/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/strbuf.h"

/* What diags_print() writes, as a string to free(). */
static char *printed(const struct diags *d)
{
	char *s = NULL;
	size_t len;
	FILE *f = open_memstream(&s, &len);

	diags_print(d, f);
	fclose(f);
	return s;
}

Test(diag, carets_stand_below_the_text)
{
	static const char text[] =
		"table inet f {\n\ttcp dport 70000 accept\n}\n";
	struct diags *d = diags_new();
	uint32_t src =
		diag_source_add(d, "web.nft", text, sizeof(text) - 1, NULL);
	struct loc value = { src, 26, 31 }, field = { src, 16, 25 };
	char *s;

	cr_assert_eq(diag_error2(d, &value, &field, "%d does not fit", 70000),
		     -1);
	s = printed(d);
	cr_assert_str_eq(s, "web.nft:2:12-16: error: 70000 does not fit\n"
			    "\ttcp dport 70000 accept\n"
			    "\t~~~~~~~~~ ^^^^^\n");
	free(s);
	diags_free(d);
}

/* A line of a megabyte, made by a program: what is around the place is shown. */
Test(diag, long_lines_and_words_are_cut)
{
	const size_t len = 1000000;
	struct diags *d = diags_new();
	char *text = malloc(len + 1), *s;
	struct loc at;

	memset(text, 'a', len);
	text[len] = '\0';
	at.source = diag_source_add(d, "long.nft", text, len, NULL);
	at.start = 500000;
	at.end = 500002;
	diag_error(d, &at, "not %s", text);
	s = printed(d);
	cr_assert_eq(strncmp(s, "long.nft:1:500001-500002: error: not aaa", 39),
		     0);
	cr_assert_lt(strlen(s), 2000);
	cr_assert_not_null(strstr(s, "aaa...\naaa"));
	cr_assert_not_null(strstr(s, "aaa\n   "));
	cr_assert_str_eq(s + strlen(s) - 4, " ^^\n");
	free(s);
	free(text);
	diags_free(d);
}

Test(diag, nearest_finds_slips_only)
{
	static const char *const names[] = { "saddr", "daddr", "protocol" };

	cr_assert_str_eq(diag_nearest("sadr", names, 3), "saddr");
	cr_assert_str_eq(diag_nearest("protcool", names, 3), "protocol");
	cr_assert_null(diag_nearest("window", names, 3));
	cr_assert_null(diag_nearest("saddr", names, 1));
}

Test(diag, many_errors_are_counted_and_cut)
{
	struct diags *d = diags_new();
	struct loc nowhere = { 0, 0, 0 };
	char *s;

	for (int i = 0; i < 1000; i++)
		diag_error(d, &nowhere, "fault %d", i);
	cr_assert_eq(diags_errors(d), 1000);
	s = printed(d);
	cr_assert_not_null(strstr(s, "950 more not shown"));
	free(s);
	diags_free(d);
}
