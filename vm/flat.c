/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the fast form (theory: vm/flat.h). */
#include "host/host.h"
#include "vm/emit.h"
#include "vm/flat.h"

/* Four 32-bit lanes, in whatever registers the machine has. */
typedef uint32_t lanes_t __attribute__((vector_size(16)));
typedef int32_t slanes_t __attribute__((vector_size(16)));

/* @len bytes that may be read. */
struct bytes {
	const uint8_t *p;
	uint32_t len;
};

/**
 * struct run - a chain being run
 * @known:	bit per field whose value stands below, or is odd
 * @odd:	fields without a value: their load BREAKs, so no test of them
 *		holds, or they cannot be known, so any may
 * @breaks:	of those, which
 * @changed:	a rule changed what fields read
 * @any_indexed: an index's field is unknown: all its rules may match
 * @from:	the bytes of each source; none of VM_SOURCE_EXEC
 * @head:	of each index, the next rule that it found, or FLAT_NONE
 * @value:	of each field, in all lanes
 */
struct run {
	struct vm_ctx *cx;
	const struct vm_flat *f;
	uint64_t known, odd, breaks;
	bool changed, any_indexed;
	uint32_t head[FLAT_INDEXES];
	struct bytes from[VM_SOURCE_COUNT];
	struct vm_regs regs;
	lanes_t value[FLAT_FIELDS];
};

/* A source's bytes; none of those of a link that is not there matter. */
static inline struct bytes link_bytes(const struct host_link *l)
{
	static const struct host_link none;

	return (struct bytes){ (const uint8_t *)(l ? l : &none), sizeof(*l) };
}

/* What fields read may have changed: no value is known. */
static inline void forget_fields(struct run *r)
{
	const struct packet *pkt = r->cx->pkt;
	uint32_t l4_len = 0;

	r->known = r->odd = r->breaks = 0;
	if (pkt->flags & PKT_L4 && pkt->len > pkt->l4_off)
		l4_len = pkt->len - pkt->l4_off;
	r->from[VM_SOURCE_EXEC].len = 0;
	r->from[VM_SOURCE_NETWORK] = (struct bytes){ pkt->data, pkt->len };
	r->from[VM_SOURCE_L4] =
		(struct bytes){ pkt->data + pkt->l4_off, l4_len };
	r->from[VM_SOURCE_PACKET] =
		(struct bytes){ (const uint8_t *)pkt, sizeof(*pkt) };
	r->from[VM_SOURCE_IN] = link_bytes(pkt->in);
	r->from[VM_SOURCE_OUT] = link_bytes(pkt->out);
}

static inline void value_set(struct run *r, const struct flat_field *fd,
			     uint32_t v)
{
	r->value[fd - r->f->fields.v] = (lanes_t){ v, v, v, v };
}

static void field_exec(struct run *r, const struct flat_field *fd, uint64_t bit)
{
	struct vm_regs regs;
	const uint32_t *w = &regs.w[fd->word];

	if (!fd->load) {
		r->odd |= bit;
		return;
	}
	regs.verdict = NFT_CONTINUE;
	fd->load->ops->exec(fd->load, &regs, r->cx);
	if (regs.verdict != NFT_CONTINUE) {
		r->odd |= bit;
		r->breaks |= bit;
		return;
	}
	value_set(r, fd,
		  fd->len <= 4 ? get_be32(w) >> fd->shift
			       : flat_fold(w, fd->len));
}

static inline void field_load(struct run *r, unsigned i)
{
	const struct flat_field *fd = &r->f->fields.v[i];
	const struct bytes *from = &r->from[fd->source];

	r->known |= UINT64_C(1) << i;
	if (unlikely(fd->end > from->len))
		return field_exec(r, fd, UINT64_C(1) << i);
	if (likely(fd->len <= 4))
		value_set(r, fd, get_be32(from->p + fd->offset) >> fd->shift);
	else
		value_set(r, fd, flat_fold(from->p + fd->offset, fd->len));
}

/* All ones in the lanes whose filter does not hold. */
static inline slanes_t step_misses(const struct flat_step *s, lanes_t x)
{
	lanes_t mask, from, limit;

	memcpy(&mask, s->mask, sizeof(mask));
	memcpy(&from, s->from, sizeof(from));
	memcpy(&limit, s->limit, sizeof(limit));
	return (slanes_t)((x & mask) - from) > (slanes_t)limit;
}

static inline bool all_miss(slanes_t v)
{
	uint64_t q[2];

	memcpy(q, &v, sizeof(q));
	return (q[0] & q[1]) == UINT64_MAX;
}

/* A bit for each rule of a step whose filter holds. */
static uint64_t step_rules(const struct run *r, const struct flat_step *s)
{
	uint64_t bit = UINT64_C(1) << s->field, rules = 0;
	slanes_t miss = { 0 };

	if (r->breaks & bit)
		return 0;
	if (!(r->odd & bit))
		miss = step_misses(s, r->value[s->field]);
	for (unsigned lane = 0; lane < FLAT_STEP; lane++)
		if (!miss[lane])
			rules |= UINT64_C(1) << s->rule[lane];
	return rules;
}

/* The rules of a block's steps that may match. */
static inline uint64_t scan(struct run *r, const struct flat_block *b)
{
	slanes_t miss = { -1, -1, -1, -1 };
	uint64_t rules = 0, want = b->fields & ~r->known;

	for (; want; want &= want - 1)
		field_load(r, (unsigned)__builtin_ctzll(want));
	if (likely(!(b->fields & r->odd))) {
		for (const struct flat_step *s = b->steps; s < b->end; s++)
			miss &= step_misses(s, r->value[s->field]);
		if (all_miss(miss))
			return 0;
	}
	for (const struct flat_step *s = b->steps; s < b->end; s++)
		rules |= step_rules(r, s);
	return rules;
}

/* Ask the indexes for their first rule from @from on. */
static void ask_each_index(struct run *r, uint32_t from)
{
	const struct vm_flat *f = r->f;

	for (uint32_t i = 0; i < f->n_indexes; i++) {
		const struct flat_index *x = &f->indexes[i];
		uint64_t bit = UINT64_C(1) << x->field;
		const struct flat_slot *s;

		r->head[i] = FLAT_NONE;
		if (!(r->known & bit))
			field_load(r, x->field);
		if (unlikely(r->odd & bit)) {
			r->any_indexed |= !(r->breaks & bit);
			continue;
		}
		s = flat_slot_of(x, r->value[x->field][0]);
		r->head[i] = s->rule;
		while (r->head[i] < from)
			r->head[i] = f->next[r->head[i]];
	}
}

static inline void ask_indexes(struct run *r, uint32_t from)
{
	r->any_indexed = false;
	if (r->f->n_indexes)
		ask_each_index(r, from);
}

/* The first block from @b on that has something to look at; f->blocks' end when
 * there is none. */
static const struct flat_block *busy_block(const struct run *r,
					   const struct flat_block *b)
{
	const struct vm_flat *f = r->f;
	uint32_t next;

	if (b == f->blocks + f->n_blocks || r->any_indexed)
		return b;
	next = b->next_busy;
	for (uint32_t i = 0; i < f->n_indexes; i++)
		if (r->head[i] != FLAT_NONE)
			next = MIN(next, flat_block_of(f, r->head[i]));
	return f->blocks + MIN(next, f->n_blocks);
}

/* The rules of a block that its steps did not find but indexes did. */
static uint64_t indexed(struct run *r, const struct flat_block *b)
{
	const struct vm_flat *f = r->f;
	uint64_t rules = r->any_indexed ? b->indexed : 0;

	for (uint32_t i = 0; i < f->n_indexes; i++) {
		uint32_t *head = &r->head[i];

		while (*head - b->first < FLAT_BLOCK &&
		       b->indexed >> (*head - b->first) & 1) {
			rules |= UINT64_C(1) << (*head - b->first);
			*head = f->next[*head];
		}
	}
	return rules;
}

static bool test_holds(struct run *r, const struct flat_insn *i)
{
	uint64_t bit = UINT64_C(1) << i->field;
	const struct flat_test *t = &i->test;

	if (!(r->known & bit))
		field_load(r, i->field);
	return !(r->breaks & bit) &&
	       (r->value[i->field][0] & t->mask) - t->from <= t->span;
}

/* One rule; the verdict is left in the registers. */
static void rule_run(struct run *r, uint32_t rule)
{
	const struct flat_insn *i = &r->f->code.v[r->f->start[rule]];
	const struct flat_insn *end = &r->f->code.v[r->f->start[rule + 1]];
	const struct vm_expr *e;

	r->regs.verdict = NFT_CONTINUE;
	for (; i < end; i++) {
		if (i->code == FLAT_TEST) {
			if (!test_holds(r, i))
				return vm_break(&r->regs);
			continue;
		}
		if (i->code == FLAT_VERDICT) {
			r->regs.verdict = i->verdict;
			r->regs.chain = i->chain;
			return;
		}
		e = flat_call(r->f->rules[rule], i);
		e->ops->exec(e, &r->regs, r->cx);
		if (e->flags & VM_EXPR_CHANGES) {
			forget_fields(r);
			r->changed = true;
		}
		if (r->regs.verdict != NFT_CONTINUE)
			return;
	}
}

/* From rule @from on, the next that gives a verdict other than CONTINUE, or
 * f->n: the segment's end. */
static uint32_t next_verdict(struct run *r, uint32_t from)
{
	const struct vm_flat *f = r->f;
	const struct flat_block *b = f->blocks + flat_block_of(f, from);
	const struct flat_block *end = f->blocks + f->n_blocks;
	uint64_t rules;

	ask_indexes(r, from);
	for (;;) {
		if (f->n_indexes)
			b = busy_block(r, b);
		if (b == end)
			return f->n;
		rules = b->always;
		if (b->fields)
			rules |= scan(r, b);
		if (b->indexed)
			rules |= indexed(r, b);
		if (from > b->first)
			rules &= ~UINT64_C(0) << (from - b->first);
		r->changed = false;
		while (rules && !r->changed) {
			from = b->first + (uint32_t)__builtin_ctzll(rules);
			rules &= rules - 1;
			rule_run(r, from);
			if (r->regs.verdict == NFT_BREAK)
				continue;
			vm_rule_hit(f->rules[from]);
			if (r->regs.verdict != NFT_CONTINUE)
				return from;
		}
		b++;
		if (r->changed && ++from < f->n) {
			b = f->blocks + flat_block_of(f, from);
			ask_indexes(r, from);
		}
	}
}

/* Where to go on when a chain returns. */
struct frame {
	const struct vm_prog *prog;
	uint32_t seg, next;
};

/* From @at on, the next rule that gives a verdict other than CONTINUE; false:
 * the chain ends without one. */
static bool prog_next(struct run *r, struct frame *at)
{
	for (; at->seg < at->prog->n; at->seg++, at->next = 0) {
		r->f = at->prog->segs[at->seg];
		forget_fields(r);
		at->next = next_verdict(r, at->next);
		if (at->next < r->f->n)
			return true;
	}
	return false;
}

void vm_run_flat(struct vm_ctx *cx, const struct vm_prog *base,
		 struct vm_result *res)
{
	struct frame stack[VM_JUMP_STACK], at = { base, 0, 0 };
	unsigned depth = 0;
	struct run r;

	r.cx = cx;
	for (;;) {
		if (!prog_next(&r, &at))
			r.regs.verdict = NFT_RETURN;
		switch (r.regs.verdict) {
		case NFT_JUMP:
			stack[depth] = at;
			stack[depth++].next++;
			/* fall through */
		case NFT_GOTO:
			at = (struct frame){ cx->image->progs[r.regs.chain], 0,
					     0 };
			break;
		case NFT_RETURN:
			if (!depth)
				return vm_result_policy(res, base);
			at = stack[--depth];
			break;
		default:
			return vm_result_set(res, r.regs.verdict,
					     r.f->rules[at.next]);
		}
	}
}
