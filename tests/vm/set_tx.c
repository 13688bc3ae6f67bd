/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

Test(set_tx, refusals)
{
	static const struct {
		uint32_t flags, key_len;
		int code;
	} bad[] = {
		{ 0, 0, -EINVAL },
		{ 0, 65, -EINVAL },
		{ NFT_SET_INTERVAL | NFT_SET_EVAL, 4, -EOPNOTSUPP },
		{ NFT_SET_MAP | NFT_SET_OBJECT, 4, -EINVAL },
		{ NFT_SET_OBJECT, 4, -EINVAL },
		{ NFT_SET_MAP, 4, -EINVAL },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "s", bad[i].flags,
						    bad[i].key_len)),
			     bad[i].code, "case %zu", i);
	cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "s", 0, 4)), 0);
	cr_assert_eq(fx_set_add(&fx, fx_set(&fx, "s", 0, 4)), -EEXIST);
	vm_abort(fx.tx);
	fx_fini(&fx);
}

/* The anonymous set of a rule goes with it, and comes back with an abort. */
Test(set_tx, anonymous_sets_belong_to_their_rule)
{
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_set_add(&fx, fx_set(&fx, "__set0",
			       NFT_SET_ANONYMOUS | NFT_SET_CONSTANT, 2));
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_lookup(r, NFT_REG_1, "__set0", -1, 0);
	fx_add(&fx, r);
	fx_commit(&fx);
	fx_begin(&fx);
	cr_assert_eq(vm_set_del(fx.tx, fx.family, "t", "__set0", &fx.err),
		     -EBUSY);
	vm_rule_del(fx.tx, fx.family, "t", "in", 1, &fx.err);
	cr_assert_null(vm_set_find(fx.vm, fx.family, "t", "__set0"));
	vm_abort(fx.tx);
	cr_assert_not_null(vm_set_find(fx.vm, fx.family, "t", "__set0"));
	fx_begin(&fx);
	vm_rule_del(fx.tx, fx.family, "t", "in", 1, &fx.err);
	fx_commit(&fx);
	cr_assert_null(vm_set_find(fx.vm, fx.family, "t", "__set0"));
	fx_fini(&fx);
}
