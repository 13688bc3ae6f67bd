/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* Tables, chains and rules in the order in which they came. */
Test(vm, walks)
{
	static const char *const names[] = { "in", "a", "b" };
	const struct vm_chain *c = NULL;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "a");
	fx_base(&fx, "b", NF_INET_FORWARD, NF_DROP);
	vm_table_add(fx.tx, NFPROTO_IPV6, "empty", 0, &fx.err);
	fx_commit(&fx);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		c = vm_chain_next(fx.vm, c);
		cr_assert_str_eq(vm_chain_spec(c)->name, names[i]);
		cr_assert_null(vm_rule_next(c, NULL));
	}
	cr_assert_null(vm_chain_next(fx.vm, c));
	c = vm_base_chain_next(fx.vm, NULL);
	cr_assert_str_eq(vm_chain_spec(c)->name, "in");
	c = vm_base_chain_next(fx.vm, c);
	cr_assert_str_eq(vm_chain_spec(c)->name, "b");
	cr_assert_null(vm_base_chain_next(fx.vm, c));
	fx_fini(&fx);
}

Test(vm, freed_with_an_open_transaction)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "a");
	fx_set_add(&fx, fx_set(&fx, "s", NFT_SET_INTERVAL, 4));
	cr_assert_null(vm_begin(fx.vm)); /* one at a time */
	fx_fini(&fx);
	vm_free(NULL);
}
