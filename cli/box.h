/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of the commands that send packets through a box: which one. */
#ifndef NFTVM_CLI_BOX_H
#define NFTVM_CLI_BOX_H

#include "cli/cli.h"
#include "lab/replay.h"

/** struct cli_box - first in the own options of such a command */
struct cli_box {
	const char *local, *iif, *oif;
	enum replay_checksums checksums;
	unsigned long long seed;
};

int cli_box_local(struct cli *c, const char *arg);
int cli_box_iif(struct cli *c, const char *arg);
int cli_box_oif(struct cli *c, const char *arg);
int cli_box_seed(struct cli *c, const char *arg);
int cli_box_checksums(struct cli *c, const char *arg);

/* clang-format off */
#define CLI_BOX_OPTIONS                                                        \
	{ "checksums", 0, "MODE",                                              \
	  "auto: unfinished ones are good; verify; trust", cli_box_checksums },\
	{ "local", 0, "ADDR,...", "without --host: its addresses",             \
	  cli_box_local },                                                     \
	{ "iif", 0, "NAME", "without --host: link that packets come in by",    \
	  cli_box_iif },                                                       \
	{ "oif", 0, "NAME", "without --host: link that they leave by",         \
	  cli_box_oif },                                                       \
	{ "seed", 0, "N", "of what is drawn at random", cli_box_seed }
/* clang-format on */

/** cli_box_fill() - the options of @c that say what runs where, into @o;
 * CLI_DONE, or CLI_USAGE after a message */
int cli_box_fill(const struct cli *c, struct replay_options *o);

/** cli_word() - the number of @arg in @words, or -1 */
int cli_word(const char *arg, const char *const *words, size_t n);

#endif
