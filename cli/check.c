/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm check: would this load? */
#include "cli/ruleset.h"

static int check_run(struct cli *c)
{
	int status;

	nftvm_free(cli_engine_loaded(c, NFTVM_NEW_CHECK | NFTVM_NEW_NO_RUN,
				     &status));
	return status;
}

const struct cli_cmd cli_cmd_check = {
	.name = "check",
	.args = "",
	.help = "Parse, check, compile and verify rulesets; silent when right.",
	.shared = CLI_OPT_RULESET,
	.needs_file = true,
	.run = check_run,
};
