/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a scenario on the machine's kernel. */
#ifndef TWIN_KERNEL_H
#define TWIN_KERNEL_H

#include "result.h"
#include "scenario.h"

/**
 * kernel_run() - what the kernel does with @s
 * @want_hits:	also note which rules each packet hit
 * @r:		zeroed; filled in; result_fini() in any case
 *
 * Leaves the caller in the (unconfigured) network namespace of the run.
 * Return: 0, or -1 with r->error set.
 */
int kernel_run(const struct scenario *s, bool want_hits, struct result *r);

#endif
