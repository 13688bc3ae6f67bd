/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "rules within a rule go with it",
		.texts = { "table ip t {\n"
			   "	chain a {\n"
			   "		jump { accept; tcp dport { 1, 2 } drop; }\n"
			   "	}\n"
			   "}\n",
			   "replace rule ip t a handle 6 goto { counter; }\n"
			   "add rule ip t a jump { drop; }\n",
			   "delete rule ip t a handle 6\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\tjump {\n"
			   "\t\t\tdrop\n"
			   "\t\t} # handle 11\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "rules within a rule have no other way in",
		.texts = { "table ip t {\n"
			   "	chain a {\n"
			   "		jump { accept; }\n"
			   "	}\n"
			   "}\n",
			   "add rule ip t a jump __chain1\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "rules within a rule are a chain of no other name",
		.texts = { "table ip t {\n"
			   "	chain a {\n"
			   "		jump { accept; }\n"
			   "	}\n"
			   "}\n",
			   "add chain ip t __chain1\n" },
		.fault = "Invalid argument",
	},
	{
		.name = "add, insert",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "insert rule ip t a drop\n"
			   "add rule ip t a return\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\tdrop # handle 4\n"
			   "\t\taccept # handle 3\n"
			   "\t\treturn # handle 5\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "by handle",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t a drop\n",
			   "add rule ip t a handle 3 counter\n"
			   "insert rule ip t a handle 4 return\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\taccept # handle 3\n"
			   "\t\tcounter packets 0 bytes 0 # handle 5\n"
			   "\t\treturn # handle 6\n"
			   "\t\tdrop # handle 4\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "by index",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t a drop\n",
			   "add rule ip t a index 0 counter\n"
			   "insert rule ip t a index 0 return\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\treturn # handle 6\n"
			   "\t\taccept # handle 3\n"
			   "\t\tcounter packets 0 bytes 0 # handle 5\n"
			   "\t\tdrop # handle 4\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "by index in one transaction",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t a index 0 drop\n"
			   "insert rule ip t a index 0 counter\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\tcounter packets 0 bytes 0 # handle 5\n"
			   "\t\taccept # handle 3\n"
			   "\t\tdrop # handle 4\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "index behind the last",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n",
			   "add rule ip t a index 1 drop\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "handle of the same transaction",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t a handle 3 drop\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "replace keeps the handle and the place",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t a drop\n",
			   "replace rule ip t a handle 3 tcp dport 1 accept\n"
			   "add rule ip t a counter\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\ttcp dport 1 accept # handle 3\n"
			   "\t\tdrop # handle 4\n"
			   "\t\tcounter packets 0 bytes 0 # handle 5\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "replace takes the sets along",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a tcp dport { 1, 2 } accept\n",
			   "replace rule ip t a handle 4 tcp dport { 3, 4 } accept\n"
			   "add rule ip t a counter\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\ttcp dport { 3, 4 } accept # handle 4\n"
			   "\t\tcounter packets 0 bytes 0 # handle 6\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n"
			   "add rule ip t a drop\n",
			   "delete rule ip t a handle 3\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t\tdrop # handle 4\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete of nothing",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "delete rule ip t a handle 9\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "delete in another chain",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n",
			   "delete rule ip t b handle 3\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "delete twice",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a accept\n",
			   "delete rule ip t a handle 3\n"
			   "delete rule ip t a handle 3\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "anonymous sets take handles",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a tcp dport { 1, 2 } accept\n"
			   "add rule ip t a ip saddr . tcp dport vmap { 1.1.1.1 . 1 : drop }\n" },
		.listing =
			"table ip t { # handle 1\n"
			"\tchain a { # handle 1\n"
			"\t\ttcp dport { 1, 2 } accept # handle 4\n"
			"\t\tip saddr . tcp dport vmap { 1.1.1.1 . 1 : drop } # handle 6\n"
			"\t}\n"
			"\n"
			"\tchain b { # handle 2\n"
			"\t}\n"
			"}\n",
	},
	{
		.name = "jump to nowhere",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n",
			   "add rule ip t a jump c\n" },
		.fault = "chain",
	},
	{
		.name = "jump to a base chain",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add chain ip t i { type filter hook input priority 0; }\n",
			   "add rule ip t a jump i\n" },
		.fault = "chain",
	},
	{
		.name = "rules with comments",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add rule ip t a counter accept comment \"x y\"\n" },
		.listing =
			"table ip t { # handle 1\n"
			"\tchain a { # handle 1\n"
			"\t\tcounter packets 0 bytes 0 accept comment \"x y\" # handle 3\n"
			"\t}\n"
			"\n"
			"\tchain b { # handle 2\n"
			"\t}\n"
			"}\n",
	},
};

Test(rule, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
