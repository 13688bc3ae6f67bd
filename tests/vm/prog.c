/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"
#include "vm/flat.h"

/* What stands in a chain's program. */
static const struct vm_prog *prog(const struct fx *fx)
{
	return fx->vm->image->progs[fx_chain_find(fx, "in")->slot];
}

static void fill(struct fx *fx, unsigned n)
{
	fx_begin(fx);
	while (n--) {
		struct nftnl_rule *r = fx_rule(fx, "in");

		fx_counter(r);
		fx_add(fx, r);
	}
	fx_commit(fx);
}

static unsigned shared(const struct vm_prog *a, struct vm_flat *const *segs,
		       unsigned n)
{
	unsigned same = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (unsigned j = 0; j < n; j++)
			same += a->segs[i] == segs[j];
	return same;
}

static unsigned total(const struct vm_prog *p)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		n += p->segs[i]->n;
	return n;
}

/* 20,000 rules are ten segments; a change makes one or two of them anew. */
Test(prog, segments_are_shared)
{
	struct vm_flat *before[16];
	const struct vm_prog *p;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fill(&fx, 20000);
	p = prog(&fx);
	cr_assert_eq(p->n, 10);
	memcpy(before, p->segs, p->n * sizeof(*before));
	fill(&fx, 1); /* behind all others */
	cr_assert_geq(shared(prog(&fx), before, 10), 9);
	cr_assert_eq(total(prog(&fx)), 20001);
	fx_begin(&fx);
	vm_rule_del(fx.tx, fx.family, "t", "in", 10000, &fx.err);
	fx_commit(&fx);
	cr_assert_geq(shared(prog(&fx), before, 10), 8);
	cr_assert_eq(total(prog(&fx)), 20000);
	fx_fini(&fx);
}

Test(prog, rules_added_one_by_one_are_few_segments)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (int i = 0; i < 2000; i++)
		fill(&fx, 1);
	cr_assert_eq(total(prog(&fx)), 2000);
	cr_assert_leq(prog(&fx)->n, 2000 / 64);
	fx_fini(&fx);
}
