/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules by chain and handle: a hash table whose chains are links in the rules.
 * Only transactions look.
 */
#include <stdlib.h>

#include "vm/core.h"

enum {
	FIRST_SLOTS = 64,
};

static struct vm_rule **slot_of(struct vm_rule_index *x,
				const struct vm_chain *c, uint64_t handle)
{
	uint64_t h = (handle ^ (uint64_t)c->slot << 40) *
		     UINT64_C(0x9e3779b97f4a7c15);

	return &x->slots[h >> 32 & x->mask];
}

static void grow(struct vm_rule_index *x)
{
	size_t n = x->slots ? x->mask + 1 : 0;
	struct vm_rule **old = x->slots;

	x->mask = n ? 2 * n - 1 : FIRST_SLOTS - 1;
	x->slots = xcalloc(x->mask + 1, sizeof(*x->slots));
	for (size_t i = 0; i < n; i++) {
		struct vm_rule *r = old[i], *next;

		for (; r; r = next) {
			struct vm_rule **to = slot_of(x, r->chain, r->handle);

			next = r->same_slot;
			r->same_slot = *to;
			*to = r;
		}
	}
	free(old);
}

void vm_rule_index_add(struct vm_rule_index *x, struct vm_rule *r)
{
	struct vm_rule **slot;

	if (!x->slots || x->len > x->mask)
		grow(x);
	slot = slot_of(x, r->chain, r->handle);
	r->same_slot = *slot;
	*slot = r;
	x->len++;
}

void vm_rule_index_del(struct vm_rule_index *x, struct vm_rule *r)
{
	struct vm_rule **at = slot_of(x, r->chain, r->handle);

	while (*at != r)
		at = &(*at)->same_slot;
	*at = r->same_slot;
	x->len--;
}

struct vm_rule *vm_rule_index_find(struct vm_rule_index *x,
				   const struct vm_chain *c, uint64_t handle)
{
	struct vm_rule *r = x->slots ? *slot_of(x, c, handle) : NULL;

	while (r && (r->handle != handle || r->chain != c))
		r = r->same_slot;
	return r;
}
