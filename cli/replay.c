/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm replay: a dry run of a ruleset against captures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lab/replay.h"

/* struct replay_own - the options that replay alone has */
struct replay_own {
	bool quiet, emit, readdress, reference;
	enum replay_checksums checksums;
	const char *dump_conntrack, *dump_expect, *dump_ruleset;
	const char *write, *local, *iif, *oif;
	unsigned long long seed;
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

static int set_local(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->local = arg;
	return CLI_DONE;
}

static int set_iif(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->iif = arg;
	return CLI_DONE;
}

static int set_oif(struct cli *c, const char *arg)
{
	((struct replay_own *)c->own)->oif = arg;
	return CLI_DONE;
}

static int set_seed(struct cli *c, const char *arg)
{
	return cli_number(c, "seed", arg, UINT64_MAX,
			  &((struct replay_own *)c->own)->seed);
}

/* The number of @arg in @words, or -1. */
static int word(const char *arg, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(arg, words[i]))
			return (int)i;
	}
	return -1;
}

static int set_checksums(struct cli *c, const char *arg)
{
	static const char *const words[] = {
		[REPLAY_CHECKSUMS_AUTO] = "auto",
		[REPLAY_CHECKSUMS_VERIFY] = "verify",
		[REPLAY_CHECKSUMS_TRUST] = "trust",
	};
	int n = word(arg, words, ARRAY_LEN(words));

	if (n < 0)
		return cli_usage_error(c->cmd,
				       "--checksums is auto, verify or trust, "
				       "not '%s'",
				       arg);
	((struct replay_own *)c->own)->checksums = (enum replay_checksums)n;
	return CLI_DONE;
}

static int set_form(struct cli *c, const char *arg)
{
	static const char *const words[] = { "fast", "reference" };
	int n = word(arg, words, ARRAY_LEN(words));

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
	{ "checksums", 0, "MODE",
	  "auto: unfinished ones are good; verify; trust", set_checksums },
	{ "readdress", 0, NULL,
	  "replies of other translations become the ruleset's own",
	  set_readdress },
	{ "local", 0, "ADDR,...", "without --host: its addresses", set_local },
	{ "iif", 0, "NAME", "without --host: link that packets come in by",
	  set_iif },
	{ "oif", 0, "NAME", "without --host: link that they leave by",
	  set_oif },
	{ "seed", 0, "N", "of what is drawn at random", set_seed },
	{ "form", 0, "FORM", "fast or reference: which form of the VM runs",
	  set_form },
	{ 0 },
};

static int replay_run(struct cli *c)
{
	const struct replay_own *own = c->own;
	struct replay_options o = {
		.rules = c->files.v,
		.n_rules = c->files.len,
		.defines = c->defines.v,
		.n_defines = c->defines.len,
		.include_dirs = c->include_dirs.v,
		.n_include_dirs = c->include_dirs.len,
		.host = c->host,
		.local = own->local,
		.iif = own->iif,
		.oif = own->oif,
		.captures = c->args.v,
		.n_captures = c->args.len,
		.json = c->json,
		.quiet = own->quiet,
		.emit = own->emit,
		.readdress = own->readdress,
		.checksums = own->checksums,
		.dump_conntrack = own->dump_conntrack,
		.dump_expect = own->dump_expect,
		.dump_ruleset = own->dump_ruleset,
		.handles = c->handles,
		.numeric = c->numeric,
		.stateless = c->stateless,
		.write = own->write,
		.reference = own->reference,
		.seed = own->seed,
		.out = stdout,
		.err = stderr,
	};

	/* the report makes room for the capture */
	if (own->write && !strcmp(own->write, "-"))
		o.out = stderr;
	if (c->host && (own->local || own->iif || own->oif))
		return cli_usage_error(c->cmd,
				       "--local, --iif and --oif are for calls "
				       "without --host");
	return replay(&o);
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
