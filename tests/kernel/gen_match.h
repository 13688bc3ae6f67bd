/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What generated rules aim at, and their matches. */
#ifndef TWIN_GEN_MATCH_H
#define TWIN_GEN_MATCH_H

#include "gen.h"

/**
 * struct aim - the packet that a rule is meant for
 * @v6:		its version
 * @proto:	its transport protocol, 0 when there is none to be seen
 * @l4:		offset of the transport header
 * @inet:	the rule stands in an inet table
 * @is_fragment: not the first piece, or bytes missing
 */
struct aim {
	const struct frame *f;
	bool v6, inet, is_fragment;
	uint8_t proto;
	size_t l4;
};

void aim_at(struct aim *a, const struct frame *f);

/** typedef aim_fits - may a rule of some kind be meant for the packet? */
typedef bool aim_fits(const struct aim *a);

/**
 * aim_pick() - a packet for a rule of a table of @family
 *
 * Each transport protocol is picked as often as the others, however many
 * packets it has: its fields would be looked at too seldom otherwise.
 *
 * @fits:	what is wanted, where there is one; or NULL
 * Return: false when the table sees none of the packets.
 */
bool aim_pick(struct aim *a, const struct generated *g, struct rng *rng,
	      const char *family, aim_fits *fits);

/**
 * gen_match() - add a match that is true for the packet, most of the time
 * @sets:	declarations of named sets are added here
 * @ct:		conntrack matches may be made
 */
void gen_match(const struct aim *a, struct rng *rng, bool ct,
	       struct strbuf *text, struct strbuf *sets,
	       struct kind_set *kinds);

/**
 * gen_vmap() - add a verdict map: `tcp dport vmap { ... }'
 * @chain:	a chain that may be jumped to, or NULL
 */
void gen_vmap(const struct aim *a, struct rng *rng, const char *chain,
	      struct strbuf *text, struct kind_set *kinds);

/** gen_map() - add a map expression to a mark: `tcp dport map { 80 : 1 }' */
void gen_map(const struct aim *a, struct rng *rng, struct strbuf *text,
	     struct kind_set *kinds);

#endif
