/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "handles",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add chain ip t c\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\taccept # handle 3\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "\n"
			   "\tchain c { # handle 4\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "a base chain",
		.texts = { "table inet t {\n"
			   "\tchain c {\n"
			   "\t\tcomment \"x\"\n"
			   "\t\ttype filter hook input priority mangle + 3; policy drop;\n"
			   "\t}\n"
			   "}\n" },
		.listing =
			"table inet t { # handle 1\n"
			"\tchain c { # handle 1\n"
			"\t\tcomment \"x\"\n"
			"\t\ttype filter hook input priority mangle + 3; policy drop;\n"
			"\t}\n"
			"}\n",
	},
	{
		.name = "policy changes",
		.texts = { "add table ip t\n"
			   "add chain ip t c { type filter hook input priority 0; }\n",
			   "add chain ip t c { policy drop; }\n" },
		.listing =
			"table ip t { # handle 1\n"
			"\tchain c { # handle 1\n"
			"\t\ttype filter hook input priority filter; policy drop;\n"
			"\t}\n"
			"}\n",
	},
	{
		.name = "policy changes, all said",
		.texts = { "add table ip t\n"
			   "add chain ip t c { type filter hook input priority 0; }\n",
			   "add chain ip t c { type filter hook input priority 0; policy drop; }\n" },
		.listing =
			"table ip t { # handle 1\n"
			"\tchain c { # handle 1\n"
			"\t\ttype filter hook input priority filter; policy drop;\n"
			"\t}\n"
			"}\n",
	},
	{
		.name = "another priority",
		.texts = { "add table ip t\n"
			   "add chain ip t c { type filter hook input priority 0; }\n",
			   "add chain ip t c { type filter hook input priority 1; }\n" },
		.fault = "Operation not supported",
	},
	{
		.name = "a policy without a hook",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "add chain ip t a { policy drop; }\n" },
		.fault = "Operation not supported",
	},
	{
		.name = "a hook for a regular chain",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "add chain ip t a { type filter hook input priority 0; }\n" },
		.fault = "File exists",
	},
	{
		.name = "create of what is there",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "create chain ip t a\n" },
		.fault = "File exists",
	},
	{
		.name = "nat at forward",
		.texts = { "add table ip t\n"
			   "add chain ip t n { type nat hook forward priority 0; }\n" },
		.fault = "nat",
	},
	{
		.name = "nat before conntrack",
		.texts = { "add table ip t\n"
			   "add chain ip t n { type nat hook output priority -200; }\n" },
		.fault = "nat",
	},
	{
		.name = "route at input",
		.texts = { "add table ip t\n"
			   "add chain ip t n { type route hook input priority 0; }\n" },
		.fault = "route",
	},
	{
		.name = "delete of a jump target",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a jump b\n",
			   "delete chain ip t b\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "delete when the jump is gone",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a jump b\n",
			   "flush chain ip t a\n"
			   "delete chain ip t b\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete with rules",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n",
			   "delete chain ip t a\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete of a map target",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add map ip t m { type mark : verdict; elements = { 1 : jump a }; }\n",
			   "delete chain ip t a\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "delete of an anonymous map target",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t b tcp dport vmap { 1 : jump a }\n",
			   "delete chain ip t a\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "delete when the anonymous map is gone",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t b tcp dport vmap { 1 : jump a }\n",
			   "flush chain ip t b\n"
			   "delete chain ip t a\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete of nothing",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "delete chain ip t c\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "a slip",
		.texts = { "add table ip t\n"
			   "add chain ip t forward\n",
			   "flush chain ip t forwrd\n" },
		.fault = "did you mean 'forward'?",
	},
	{
		.name = "all or nothing",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "add chain ip t c\n"
			   "add rule ip t c accept\n"
			   "delete chain ip t b\n"
			   "add rule ip t a jump nowhere\n" },
		.fault = "nowhere",
	},
};

Test(chain, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
