/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines, read by getopt_long(3) from the rows of cli/option.def and of
 * the command. Its tables are made per call; its own messages are off: ours
 * name the nearest option that exists.
 */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/diag.h"

const struct cli_shared_row cli_shared_rows[CLI_OPT_COUNT] = {
#define OPTION(id, letter, name, arg, help) { letter, name, arg, help },
#include "cli/option.def"
#undef OPTION
};

/* Values that getopt_long() returns: shared options are SHARED + number, own
 * ones OWN + row, whatever their letters. */
enum {
	SHARED = 0x1000,
	OWN = 0x2000,
	HELP = 0x3000
};

/* One row of either kind, as getopt sees it. */
struct row {
	char letter;
	const char *name, *arg;
	int value;
};

struct rows {
	struct row *v;
	size_t len, cap;
};

int cli_usage_error(const struct cli_cmd *cmd, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "nftvm %s: ", cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (see nftvm %s --help)\n", cmd->name);
	return CLI_USAGE;
}

int cli_number(const struct cli *c, const char *option, const char *arg,
	       unsigned long long max, unsigned long long *out)
{
	char *end;

	errno = 0;
	*out = strtoull(arg, &end, 0);
	if (*arg < '0' || *arg > '9' || *end || errno || *out > max)
		return cli_usage_error(c->cmd,
				       "--%s: '%s' is no number of 0 to %llu",
				       option, arg, max);
	return CLI_DONE;
}

static void rows_collect(struct rows *rows, const struct cli_cmd *cmd)
{
	const struct cli_option *o;

	for (int i = 0; i < CLI_OPT_COUNT; i++) {
		const struct cli_shared_row *s = &cli_shared_rows[i];
		struct row row = { s->letter, s->name, s->arg, SHARED + i };

		if (cmd->shared & (1u << i))
			vec_push(rows, row);
	}
	for (o = cmd->options; o && o->name; o++) {
		struct row row = { o->letter, o->name, o->arg,
				   OWN + (int)(o - cmd->options) };

		vec_push(rows, row);
	}
	vec_push(rows, ((struct row){ 'h', "help", NULL, HELP }));
}

/* -D NAME=VALUE; what the value says, the ruleset's language judges. */
static int check_define(const struct cli *c, const char *arg)
{
	size_t len = 0;

	if (isalpha((unsigned char)*arg) || *arg == '_' || *arg == '.')
		len = strspn(arg, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789/-_.");
	if (len && arg[len] == '=' && arg[len + 1])
		return CLI_DONE;
	return cli_usage_error(c->cmd, "-D wants NAME=VALUE, not '%s'", arg);
}

static int shared_set(struct cli *c, int nr, const char *arg)
{
	bool *const flags[CLI_OPT_COUNT] = {
		[CLI_OPT_JSON_NR] = &c->json,
		[CLI_OPT_HANDLE_NR] = &c->handles,
		[CLI_OPT_NUMERIC_NR] = &c->numeric,
		[CLI_OPT_STATELESS_NR] = &c->stateless,
	};
	struct cli_names *const names[CLI_OPT_COUNT] = {
		[CLI_OPT_FILE_NR] = &c->files,
		[CLI_OPT_DEFINE_NR] = &c->defines,
		[CLI_OPT_INCLUDE_NR] = &c->include_dirs,
	};

	if (nr == CLI_OPT_DEFINE_NR && check_define(c, arg))
		return CLI_USAGE;
	if (flags[nr])
		*flags[nr] = true;
	else if (names[nr])
		vec_push(names[nr], arg);
	else
		c->host = arg;
	return CLI_DONE;
}

/* getopt refused argv[optind - 1] (or one letter of it): say which and what
 * was perhaps meant. */
static int refused(const struct cli_cmd *cmd, const struct rows *rows, int code,
		   char **argv)
{
	const char *word = argv[optind - 1], *near;
	const char **names;

	if (code == ':' || (optopt >= SHARED && strncmp(word, "--", 2) == 0)) {
		if (code == ':' && optopt < SHARED)
			return cli_usage_error(
				cmd, "option -%c needs an argument", optopt);
		return cli_usage_error(cmd, "option %s %s", word,
				       code == ':' ? "needs an argument"
						   : "takes no argument");
	}
	if (optopt && optopt < SHARED)
		return cli_usage_error(cmd, "unknown option -%c", optopt);
	names = xcalloc(rows->len, sizeof(*names));
	for (size_t i = 0; i < rows->len; i++)
		names[i] = rows->v[i].name;
	near = diag_nearest(word + 2, names, rows->len);
	free(names);
	if (near)
		return cli_usage_error(cmd,
				       "unknown option %s; did you mean --%s?",
				       word, near);
	return cli_usage_error(cmd, "unknown option %s", word);
}

/* The value of the row that has @letter; letters come back from getopt as
 * themselves, long names as values. */
static int row_value(const struct rows *rows, int code)
{
	for (size_t i = 0; i < rows->len; i++)
		if (rows->v[i].value == code || rows->v[i].letter == code)
			return rows->v[i].value;
	return -1;
}

static int options_parse(struct cli *c, const struct rows *rows, int argc,
			 char **argv, bool *help)
{
	struct option *longs = xcalloc(rows->len + 1, sizeof(*longs));
	char letters[2 * 64 + 2] = ":", *l = letters + 1;
	int code, status = CLI_DONE;

	assert(rows->len <= 64);
	for (size_t i = 0; i < rows->len; i++) {
		const struct row *r = &rows->v[i];

		longs[i] = (struct option){ r->name, r->arg != NULL, NULL,
					    r->value };
		if (r->letter)
			*l++ = r->letter;
		if (r->letter && r->arg)
			*l++ = ':';
	}
	*l = '\0';
	opterr = 0;
	optind = 1;
	while (!status && !*help &&
	       (code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		int value = row_value(rows, code);

		if (code == '?' || code == ':')
			status = refused(c->cmd, rows, code, argv);
		else if (value == HELP)
			*help = true;
		else if (value >= OWN)
			status = c->cmd->options[value - OWN].set(c, optarg);
		else
			status = shared_set(c, value - SHARED, optarg);
	}
	free(longs);
	return status;
}

static unsigned stdin_uses(const struct cli *c)
{
	unsigned n = c->host && !strcmp(c->host, "-");

	for (size_t i = 0; i < c->files.len; i++)
		n += !strcmp(c->files.v[i], "-");
	for (size_t i = 0; i < c->args.len; i++)
		n += !strcmp(c->args.v[i], "-");
	return n;
}

static int args_check(const struct cli *c)
{
	const struct cli_cmd *cmd = c->cmd;

	if (cmd->needs_file && !c->files.len)
		return cli_usage_error(cmd,
				       "no ruleset: give one with -f FILE");
	if (c->args.len > cmd->max_args)
		return cli_usage_error(cmd, "one argument too many: '%s'",
				       c->args.v[cmd->max_args]);
	if (c->args.len < cmd->min_args)
		return cli_usage_error(cmd, "%s is missing", cmd->args);
	if (stdin_uses(c) > 1)
		return cli_usage_error(
			cmd, "'-', standard input, can be read once only");
	return CLI_DONE;
}

int cli_parse(struct cli *c, const struct cli_cmd *cmd, int argc, char **argv,
	      bool *help)
{
	struct rows rows = { 0 };
	int status;

	memset(c, 0, sizeof(*c));
	c->cmd = cmd;
	c->own = xzalloc(cmd->own_size ? cmd->own_size : 1);
	*help = false;
	rows_collect(&rows, cmd);
	status = options_parse(c, &rows, argc, argv, help);
	vec_fini(&rows);
	for (int i = optind; i < argc && !status && !*help; i++)
		vec_push(&c->args, (const char *)argv[i]);
	if (status || *help)
		return status;
	return args_check(c);
}

void cli_fini(struct cli *c)
{
	vec_fini(&c->files);
	vec_fini(&c->defines);
	vec_fini(&c->include_dirs);
	vec_fini(&c->args);
	free(c->own);
}
