/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing a tuple. Private to nat/. */
#ifndef NFTVM_NAT_UNIQUE_H
#define NFTVM_NAT_UNIQUE_H

#include "nat/nat.h"

/** nat_is_icmp() - of either IP version: ids in the place of ports */
static inline bool nat_is_icmp(uint8_t l4)
{
	return l4 == IPPROTO_ICMP || l4 == IPPROTO_ICMPV6;
}

/**
 * nat_unique_tuple() - what a connection's packets become
 * @current:	their tuple so far
 * @out:	the tuple chosen; another connection's, if none is free
 *
 * Ref: get_unique_tuple().
 */
void nat_unique_tuple(const struct nat_env *env, const struct ct_conn *ct,
		      const struct ct_tuple *current,
		      const struct nat_range *range, enum nat_manip manip,
		      struct ct_tuple *out);

#endif
