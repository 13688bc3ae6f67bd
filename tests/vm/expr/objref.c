/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include <libnftnl/object.h>

#include "tests/vm/fixture.h"

static void quota(struct fx *fx, const char *name, uint64_t bytes)
{
	struct nftnl_obj *o = nftnl_obj_alloc();

	nftnl_obj_set_u32(o, NFTNL_OBJ_FAMILY, fx->family);
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, "t");
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, NFT_OBJECT_QUOTA);
	nftnl_obj_set_u64(o, NFTNL_OBJ_QUOTA_BYTES, bytes);
	cr_assert_eq(vm_obj_add(fx->tx, o, &fx->err), 0);
	nftnl_obj_free(o);
}

static int map(struct fx *fx, uint16_t key, const char *name)
{
	struct elem_batch b;
	int ret;

	elem_batch_init(&b, 2, 0);
	elem_batch_add(&b);
	put_be16(elem_batch_key(&b, 0), key);
	elem_batch_objects(&b)[0] = name;
	ret = vm_elems_add(fx->tx, fx->family, "t", "m", &b, &fx->err);
	elem_batch_fini(&b);
	return ret;
}

/* tcp dport -> quota, then drop. */
static void rule(struct fx *fx)
{
	struct nftnl_rule *r = fx_rule(fx, "in");
	struct nftnl_expr *e;

	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	e = fx_expr(r, "objref");
	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_SET_SREG, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_SET_NAME, "m");
	fx_verdict(r, NF_DROP, NULL);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

static uint32_t port(struct fx *fx, uint16_t dport, bool reference)
{
	fx_tcp4(fx, 1, 2, 3, dport);
	fx->pkt.wire_len = 100;
	fx->env.reference = reference;
	return fx_run(fx, "in", NULL);
}

/* Each key has its object; a key that is not there leaves the rule. */
Test(expr_objref, by_a_map)
{
	for (int reference = 0; reference < 2; reference++) {
		struct nftnl_set *s;
		struct fx fx;

		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		quota(&fx, "small", 150);
		quota(&fx, "large", 100000);
		s = fx_set(&fx, "m", NFT_SET_OBJECT, 2);
		nftnl_set_set_u32(s, NFTNL_SET_OBJ_TYPE, NFT_OBJECT_QUOTA);
		cr_assert_eq(fx_set_add(&fx, s), 0);
		cr_assert_eq(map(&fx, 80, "small"), 0);
		cr_assert_eq(map(&fx, 443, "large"), 0);
		rule(&fx);
		cr_assert_eq(fx_commit(&fx), 0);
		cr_assert_eq(port(&fx, 80, reference), NF_DROP);
		cr_assert_eq(port(&fx, 80, reference), NF_ACCEPT, "used up");
		cr_assert_eq(port(&fx, 443, reference), NF_DROP);
		cr_assert_eq(port(&fx, 22, reference), NF_ACCEPT);
		fx_begin(&fx);
		cr_assert_eq(vm_obj_del(fx.tx, fx.family, "t", NFT_OBJECT_QUOTA,
					"small", &fx.err),
			     -EBUSY);
		vm_abort(fx.tx);
		fx_begin(&fx);
		cr_assert_eq(map(&fx, 25, "none"), -ENOENT);
		vm_abort(fx.tx);
		fx_fini(&fx);
	}
}

Test(expr_objref, says_what_libnftnl_says)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("objref");
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	quota(&fx, "q", 5);
	cr_assert_eq(fx_commit(&fx), 0);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_QUOTA);
	nftnl_expr_set_str(ne, NFTNL_EXPR_OBJREF_IMM_NAME, "q");
	cr_assert(fx_describes(&fx, ne));
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
