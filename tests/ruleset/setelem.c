/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/util.h"

static const struct rs_case cases[] = {
	{
		.name = "sorted, once each",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; }\n"
			   "add element ip t s { 10.0.0.1, 9.255.0.1, 10.0.0.1 }\n",
			   "add element ip t s { 1.1.1.1, 10.0.0.1, 255.1.1.1 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\telements = { 1.1.1.1, 9.255.0.1,\n"
			   "\t\t\t     10.0.0.1, 255.1.1.1 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "create of what is there",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; elements = { 1.1.1.1 }; }\n",
			   "create element ip t s { 2.2.2.2, 1.1.1.1 }\n" },
		.fault = "File exists",
	},
	{
		.name = "delete",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2 }; }\n",
			   "delete element ip t s { 1.1.1.1 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\telements = { 2.2.2.2 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete of nothing",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2 }; }\n",
			   "delete element ip t s { 1.1.1.1, 3.3.3.3 }\n" },
		.fault = "set",
	},
	{
		.name = "full",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; size 2; elements = { 1.1.1.1, 2.2.2.2 }; }\n",
			   "add element ip t s { 3.3.3.3 }\n" },
		.fault = "Too many open files",
	},
	{
		.name = "full, but there",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; size 2; elements = { 1.1.1.1, 2.2.2.2 }; }\n",
			   "add element ip t s { 2.2.2.2 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\tsize 2\n"
			   "\t\telements = { 1.1.1.1, 2.2.2.2 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "a map with two answers",
		.texts = { "add table ip t\n"
			   "add map ip t m { type mark : verdict; elements = { 1 : accept }; }\n",
			   "add element ip t m { 1 : drop }\n" },
		.fault = "File exists",
	},
	{
		.name = "a map to a chain that is not there",
		.texts = { "add table ip t\n"
			   "add map ip t m { type mark : verdict; }\n",
			   "add element ip t m { 1 : jump c }\n" },
		.fault = "chain",
	},
	{
		.name = "intervals in order",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.0.0.0/8, 1.1.1.1-1.1.1.9, 224.0.0.0-255.255.255.255, 0.0.0.0/8 }\n",
			   "add element ip t s { 9.255.255.255, 11.0.0.0 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\tflags interval\n"
			   "\t\telements = { 0.0.0.0/8, 1.1.1.1-1.1.1.9,\n"
			   "\t\t\t     9.255.255.255, 10.0.0.0/8,\n"
			   "\t\t\t     11.0.0.0, 224.0.0.0/3 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "the same interval again",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.0.0.0/8 }\n",
			   "add element ip t s { 10.0.0.0/8 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\tflags interval\n"
			   "\t\telements = { 10.0.0.0/8 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "an interval in another",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.0.0.0/8 }\n",
			   "add element ip t s { 10.1.0.0/16 }\n" },
		.fault = "overlaps",
	},
	{
		.name = "an interval around another",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.1.0.0/16 }\n",
			   "add element ip t s { 10.0.0.0/8 }\n" },
		.fault = "overlaps",
	},
	{
		.name = "an interval over the end of another",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 1.0.0.0-2.0.0.0 }\n",
			   "add element ip t s { 2.0.0.0-3.0.0.0 }\n" },
		.fault = "overlaps",
	},
	{
		.name = "an interval over the beginning of another",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 2.0.0.0-3.0.0.0 }\n",
			   "add element ip t s { 1.0.0.0-2.0.0.0 }\n" },
		.fault = "overlaps",
	},
	{
		.name = "create of an interval",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.0.0.0/8 }\n",
			   "create element ip t s { 10.0.0.0/8 }\n" },
		.fault = "File exists",
	},
	{
		.name = "delete of an interval",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.0.0.0/8, 11.0.0.0/8, 1.1.1.1 }\n",
			   "delete element ip t s { 10.0.0.0/8 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr\n"
			   "\t\tflags interval\n"
			   "\t\telements = { 1.1.1.1, 11.0.0.0/8 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete of half an interval",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr; flags interval; }\n"
			   "add element ip t s { 10.0.0.0/8 }\n",
			   "delete element ip t s { 10.0.0.0/9 }\n" },
		.fault = "set",
	},
	{
		.name = "merge with one",
		.texts = { "add table ip t\n"
			   "add set ip t s { type inet_service; flags interval; auto-merge; elements = { 5-20 }; }\n",
			   "add element ip t s { 1-6 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype inet_service\n"
			   "\t\tflags interval\n"
			   "\t\tauto-merge\n"
			   "\t\telements = { 1-20 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "merge with what touches",
		.texts = { "add table ip t\n"
			   "add set ip t s { type inet_service; flags interval; auto-merge; elements = { 5-20, 40-50 }; }\n",
			   "add element ip t s { 21-39 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype inet_service\n"
			   "\t\tflags interval\n"
			   "\t\tauto-merge\n"
			   "\t\telements = { 5-50 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "merge swallows",
		.texts = { "add table ip t\n"
			   "add set ip t s { type inet_service; flags interval; auto-merge; elements = { 5, 7, 9-11, 100 }; }\n",
			   "add element ip t s { 1-50 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype inet_service\n"
			   "\t\tflags interval\n"
			   "\t\tauto-merge\n"
			   "\t\telements = { 1-50, 100 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "merge of two into one",
		.texts = { "add table ip t\n"
			   "add set ip t s { type inet_service; flags interval; auto-merge; elements = { 5-20 }; }\n",
			   "add element ip t s { 1-6, 18-30 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype inet_service\n"
			   "\t\tflags interval\n"
			   "\t\tauto-merge\n"
			   "\t\telements = { 1-30 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "merge, all or nothing",
		.texts = { "add table ip t\n"
			   "add set ip t s { type inet_service; flags interval; auto-merge; elements = { 5-20, 25 }; }\n",
			   "add element ip t s { 1-6, 18-30 }\n"
			   "add element ip t x { 1 }\n" },
		.fault = "set",
	},
	{
		.name = "merge to the end of all",
		.texts = { "add table ip t\n"
			   "add set ip t s { type inet_service; flags interval; auto-merge; elements = { 65000-65534 }; }\n",
			   "add element ip t s { 65535, 0 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype inet_service\n"
			   "\t\tflags interval\n"
			   "\t\tauto-merge\n"
			   "\t\telements = { 0, 65000-65535 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "concatenated ranges keep their order",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr . inet_service; flags interval; elements = { 9.0.0.0/8 . 80, 1.1.1.1 . 1-9 }; }\n",
			   "add element ip t s { 5.5.5.5 . 5, 1.1.1.1 . 1-9 }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr . inet_service\n"
			   "\t\tflags interval\n"
			   "\t\telements = { 9.0.0.0/8 . 80,\n"
			   "\t\t\t     1.1.1.1 . 1-9,\n"
			   "\t\t\t     5.5.5.5 . 5 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "concatenations",
		.texts = { "add table ip t\n"
			   "add set ip t s { type ipv4_addr . inet_service; elements = { 9.0.0.0 . 80, 1.1.1.2 . 1, 1.1.1.1 . 256 }; }\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tset s { # handle 1\n"
			   "\t\ttype ipv4_addr . inet_service\n"
			   "\t\telements = { 1.1.1.1 . 256,\n"
			   "\t\t\t     1.1.1.2 . 1,\n"
			   "\t\t\t     9.0.0.0 . 80 }\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "elements of a set that is not there",
		.texts = { "add table ip t\n",
			   "add element ip t s { 1.1.1.1 }\n" },
		.fault = "set",
	},
	{
		.name = "delete frees the chain",
		.texts = { "add table ip t\n"
			   "add chain ip t c\n"
			   "add map ip t m { type mark : verdict; elements = { 1 : jump c }; }\n",
			   "delete element ip t m { 1 : jump c }\n"
			   "delete chain ip t c\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tmap m { # handle 2\n"
			   "\t\ttype mark : verdict\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "flush frees the chain",
		.texts = { "add table ip t\n"
			   "add chain ip t c\n"
			   "add map ip t m { type mark : verdict; elements = { 1 : jump c }; }\n",
			   "flush map ip t m\n"
			   "delete chain ip t c\n" },
		.listing = "table ip t { # handle 1\n"
			   "\tmap m { # handle 2\n"
			   "\t\ttype mark : verdict\n"
			   "\t}\n"
			   "}\n",
	},
};

Test(setelem, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
