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

static void compare(const char *family, const char *decl,
		    const char *const *rules, size_t n)
{
	char *text = ruleset(family, decl, rules, n);

	nft_judge(family, text);
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
