/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario: a box, a ruleset, and the packets that arrive, in one text file.
 *
 *	why: an unanswered connection that is reset vanishes (trap 17)
 *	host:
 *		link add lan
 *		...
 *	rules:
 *		table inet f { ...
 *	packets:
 *		lan> tcp 10.0.0.1:1000 > 192.0.2.1:80 S seq=1	# syn
 *		+1.5s
 *		wan> reply 1 SA seq=100 ack=2
 *
 * `drawn: sport 1024-65535' says what is drawn at random (drawn.h).
 *
 * Indented lines belong to the section above them. `host:' may be left out:
 * the standard router of scenario.c is taken then; lines of `more host:' are
 * added to it. The word behind # on a packet line is its kind, for coverage.
 */
#ifndef TWIN_SCENARIO_H
#define TWIN_SCENARIO_H

#include <stdbool.h>
#include <stdio.h>

#include "base/strbuf.h"

/**
 * struct scenario - one case for the twin
 * @name:	file name without .twin, or "seed-N"; owned, as all texts here
 * @why:	what it shows
 * @host:	lines of a host file (DESIGN.md section 3)
 * @rules:	a ruleset for nft -f
 * @drawn:	what is drawn at random, or empty (drawn.h)
 * @packets:	packet lines (packet_text.h), one per line
 */
struct scenario {
	char *name;
	struct strbuf why, host, drawn, rules, packets;
};

/**
 * scenario_read() - read a .twin file
 * Return: 0, or -1 after saying on stderr what is wrong.
 */
int scenario_read(struct scenario *s, const char *path);

/** scenario_write() - write it so that scenario_read() reads the same */
void scenario_write(const struct scenario *s, FILE *f);

/** scenario_default_host() - the standard router's host lines */
const char *scenario_default_host(void);

void scenario_fini(struct scenario *s);

/** next_line() - copy the line at *@text without blanks at its ends into
 * @line and step over it; false at the end */
bool next_line(const char **text, struct strbuf *line);

#endif
