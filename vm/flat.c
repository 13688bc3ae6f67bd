/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the fast form (theory: vm/flat.h). */
#include "vm/flat.h"

/* Four 32-bit lanes, in whatever registers the machine has. */
typedef uint32_t lanes_t __attribute__((vector_size(16)));

/* What is known of a field. */
enum status {
	VALUE,
	BREAKS,	 /* the load BREAKs: no test of it holds */
	UNKNOWN, /* any rule may match */
};

/**
 * struct run - a chain being run
 * @known:	bit per field whose value and status stand below
 * @changed:	a rule changed what fields read
 */
struct run {
	struct vm_ctx *cx;
	const struct vm_flat *f;
	uint64_t known;
	bool changed;
	struct vm_regs regs;
	uint32_t value[FLAT_FIELDS];
	uint8_t status[FLAT_FIELDS];
};

static void field_load(struct run *r, unsigned i)
{
	const struct flat_field *fd = &r->f->fields[i];
	struct vm_regs regs;

	r->known |= UINT64_C(1) << i;
	r->status[i] = VALUE;
	if (!fd->load) {
		const uint8_t *p = packet_read(r->cx->pkt, fd->offset, 4);

		if (p)
			r->value[i] = get_be32(p);
		else
			r->status[i] = UNKNOWN;
		return;
	}
	regs.verdict = NFT_CONTINUE;
	fd->load->ops->exec(fd->load, &regs, r->cx);
	if (regs.verdict != NFT_CONTINUE)
		r->status[i] = BREAKS;
	else
		r->value[i] = flat_fold(&regs.w[fd->word], fd->len);
}

static enum status field_get(struct run *r, unsigned i)
{
	if (unlikely(!(r->known >> i & 1)))
		field_load(r, i);
	return r->status[i];
}

static bool test_holds(const struct flat_test *t, uint32_t x)
{
	switch (t->op) {
	case FLAT_EQ:
		return x == t->a;
	case FLAT_RANGE:
		return x - t->a <= t->b;
	case FLAT_MASK_EQ:
		return (x & t->b) == t->a;
	case FLAT_MASK_NE:
		return (x & t->b) != t->a;
	default:
		return x - t->a > t->b;
	}
}

static lanes_t load_lanes(const uint32_t *p)
{
	lanes_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool any_lane(lanes_t v)
{
	uint64_t q[2];

	memcpy(q, &v, sizeof(q));
	return q[0] | q[1];
}

/* Does any lane hold? One loop per kind, each a handful of instructions for
 * four rules. */
static bool scan(const struct vm_flat *f, const struct flat_group *g,
		 uint32_t value)
{
	const uint32_t *a = f->a.v + g->first, *b = f->b.v + g->first;
	lanes_t x = { value, value, value, value }, hit = { 0 };

	switch (g->op) {
	case FLAT_EQ:
		for (unsigned i = 0; i < g->n; i += FLAT_STEP)
			hit |= (lanes_t)(load_lanes(a + i) == x);
		break;
	case FLAT_RANGE:
		for (unsigned i = 0; i < g->n; i += FLAT_STEP)
			hit |= (lanes_t)(x - load_lanes(a + i) <=
					 load_lanes(b + i));
		break;
	case FLAT_MASK_EQ:
		for (unsigned i = 0; i < g->n; i += FLAT_STEP)
			hit |= (lanes_t)((x & load_lanes(b + i)) ==
					 load_lanes(a + i));
		break;
	default:
		for (unsigned i = 0; i < g->n; i += FLAT_STEP)
			hit |= (lanes_t)((x & load_lanes(b + i)) !=
					 load_lanes(a + i));
	}
	return any_lane(hit);
}

/* A bit for each rule whose lane holds. */
static uint64_t lanes_of(const struct vm_flat *f, const struct flat_group *g,
			 uint32_t value)
{
	uint64_t rules = 0;

	for (unsigned i = 0; i < g->n; i++) {
		struct flat_test t = { .op = g->op,
				       .a = f->a.v[g->first + i],
				       .b = f->b.v[g->first + i] };

		if (test_holds(&t, value))
			rules |= UINT64_C(1) << f->lane_rule.v[g->first + i];
	}
	return rules;
}

/* The rules of a block that may match. */
static uint64_t candidates(struct run *r, uint32_t block)
{
	const struct vm_flat *f = r->f;
	const struct flat_block *b = &f->blocks.v[block];
	const struct flat_group *g = &f->groups.v[b->first_group];
	uint64_t rules = b->always;

	for (uint32_t i = 0; i < b->n_groups; i++, g++) {
		enum status s = field_get(r, g->field);

		if (s == UNKNOWN)
			rules |= g->rules;
		else if (s == VALUE && scan(f, g, r->value[g->field]))
			rules |= lanes_of(f, g, r->value[g->field]);
	}
	return rules;
}

/* One rule; the verdict is left in the registers. */
static void rule_run(struct run *r, uint32_t rule)
{
	const struct flat_insn *i = &r->f->code.v[r->f->start.v[rule]];
	const struct flat_insn *end = &r->f->code.v[r->f->start.v[rule + 1]];

	r->regs.verdict = NFT_CONTINUE;
	for (; i < end; i++) {
		if (i->code == FLAT_TEST) {
			if (field_get(r, i->test.field) != VALUE ||
			    !test_holds(&i->test, r->value[i->test.field]))
				return vm_break(&r->regs);
			continue;
		}
		if (i->code == FLAT_VERDICT) {
			r->regs.verdict = i->verdict;
			r->regs.chain = i->chain;
			return;
		}
		i->call->ops->exec(i->call, &r->regs, r->cx);
		if (i->call->flags & VM_EXPR_CHANGES) {
			r->known = 0;
			r->changed = true;
		}
		if (r->regs.verdict != NFT_CONTINUE)
			return;
	}
}

/* From rule @from on, the next that gives a verdict other than CONTINUE, or
 * f->n: the chain's end. */
static uint32_t next_verdict(struct run *r, uint32_t from)
{
	const struct vm_flat *f = r->f;

	for (uint32_t block = from / FLAT_BLOCK; block < f->blocks.len;) {
		uint64_t rules = candidates(r, block);

		rules &= ~UINT64_C(0) << from % FLAT_BLOCK;
		r->changed = false;
		while (rules && !r->changed) {
			from = block * FLAT_BLOCK + __builtin_ctzll(rules);
			rules &= rules - 1;
			rule_run(r, from);
			if (r->regs.verdict == NFT_BREAK)
				continue;
			vm_rule_hit(f->rules[from]);
			if (r->regs.verdict != NFT_CONTINUE)
				return from;
		}
		if (r->changed && ++from % FLAT_BLOCK)
			continue;
		from = ++block * FLAT_BLOCK;
	}
	return f->n;
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
		r->known = 0;
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
