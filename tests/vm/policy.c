/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static const struct vm_chain *chain_in(const struct fx *fx)
{
	return vm_base_chain_next(fx->vm, NULL);
}

Test(policy, changes_with_the_commit)
{
	struct vm_result res;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(vm_chain_policy(fx.tx, NFPROTO_INET, "t", "in", NF_DROP,
				     &fx.err),
		     0);
	vm_run(&fx.env, chain_in(&fx), &fx.pkt, &res);
	cr_assert_eq(res.verdict, NF_ACCEPT);
	cr_assert_eq(fx_commit(&fx), 0);
	vm_run(&fx.env, chain_in(&fx), &fx.pkt, &res);
	cr_assert_eq(res.verdict, NF_DROP);
	cr_assert_null(res.rule);
	fx_fini(&fx);
}

Test(policy, is_refused_or_forgotten)
{
	struct vm_result res;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "regular");
	cr_assert_eq(vm_chain_policy(fx.tx, NFPROTO_INET, "t", "nowhere",
				     NF_DROP, &fx.err),
		     -ENOENT);
	cr_assert_eq(vm_chain_policy(fx.tx, NFPROTO_INET, "t", "regular",
				     NF_DROP, &fx.err),
		     -EOPNOTSUPP);
	cr_assert_eq(vm_chain_policy(fx.tx, NFPROTO_INET, "t", "in", NF_QUEUE,
				     &fx.err),
		     -EOPNOTSUPP);
	cr_assert_eq(vm_chain_policy(fx.tx, NFPROTO_INET, "t", "in", NF_DROP,
				     &fx.err),
		     0);
	vm_abort(fx.tx);
	vm_run(&fx.env, chain_in(&fx), &fx.pkt, &res);
	cr_assert_eq(res.verdict, NF_ACCEPT);
	fx_fini(&fx);
}
