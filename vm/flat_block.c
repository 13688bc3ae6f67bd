/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks and indexes of the fast form (theory: vm/flat.h).
 *
 * A rule's filter is the offer that fewest rules of the segment make: of
 * `ip saddr A tcp dport N` for one A and many N it is the port. Tests that
 * hold for much of what there is (a port range of everything above 1023, "not
 * this address") come after those, however rare.
 */
#include <stdlib.h>

#include "vm/flat.h"

enum {
	/* so many filters of one field are worth an index */
	INDEX_MIN = 24,
	/* but not those that more rules than this share: each change of the
	 * packet has an index asked again, from its first rule on */
	INDEX_SHARE = 16,
	/* a test that leaves more open than this is a weak filter */
	WEAK_BITS = 2,
};

/**
 * struct making - a segment's blocks being made
 * @counts:	for each offer, how many rules make the very same one
 * @filters:	for each rule its filter, or NULL
 * @ends:	of each block, where its steps end
 */
struct making {
	struct vm_flat *f;
	const struct flat_offer *offers;
	size_t n;
	uint32_t *counts;
	const struct flat_offer **filters;
	size_t *ends;
};

/* --- choosing --------------------------------------------------------------- */

static bool same_test(const struct flat_offer *a, const struct flat_offer *b)
{
	return a->field == b->field && a->test.mask == b->test.mask &&
	       a->test.from == b->test.from && a->test.span == b->test.span;
}

static size_t hash_of(const struct flat_offer *o)
{
	uint64_t h = (uint64_t)o->test.from << 8 | o->field;

	h = (h ^ (uint64_t)o->test.span << 20 ^ o->test.mask) *
	    UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(h >> 32);
}

/* How many offers are the same as each. */
static void count_offers(struct making *m)
{
	size_t mask = 15, i;
	uint32_t *slots, *first;

	while (mask < 2 * m->n)
		mask = mask * 2 + 1;
	slots = xcalloc(mask + 1, sizeof(*slots));
	first = xcalloc(m->n + 1, sizeof(*first));
	m->counts = xcalloc(m->n + 1, sizeof(*m->counts));
	for (size_t o = 0; o < m->n; o++) {
		i = hash_of(&m->offers[o]);
		while (slots[i & mask] &&
		       !same_test(&m->offers[slots[i & mask] - 1],
				  &m->offers[o]))
			i++;
		if (!slots[i & mask])
			slots[i & mask] = (uint32_t)o + 1;
		first[o] = slots[i & mask] - 1;
		m->counts[first[o]]++;
	}
	for (size_t o = 0; o < m->n; o++)
		m->counts[o] = m->counts[first[o]];
	free(slots);
	free(first);
}

static bool is_better(const struct making *m, const struct flat_offer *a,
		      const struct flat_offer *b)
{
	uint32_t na = m->counts[a - m->offers], nb = m->counts[b - m->offers];
	bool weak_a = a->bits < WEAK_BITS, weak_b = b->bits < WEAK_BITS;

	if (weak_a != weak_b)
		return weak_b;
	return na != nb ? na < nb : a->bits > b->bits;
}

static void choose(struct making *m)
{
	m->filters = xcalloc(m->f->n, sizeof(*m->filters));
	for (size_t i = 0; i < m->n; i++) {
		const struct flat_offer *o = &m->offers[i];
		const struct flat_offer **best = &m->filters[o->rule];

		/* a test that always holds is no filter */
		if (o->test.span != UINT32_MAX &&
		    (!*best || is_better(m, o, *best)))
			*best = o;
	}
}

/* --- indexes ---------------------------------------------------------------- */

/* Is the filter one for an index? */
static bool wants_one_value(const struct making *m, const struct flat_offer *o)
{
	return o && o->test.mask == UINT32_MAX && !o->test.span &&
	       m->counts[o - m->offers] <= INDEX_SHARE;
}

/* The index of the filter's field; NULL: it has none, or is not for it. */
static struct flat_index *index_for(const struct making *m,
				    const struct flat_offer *o)
{
	if (!wants_one_value(m, o))
		return NULL;
	for (uint32_t i = 0; i < m->f->n_indexes; i++)
		if (m->f->indexes[i].field == o->field)
			return &m->f->indexes[i];
	return NULL;
}

static void index_add(struct vm_flat *f, uint8_t field, uint32_t count)
{
	struct flat_index *x = &f->indexes[f->n_indexes++];

	x->field = field;
	x->mask = 63;
	while (x->mask < 2 * count)
		x->mask = x->mask * 2 + 1;
	x->slots = xmalloc((x->mask + (size_t)1) * sizeof(*x->slots));
	for (uint32_t i = 0; i <= x->mask; i++)
		x->slots[i] = (struct flat_slot){ 0, FLAT_NONE };
}

/* Indexes for the fields that most filters want to be one value. */
static void choose_indexes(struct making *m)
{
	uint32_t counts[FLAT_FIELDS] = { 0 };

	for (uint32_t r = 0; r < m->f->n; r++)
		if (wants_one_value(m, m->filters[r]))
			counts[m->filters[r]->field]++;
	while (m->f->n_indexes < FLAT_INDEXES) {
		unsigned best = 0;

		for (unsigned i = 1; i < FLAT_FIELDS; i++)
			if (counts[i] > counts[best])
				best = i;
		if (counts[best] < INDEX_MIN)
			return;
		index_add(m->f, (uint8_t)best, counts[best]);
		counts[best] = 0;
	}
}

/* From the last rule to the first, so that each finds the next in its slot. */
static void fill_indexes(struct making *m)
{
	if (!m->f->n_indexes)
		return;
	m->f->next = xcalloc(m->f->n, sizeof(*m->f->next));
	for (uint32_t r = m->f->n; r--;) {
		struct flat_index *x = index_for(m, m->filters[r]);
		struct flat_slot *s;

		if (!x)
			continue;
		s = flat_slot_of(x, m->filters[r]->test.from);
		s->value = m->filters[r]->test.from;
		m->f->next[r] = s->rule;
		s->rule = r;
	}
}

/* --- blocks ----------------------------------------------------------------- */

enum {
	/* what a signed comparison of unsigned numbers wants added */
	SIGN = INT32_MIN,
};

/* Steps for the filters of rules @which of the block, all of one field. */
static void steps_add(struct making *m, uint32_t first, uint64_t which)
{
	while (which) {
		struct flat_step *s = vec_add(&m->f->steps);
		unsigned rule = 0;

		for (unsigned lane = 0; lane < FLAT_STEP; lane++) {
			const struct flat_test *t;

			/* the last one again fills the step */
			if (which)
				rule = (unsigned)__builtin_ctzll(which);
			which &= which - 1;
			t = &m->filters[first + rule]->test;
			s->field = m->filters[first + rule]->field;
			s->rule[lane] = (uint8_t)rule;
			s->mask[lane] = t->mask;
			s->from[lane] = t->from + (uint32_t)SIGN;
			s->limit[lane] = t->span + (uint32_t)SIGN;
		}
	}
}

static void block_make(struct making *m, uint32_t block)
{
	uint32_t first = flat_block_first(m->f, block);
	uint32_t end = MIN(flat_block_first(m->f, block + 1), m->f->n);
	struct flat_block *b = &m->f->blocks[block];
	uint64_t by_field[FLAT_FIELDS] = { 0 };

	b->first = first;
	for (uint32_t r = first; r < end; r++) {
		const struct flat_offer *o = m->filters[r];
		uint64_t bit = UINT64_C(1) << (r - first);

		if (!o) {
			b->always |= bit;
		} else if (index_for(m, o)) {
			b->indexed |= bit;
		} else {
			b->fields |= UINT64_C(1) << o->field;
			by_field[o->field] |= bit;
		}
	}
	for (uint64_t left = b->fields; left; left &= left - 1)
		steps_add(m, first, by_field[__builtin_ctzll(left)]);
	m->ends[block] = m->f->steps.len;
}

static void blocks_add(struct making *m)
{
	struct vm_flat *f = m->f;
	uint32_t busy = FLAT_NONE;

	f->first_block = f->n > FLAT_FEW ? FLAT_FIRST : FLAT_FEW;
	f->n_blocks = f->n ? flat_block_of(f, f->n - 1) + 1 : 0;
	f->blocks = xcalloc(f->n_blocks, sizeof(*f->blocks));
	m->ends = xcalloc(f->n_blocks, sizeof(*m->ends));
	for (uint32_t i = 0; i < f->n_blocks; i++)
		block_make(m, i);
	vec_shrink(&f->steps);
	for (uint32_t i = f->n_blocks; i--;) {
		if (m->ends[i]) {
			f->blocks[i].steps =
				f->steps.v + (i ? m->ends[i - 1] : 0);
			f->blocks[i].end = f->steps.v + m->ends[i];
		}
		if (f->blocks[i].always | f->blocks[i].fields)
			busy = i;
		f->blocks[i].next_busy = busy;
	}
}

void flat_blocks_make(struct vm_flat *f, const struct flat_offer *offers,
		      size_t n)
{
	struct making m = { .f = f, .offers = offers, .n = n };

	count_offers(&m);
	choose(&m);
	choose_indexes(&m);
	fill_indexes(&m);
	blocks_add(&m);
	free(m.counts);
	free(m.filters);
	free(m.ends);
}

void flat_blocks_free(struct vm_flat *f)
{
	for (uint32_t i = 0; i < f->n_indexes; i++)
		free(f->indexes[i].slots);
	free(f->next);
	free(f->blocks);
}

void flat_blocks_dump(const struct vm_flat *f, struct strbuf *out)
{
	for (uint32_t i = 0; i < f->n_indexes; i++)
		strbuf_printf(out, "index of field %u\n", f->indexes[i].field);
	for (uint32_t i = 0; i < f->n_blocks; i++)
		strbuf_printf(out,
			      "block %u: steps %u always 0x%llx "
			      "indexed 0x%llx\n",
			      i,
			      (unsigned)(f->blocks[i].end - f->blocks[i].steps),
			      (unsigned long long)f->blocks[i].always,
			      (unsigned long long)f->blocks[i].indexed);
}
