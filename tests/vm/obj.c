/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include <libnftnl/object.h>

#include "tests/vm/fixture.h"

static struct nftnl_obj *obj(struct fx *fx, uint32_t type, const char *name)
{
	struct nftnl_obj *o = nftnl_obj_alloc();

	nftnl_obj_set_u32(o, NFTNL_OBJ_FAMILY, fx->family);
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, "t");
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, type);
	return o;
}

static int add(struct fx *fx, struct nftnl_obj *o)
{
	int ret = vm_obj_add(fx->tx, o, &fx->err);

	nftnl_obj_free(o);
	return ret;
}

static void ref(struct fx *fx, const char *name)
{
	struct nftnl_rule *r = fx_rule(fx, "in");
	struct nftnl_expr *e = fx_expr(r, "objref");

	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_IMM_NAME, name);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

static uint64_t packets(struct fx *fx, const char *name)
{
	struct nftnl_obj *o = obj(fx, NFT_OBJECT_COUNTER, name);
	uint64_t n;

	vm_obj_state(fx->vm, o);
	n = nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_PKTS);
	nftnl_obj_free(o);
	return n;
}

/* Two rules, one counter; it lives on while rules come and go. */
Test(obj, is_shared_and_outlives_rules)
{
	struct nftnl_obj *o;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	o = obj(&fx, NFT_OBJECT_COUNTER, "c");
	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_PKTS, 5);
	cr_assert_eq(add(&fx, o), 0);
	ref(&fx, "c");
	ref(&fx, "c");
	cr_assert_eq(fx_commit(&fx), 0);
	fx_tcp4(&fx, 1, 2, 3, 4);
	fx_run(&fx, "in", NULL);
	cr_assert_eq(packets(&fx, "c"), 7);

	fx_begin(&fx);
	vm_rule_del(fx.tx, fx.family, "t", "in",
		    vm_rule_handle(fx_rule_at(&fx, "in", 0)), &fx.err);
	cr_assert_eq(vm_obj_del(fx.tx, fx.family, "t", NFT_OBJECT_COUNTER, "c",
				&fx.err),
		     -EBUSY);
	vm_abort(fx.tx);
	fx_begin(&fx);
	vm_rule_del(fx.tx, fx.family, "t", "in",
		    vm_rule_handle(fx_rule_at(&fx, "in", 0)), &fx.err);
	cr_assert_eq(fx_commit(&fx), 0);
	fx_run(&fx, "in", NULL);
	cr_assert_eq(packets(&fx, "c"), 8);
	fx_fini(&fx);
}

Test(obj, refusals)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(add(&fx, obj(&fx, NFT_OBJECT_COUNTER, "c")), 0);
	cr_assert_eq(add(&fx, obj(&fx, NFT_OBJECT_COUNTER, "c")), -EEXIST);
	vm_abort(fx.tx);
	fx_begin(&fx);
	cr_assert_eq(vm_obj_del(fx.tx, fx.family, "t", NFT_OBJECT_COUNTER, "c",
				&fx.err),
		     -ENOENT, "an aborted object is gone");
	cr_assert_eq(add(&fx, obj(&fx, NFT_OBJECT_SECMARK, "s")), -ENOSYS);
	cr_assert_eq(add(&fx, obj(&fx, NFT_OBJECT_QUOTA, "c")), 0,
		     "each type has its own names");
	vm_abort(fx.tx);
	fx_fini(&fx);
}
