/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rules of a ruleset's text were reached, over several boxes that loaded
 * it: those of tests, that of a replay.
 */
#ifndef NFTVM_LAB_COVERAGE_H
#define NFTVM_LAB_COVERAGE_H

#include <stdio.h>

#include "api/engine.h"

/**
 * struct coverage_line - a line on which rules begin
 * @file, @rule: owned; @rule as it is listed, the first of them
 * @hits:	packets for which a rule of it ran to its end or gave a verdict
 */
struct coverage_line {
	char *file, *rule;
	unsigned line;
	uint64_t hits;
};

/** struct coverage - zeroed to begin; coverage_fini() it. @places: "FILE:LINE"
 * to a line's number, from 1 */
struct coverage {
	VEC(struct coverage_line) lines;
	struct strmap *places;
};

/** coverage_add() - what the rules of @nv have counted */
void coverage_add(struct coverage *c, const struct nftvm *nv);
/** coverage_reached() - how many lines were reached, of how many */
size_t coverage_reached(const struct coverage *c);
/**
 * coverage_write() - tell it
 * @path:	a name that ends in .info: a tracefile as lcov(1) and genhtml(1)
 *		read it; else text, those never reached last. "-": @out
 * Return: 0, or -1 with errno: it cannot be written.
 */
int coverage_write(const struct coverage *c, const char *path, FILE *out);
void coverage_fini(struct coverage *c);

#endif
