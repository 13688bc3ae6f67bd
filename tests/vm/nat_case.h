/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the translations without an address of their own have in common. */
#ifndef TESTS_VM_NAT_CASE_H
#define TESTS_VM_NAT_CASE_H

#include "tests/vm/fixture.h"

/**
 * struct nat_case - an expression that takes ports and flags only
 * @what:	what the fixture's NAT is asked for
 * @min, @max, @flags: its attributes
 * @hooks:	where it may stand, 1 << NF_INET_*
 */
struct nat_case {
	const char *name, *what;
	uint16_t min, max, flags;
	unsigned hooks;
};

void nat_case_hands_ports_and_flags_to_nat(const struct nat_case *k);
void nat_case_no_address_drops_and_says_why(const struct nat_case *k);
void nat_case_hooks(const struct nat_case *k);

#endif
