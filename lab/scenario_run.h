/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running scenario tests. */
#ifndef NFTVM_LAB_SCENARIO_RUN_H
#define NFTVM_LAB_SCENARIO_RUN_H

#include "lab/coverage.h"
#include "lab/scenario.h"

/** struct scenario_fault - an expectation that did not hold; @text is to be
 * free()d */
struct scenario_fault {
	unsigned line;
	char *text;
};

/** struct scenario_outcome - of one test; scenario_outcome_fini() it */
struct scenario_outcome {
	VEC(struct scenario_fault) faults;
	unsigned expectations;
};

/**
 * scenario_run() - one test, in a box of its own
 * @coverage:	gets which rules it reached; or NULL
 * @err:	where diagnostics go
 * Return: 0, however it went; 1: ruleset, host or the test file is wrong, and
 * has been told.
 */
int scenario_run(struct scenario *s, const struct scenario_test *test,
		 struct coverage *coverage, struct scenario_outcome *out,
		 FILE *err);
void scenario_outcome_fini(struct scenario_outcome *out);

#endif
