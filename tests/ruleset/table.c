/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "tables are listed in the order they were made",
		.texts = { "add table ip6 z\n"
			   "add table inet a\n"
			   "add table ip m\n" },
		.listing = "table ip6 z { # handle 1\n"
			   "}\n"
			   "table inet a { # handle 2\n"
			   "}\n"
			   "table ip m { # handle 3\n"
			   "}\n",
	},
	{
		.name = "one name in several families",
		.texts = { "add table ip t\n"
			   "add table ip6 t\n"
			   "add table inet t\n"
			   "delete table ip6 t\n" },
		.listing = "table ip t { # handle 1\n"
			   "}\n"
			   "table inet t { # handle 3\n"
			   "}\n",
	},
	{
		.name = "flags and comment",
		.texts = { "table ip t {\n"
			   "\tflags dormant\n"
			   "\tcomment \"c\"\n"
			   "\tchain a {\n"
			   "\t}\n"
			   "}\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tflags dormant\n"
			   "\tcomment \"c\"\n"
			   "\n"
			   "\tchain a { # handle 1\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "a comment alone",
		.texts = { "table ip t {\n"
			   "\tcomment \"c\"\n"
			   "\tchain a {\n"
			   "\t}\n"
			   "}\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tcomment \"c\"\n"
			   "\tchain a { # handle 1\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "add again changes flags",
		.texts = { "add table ip t\n",
			   "add table ip t { flags dormant; }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tflags dormant\n"
			   "}\n",
	},
	{
		.name = "create of what is there",
		.texts = { "add table ip t\n", "create table ip t\n" },
		.fault = "File exists",
	},
	{
		.name = "delete",
		.texts = { "add table ip t\n"
			   "add chain ip t c\n"
			   "add rule ip t c accept\n"
			   "add table ip u\n",
			   "delete table ip t\n" },
		.listing = "table ip u { # handle 2\n"
			   "}\n",
	},
	{
		.name = "delete, and anew: handles go on",
		.texts = { "add table ip t\n", "delete table ip t\n"
					       "add table ip t\n" },
		.listing = "table ip t { # handle 2\n"
			   "}\n",
	},
	{
		.name = "delete of nothing",
		.texts = { "add table ip tab\n", "delete table ip tap\n" },
		.fault = "did you mean 'tab'?",
	},
	{
		.name = "flush takes the rules",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t b jump a\n",
			   "flush table ip t\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "flush ruleset",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add table ip6 x\n",
			   "flush ruleset\n" },
		.listing = "",
	},
	{
		.name = "flush ruleset of one family",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add table ip6 x\n",
			   "flush ruleset ip\n" },
		.listing = "table ip6 x { # handle 2\n"
			   "}\n",
	},
	{
		.name = "flush of nothing",
		.texts = { "flush table ip t\n" },
		.fault = "No such file or directory",
	},
};

Test(table, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
