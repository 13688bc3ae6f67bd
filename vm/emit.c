/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making the fast form (theory: vm/flat.h).
 *
 * A rule's expressions are gone through once. A load waits (struct pending)
 * for the mask and the comparison that it is for; together they become one
 * test. When something else comes, or the loaded register is read again later,
 * what waited is called as it is. The tests at the beginning of a rule are
 * offered as its filter.
 */
#include "vm/emit.h"

#include <stdlib.h>

#include "vm/flat.h"

/**
 * struct pending - a load, perhaps masked, that waits for its comparison
 * @load, @mask: the expressions, NULL when there is none
 * @source, @offset: where the bytes are
 */
struct pending {
	const struct vm_expr *load, *mask;
	uint64_t key;
	struct vm_reg reg;
	unsigned load_word, len;
	enum vm_source source;
	unsigned offset;
	uint32_t and_, xor_;
};

/**
 * struct vm_emit - the fast form being made
 * @rule, @at:	the rule and the number of the expression
 * @number:	of the rule in the segment
 * @leading:	only tests so far: they may be filters
 */
struct vm_emit {
	struct vm_flat *f;
	const struct vm_rule *rule;
	uint32_t number;
	unsigned at;
	struct pending p;
	bool leading;
	VEC(struct flat_offer) offers;
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
	insn_add(em, FLAT_CALL)->call =
		(uint32_t)((const char *)e - (const char *)em->rule->exprs);
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
	struct flat_field *fd;

	for (size_t i = 0; i < f->fields.len; i++) {
		const struct flat_field *have = &f->fields.v[i];

		if (have->key == want->key && have->len == want->len &&
		    !have->load == !want->load &&
		    (!want->load || have->load->ops == want->load->ops))
			return (int)i;
	}
	if (f->fields.len == FLAT_FIELDS)
		return -1;
	fd = vec_add(&f->fields);
	*fd = *want;
	fd->shift = (uint8_t)(32 - 8 * MIN(want->len, 4));
	fd->end = want->offset + MAX(want->len, 4u);
	return (int)f->fields.len - 1;
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

static uint32_t max_of(unsigned len)
{
	return len >= 4 ? UINT32_MAX : (1u << (8 * len)) - 1;
}

/* Of how many bits it takes the value to be one of those wanted. */
static uint8_t bits_of(const struct flat_test *t, unsigned len)
{
	int wanted = t->span ? 32 - __builtin_clz(t->span) : 0;
	int bits = __builtin_popcount(t->mask & max_of(len)) - wanted;

	return (uint8_t)MAX(bits, 0);
}

/* A test of the first bytes of an aligned word of the network header, seen as
 * one of the word, so that `ip saddr` of all prefix lengths is one field. */
static void widen(struct vm_emit *em, struct flat_offer *o, unsigned len)
{
	struct flat_field word = { .key = em->p.offset,
				   .len = 4,
				   .source = VM_SOURCE_NETWORK,
				   .offset = em->p.offset };
	unsigned shift = 8 * (4 - MIN(len, 4u));
	int field;

	if (em->p.source != VM_SOURCE_NETWORK || em->p.offset % 4 || len > 4 ||
	    o->test.mask != UINT32_MAX || o->test.from > max_of(len) ||
	    o->test.span > max_of(len) - o->test.from)
		return;
	field = field_add(em->f, &word);
	if (field < 0)
		return;
	o->field = (uint8_t)field;
	o->test.from <<= shift;
	o->test.span = o->test.span << shift | ((1u << shift) - 1);
}

/* Offer a test as the rule's filter. */
static void offer(struct vm_emit *em, const struct flat_test *t, uint8_t field,
		  unsigned len)
{
	struct flat_offer o = { .rule = em->number,
				.field = field,
				.bits = bits_of(t, len),
				.test = *t };

	if (!em->leading)
		return;
	widen(em, &o, len);
	vec_push(&em->offers, o);
}

/* The pending load and the test @t at @e become one instruction. */
static bool test_add(struct vm_emit *em, const struct vm_expr *e,
		     struct flat_test t, unsigned len)
{
	struct pending *p = &em->p;
	struct flat_field field = { .load = p->load,
				    .key = p->key,
				    .word = (uint8_t)p->load_word,
				    .len = (uint8_t)len,
				    .source = (uint8_t)p->source,
				    .offset = p->offset };
	uint32_t words = p->load->writes | (p->mask ? p->mask->writes : 0);
	bool whole = len <= 4 && !read_later(em->rule, em->at, words);
	struct flat_insn *insn;
	int n = field_add(em->f, &field);

	if (n < 0)
		return false;
	insn = insn_add(em, FLAT_TEST);
	insn->field = (uint8_t)n;
	insn->test = t;
	offer(em, &t, (uint8_t)n, len);
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

void vm_emit_source(struct vm_emit *em, enum vm_source source, unsigned offset)
{
	em->p.source = source;
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

/* Anything but @v. */
static void not_equal(struct flat_test *t, uint32_t v)
{
	t->from = v + 1;
	t->span = UINT32_MAX - 1;
}

/* (x & mask) ^ xor == v, or !=. */
static bool masked_test(const struct pending *p, unsigned op, uint32_t v,
			struct flat_test *t)
{
	uint32_t max = max_of(p->len), rest = ~p->and_ & max;

	v ^= p->xor_;
	if (v & rest || (op != NFT_CMP_EQ && op != NFT_CMP_NEQ))
		return false;
	*t = (struct flat_test){ .mask = p->and_, .from = v };
	if (op == NFT_CMP_NEQ)
		not_equal(t, v);
	else if (!(rest & (rest + 1)))
		/* a prefix: the rest is free */
		*t = (struct flat_test){ UINT32_MAX, v, rest };
	return true;
}

static bool plain_test(unsigned op, uint32_t v, uint32_t max,
		       struct flat_test *t)
{
	*t = (struct flat_test){ .mask = UINT32_MAX, .from = v };
	switch (op) {
	case NFT_CMP_EQ:
		return true;
	case NFT_CMP_NEQ:
		not_equal(t, v);
		return true;
	case NFT_CMP_LT:
		t->from = 0;
		t->span = v - 1;
		return v > 0;
	case NFT_CMP_LTE:
		t->from = 0;
		t->span = v;
		return true;
	case NFT_CMP_GT:
		t->from = v + 1;
		t->span = max - t->from;
		return v < max;
	case NFT_CMP_GTE:
		t->span = max - v;
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
	uint32_t a = flat_fold(from, len), b = flat_fold(to, len);
	struct flat_test t = { UINT32_MAX, a, b - a };

	if (!p->load || p->mask || p->reg.word != sreg.word || len != p->len ||
	    len > 4 || a > b)
		return false;
	if (!inside) {
		if (t.span == UINT32_MAX)
			return false;
		t.from = b + 1;
		t.span = UINT32_MAX - 1 - t.span;
	}
	return test_add(em, e, t, len);
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

static void rule_emit(struct vm_emit *em, const struct vm_rule *r)
{
	const struct vm_expr *e = r->exprs;

	em->rule = r;
	em->leading = true;
	em->f->start[em->number] = (uint32_t)em->f->code.len;
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

	f->refs = 1;
	f->rules = xmemdup(rules, n * sizeof(*rules));
	f->n = n;
	f->start = xcalloc(n + 1, sizeof(*f->start));
	for (; em.number < n; em.number++) {
		((struct vm_rule *)(uintptr_t)rules[em.number])->seg = f;
		rule_emit(&em, rules[em.number]);
	}
	f->start[n] = (uint32_t)f->code.len;
	flat_blocks_make(f, em.offers.v, em.offers.len);
	vec_shrink(&f->fields);
	vec_shrink(&f->code);
	vec_fini(&em.offers);
	return f;
}

void vm_flat_free(struct vm_flat *f)
{
	if (--f->refs)
		return;
	flat_blocks_free(f);
	free(f->rules);
	free(f->start);
	vec_fini(&f->fields);
	vec_fini(&f->code);
	vec_fini(&f->steps);
	free(f);
}

/* --- as text --------------------------------------------------------------- */

static void test_dump(const struct flat_insn *i, struct strbuf *out)
{
	const struct flat_test *t = &i->test;

	strbuf_printf(out, "  test field %u ", i->field);
	if (t->mask != UINT32_MAX)
		strbuf_printf(out, "& 0x%x ", t->mask);
	if (!t->span)
		strbuf_printf(out, "eq 0x%x\n", t->from);
	else if (t->span == UINT32_MAX - 1)
		strbuf_printf(out, "neq 0x%x\n", t->from - 1);
	else
		strbuf_printf(out, "in 0x%x-0x%x\n", t->from,
			      t->from + t->span);
}

static void insn_dump(const struct flat_insn *i, const struct vm_rule *r,
		      struct strbuf *out)
{
	const struct vm_expr *e;

	switch (i->code) {
	case FLAT_TEST:
		test_dump(i, out);
		break;
	case FLAT_CALL:
		e = flat_call(r, i);
		strbuf_printf(out, "  call [ %s ", e->ops->name);
		e->ops->describe(e, out);
		strbuf_puts(out, "]\n");
		break;
	default:
		strbuf_printf(out, "  verdict %d chain %u\n", i->verdict,
			      i->chain);
	}
}

void vm_flat_dump(const struct vm_flat *f, struct strbuf *out)
{
	for (size_t i = 0; i < f->fields.len; i++) {
		const struct flat_field *fd = &f->fields.v[i];

		strbuf_printf(out, "field %zu: %u bytes of ", i, fd->len);
		if (fd->load)
			fd->load->ops->describe(fd->load, out);
		else
			strbuf_printf(out, "network header + %u", fd->offset);
		strbuf_putc(out, '\n');
	}
	flat_blocks_dump(f, out);
	for (uint32_t i = 0; i < f->n; i++) {
		strbuf_printf(out, "rule %llu\n",
			      (unsigned long long)f->rules[i]->handle);
		for (uint32_t j = f->start[i]; j < f->start[i + 1]; j++)
			insn_dump(&f->code.v[j], f->rules[i], out);
	}
}
