/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: as ct/pool.c, with numbers in the place of addresses.
 * Number n lies n sizes behind the start of a region that never moves; number
 * 0 names nothing, and its place stays empty.
 */
#include "ct/slab.h"

#include "ct/spin.h"

void ct_slab_init(struct ct_slab *s, uint32_t size, uint32_t max, bool threads)
{
	*s = (struct ct_slab){ .size = size, .max = max, .threads = threads };
	ct_region_init(&s->region, ((size_t)max + 1) * size);
}

void ct_slab_fini(struct ct_slab *s)
{
	ct_region_fini(&s->region);
}

static inline uint32_t *link_of(const struct ct_slab *s, uint32_t number)
{
	return ct_slab_at(s, number, s->size);
}

static uint32_t slab_fresh(struct ct_slab *s)
{
	if (s->used == s->max)
		return 0;
	ct_region_use(&s->region, ((size_t)s->used + 2) * s->size);
	return ++s->used;
}

uint32_t ct_slab_get(struct ct_slab *s)
{
	uint32_t number;

	if (s->threads)
		spin_lock(&s->lock);
	number = s->free;
	if (number)
		s->free = __atomic_load_n(link_of(s, number), __ATOMIC_RELAXED);
	else
		number = slab_fresh(s);
	if (s->threads)
		spin_unlock(&s->lock);
	return number;
}

void ct_slab_put(struct ct_slab *s, uint32_t number)
{
	if (s->threads)
		spin_lock(&s->lock);
	__atomic_store_n(link_of(s, number), s->free, __ATOMIC_RELAXED);
	s->free = number;
	if (s->threads)
		spin_unlock(&s->lock);
}
