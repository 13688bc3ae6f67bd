/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ruleset as the kernel gives it back, in libnftnl's objects, and running
 * it on the engine's parts directly: bytecode from a running kernel, without
 * our compiler. Tells faults of the compiler from faults of the engine.
 */
#ifndef TWIN_BYTECODE_H
#define TWIN_BYTECODE_H

#include "result.h"
#include "scenario.h"

struct bytecode;

/** bytecode_dump() - the ruleset of the caller's network namespace, the
 * harness' table left out; NULL if it cannot be had */
struct bytecode *bytecode_dump(void);
/** bytecode_free() - NULL accepted */
void bytecode_free(struct bytecode *b);

/**
 * bytecode_run() - the packets of the kernel's run, on VM, conntrack and path
 * @kernel:	what was sent; its bytecode; names for the counters
 * @reference:	run the VM's reference form
 * @out:	zeroed; filled in; result_fini() in any case
 */
int bytecode_run(const struct scenario *s, const struct result *kernel,
		 bool reference, struct result *out);

#endif
