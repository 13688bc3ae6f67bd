/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a scenario on the machine's kernel. */
#ifndef TWIN_KERNEL_H
#define TWIN_KERNEL_H

#include "result.h"
#include "scenario.h"

enum kernel_flag {
	/* note which rules each packet hit */
	KERNEL_HITS = 1 << 0,
	/* keep the ruleset's bytecode */
	KERNEL_BYTECODE = 1 << 1,
	/* keep what `nft monitor trace` says of the packets */
	KERNEL_TRACE = 1 << 2,
};

/**
 * kernel_run() - what the kernel does with @s
 * @flags:	enum kernel_flag
 * @r:		zeroed; filled in; result_fini() in any case
 *
 * Leaves the caller in the (unconfigured) network namespace of the run.
 * Return: 0, or -1 with r->error set.
 */
int kernel_run(const struct scenario *s, unsigned int flags, struct result *r);

#endif
