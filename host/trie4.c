/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: each entry holds the heaviest prefix that all addresses
 * below it have, so a lookup looks at one entry of each level and never back.
 * A prefix is written to all entries of the level where it ends, and below
 * them wherever a lighter one stands.
 */
#include "host/trie4.h"

enum {
	WEIGHT_SHIFT = 24,
};

void trie4_init(struct trie4 *t)
{
	*t = (struct trie4){ 0 };
	vec_reserve(&t->entries, trie4_node_at(0));
	t->entries.len = trie4_node_at(0);
	memset(t->entries.v, 0, t->entries.len * sizeof(t->entries.v[0]));
}

void trie4_fini(struct trie4 *t)
{
	vec_fini(&t->entries);
}

/* The node below entry @at, made of what the entry holds if it is none. */
static uint32_t node_below(struct trie4 *t, uint32_t at)
{
	uint32_t held = t->entries.v[at], node;

	if (held & TRIE4_IS_NODE)
		return trie4_node_at(held & ~TRIE4_IS_NODE);
	node = (uint32_t)(t->entries.len - trie4_node_at(0)) >> TRIE4_NODE_BITS;
	t->entries.v[at] = TRIE4_IS_NODE | node;
	for (unsigned i = 0; i < 1u << TRIE4_NODE_BITS; i++)
		vec_push(&t->entries, held);
	return trie4_node_at(node);
}

/* All addresses of entries @at to @at + @n have the prefix @entry. */
static void write_entries(struct trie4 *t, uint32_t at, uint32_t n,
			  uint32_t entry)
{
	for (uint32_t i = at; i < at + n; i++) {
		uint32_t held = t->entries.v[i];

		if (held & TRIE4_IS_NODE)
			write_entries(t, trie4_node_at(held & ~TRIE4_IS_NODE),
				      1u << TRIE4_NODE_BITS, entry);
		else if (!held || held >> WEIGHT_SHIFT < entry >> WEIGHT_SHIFT)
			t->entries.v[i] = entry;
	}
}

void trie4_insert(struct trie4 *t, uint32_t addr, unsigned len, unsigned weight,
		  uint32_t number)
{
	unsigned bits = TRIE4_ROOT_BITS;
	uint32_t at = addr >> (32 - TRIE4_ROOT_BITS);

	while (len > bits) {
		bits += TRIE4_NODE_BITS;
		at = node_below(t, at) +
		     (addr >> (32 - bits) & ((1u << TRIE4_NODE_BITS) - 1));
	}
	write_entries(t, at, 1u << (bits - len),
		      (uint32_t)weight << WEIGHT_SHIFT | number);
}
