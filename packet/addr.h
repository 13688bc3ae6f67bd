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

/** inet_addr_ip4() - @ip as an address. Written as the words that addresses are
 * read by: what is stored in parts and read whole is waited for */
static inline union inet_addr inet_addr_ip4(be32_t ip)
{
	be32_t w[2] = { ip, 0 };
	union inet_addr a;

	memcpy(&a.q[0], w, sizeof(w));
	a.q[1] = 0;
	return a;
}

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
