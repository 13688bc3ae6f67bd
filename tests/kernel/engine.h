/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a scenario on nftvm, with the packets that the kernel was sent. */
#ifndef TWIN_ENGINE_H
#define TWIN_ENGINE_H

#include "result.h"
#include "scenario.h"

/**
 * engine_write_files() - host, rules.nft, in.pcapng into the directory @dir
 * Return: 0, or -1 with the reason in out->error.
 */
int engine_write_files(const struct scenario *s, const struct result *kernel,
		       const char *dir, struct result *out);

/**
 * engine_run() - nftvm replay over the files in @dir
 * @program:	the nftvm binary, an absolute path
 * @host:	the host lines, for the order of the links
 * @out:	zeroed; filled in; result_fini() in any case
 *
 * Return: 0, or -1 with out->error set.
 */
int engine_run(const char *program, const char *dir, const char *host,
	       struct result *out);

#endif
