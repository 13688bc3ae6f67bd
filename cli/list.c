/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm list: what `nft list ruleset` prints once these are loaded. */
#include "cli/ruleset.h"

#include <stdlib.h>
#include <string.h>

static int list_run(struct cli *c)
{
	int status;
	struct nftvm *nv = cli_engine_loaded(
		c, NFTVM_NEW_NO_RUN | (c->numeric ? NFTVM_NEW_NUMERIC : 0),
		&status);

	if (!status) {
		char *text = nftvm_list(
			nv, (c->handles ? NFTVM_LIST_HANDLES : 0) |
				    (c->stateless ? NFTVM_LIST_STATELESS : 0) |
				    (c->json ? NFTVM_LIST_JSON : 0));

		status = cli_write(text, strlen(text));
		free(text);
	}
	nftvm_free(nv);
	return status;
}

const struct cli_cmd cli_cmd_list = {
	.name = "list",
	.args = "",
	.help = "Print rulesets as nft list ruleset does after loading them.",
	.shared = CLI_OPT_RULESET | CLI_OPT(JSON) | CLI_OPT(HANDLE) |
		  CLI_OPT(NUMERIC) | CLI_OPT(STATELESS),
	.needs_file = true,
	.run = list_run,
};
