/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of both IP versions. */
#ifndef NFTVM_PACKET_ADDR_H
#define NFTVM_PACKET_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/byteorder.h"

/**
 * union inet_addr - an IPv4 or IPv6 address, network order
 *
 * An IPv4 address stands in the first word, the rest is zero, so that two
 * addresses of one version compare with memcmp() (as nf_inet_addr).
 */
union inet_addr {
	be32_t ip;
	uint8_t b[16];
	uint32_t w[4];
	uint64_t q[2];
};

static inline bool inet_addr_eq(const union inet_addr *a,
				const union inet_addr *b)
{
	return a->q[0] == b->q[0] && a->q[1] == b->q[1];
}

static inline bool inet_addr_is_zero(const union inet_addr *a)
{
	return !(a->q[0] | a->q[1]);
}

#endif
