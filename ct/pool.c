/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The address space for all objects is reserved at the start, which costs
 * nothing, and taken into use chunk by chunk, so that an object's address is
 * one multiplication away from its reference and nothing ever moves. The
 * system's memory is taken when an object is touched for the first time.
 * Chunks are aligned to their size: an object finds its chunk's header, and
 * through it the table, by clearing bits of its address.
 *
 * A freed object goes to the head of a list and is the next one handed out,
 * while its cache lines are warm. Its memory is never unmapped before the pool
 * ends: whoever still has a reference may look at it and see that it is not
 * what he sought.
 *
 * A region takes memory in steps that cost one call of the kernel, and what is
 * full is made huge pages of: with millions of entries the translation of
 * addresses costs as much as the memory itself. Huge from the start they would
 * each hold up to 2 MB that nobody uses.
 */
#include "ct/pool.h"

#include <assert.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "ct/spin.h"

#define HUGE_PAGE ((size_t)2 << 20)
#ifndef MADV_COLLAPSE /* since Linux 6.1 */
#define MADV_COLLAPSE 25
#endif
#define REGION_STEP_MIN ((size_t)8 << 10)
#define REGION_STEP_MAX ((size_t)128 << 10)
#define CHUNK_BYTES	((size_t)1 << CT_POOL_CHUNK_BITS)

void ct_region_init(struct ct_region *r, size_t size)
{
	size_t slack = HUGE_PAGE;
	char *start, *end;

	size = ALIGN_UP(size, HUGE_PAGE);
	start = mmap(NULL, size + slack, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		xalloc_failed(size);
	end = start + size + slack;
	r->base = (char *)ALIGN_UP((uintptr_t)start, HUGE_PAGE);
	r->size = size;
	r->used = 0;
	if (r->base > start)
		munmap(start, (size_t)(r->base - start));
	if (end > r->base + size)
		munmap(r->base + size, (size_t)(end - (r->base + size)));
}

void ct_region_fini(struct ct_region *r)
{
	munmap(r->base, r->size);
}

/* A power of two, so that huge pages get full; a sixteenth of what there is at
 * most: what few objects need is little. */
static size_t region_step(size_t used)
{
	size_t step = REGION_STEP_MIN;

	while (step < REGION_STEP_MAX && step * 32 <= used)
		step *= 2;
	return step;
}

void ct_region_extend(struct ct_region *r, size_t size)
{
	const size_t from = r->used;
	const size_t to = ALIGN_UP(size, region_step(from));

	if (mprotect(r->base + from, to - from, PROT_READ | PROT_WRITE))
		xalloc_failed(to - from);
	/* A kernel that knows none of this refuses; small pages one by one do
	 * as well. */
	madvise(r->base + from, to - from, MADV_POPULATE_WRITE);
	for (size_t page = ALIGN_UP(from + 1, HUGE_PAGE); page <= to;
	     page += HUGE_PAGE)
		madvise(r->base + page - HUGE_PAGE, HUGE_PAGE, MADV_COLLAPSE);
	r->used = to;
}

void ct_pool_init(struct ct_pool *p, uint32_t obj_size, uint32_t link_off,
		  uint32_t max, bool threads, struct ct_table *owner)
{
	uint32_t per_chunk = (uint32_t)(CHUNK_BYTES / obj_size) - 1;

	assert(obj_size >= CT_POOL_MIN_SIZE && max <= CT_POOL_MAX);
	*p = (struct ct_pool){
		.obj_size = obj_size,
		.per_chunk = per_chunk,
		.link_off = link_off,
		.max = max,
		.threads = threads,
		.fresh = 1,
		.owner = owner,
	};
	ct_region_init(&p->region, DIV_ROUND_UP((size_t)max, per_chunk)
					   << CT_POOL_CHUNK_BITS);
}

void ct_pool_fini(struct ct_pool *p)
{
	ct_region_fini(&p->region);
}

static inline uint32_t *link_of(const struct ct_pool *p, uint32_t ref)
{
	char *obj = ct_pool_at(p, ref, p->obj_size);

	return (uint32_t *)(void *)(obj + p->link_off);
}

/* A slot that was never used: the next one in address order. */
static uint32_t pool_fresh(struct ct_pool *p)
{
	const uint32_t ref = p->fresh, chunk = ref >> CT_POOL_SLOT_BITS;
	const uint32_t slot = ref & ((1u << CT_POOL_SLOT_BITS) - 1);

	if (p->used == p->max)
		return 0;
	ct_region_use(&p->region,
		      chunk * CHUNK_BYTES + (slot + (size_t)1) * p->obj_size);
	if (slot == 1) {
		struct ct_chunk *header =
			ct_pool_chunk(ct_pool_at(p, ref, p->obj_size));

		header->owner = p->owner;
		header->number = chunk;
	}
	p->fresh = slot < p->per_chunk ? ref + 1
				       : (chunk + 1) << CT_POOL_SLOT_BITS | 1;
	__atomic_store_n(&p->used, p->used + 1, __ATOMIC_RELEASE);
	return ref;
}

uint32_t ct_pool_get(struct ct_pool *p)
{
	uint32_t ref;

	if (p->threads)
		spin_lock(&p->lock);
	ref = p->free;
	if (ref)
		p->free = __atomic_load_n(link_of(p, ref), __ATOMIC_RELAXED);
	else
		ref = pool_fresh(p);
	if (p->threads)
		spin_unlock(&p->lock);
	return ref;
}

void ct_pool_put(struct ct_pool *p, uint32_t ref)
{
	if (p->threads)
		spin_lock(&p->lock);
	__atomic_store_n(link_of(p, ref), p->free, __ATOMIC_RELAXED);
	p->free = ref;
	if (p->threads)
		spin_unlock(&p->lock);
}
