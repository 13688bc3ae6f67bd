/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every row of rules.h compiles to what nft compiles it to, and is listed as
 * nft lists it after a load.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "tests/parser/nft.h"
#include "tests/parser/rules.h"

static char *ruleset(const char *family, const char *decl,
		     const char *const *rules, size_t n)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_printf(&b,
		      "table %s t {\n%s\nchain oc { }\nchain c {\n"
		      "type filter hook input priority 0;\n",
		      family, decl);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(&b, "%s\n", rules[i]);
	strbuf_puts(&b, "}\n}\n");
	return strbuf_take(&b);
}

static void same_lines(const char *what, const char *want, const char *got)
{
	while (*want && *got) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(want, got, w) != 0)
			cr_assert_fail("%s\n nft: %.*s\nours: %.*s", what,
				       (int)w, want, (int)g, got);
		want += w + (want[w] == '\n');
		got += g + (got[g] == '\n');
	}
	cr_assert(!*want && !*got, "%s: more on one side:\n nft: %s\nours: %s",
		  what, want, got);
}

static void compare(const char *family, const char *decl,
		    const char *const *rules, size_t n)
{
	struct strbuf want = STRBUF_INIT, got = STRBUF_INIT;
	struct strbuf list = STRBUF_INIT, our_list = STRBUF_INIT;
	char *text = ruleset(family, decl, rules, n);

	cr_assert(nft_bytecode(text, &want), "nft refuses: %s",
		  strbuf_str(&want));
	cr_assert(our_bytecode(text, &got, &our_list));
	same_lines("bytecode", strbuf_str(&want), strbuf_str(&got));
	cr_assert(nft_listing(text, &list), "nft refuses: %s",
		  strbuf_str(&list));
	nft_blank_counters(&list);
	nft_blank_counters(&our_list);
	same_lines("listing", strbuf_str(&list), strbuf_str(&our_list));
	strbuf_fini(&want);
	strbuf_fini(&got);
	strbuf_fini(&list);
	strbuf_fini(&our_list);
	free(text);
}

Test(parser_compare, ip)
{
	compare("ip", "", ip_rules, ARRAY_LEN(ip_rules));
}

Test(parser_compare, inet)
{
	compare("inet", declarations, inet_rules, ARRAY_LEN(inet_rules));
}
