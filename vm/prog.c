/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs: what a chain is for packets, made at each commit that changed it.
 *
 * Theory of operation
 *
 * A program is a list of segments, each up to SEG_MAX rules and their fast
 * form. Making a fast form costs some 200 ns a rule, so a commit makes only
 * the segments whose rules changed and takes over the others, counted by
 * reference:
 *
 *	old	[ r1 ... r2048 ]  [ r2049 ... r3000 ]  [ r3001 ... ]
 *	new	      same        [ r2049 ... X ... ]       same
 *
 * A rule knows its segment. Adding a rule between two of one segment, or
 * taking one out, makes that segment stale. The new list of rules is walked in
 * steps: a segment that is not stale is taken over in one, without a look at
 * its rules; other rules are put into new segments. A small segment beside new
 * rules is made anew with them, so that rules added one by one do not leave
 * segments of one rule each. An aborted transaction may leave a segment stale,
 * which costs no more than making it anew.
 */
#include <stdlib.h>

#include "vm/flat.h"

enum {
	SEG_MAX = 2048,
	SEG_SMALL = 128,
};

typedef VEC(const struct vm_rule *) rule_vec;
typedef VEC(struct vm_flat *) seg_vec;

/**
 * struct making - a program being made
 * @pending:	rules that are not in a segment yet
 */
struct making {
	const struct vm_chain *chain;
	rule_vec pending;
	seg_vec segs;
};

static const struct vm_rule *rule_after(const struct vm_rule *r)
{
	return list_entry(r->node.next, const struct vm_rule, node);
}

static const struct vm_rule *rule_before(const struct vm_rule *r)
{
	return list_entry(r->node.prev, const struct vm_rule, node);
}

static bool is_end(const struct vm_chain *c, const struct vm_rule *r)
{
	return &r->node == &c->rules;
}

/* The pending rules become segments. */
static void flush(struct making *m)
{
	for (size_t i = 0; i < m->pending.len; i += SEG_MAX) {
		size_t n = MIN(m->pending.len - i, (size_t)SEG_MAX);
		struct vm_flat *seg =
			vm_flat_new(m->pending.v + i, (uint32_t)n);

		vec_push(&m->segs, seg);
	}
	m->pending.len = 0;
}

/* The old segment that begins with @r and is still whole, or NULL. */
static struct vm_flat *same_seg(const struct vm_rule *r)
{
	struct vm_flat *seg = r->seg;

	return seg && seg->rules[0] == r && !seg->is_stale ? seg : NULL;
}

void vm_prog_rule_added(const struct vm_rule *r)
{
	const struct vm_chain *c = r->chain;
	const struct vm_rule *prev = rule_before(r), *next = rule_after(r);

	if (!is_end(c, prev) && !is_end(c, next) && prev->seg &&
	    prev->seg == next->seg)
		prev->seg->is_stale = true;
}

void vm_prog_rule_gone(const struct vm_rule *r)
{
	if (r->seg)
		r->seg->is_stale = true;
}

/* New rules come behind a small segment: it is made anew with them. */
static void absorb_last(struct making *m)
{
	struct vm_flat *last;

	if (m->pending.len || !m->segs.len)
		return;
	last = m->segs.v[m->segs.len - 1];
	if (last->n >= SEG_SMALL)
		return;
	for (uint32_t i = 0; i < last->n; i++)
		vec_push(&m->pending, last->rules[i]);
	vm_flat_free(last);
	m->segs.len--;
}

/* Take over @seg, or its rules when it is small and stands beside new ones. */
static void take_over(struct making *m, struct vm_flat *seg)
{
	if (m->pending.len && seg->n < SEG_SMALL) {
		for (uint32_t i = 0; i < seg->n; i++)
			vec_push(&m->pending, seg->rules[i]);
		return;
	}
	flush(m);
	seg->refs++;
	vec_push(&m->segs, seg);
}

struct vm_prog *vm_prog_new(const struct vm_chain *c)
{
	struct making m = { .chain = c };
	const struct vm_rule *r =
		list_entry(c->rules.next, struct vm_rule, node);
	struct vm_prog *p;

	while (!is_end(c, r)) {
		struct vm_flat *seg = same_seg(r);

		if (!seg) {
			absorb_last(&m);
			vec_push(&m.pending, r);
			r = rule_after(r);
			continue;
		}
		r = rule_after(seg->rules[seg->n - 1]);
		take_over(&m, seg);
	}
	flush(&m);
	p = xmalloc(sizeof(*p) + m.segs.len * sizeof(p->segs[0]));
	p->chain = c;
	p->n = (uint32_t)m.segs.len;
	for (size_t i = 0; i < m.segs.len; i++)
		p->segs[i] = m.segs.v[i];
	vec_fini(&m.pending);
	vec_fini(&m.segs);
	return p;
}

void vm_prog_free(void *prog)
{
	struct vm_prog *p = prog;

	if (!p)
		return;
	for (uint32_t i = 0; i < p->n; i++)
		vm_flat_free(p->segs[i]);
	free(p);
}
