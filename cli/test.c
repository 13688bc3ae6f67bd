/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm test: what a ruleset must do, checked. */
#include "cli/box.h"
#include "lab/scenario_report.h"

/* struct test_own - the options that test alone has */
struct test_own {
	enum scenario_format format;
	const char *only, *coverage;
};

static int set_format(struct cli *c, const char *arg)
{
	static const char *const words[] = {
		[SCENARIO_PLAIN] = "plain",
		[SCENARIO_TAP] = "tap",
		[SCENARIO_JUNIT] = "junit",
	};
	int n = cli_word(arg, words, ARRAY_LEN(words));

	if (n < 0)
		return cli_usage_error(c->cmd,
				       "--format is plain, tap or junit, not "
				       "'%s'",
				       arg);
	((struct test_own *)c->own)->format = (enum scenario_format)n;
	return CLI_DONE;
}

static int set_only(struct cli *c, const char *arg)
{
	((struct test_own *)c->own)->only = arg;
	return CLI_DONE;
}

static int set_coverage(struct cli *c, const char *arg)
{
	((struct test_own *)c->own)->coverage = arg;
	return CLI_DONE;
}

static const struct cli_option test_options[] = {
	{ "coverage", 0, "FILE",
	  "which rules were reached: text, or lcov's form where FILE ends in "
	  ".info; - is stdout",
	  set_coverage },
	{ "format", 0, "FORM", "plain, tap, or junit", set_format },
	{ "only", 0, "TEXT", "the tests alone whose name has TEXT in it",
	  set_only },
	{ 0 },
};

static int test_run(struct cli *c)
{
	const struct test_own *own = c->own;
	const struct scenario_options o = {
		.files = c->args.v,
		.n_files = c->args.len,
		.only = own->only,
		.coverage = own->coverage,
		.format = own->format,
		.out = stdout,
		.err = stderr,
	};

	return scenario_files(&o);
}

const struct cli_cmd cli_cmd_test = {
	.name = "test",
	.args = "FILE...",
	.help = "scenario tests: what a ruleset must do with packets",
	.options = test_options,
	.own_size = sizeof(struct test_own),
	.min_args = 1,
	.max_args = 10000,
	.run = test_run,
};
