/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* What each key is called, how wide it is; packets have no socket. */
Test(expr_socket, nobody_has_sockets)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (uint32_t key = 0; key <= NFT_SOCKET_CGROUPV2 + 1; key++) {
		struct nftnl_expr *ne = nftnl_expr_alloc("socket");
		struct vm_regs regs = { .verdict = NFT_CONTINUE };
		struct vm_expr *e;

		nftnl_expr_set_u32(ne, NFTNL_EXPR_SOCKET_KEY, key);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_SOCKET_DREG, NFT_REG_1);
		nftnl_expr_set_u32(ne, NFTNL_EXPR_SOCKET_LEVEL, 1);
		if (key > NFT_SOCKET_CGROUPV2) {
			cr_expect_null(fx_lower(&fx, ne));
			cr_expect_eq(fx.err.code, -EOPNOTSUPP);
			nftnl_expr_free(ne);
			break;
		}
		cr_assert(fx_describes(&fx, ne));
		e = fx_lower(&fx, ne);
		fx_exec(&fx, e, &regs);
		cr_expect_eq(regs.verdict, NFT_BREAK);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_socket, hooks)
{
	for (uint8_t hook = 0; hook <= NF_INET_POST_ROUTING; hook++) {
		struct vm_chain_spec base = { .is_base = true, .hook = hook };
		bool may = hook == NF_INET_PRE_ROUTING ||
			   hook == NF_INET_LOCAL_IN ||
			   hook == NF_INET_LOCAL_OUT;

		cr_expect_eq(vm_expr_socket.validate(NULL, &base),
			     may ? 0 : -EOPNOTSUPP);
	}
}
