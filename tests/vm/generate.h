/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random programs of all expressions, and packets that meet them. The same
 * seed gives the same ones.
 */
#ifndef NFTVM_TESTS_VM_GENERATE_H
#define NFTVM_TESTS_VM_GENERATE_H

#include "tests/vm/fixture.h"

/** generate_ruleset() - sets and chains "in", "c1".."c4" of random rules, in
 * fx's empty table; refused rules are left out
 * Return: how many rules there are. */
unsigned generate_ruleset(struct fx *fx, struct rng *rng, unsigned n_rules);
/** generate_packet() - fx->pkt, its links, its connection */
void generate_packet(struct fx *fx, struct rng *rng);

#endif
