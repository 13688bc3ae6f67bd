/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Test files, run and reported. */
#ifndef NFTVM_LAB_SCENARIO_REPORT_H
#define NFTVM_LAB_SCENARIO_REPORT_H

#include <stddef.h>
#include <stdio.h>

enum scenario_format {
	SCENARIO_PLAIN, /* what failed, and a closing line */
	SCENARIO_TAP,	/* Test Anything Protocol, version 13 */
	SCENARIO_JUNIT, /* JUnit's XML */
};

/**
 * struct scenario_options - what to run and how to tell; all borrowed
 * @files:	test files
 * @coverage:	where to write which rules were reached (coverage_write()); or
 *		NULL
 * @only:	run tests whose name has this in it alone; or NULL
 */
struct scenario_options {
	const char *const *files;
	size_t n_files;
	const char *only, *coverage;
	enum scenario_format format;
	FILE *out, *err;
};

/** scenario_files() - Return: 0; 4 when tests failed; 1 when a file is wrong,
 * which has been told */
int scenario_files(const struct scenario_options *o);

#endif
