/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small records of one size, numbered from 1: what few entries have. Unlike a
 * pool's objects (ct/pool.h) they lie without gaps and know nothing of their
 * table. Private to ct/.
 */
#ifndef NFTVM_CT_SLAB_H
#define NFTVM_CT_SLAB_H

#include "ct/pool.h"

/**
 * struct ct_slab - the records
 * @size:	bytes of each, at least 4
 * @max:	most records there may be
 * @used:	records ever handed out
 * @free:	first free record, 0: none; each names the next in its first word
 * @lock:	held around changes of the last two, with threads
 */
struct ct_slab {
	struct ct_region region;
	uint32_t size, max, used, free, lock;
	bool threads;
};

/** ct_slab_init() - no records yet, up to @max of @size bytes */
void ct_slab_init(struct ct_slab *s, uint32_t size, uint32_t max, bool threads);
void ct_slab_fini(struct ct_slab *s);

/** ct_slab_get() - the number of a free record, as it was left; 0: all taken */
uint32_t ct_slab_get(struct ct_slab *s);
/** ct_slab_put() - give a record back; its memory stays readable */
void ct_slab_put(struct ct_slab *s, uint32_t number);

/** ct_slab_at() - the record of a number; @size is the slab's, given again so
 * that it can be a constant */
static inline void *ct_slab_at(const struct ct_slab *s, uint32_t number,
			       uint32_t size)
{
	return s->region.base + (size_t)number * size;
}

#endif
