/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a program with text on its stdin, taking what it prints. */
#ifndef TWIN_PROCESS_H
#define TWIN_PROCESS_H

#include <stdbool.h>

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

/** struct process - one that runs beside us */
struct process {
	int pid, out;
};

/** process_start() - run @argv until process_stop(); 0 or -errno */
int process_start(struct process *p, const char *const *argv);
/** process_written() - bytes that it has written to stdout so far */
long process_written(const struct process *p);
/** process_stop() - end it; what it wrote to stdout is added to @out. Return:
 * false when it had ended before, by itself */
bool process_stop(struct process *p, struct strbuf *out);

#endif
