/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "priorities",
		.texts = { "table inet t {\n"
			   "\tchain c0 {\n"
			   "\t\ttype filter hook input priority 11;\n"
			   "\t}\n"
			   "\tchain c1 {\n"
			   "\t\ttype filter hook input priority 10;\n"
			   "\t}\n"
			   "\tchain c2 {\n"
			   "\t\ttype filter hook prerouting priority -100;\n"
			   "\t}\n"
			   "\tchain c3 {\n"
			   "\t\ttype filter hook output priority -100;\n"
			   "\t}\n"
			   "\tchain c4 {\n"
			   "\t\ttype filter hook postrouting priority 100;\n"
			   "\t}\n"
			   "\tchain c5 {\n"
			   "\t\ttype filter hook input priority 100;\n"
			   "\t}\n"
			   "\tchain c6 {\n"
			   "\t\ttype filter hook input priority 49;\n"
			   "\t}\n"
			   "\tchain c7 {\n"
			   "\t\ttype filter hook input priority 61;\n"
			   "\t}\n"
			   "\tchain c8 {\n"
			   "\t\ttype filter hook input priority -310;\n"
			   "\t}\n"
			   "\tchain c9 {\n"
			   "\t\ttype filter hook input priority -311;\n"
			   "\t}\n"
			   "\tchain c10 {\n"
			   "\t\ttype filter hook prerouting priority -95;\n"
			   "\t}\n"
			   "\tchain c11 {\n"
			   "\t\ttype filter hook forward priority 2147483647;\n"
			   "\t}\n"
			   "\tchain c12 {\n"
			   "\t\ttype filter hook forward priority -2147483648;\n"
			   "\t}\n"
			   "}\n" },
		.listing =
			"table inet t { # handle 1\n"
			"\tchain c0 { # handle 1\n"
			"\t\ttype filter hook input priority 11; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c1 { # handle 2\n"
			"\t\ttype filter hook input priority filter + 10; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c2 { # handle 3\n"
			"\t\ttype filter hook prerouting priority dstnat; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c3 { # handle 4\n"
			"\t\ttype filter hook output priority -100; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c4 { # handle 5\n"
			"\t\ttype filter hook postrouting priority srcnat; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c5 { # handle 6\n"
			"\t\ttype filter hook input priority 100; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c6 { # handle 7\n"
			"\t\ttype filter hook input priority security - 1; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c7 { # handle 8\n"
			"\t\ttype filter hook input priority 61; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c8 { # handle 9\n"
			"\t\ttype filter hook input priority raw - 10; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c9 { # handle 10\n"
			"\t\ttype filter hook input priority -311; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c10 { # handle 11\n"
			"\t\ttype filter hook prerouting priority dstnat + 5; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c11 { # handle 12\n"
			"\t\ttype filter hook forward priority 2147483647; policy accept;\n"
			"\t}\n"
			"\n"
			"\tchain c12 { # handle 13\n"
			"\t\ttype filter hook forward priority -2147483648; policy accept;\n"
			"\t}\n"
			"}\n",
	},
	{
		.name = "an empty ruleset",
		.texts = { "" },
		.listing = "",
	},
	{
		.name = "blank lines between",
		.texts = { "table inet t {\n"
			   "\tset s {\n"
			   "\t\ttype mark\n"
			   "\t}\n"
			   "\tset u {\n"
			   "\t\ttype mark\n"
			   "\t}\n"
			   "\tchain a {\n"
			   "\t\tcounter accept\n"
			   "\t}\n"
			   "\tchain b {\n"
			   "\t}\n"
			   "}\n" },
		.listing = "table inet t { # handle 1\n"
			   "\tset s { # handle 3\n"
			   "\t\ttype mark\n"
			   "\t}\n"
			   "\n"
			   "\tset u { # handle 4\n"
			   "\t\ttype mark\n"
			   "\t}\n"
			   "\n"
			   "\tchain a { # handle 1\n"
			   "\t\tcounter packets 0 bytes 0 accept # handle 5\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
};

Test(list, reads_as_nft)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
