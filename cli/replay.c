/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm replay: a dry run of a ruleset against captures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/box.h"

/* struct replay_own - the options that replay alone has */
struct replay_own {
	struct cli_box box;
	bool quiet, emit, readdress, reference, explain;
	const char *dump_conntrack, *dump_expect, *dump_ruleset;
	const char *write, *coverage;
};

static int set_quiet(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->quiet = true;
	return CLI_DONE;
}

static int set_emit(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->emit = true;
	return CLI_DONE;
}

static int set_coverage(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->coverage = arg;
	return CLI_DONE;
}

static int set_explain(struct cli *c, const char *arg)
{
	static const char *const words[] = { "invalid" };

	if (cli_word(arg, words, ARRAY_LEN(words)) < 0)
		return cli_usage_error(c->cmd, "--explain is invalid, not '%s'",
				       arg);
	((struct replay_own *)c->own)->explain = true;
	return CLI_DONE;
}

static int set_readdress(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->readdress = true;
	return CLI_DONE;
}

static int set_write(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->write = arg;
	return CLI_DONE;
}

static int set_form(struct cli *c, const char *arg)
{
	static const char *const words[] = { "fast", "reference" };
	int n = cli_word(arg, words, ARRAY_LEN(words));

	if (n < 0)
		return cli_usage_error(
			c->cmd, "--form is fast or reference, not '%s'", arg);
	((struct replay_own *)c->own)->reference = n;
	return CLI_DONE;
}

/* --dump WHAT=FILE */
static int set_dump(struct cli *c, const char *arg)
{
	static const char *const words[] = { "conntrack", "expect", "ruleset" };
	struct replay_own *own = c->own;
	const char **files[] = { &own->dump_conntrack, &own->dump_expect,
				 &own->dump_ruleset };
	const char *file = strchr(arg, '=');

	for (size_t i = 0; file && file[1] && i < ARRAY_LEN(words); i++) {
		if (strlen(words[i]) == (size_t)(file - arg) &&
		    !strncmp(arg, words[i], (size_t)(file - arg))) {
			*files[i] = file + 1;
			return CLI_DONE;
		}
	}
	return cli_usage_error(c->cmd,
			       "--dump is conntrack=FILE, expect=FILE or "
			       "ruleset=FILE, not '%s'",
			       arg);
}

static const struct cli_option replay_options[] = {
	{ "quiet", 'q', NULL, "the summary alone", set_quiet },
	{ "emit", 0, NULL, "with --json: the bytes of what leaves", set_emit },
	{ "dump", 0, "WHAT=FILE",
	  "conntrack, expect or ruleset at the end; - is stdout", set_dump },
	{ "write", 0, "FILE",
	  "what leaves, as pcapng; - is stdout, the report on stderr",
	  set_write },
	{ "coverage", 0, "FILE",
	  "which rules were reached: text, or lcov's form where FILE ends in "
	  ".info; - is stdout",
	  set_coverage },
	{ "explain", 0, "WHAT",
	  "invalid: which numbers made a packet invalid, and what setting would "
	  "let it pass",
	  set_explain },
	{ "readdress", 0, NULL,
	  "replies of other translations become the ruleset's own",
	  set_readdress },
	CLI_BOX_OPTIONS,
	{ "form", 0, "FORM", "fast or reference: which form of the VM runs",
	  set_form },
	{ 0 },
};

static int replay_run(struct cli *c)
{
	const struct replay_own *own = c->own;
	struct replay_options o = {
		.captures = c->args.v,
		.n_captures = c->args.len,
		.json = c->json,
		.quiet = own->quiet,
		.emit = own->emit,
		.readdress = own->readdress,
		.coverage = own->coverage,
		.explain = own->explain,
		.dump_conntrack = own->dump_conntrack,
		.dump_expect = own->dump_expect,
		.dump_ruleset = own->dump_ruleset,
		.handles = c->handles,
		.stateless = c->stateless,
		.write = own->write,
		.reference = own->reference,
	};
	int status = cli_box_fill(c, &o);

	/* the report makes room for the capture */
	if (own->write && !strcmp(own->write, "-"))
		o.out = stderr;
	return status ? status : replay(&o);
}

const struct cli_cmd cli_cmd_replay = {
	.name = "replay",
	.args = "CAPTURE...",
	.help = "dry run: what the ruleset would do with captured packets",
	.shared = CLI_OPT_RULESET | CLI_OPT(JSON) | CLI_OPT(HANDLE) |
		  CLI_OPT(NUMERIC) | CLI_OPT(STATELESS),
	.needs_file = true,
	.options = replay_options,
	.own_size = sizeof(struct replay_own),
	.min_args = 1,
	.max_args = 10000,
	.run = replay_run,
};
