/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "twice the same",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; }\n",
			   "add set ip t s { type ipv4_addr; }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "another type",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; }\n",
			   "add set ip t s { type ipv6_addr; }\n" },
		.fault = "File exists",
	},
	{
		.name = "other flags",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; }\n",
			   "add set ip t s { type ipv4_addr; flags interval; }\n" },
		.fault = "File exists",
	},
	{
		.name = "another size",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; }\n",
			   "add set ip t s { type ipv4_addr; size 5; }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\tsize 5\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "gc-interval without timeouts",
		.texts = { "add table ip t\n",
			   "add set ip t s { type ipv4_addr; gc-interval 3s; }\n" },
		.fault = "Invalid argument",
	},
	{
		.name = "create of what is there",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; }\n",
			   "create set ip t s { type ipv4_addr; }\n" },
		.fault = "File exists",
	},
	{
		.name = "delete",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; elements = { 1.1.1.1 }; }\n"
			   "add set ip t u { type mark; }\n",
			   "delete set ip t s\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset u { # handle 2\n"
			   "\t\ttype mark\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete in use",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add set ip t s { type ipv4_addr; }\n"
			   "add rule ip t a ip saddr @s drop\n",
			   "delete set ip t s\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "delete no more in use",
		.texts = { "add table ip t\n"
			   "add chain ip t a\n"
			   "add chain ip t b\n"
			   "add set ip t s { type ipv4_addr; }\n"
			   "add rule ip t a ip saddr @s drop\n",
			   "flush chain ip t a\n"
			   "delete set ip t s\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tchain a { # handle 1\n"
			   "\t}\n"
			   "\n"
			   "\tchain b { # handle 2\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete of nothing",
		.texts = { "add table ip t\n"
			   "add set ip t ports { type inet_service; }\n",
			   "delete set ip t port\n" },
		.fault = "did you mean 'ports'?",
	},
	{
		.name = "flush",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; elements = { 1.1.1.1 }; }\n",
			   "flush set ip t s\n"
			   "add element ip t s { 2.2.2.2 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\telements = { 2.2.2.2 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "all or nothing",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; elements = { 1.1.1.1 }; }\n",
			   "flush set ip t s\n"
			   "add element ip t s { 2.2.2.2 }\n"
			   "delete set ip t nothing\n" },
		.fault = "No such file",
	},
};

Test(set, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
