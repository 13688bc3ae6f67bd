/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program: finds the command, parses its line, runs it. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "config.h"

const struct cli_cmd *const cli_cmds[] = {
#define CMD(name) &cli_cmd_##name,
#include "cli/cmd.def"
#undef CMD
	NULL
};

static int run(const struct cli_cmd *cmd, int argc, char **argv)
{
	struct cli c;
	bool help;
	int status = cli_parse(&c, cmd, argc, argv, &help);

	if (!status && help)
		cli_cmd_help(cmd);
	else if (!status)
		status = cmd->run(&c);
	cli_fini(&c);
	return cli_finish(status);
}

static int unknown(const char *word)
{
	const char *names[ARRAY_LEN(cli_cmds)];
	const char *near;
	size_t len = 0;

	while (cli_cmds[len]) {
		names[len] = cli_cmds[len]->name;
		len++;
	}
	near = diag_nearest(word, names, len);
	fprintf(stderr, "nftvm: unknown %s '%s'",
		*word == '-' ? "option" : "command", word);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	fprintf(stderr, " (see nftvm --help)\n");
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	/* A reader that goes away is an error to report, not a silent end. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		fprintf(stderr, "nftvm: no command (see nftvm --help)\n");
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		cli_help();
		return cli_finish(CLI_DONE);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("nftvm %s\n", PACKAGE_VERSION);
		return cli_finish(CLI_DONE);
	}
	for (size_t i = 0; cli_cmds[i]; i++)
		if (!strcmp(argv[1], cli_cmds[i]->name))
			return run(cli_cmds[i], argc - 1, argv + 1);
	return unknown(argv[1]);
}
