/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "they stand before sets, with handles of the table",
		.texts = { "add table ip t\n"
			   "add chain ip t c\n"
			   "add counter ip t n packets 3 bytes 4\n"
			   "add quota ip t q over 25 mbytes used 3 kbytes\n"
			   "add limit ip t l rate 10/second burst 3 packets\n"
			   "add rule ip t c counter name n quota name q\n" },
		.listing =
			"table ip t { # handle 1\n"
			"\tcounter n { # handle 2\n"
			"\t\tpackets 3 bytes 4\n"
			"\t}\n"
			"\n"
			"\tquota q { # handle 3\n"
			"\t\tover 25 mbytes used 3 kbytes\n"
			"\t}\n"
			"\n"
			"\tlimit l { # handle 4\n"
			"\t\trate 10/second burst 3 packets\n"
			"\t}\n"
			"\n"
			"\tchain c { # handle 1\n"
			"\t\tcounter name \"n\" quota name \"q\" # handle 5\n"
			"\t}\n"
			"}\n",
	},
	{
		.name = "twice is once, and the first one",
		.texts = { "add table ip t\n"
			   "add counter ip t n packets 3 bytes 4\n",
			   "add counter ip t n packets 5 bytes 6\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tcounter n { # handle 1\n"
			   "\t\tpackets 3 bytes 4\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "create is exclusive",
		.texts = { "add table ip t\nadd counter ip t n\n",
			   "create counter ip t n\n" },
		.fault = "File exists",
	},
	{
		.name = "used by a rule",
		.texts = { "add table ip t\nadd counter ip t n\n"
			   "add chain ip t c\n"
			   "add rule ip t c counter name n\n",
			   "delete counter ip t n\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "used by an element",
		.texts = { "add table ip t\nadd counter ip t n\n"
			   "add map ip t m { type mark : counter; }\n"
			   "add element ip t m { 1 : n }\n",
			   "delete counter ip t n\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "an element of nothing",
		.texts = { "add table ip t\n"
			   "add map ip t m { type mark : counter; }\n",
			   "add element ip t m { 1 : n }\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "a rule of nothing",
		.texts = { "add table ip t\nadd chain ip t c\n",
			   "add rule ip t c counter name n\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "deleted by handle",
		.texts = { "add table ip t\nadd counter ip t n\n",
			   "delete counter ip t handle 1\n" },
		.listing = "table ip t { # handle 1\n"
			   "}\n",
	},
	{
		.name = "types have names of their own",
		.texts = { "add table ip t\nadd counter ip t n\n"
			   "add quota ip t n 5 bytes\n",
			   "delete counter ip t n\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tquota n { # handle 2\n"
			   "\t\t5 bytes\n"
			   "\t}\n"
			   "}\n",
	},
};

Test(object, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
