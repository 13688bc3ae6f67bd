/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often each kind of match, form, statement and packet was reached. */
#ifndef TWIN_COVERAGE_H
#define TWIN_COVERAGE_H

#include <stdio.h>

#include "gen.h"

/**
 * struct coverage - counts; may lie in memory shared by several processes
 * @packets:	packets that moved a rule's counter
 * @hits:	of these, those that moved one of a rule with the kind
 * @seeds:	scenarios in which the kind was reached
 */
struct coverage {
	uint64_t packets, scenarios;
	uint64_t hits[KIND_COUNT];
	uint64_t seeds[KIND_COUNT];
};

/** coverage_add() - count the run @r of @g */
void coverage_add(struct coverage *c, const struct generated *g,
		  const struct result *r);

/**
 * coverage_print() - the table
 * Return: number of kinds under one per cent.
 */
unsigned int coverage_print(const struct coverage *c, FILE *f);

#endif
