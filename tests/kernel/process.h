/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a program with text on its stdin, taking what it prints. */
#ifndef TWIN_PROCESS_H
#define TWIN_PROCESS_H

#include "base/strbuf.h"

/**
 * process_run() - run @argv to its end
 * @in:		text for its stdin, or NULL
 * @out:	what it wrote to stdout is added, or NULL: thrown away
 * @err:	what it wrote to stderr is added, or NULL: thrown away
 *
 * Return: its exit status; 128 + signal when one ended it; -errno.
 */
int process_run(const char *const *argv, const char *in, struct strbuf *out,
		struct strbuf *err);

#endif
