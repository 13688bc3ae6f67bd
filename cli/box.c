/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/box.h"

#include <stdio.h>
#include <string.h>

int cli_word(const char *arg, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(arg, words[i]))
			return (int)i;
	}
	return -1;
}

int cli_box_local(struct cli *c, const char *arg)
{
	((struct cli_box *)c->own)->local = arg;
	return CLI_DONE;
}

int cli_box_iif(struct cli *c, const char *arg)
{
	((struct cli_box *)c->own)->iif = arg;
	return CLI_DONE;
}

int cli_box_oif(struct cli *c, const char *arg)
{
	((struct cli_box *)c->own)->oif = arg;
	return CLI_DONE;
}

int cli_box_seed(struct cli *c, const char *arg)
{
	return cli_number(c, "seed", arg, UINT64_MAX,
			  &((struct cli_box *)c->own)->seed);
}

int cli_box_checksums(struct cli *c, const char *arg)
{
	static const char *const words[] = {
		[REPLAY_CHECKSUMS_AUTO] = "auto",
		[REPLAY_CHECKSUMS_VERIFY] = "verify",
		[REPLAY_CHECKSUMS_TRUST] = "trust",
	};
	int n = cli_word(arg, words, ARRAY_LEN(words));

	if (n < 0)
		return cli_usage_error(c->cmd,
				       "--checksums is auto, verify or trust, "
				       "not '%s'",
				       arg);
	((struct cli_box *)c->own)->checksums = (enum replay_checksums)n;
	return CLI_DONE;
}

int cli_box_fill(const struct cli *c, struct replay_options *o)
{
	const struct cli_box *box = c->own;

	o->rules = c->files.v;
	o->n_rules = c->files.len;
	o->defines = c->defines.v;
	o->n_defines = c->defines.len;
	o->include_dirs = c->include_dirs.v;
	o->n_include_dirs = c->include_dirs.len;
	o->host = c->host;
	o->local = box->local;
	o->iif = box->iif;
	o->oif = box->oif;
	o->checksums = box->checksums;
	o->seed = box->seed;
	o->numeric = c->numeric;
	o->out = stdout;
	o->err = stderr;
	if (c->host && (box->local || box->iif || box->oif))
		return cli_usage_error(c->cmd,
				       "--local, --iif and --oif are for calls "
				       "without --host");
	return CLI_DONE;
}
