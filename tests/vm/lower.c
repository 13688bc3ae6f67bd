/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* State of a rule's expressions lies side by side and does not overlap. */
Test(lower, state_of_each_expression)
{
	const struct vm_rule *rule;
	const struct vm_expr *e, *next;
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	r = fx_rule(&fx, "in");
	fx_counter(r);
	fx_meta(r, NFT_META_MARK, NFT_REG_1);
	fx_counter(r);
	cr_assert_eq(fx_add(&fx, r), 0);
	fx_commit(&fx);
	rule = fx_rule_at(&fx, "in", 0);
	cr_assert_eq(rule->n, 3);
	e = rule->exprs;
	next = vm_expr_after(vm_expr_after(e));
	cr_assert_null(vm_expr_after(e)->state);
	cr_assert_eq((char *)next->state - (char *)e->state, 16);
	cr_assert_eq(vm_rule_cookie(rule), 1001);
	cr_assert_eq(vm_rule_chain(rule), fx_chain_find(&fx, "in"));
	fx_fini(&fx);
}

Test(lower, too_many_expressions)
{
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	r = fx_rule(&fx, "in");
	for (int i = 0; i < 129; i++)
		fx_counter(r);
	cr_assert_eq(fx_add(&fx, r), -EINVAL);
	vm_abort(fx.tx);
	fx_fini(&fx);
}
