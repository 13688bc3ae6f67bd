/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program's commands: a table of rows, one small file per command.
 *
 * A command is cli/NAME.c with its `const struct cli_cmd cli_cmd_NAME`, and a
 * line CMD(NAME) in cli/cmd.def. Options are rows too: those that all ruleset
 * commands share (cli/option.def) and a command's own. Dispatch, parsing,
 * --help and the check of the manual page all read the same rows.
 */
#ifndef NFTVM_CLI_CLI_H
#define NFTVM_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "base/vec.h"

/* What the program exits with. */
enum cli_status {
	CLI_DONE = 0,
	CLI_WRONG = 1,	     /* ruleset, capture, host or test file is wrong */
	CLI_USAGE = 2,	     /* the command line is */
	CLI_ENVIRONMENT = 3, /* permissions, devices, a full disk */
	CLI_DIFFERENT = 4,   /* tests failed or differences were found */
};

/* The shared options, as bits of cli_cmd.shared. */
enum cli_shared {
#define OPTION(id, letter, name, arg, help) CLI_OPT_##id##_NR,
#include "cli/option.def"
#undef OPTION
	CLI_OPT_COUNT
};
#define CLI_OPT(id) (1u << CLI_OPT_##id##_NR)
/* What every command that takes a ruleset has. */
#define CLI_OPT_RULESET \
	(CLI_OPT(FILE) | CLI_OPT(DEFINE) | CLI_OPT(INCLUDE) | CLI_OPT(HOST))

/** struct cli_names - arguments of a repeatable option, in order; borrowed */
struct cli_names {
	const char **v;
	size_t len, cap;
};

/**
 * struct cli - one call of a command, parsed
 * @cmd:	the row it was called by
 * @files, @defines, @include_dirs: -f, -D, -I in order
 * @host:	--host, or NULL
 * @json, @handles, @numeric, @stateless: -j, -a, -n, -s
 * @own:	zeroed memory of cmd->own_size bytes for the own options
 * @args:	what stands there besides options
 */
struct cli {
	const struct cli_cmd *cmd;
	struct cli_names files, defines, include_dirs;
	const char *host;
	bool json, handles, numeric, stateless;
	void *own;
	struct cli_names args;
};

/**
 * struct cli_option - a command's own option
 * @name:	long name, without dashes
 * @letter:	short one, or 0
 * @arg:	what its argument is called in the help; NULL: takes none;
 *		"[=X]" would be optional and does not exist here
 * @help:	a few words
 * @set:	takes the argument (NULL without one); CLI_DONE, or another
 *		status after it has said why (cli_usage_error())
 */
struct cli_option {
	const char *name;
	char letter;
	const char *arg;
	const char *help;
	int (*set)(struct cli *c, const char *arg);
};

/**
 * struct cli_cmd - a command
 * @name:	as typed
 * @args:	its arguments as the usage line shows them, "" when none
 * @help:	one line: what it does
 * @shared:	CLI_OPT(...) bits
 * @needs_file:	refuse a call without -f
 * @options:	own options, a row without name ends them; or NULL
 * @own_size:	bytes of cli.own
 * @min_args, @max_args: how many arguments
 * @run:	does it; returns the exit status. stdout is flushed, and its
 *		write errors are reported, by the caller
 */
struct cli_cmd {
	const char *name, *args, *help;
	unsigned shared;
	bool needs_file;
	const struct cli_option *options;
	size_t own_size;
	unsigned min_args, max_args;
	int (*run)(struct cli *c);
};

#define CMD(name) extern const struct cli_cmd cli_cmd_##name;
#include "cli/cmd.def"
#undef CMD

/* All commands; NULL ends the table. */
extern const struct cli_cmd *const cli_cmds[];

/** struct cli_shared_row - a shared option, as the help shows it */
struct cli_shared_row {
	char letter;
	const char *name, *arg, *help;
};
extern const struct cli_shared_row cli_shared_rows[CLI_OPT_COUNT];

/* --- option.c ------------------------------------------------------------ */

/**
 * cli_parse() - read a command's line into @c
 * @argv:	argv[0] is the command's name
 * @help:	set when --help was asked for; nothing else counts then
 *
 * Return: CLI_DONE, or CLI_USAGE after a message on stderr. cli_fini() either
 * way.
 */
int cli_parse(struct cli *c, const struct cli_cmd *cmd, int argc, char **argv,
	      bool *help);
void cli_fini(struct cli *c);

/** cli_usage_error() - "nftvm CMD: message" on stderr; always CLI_USAGE */
int cli_usage_error(const struct cli_cmd *cmd, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/**
 * cli_number() - an option's argument as a number
 * @max:	the largest allowed; the smallest is 0
 * Return: CLI_DONE, or CLI_USAGE after a message.
 */
int cli_number(const struct cli *c, const char *option, const char *arg,
	       unsigned long long max, unsigned long long *out);

/* --- usage.c ------------------------------------------------------------- */

/** cli_help() - all commands, on stdout */
void cli_help(void);
/** cli_cmd_help() - one command and its options, on stdout */
void cli_cmd_help(const struct cli_cmd *cmd);

/* --- out.c --------------------------------------------------------------- */

/**
 * cli_write() - text to stdout, all of it
 * Return: CLI_DONE; CLI_ENVIRONMENT after a message, once, when it cannot be
 * written.
 */
int cli_write(const char *text, size_t len);
/** cli_finish() - flush stdout; @status, or CLI_ENVIRONMENT if that fails */
int cli_finish(int status);

#endif
