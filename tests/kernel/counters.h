/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading counters of the kernel's ruleset while a scenario runs. */
#ifndef TWIN_COUNTERS_H
#define TWIN_COUNTERS_H

#include "result.h"

struct counters;

/** counters_open() - for the network namespace of the caller; NULL if not */
struct counters *counters_open(void);
void counters_close(struct counters *c);

/** counters_delivered() - packets the harness' input chain has seen */
uint64_t counters_delivered(struct counters *c);

/** counters_hits() - add to @s the rules that moved since the last call */
void counters_hits(struct counters *c, struct step *s);

#endif
