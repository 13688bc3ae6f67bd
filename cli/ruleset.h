/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that load a ruleset share. */
#ifndef NFTVM_CLI_RULESET_H
#define NFTVM_CLI_RULESET_H

#include <nftvm/nftvm.h>

#include "cli/cli.h"

/**
 * cli_engine() - an engine with -D, -I and --host of the command line
 * @flags:	of nftvm_new()
 * @status:	set to CLI_DONE, or CLI_WRONG after diagnostics on stderr
 * Return: the engine, to nftvm_free() either way.
 */
struct nftvm *cli_engine(const struct cli *c, unsigned flags, int *status);

/** cli_status() - CLI_DONE for 0; CLI_WRONG for -1, with @nv's diagnostics on
 * stderr */
int cli_status(const struct nftvm *nv, int err);

/** cli_engine_loaded() - cli_engine(), and the rulesets of -f loaded */
struct nftvm *cli_engine_loaded(const struct cli *c, unsigned flags,
				int *status);

#endif
