/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded pool of equal objects, addressed by u32. Private to ct/.
 *
 *	reserved address space, 1 MB chunks
 *	+--------+------+------+-----+--------+------+----
 *	| header | obj 1| obj 2| ... | header | obj 1| ...
 *	+--------+------+------+-----+--------+------+----
 *	  slot 0   slot 1               slot 0
 *
 *	reference = chunk << CT_POOL_SLOT_BITS | slot
 *
 * The header takes the place of slot 0, so no object has reference 0.
 */
#ifndef NFTVM_CT_POOL_H
#define NFTVM_CT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

#define CT_POOL_CHUNK_BITS 20
#define CT_POOL_SLOT_BITS  14
#define CT_POOL_REF_BITS   30 /* who keeps references has two bits to spare */
/* The smallest object whose slots fit CT_POOL_SLOT_BITS. */
#define CT_POOL_MIN_SIZE (1u << (CT_POOL_CHUNK_BITS - CT_POOL_SLOT_BITS))
/* Size of an object of the ext pool. */
#define CT_EXT_SIZE CT_POOL_MIN_SIZE
/* And of the pool of what entries with a helper have. */
#define CT_HELP_SIZE CT_POOL_MIN_SIZE
/* Most objects of any size up to 176 bytes: 2^16 chunks. */
#define CT_POOL_MAX 390000000u

struct ct_table;

/** struct ct_region - address space reserved once and used from its start */
struct ct_region {
	char *base;
	size_t size, used; /* bytes */
};

/** ct_region_init() - reserve @size bytes, aligned to 2 MB; out of address
 * space is out of memory */
void ct_region_init(struct ct_region *r, size_t size);
void ct_region_fini(struct ct_region *r);
/** ct_region_extend() - ct_region_use() where that has something to do */
void ct_region_extend(struct ct_region *r, size_t size);

/** ct_region_use() - make the first @size bytes readable and writable, zero
 * where they are new */
static inline void ct_region_use(struct ct_region *r, size_t size)
{
	if (unlikely(size > r->used))
		ct_region_extend(r, size);
}

/**
 * struct ct_pool - objects of one size
 * @obj_size:	bytes, CT_POOL_MIN_SIZE..176
 * @link_off:	where a free object keeps the reference of the next free one
 * @max:	most objects there may be
 * @used:	slots ever handed out; objects beyond have never been touched
 * @fresh:	the reference of the next one of those
 * @free:	first free object, 0: none
 * @lock:	held around changes of the last three, with threads
 * @owner:	table that the chunks name
 */
struct ct_pool {
	struct ct_region region;
	uint32_t obj_size, per_chunk, link_off, max;
	uint32_t used, fresh, free, lock;
	bool threads;
	struct ct_table *owner;
};

/** struct ct_chunk - header of a chunk */
struct ct_chunk {
	struct ct_table *owner;
	uint32_t number;
};

/** ct_pool_init() - an empty pool for @max objects of @obj_size bytes */
void ct_pool_init(struct ct_pool *p, uint32_t obj_size, uint32_t link_off,
		  uint32_t max, bool threads, struct ct_table *owner);
void ct_pool_fini(struct ct_pool *p);

/** ct_pool_get() - a free object as it was left (zero at first), its reference;
 * 0 when all are taken */
uint32_t ct_pool_get(struct ct_pool *p);
/** ct_pool_put() - give an object back */
void ct_pool_put(struct ct_pool *p, uint32_t ref);

/** ct_pool_at() - the object of a reference; @obj_size is the pool's, given
 * again so that it can be a constant */
static inline void *ct_pool_at(const struct ct_pool *p, uint32_t ref,
			       uint32_t obj_size)
{
	size_t chunk = ref >> CT_POOL_SLOT_BITS;
	size_t slot = ref & ((1u << CT_POOL_SLOT_BITS) - 1);

	return p->region.base + (chunk << CT_POOL_CHUNK_BITS) + slot * obj_size;
}

/** ct_pool_chunk() - header of the chunk that an object lies in */
static inline struct ct_chunk *ct_pool_chunk(const void *obj)
{
	uintptr_t mask = ((uintptr_t)1 << CT_POOL_CHUNK_BITS) - 1;

	return (struct ct_chunk *)((uintptr_t)obj & ~mask);
}

/** ct_pool_ref() - the reference of an object */
static inline uint32_t ct_pool_ref(const void *obj, uint32_t obj_size)
{
	struct ct_chunk *chunk = ct_pool_chunk(obj);
	uint32_t off = (uint32_t)((const char *)obj - (const char *)chunk);

	return chunk->number << CT_POOL_SLOT_BITS | off / obj_size;
}

/** ct_pool_nth() - the reference of the @n-th object ever handed out, from 0 */
static inline uint32_t ct_pool_nth(const struct ct_pool *p, uint32_t n)
{
	return n / p->per_chunk << CT_POOL_SLOT_BITS | (n % p->per_chunk + 1);
}

/** ct_pool_used() - how many of them there are */
static inline uint32_t ct_pool_used(const struct ct_pool *p)
{
	return __atomic_load_n(&p->used, __ATOMIC_ACQUIRE);
}

#endif
