/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 prefixes, a number and a weight for each: the heaviest of an address. */
#ifndef NFTVM_HOST_TRIE4_H
#define NFTVM_HOST_TRIE4_H

#include <stdint.h>

#include "base/vec.h"

enum {
	TRIE4_ROOT_BITS = 12,
	TRIE4_NODE_BITS = 10,
	/* numbers are less than this */
	TRIE4_MAX = 1 << 24,
	/* weights are less than this */
	TRIE4_WEIGHTS = 128,
};

#define TRIE4_IS_NODE (1u << 31)

/**
 * struct trie4 - a trie of 12, 10 and 10 bits
 * @entries:	the root's, then those of each node:
 *		TRIE4_IS_NODE | number of the node, or
 *		weight << 24 | number of the heaviest prefix, or 0: none;
 *		numbers of prefixes are from 1
 */
struct trie4 {
	VEC(uint32_t) entries;
};

void trie4_init(struct trie4 *t);
void trie4_fini(struct trie4 *t);

/** trie4_insert() - @addr (host order, no bits beyond @len) has @number, from
 * 1 on; of equal weights the first stays */
void trie4_insert(struct trie4 *t, uint32_t addr, unsigned len, unsigned weight,
		  uint32_t number);

/* Where the entries of node @number begin. */
static inline uint32_t trie4_node_at(uint32_t number)
{
	return (1u << TRIE4_ROOT_BITS) + (number << TRIE4_NODE_BITS);
}

/** trie4_find() - the number of the heaviest prefix of @addr; 0: it has none */
static inline uint32_t trie4_find(const struct trie4 *t, uint32_t addr)
{
	const uint32_t *v = t->entries.v, mask = (1u << TRIE4_NODE_BITS) - 1;
	uint32_t e = v[addr >> (32 - TRIE4_ROOT_BITS)];

	if (e & TRIE4_IS_NODE)
		e = v[trie4_node_at(e & ~TRIE4_IS_NODE) +
		      (addr >> TRIE4_NODE_BITS & mask)];
	if (e & TRIE4_IS_NODE)
		e = v[trie4_node_at(e & ~TRIE4_IS_NODE) + (addr & mask)];
	return e & (TRIE4_MAX - 1);
}

#endif
