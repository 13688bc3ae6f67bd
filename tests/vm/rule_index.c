/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static bool has(struct fx *fx, const char *chain, uint64_t handle)
{
	return vm_rule_index_find(&fx->vm->rules, fx_chain_find(fx, chain),
				  handle);
}

static int del(struct fx *fx, const char *chain, uint64_t handle)
{
	return vm_rule_del(fx->tx, fx->family, "t", chain, handle, &fx->err);
}

/* Rules come, go, and come back with an abort; a handle is of one chain. */
Test(rule_index, follows_transactions)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "c");
	for (int i = 0; i < 1000; i++)
		fx_add(&fx, fx_rule(&fx, i & 1 ? "c" : "in"));
	cr_assert_eq(fx_commit(&fx), 0);
	for (uint64_t h = 1; h <= 1000; h++) {
		cr_assert_eq(has(&fx, "in", h), h & 1);
		cr_assert_eq(has(&fx, "c", h), !(h & 1));
	}
	fx_begin(&fx);
	for (uint64_t h = 1; h <= 1000; h += 2)
		cr_assert_eq(del(&fx, "in", h), 0);
	cr_assert_eq(del(&fx, "in", 1), -ENOENT);
	vm_abort(fx.tx);
	cr_assert(has(&fx, "in", 1));
	fx_begin(&fx);
	for (uint64_t h = 2; h <= 1000; h += 2)
		cr_assert_eq(del(&fx, "c", h), 0);
	cr_assert_eq(fx_commit(&fx), 0);
	cr_assert_not(has(&fx, "c", 2));
	cr_assert(has(&fx, "in", 1));
	cr_assert_eq(fx.vm->rules.len, 500);
	fx_begin(&fx);
	fx_add(&fx, fx_rule(&fx, "c"));
	cr_assert(has(&fx, "c", 1001));
	vm_abort(fx.tx);
	cr_assert_not(has(&fx, "c", 1001));
	fx_fini(&fx);
}
