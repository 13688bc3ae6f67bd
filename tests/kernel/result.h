/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of a scenario: filled in by kernel.c (the machine's kernel) and
 * by engine.c (nftvm), compared by compare.c.
 */
#ifndef TWIN_RESULT_H
#define TWIN_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/vec.h"

#define LINK_NAME_BYTES 16

struct bytecode;

/**
 * struct frame - one IP packet on one link
 * @link:	its name; "local" for a packet that the host itself sends
 * @data:	from the IP header on; owned
 */
struct frame {
	char link[LINK_NAME_BYTES];
	uint8_t *data;
	size_t len;
};

/** struct frames - a vector of frames */
struct frames {
	struct frame *v;
	size_t len, cap;
};

/**
 * struct rule_hit - a rule that a packet matched
 * @chain:	its chain; generated chains have names of their own
 * @index:	0-based position of the rule in it
 */
struct rule_hit {
	char chain[32];
	unsigned int index;
};

/**
 * struct step - one packet and what it caused
 * @line:	index of its line in the scenario
 * @in:		the packet as it was sent
 * @time_ns:	when, nanoseconds since 1970
 * @out:	what left because of it, by link in host order
 * @delivered:	packets that reached the local stack because of it
 * @hits:	rules whose counter moved; only where the runner was asked
 * @said:	verdict and reason, where the runner knows them; owned
 */
struct step {
	size_t line;
	struct frame in;
	uint64_t time_ns;
	struct frames out;
	uint64_t delivered;
	VEC(struct rule_hit) hits;
	char *said;
};

/**
 * struct counter - a counter of the ruleset at the end
 * @key:	where it stands: table, chain or set, and the rule or element,
 *		counter values blanked; owned
 */
struct counter {
	char *key;
	uint64_t packets, bytes;
};

/**
 * struct result - the outcome of one run of one scenario
 * @entries:	lines of conntrack -L -o extended and -L expect, sorted; owned
 * @listed_ns:	time from the last packet to the end of the listing: by so
 *		much may timeouts be lower
 * @listing:	nft -a list ruleset; owned
 * @trace:	nft monitor trace (KERNEL_TRACE); owned. @trace_cut: nft died over it
 * @bytecode:	the kernel's, when it was asked for (bytecode.h); owned
 * @error:	what went wrong with the run itself, or NULL; owned
 */
struct result {
	VEC(struct step) steps;
	VEC(char *) entries;
	VEC(struct counter) counters;
	uint64_t listed_ns;
	char *listing, *trace;
	bool trace_cut;
	struct bytecode *bytecode;
	char *error;
};

void result_fini(struct result *r);

/** result_step() - the step of the packet with 1-based @number, or NULL */
const struct step *result_step(const struct result *r, size_t number);

/** result_add_entries() - take in conntrack(8)'s listing @text, sorted */
void result_add_entries(struct result *r, const char *text);

/** result_add_counters() - take in the counters of a listing of the ruleset */
void result_add_counters(struct result *r, const char *listing);

/** result_write() - for people: packets out, entries, counters */
void result_write(const struct result *r, FILE *f);

/** result_fail() - note why the run cannot be judged; the first one stays */
void result_fail(struct result *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
