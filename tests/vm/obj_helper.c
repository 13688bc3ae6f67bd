/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <errno.h>

#include <libnftnl/object.h>

#include "tests/vm/fixture.h"

/* Add `ct helper h { type @type protocol @l4; l3proto @l3; }`; @l3 0: not
 * said. */
static int add(struct fx *fx, const char *type, uint8_t l4, uint16_t l3)
{
	struct nftnl_obj *o = nftnl_obj_alloc();
	int ret;

	nftnl_obj_set_u32(o, NFTNL_OBJ_FAMILY, fx->family);
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, "t");
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, "h");
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, NFT_OBJECT_CT_HELPER);
	nftnl_obj_set_str(o, NFTNL_OBJ_CT_HELPER_NAME, type);
	nftnl_obj_set_u8(o, NFTNL_OBJ_CT_HELPER_L4PROTO, l4);
	if (l3)
		nftnl_obj_set_u16(o, NFTNL_OBJ_CT_HELPER_L3PROTO, l3);
	ret = vm_obj_add(fx->tx, o, &fx->err);
	nftnl_obj_free(o);
	return ret;
}

/* nft_ct_helper_obj_init() */
Test(obj_helper, refuses_as_the_kernel_does)
{
	static const struct {
		uint8_t family, l4;
		uint16_t l3;
		const char *type;
		int ret;
	} rows[] = {
		{ NFPROTO_INET, IPPROTO_TCP, 0, "ftp", 0 },
		{ NFPROTO_INET, IPPROTO_TCP, NFPROTO_IPV4, "ftp", 0 },
		{ NFPROTO_INET, IPPROTO_TCP, NFPROTO_IPV6, "ftp", 0 },
		{ NFPROTO_IPV4, IPPROTO_TCP, 0, "ftp", 0 },
		{ NFPROTO_IPV4, IPPROTO_TCP, NFPROTO_IPV6, "ftp", -EINVAL },
		{ NFPROTO_IPV6, IPPROTO_TCP, NFPROTO_IPV4, "ftp", -EINVAL },
		{ NFPROTO_INET, IPPROTO_UDP, 0, "ftp", -ENOENT },
		{ NFPROTO_INET, IPPROTO_TCP, 0, "gopher", -ENOENT },
		/* Linux has it */
		{ NFPROTO_INET, IPPROTO_UDP, 0, "sip", -ENOSYS },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fx fx;

		fx_init(&fx, rows[i].family);
		fx_begin(&fx);
		cr_expect_eq(add(&fx, rows[i].type, rows[i].l4, rows[i].l3),
			     rows[i].ret, "row %zu: %s", i, fx.err.message);
		fx_commit(&fx);
		fx_fini(&fx);
	}
}

static void ref(struct fx *fx)
{
	struct nftnl_rule *r = fx_rule(fx, "in");
	struct nftnl_expr *e = fx_expr(r, "objref");

	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_CT_HELPER);
	nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_IMM_NAME, "h");
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

/* It needs conntrack while it is there; a rule gives it to connections of the
 * IP versions that it is for. */
Test(obj_helper, is_given_to_connections)
{
	struct vm_result res;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(add(&fx, "ftp", IPPROTO_TCP, 0), 0);
	fx_commit(&fx);
	cr_expect_neq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), 0);
	cr_expect_neq(vm_need_seq(fx.vm, NFPROTO_IPV6, VM_NEED_CT), 0);
	fx_begin(&fx);
	ref(&fx);
	fx_commit(&fx);
	fx.pkt.ct = &fx.conn;
	fx_run(&fx, "in", &res);
	cr_assert(fx.conn.helper);
	cr_expect_str_eq(ct_helper_name(fx.conn.helper), "ftp");
	fx_fini(&fx);
}

Test(obj_helper, needs_nothing_once_it_is_gone)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(add(&fx, "ftp", IPPROTO_TCP, 0), 0);
	fx_commit(&fx);
	fx_begin(&fx);
	cr_assert_eq(vm_obj_del(fx.tx, NFPROTO_INET, "t", NFT_OBJECT_CT_HELPER,
				"h", &fx.err),
		     0);
	fx_commit(&fx);
	cr_expect_eq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), 0);
	fx_fini(&fx);
}
