/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>

#include "base/util.h"

#define TABLE "table inet t {\n"
#define F \
	"	flowtable f { hook ingress priority filter + 5; devices = { b, a }; counter; }\n"

static const struct rs_case cases[] = {
	{
		.name = "add, use, update",
		.texts = { TABLE F
			   "	chain c {\n"
			   "		type filter hook forward priority 0\n"
			   "		ct state established flow offload @f\n"
			   "	}\n"
			   "}\n",
			   "add flowtable inet t f { hook ingress priority 5;"
			   " devices = { c }; counter; }\n" },
		.listing = "table inet t { # handle 1\n"
			   "\tflowtable f { # handle 2\n"
			   "\t\thook ingress priority filter + 5\n"
			   "\t\tdevices = { a, b, c }\n"
			   "\t\tcounter\n"
			   "\t}\n"
			   "\n"
			   "\tchain c { # handle 1\n"
			   "\t\ttype filter hook forward priority filter; "
			   "policy accept;\n"
			   "\t\tct state established flow add @f # handle 3\n"
			   "\t}\n"
			   "}\n",
	},
	{
		.name = "delete",
		.texts = { TABLE F "}\n", "delete flowtable inet t f\n" },
		.listing = "table inet t { # handle 1\n"
			   "}\n",
	},
	{
		.name = "delete one in use",
		.texts = { TABLE F "	chain c { flow add @f; }\n}\n",
			   "delete flowtable inet t f\n" },
		.fault = "Device or resource busy",
	},
	{
		.name = "create one that is there",
		.texts = { TABLE F "}\n",
			   "create flowtable inet t f { hook ingress priority 5; }\n" },
		.fault = "File exists",
	},
	{
		.name = "another priority",
		.texts = { TABLE F "}\n",
			   "add flowtable inet t f { hook ingress priority 6;"
			   " counter; }\n" },
		.fault = "Operation not supported",
	},
	{
		.name = "none of this name",
		.texts = { TABLE "	chain c { flow add @f; }\n}\n" },
		.fault = "No such file or directory",
	},
	{
		.name = "flows are made where packets are forwarded",
		.texts = { TABLE F
			   "	chain c {\n"
			   "		type filter hook input priority 0\n"
			   "		flow add @f\n"
			   "	}\n"
			   "}\n" },
		.fault = "Operation not supported",
	},
};

Test(flowtable, answers_as_the_kernel)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		rs_case_run(&cases[i]);
}
