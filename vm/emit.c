/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making the fast form (theory: vm/flat.h).
 *
 * A rule's expressions are gone through once. A load waits (struct pending)
 * for the mask and the comparison that it is for; together they become one
 * test. When something else comes, or the loaded register is read again later,
 * what waited is called as it is. The best of the tests at the beginning of a
 * rule becomes its filter; filters are sorted into groups block by block.
 */
#include "vm/emit.h"

#include <stdlib.h>

#include "vm/flat.h"

/**
 * struct pending - a load, perhaps masked, that waits for its comparison
 * @load, @mask: the expressions, NULL when there is none
 * @net32:	four bytes of the network header at @offset begin with it
 */
struct pending {
	const struct vm_expr *load, *mask;
	uint64_t key;
	struct vm_reg reg;
	unsigned load_word, len;
	bool net32;
	unsigned offset;
	uint32_t and_, xor_;
};

/* A rule's filter; score 0: none. */
struct filter {
	struct flat_test test;
	unsigned score;
};

/**
 * struct vm_emit - the fast form being made
 * @rule, @at:	the rule and the number of the expression
 * @leading:	only tests so far: they may be filters
 */
struct vm_emit {
	struct vm_flat *f;
	const struct vm_rule *rule;
	unsigned at;
	struct pending p;
	bool leading;
	struct filter filter;
};

uint32_t flat_fold(const void *bytes, unsigned len)
{
	const uint8_t *p = bytes;
	uint64_t x = len, w;

	if (len <= 4) {
		uint32_t v = 0;

		for (unsigned i = 0; i < len; i++)
			v = v << 8 | p[i];
		return v;
	}
	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&w, p, 8);
		x = (x ^ w) * UINT64_C(0x9e3779b97f4a7c15);
		x ^= x >> 29;
	}
	w = 0;
	memcpy(&w, p, len);
	x = (x ^ w) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(x >> 32);
}

static struct flat_insn *insn_add(struct vm_emit *em, enum flat_code code)
{
	struct flat_insn *i = vec_add(&em->f->code);

	i->code = (uint8_t)code;
	return i;
}

static void call_add(struct vm_emit *em, const struct vm_expr *e)
{
	insn_add(em, FLAT_CALL)->call = e;
	if (!(e->flags & VM_EXPR_PURE))
		em->leading = false;
}

/* What waited is called. */
static void flush(struct vm_emit *em)
{
	if (!em->p.load)
		return;
	call_add(em, em->p.load);
	if (em->p.mask)
		call_add(em, em->p.mask);
	em->p.load = NULL;
}

/* Number of the field, or -1 when there are too many. */
static int field_add(struct vm_flat *f, const struct flat_field *want)
{
	for (unsigned i = 0; i < f->n_fields; i++) {
		const struct flat_field *have = &f->fields[i];

		if (have->key == want->key && have->len == want->len &&
		    !have->load == !want->load &&
		    (!want->load || have->load->ops == want->load->ops))
			return (int)i;
	}
	if (f->n_fields == FLAT_FIELDS)
		return -1;
	f->fields[f->n_fields] = *want;
	return (int)f->n_fields++;
}

/* Is a register that expression number @at leaves read before it is written
 * anew? */
static bool read_later(const struct vm_rule *r, unsigned at, uint32_t words)
{
	const struct vm_expr *e = r->exprs;

	for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e)) {
		if (i <= at)
			continue;
		if (e->reads & words)
			return true;
		words &= ~e->writes;
	}
	return false;
}

/* How much a filter is worth: a test of more bytes fails more often. */
static unsigned test_score(const struct flat_test *t, unsigned len)
{
	if (t->op == FLAT_OUTSIDE)
		return 0;
	if (t->op == FLAT_MASK_NE)
		return 1;
	return 1 + len;
}

static void filter_offer(struct vm_emit *em, struct flat_test t, unsigned len)
{
	unsigned score = test_score(&t, len);
	struct flat_field net32 = { .key = em->p.offset,
				    .len = 4,
				    .offset = (uint16_t)em->p.offset };
	int field;

	if (!em->leading || score <= em->filter.score)
		return;
	if (em->p.net32 && (t.op == FLAT_EQ || t.op == FLAT_RANGE)) {
		unsigned shift = 8 * (4 - len);

		field = field_add(em->f, &net32);
		if (field >= 0) {
			t.field = (uint8_t)field;
			t.a <<= shift;
			t.b = t.op == FLAT_EQ ? 0 : t.b << shift;
			t.b |= shift ? (1u << shift) - 1 : 0;
			t.op = t.b ? FLAT_RANGE : FLAT_EQ;
		}
	}
	em->filter.test = t;
	em->filter.score = score;
}

/* The pending load and the test @t at @e become one instruction. */
static bool test_add(struct vm_emit *em, const struct vm_expr *e,
		     struct flat_test t, unsigned len)
{
	struct pending *p = &em->p;
	struct flat_field field = { .load = p->load,
				    .key = p->key,
				    .word = (uint8_t)p->load_word,
				    .len = (uint8_t)len };
	uint32_t words = p->load->writes | (p->mask ? p->mask->writes : 0);
	bool whole = len <= 4 && !read_later(em->rule, em->at, words);
	int n = field_add(em->f, &field);

	if (n < 0)
		return false;
	t.field = (uint8_t)n;
	insn_add(em, FLAT_TEST)->test = t;
	filter_offer(em, t, len);
	if (!whole) {
		/* a fold is no proof, and a register may be wanted */
		flush(em);
		call_add(em, e);
	}
	p->load = NULL;
	return true;
}

bool vm_emit_load(struct vm_emit *em, const struct vm_expr *e, uint64_t key,
		  struct vm_reg dreg, unsigned len)
{
	flush(em);
	em->p = (struct pending){ .load = e,
				  .key = key,
				  .reg = dreg,
				  .load_word = dreg.word,
				  .len = len };
	return true;
}

void vm_emit_net32(struct vm_emit *em, unsigned offset)
{
	em->p.net32 = true;
	em->p.offset = offset;
}

bool vm_emit_mask(struct vm_emit *em, const struct vm_expr *e,
		  struct vm_reg sreg, struct vm_reg dreg, unsigned len,
		  const void *mask, const void *xor_)
{
	struct pending *p = &em->p;

	if (!p->load || p->mask || p->reg.word != sreg.word || p->len != len ||
	    len > 4)
		return false;
	p->mask = e;
	p->reg = dreg;
	p->and_ = flat_fold(mask, len);
	p->xor_ = flat_fold(xor_, len);
	return true;
}

static uint32_t max_of(unsigned len)
{
	return len >= 4 ? UINT32_MAX : (1u << (8 * len)) - 1;
}

/* (x & mask) ^ xor == v, or !=. */
static bool masked_test(const struct pending *p, unsigned op, uint32_t v,
			struct flat_test *t)
{
	uint32_t max = max_of(p->len), rest = ~p->and_ & max;

	v ^= p->xor_;
	if (v & rest)
		return false;
	t->a = v;
	t->b = p->and_;
	if (op == NFT_CMP_NEQ) {
		t->op = FLAT_MASK_NE;
	} else if (op != NFT_CMP_EQ) {
		return false;
	} else if (!(rest & (rest + 1))) {
		/* a prefix: the rest is free */
		t->op = FLAT_RANGE;
		t->b = rest;
	} else {
		t->op = FLAT_MASK_EQ;
	}
	return true;
}

static bool plain_test(unsigned op, uint32_t v, uint32_t max,
		       struct flat_test *t)
{
	t->op = FLAT_RANGE;
	switch (op) {
	case NFT_CMP_EQ:
		*t = (struct flat_test){ .op = FLAT_EQ, .a = v };
		return true;
	case NFT_CMP_NEQ:
		*t = (struct flat_test){ .op = FLAT_MASK_NE, .a = v, .b = max };
		return true;
	case NFT_CMP_LT:
		t->b = v - 1;
		return v > 0;
	case NFT_CMP_LTE:
		t->b = v;
		return true;
	case NFT_CMP_GT:
		t->a = v + 1;
		t->b = max - t->a;
		return v < max;
	case NFT_CMP_GTE:
		t->a = v;
		t->b = max - v;
		return true;
	}
	return false;
}

bool vm_emit_cmp(struct vm_emit *em, const struct vm_expr *e,
		 struct vm_reg sreg, unsigned len, unsigned op,
		 const void *data)
{
	const struct pending *p = &em->p;
	struct flat_test t = { 0 };
	uint32_t v = flat_fold(data, len);
	bool ok;

	if (!p->load || p->reg.word != sreg.word || len > p->len)
		return false;
	/* more than 4 bytes are a fold, which says no more than "not equal" */
	if (p->len > 4)
		ok = len > 4 && op == NFT_CMP_EQ &&
		     plain_test(op, v, UINT32_MAX, &t);
	else if (len != p->len)
		ok = false;
	else
		ok = p->mask ? masked_test(p, op, v, &t)
			     : plain_test(op, v, max_of(len), &t);
	return ok && test_add(em, e, t, len);
}

bool vm_emit_range(struct vm_emit *em, const struct vm_expr *e,
		   struct vm_reg sreg, unsigned len, bool inside,
		   const void *from, const void *to)
{
	const struct pending *p = &em->p;
	struct flat_test t = { .op = inside ? FLAT_RANGE : FLAT_OUTSIDE };

	if (!p->load || p->mask || p->reg.word != sreg.word || len != p->len ||
	    len > 4)
		return false;
	t.a = flat_fold(from, len);
	t.b = flat_fold(to, len) - t.a;
	return flat_fold(to, len) >= t.a && test_add(em, e, t, len);
}

bool vm_emit_verdict(struct vm_emit *em, const struct vm_expr *e, int32_t code,
		     uint32_t chain)
{
	struct flat_insn *i;

	if (code == NFT_CONTINUE)
		return false;
	flush(em);
	em->leading = false;
	i = insn_add(em, FLAT_VERDICT);
	i->verdict = code;
	i->chain = chain;
	return true;
}

/* --- groups ---------------------------------------------------------------- */

enum {
	/* fewer lanes are not worth a scan: their rules always run */
	GROUP_MIN = 2,
};

static bool same_kind(const struct filter *x, const struct filter *y)
{
	return x->test.op == y->test.op && x->test.field == y->test.field;
}

/* Lanes for the filters of @which, all of one kind. */
static void group_add(struct vm_flat *f, const struct filter *filters,
		      uint64_t which)
{
	struct flat_group *g = vec_add(&f->groups);
	const struct flat_test *t = &filters[__builtin_ctzll(which)].test;
	unsigned rule = 0;

	g->op = t->op;
	g->field = t->field;
	g->first = (uint32_t)f->a.len;
	g->rules = which;
	while (which || f->a.len % FLAT_STEP) {
		/* the last one again fills the step */
		if (which)
			rule = (unsigned)__builtin_ctzll(which);
		which &= which - 1;
		vec_push(&f->a, filters[rule].test.a);
		vec_push(&f->b, filters[rule].test.b);
		vec_push(&f->lane_rule, (uint8_t)rule);
		g->n++;
	}
}

/* An equality among ranges is one that spans nothing. */
static void unify(struct filter *filters, unsigned n)
{
	uint64_t ranged = 0;

	for (unsigned i = 0; i < n; i++)
		if (filters[i].score && filters[i].test.op == FLAT_RANGE)
			ranged |= UINT64_C(1) << filters[i].test.field;
	for (unsigned i = 0; i < n; i++)
		if (filters[i].test.op == FLAT_EQ &&
		    ranged >> filters[i].test.field & 1) {
			filters[i].test.op = FLAT_RANGE;
			filters[i].test.b = 0;
		}
}

static void block_add(struct vm_flat *f, struct filter *filters, unsigned n)
{
	struct flat_block *b = vec_add(&f->blocks);
	uint64_t left = n == 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;

	b->first_group = (uint32_t)f->groups.len;
	unify(filters, n);
	while (left) {
		unsigned i = (unsigned)__builtin_ctzll(left);
		uint64_t same = 0;

		for (unsigned j = i; j < n; j++)
			if (left >> j & 1 && filters[j].score &&
			    same_kind(&filters[i], &filters[j]))
				same |= UINT64_C(1) << j;
		if (filters[i].score &&
		    __builtin_popcountll(same) >= GROUP_MIN) {
			group_add(f, filters, same);
		} else {
			same = UINT64_C(1) << i;
			b->always |= same;
		}
		left &= ~same;
	}
	b->n_groups = (uint32_t)f->groups.len - b->first_group;
}

static void rule_emit(struct vm_emit *em, const struct vm_rule *r)
{
	const struct vm_expr *e = r->exprs;

	em->rule = r;
	em->leading = true;
	em->filter.score = 0;
	vec_push(&em->f->start, (uint32_t)em->f->code.len);
	for (em->at = 0; em->at < r->n; em->at++, e = vm_expr_after(e)) {
		if (e->ops->emit && e->ops->emit(e, em))
			continue;
		flush(em);
		call_add(em, e);
	}
	flush(em);
}

struct vm_flat *vm_flat_new(const struct vm_rule **rules, uint32_t n)
{
	struct vm_flat *f = xzalloc(sizeof(*f));
	struct vm_emit em = { .f = f };
	struct filter filters[FLAT_BLOCK];

	f->refs = 1;
	f->rules = xmemdup(rules, n * sizeof(*rules));
	f->n = n;
	for (uint32_t i = 0; i < n; i++) {
		((struct vm_rule *)(uintptr_t)rules[i])->seg = f;
		rule_emit(&em, rules[i]);
		filters[i % FLAT_BLOCK] = em.filter;
		if (i % FLAT_BLOCK == FLAT_BLOCK - 1 || i == n - 1)
			block_add(f, filters, i % FLAT_BLOCK + 1);
	}
	vec_push(&f->start, (uint32_t)f->code.len);
	return f;
}

void vm_flat_free(struct vm_flat *f)
{
	if (--f->refs)
		return;
	free(f->rules);
	vec_fini(&f->start);
	vec_fini(&f->code);
	vec_fini(&f->blocks);
	vec_fini(&f->groups);
	vec_fini(&f->a);
	vec_fini(&f->b);
	vec_fini(&f->lane_rule);
	free(f);
}

/* --- as text --------------------------------------------------------------- */

static void insn_dump(const struct flat_insn *i, struct strbuf *out)
{
	static const char *const ops[] = { "eq", "range", "mask_eq", "mask_ne",
					   "outside" };

	switch (i->code) {
	case FLAT_TEST:
		strbuf_printf(out, "  test field %u %s 0x%x 0x%x\n",
			      i->test.field, ops[i->test.op], i->test.a,
			      i->test.b);
		break;
	case FLAT_CALL:
		strbuf_printf(out, "  call [ %s ", i->call->ops->name);
		i->call->ops->describe(i->call, out);
		strbuf_puts(out, "]\n");
		break;
	default:
		strbuf_printf(out, "  verdict %d chain %u\n", i->verdict,
			      i->chain);
	}
}

void vm_flat_dump(const struct vm_flat *f, struct strbuf *out)
{
	for (unsigned i = 0; i < f->n_fields; i++) {
		const struct flat_field *fd = &f->fields[i];

		strbuf_printf(out, "field %u: %u bytes of ", i, fd->len);
		if (fd->load)
			fd->load->ops->describe(fd->load, out);
		else
			strbuf_printf(out, "network header + %u", fd->offset);
		strbuf_putc(out, '\n');
	}
	for (size_t i = 0; i < f->blocks.len; i++)
		strbuf_printf(out, "block %zu: groups %u always 0x%llx\n", i,
			      f->blocks.v[i].n_groups,
			      (unsigned long long)f->blocks.v[i].always);
	for (uint32_t i = 0; i < f->n; i++) {
		strbuf_printf(out, "rule %llu\n",
			      (unsigned long long)f->rules[i]->handle);
		for (uint32_t j = f->start.v[i]; j < f->start.v[i + 1]; j++)
			insn_dump(&f->code.v[j], out);
	}
}
