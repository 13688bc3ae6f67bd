/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help: printed from the tables of commands and options. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* The column in which an option's explanation begins. */
#define HELP_COLUMN 26

static void option_print(char letter, const char *name, const char *arg,
			 const char *help)
{
	char left[64], shrt[8] = "    ";

	if (letter)
		snprintf(shrt, sizeof(shrt), "-%c, ", letter);
	snprintf(left, sizeof(left), "  %s--%s%s%s", shrt, name, arg ? " " : "",
		 arg ? arg : "");
	printf("%-*s%s%s\n", HELP_COLUMN, left,
	       strlen(left) < HELP_COLUMN ? "" : "  ", help);
}

void cli_help(void)
{
	printf("usage: nftvm COMMAND [OPTIONS] [ARGUMENTS]\n"
	       "\n"
	       "Runs nftables rulesets in user space, verdict for verdict as "
	       "Linux runs them.\n"
	       "\n"
	       "commands:\n");
	for (size_t i = 0; cli_cmds[i]; i++)
		printf("  %-12s%s\n", cli_cmds[i]->name, cli_cmds[i]->help);
	printf("\n"
	       "nftvm COMMAND --help tells a command's options; nftvm "
	       "--version the version.\n"
	       "\n"
	       "exit status: 0 done; 1 the input is wrong; 2 usage; 3 the "
	       "environment\n"
	       "(permissions, devices, disk); 4 tests failed or differences "
	       "found\n");
}

void cli_cmd_help(const struct cli_cmd *cmd)
{
	const struct cli_option *o;

	printf("usage: nftvm %s%s [OPTIONS]%s%s\n\n%s\n\noptions:\n", cmd->name,
	       cmd->needs_file ? " -f FILE" : "", *cmd->args ? " " : "",
	       cmd->args, cmd->help);
	for (unsigned i = 0; i < CLI_OPT_COUNT; i++) {
		const struct cli_shared_row *row = &cli_shared_rows[i];

		if (cmd->shared & (1u << i))
			option_print(row->letter, row->name, row->arg,
				     row->help);
	}
	for (o = cmd->options; o && o->name; o++)
		option_print(o->letter, o->name, o->arg, o->help);
	option_print('h', "help", NULL, "this text");
}
