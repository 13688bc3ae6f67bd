/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

Test(expr, every_descriptor_is_complete)
{
	const struct vm_expr_ops *ops;
	size_t n = 0;

	for (; (ops = vm_expr_at(n)); n++) {
		struct nftnl_expr *ne = nftnl_expr_alloc(ops->name);

		cr_assert_not_null(ne, "%s is none of nft's", ops->name);
		nftnl_expr_free(ne);
		cr_assert_not_null(ops->lower, "%s", ops->name);
		cr_assert_not_null(ops->exec, "%s", ops->name);
		cr_assert_not_null(ops->describe, "%s", ops->name);
		cr_assert_eq(vm_expr_find(ops->name), ops);
		cr_assert_lt(ops->priv_size, 1000);
	}
	cr_assert_gt(n, 15);
	cr_assert_null(vm_expr_find("synproxy"));
}

Test(expr, words_as_nft_prints_them)
{
	struct strbuf b = STRBUF_INIT;

	vm_describe_words(&b, "\x0a\x00\x00\x01\x17\x18", 6);
	cr_assert_str_eq(strbuf_str(&b), "0x0100000a 0x00001817 ");
	strbuf_fini(&b);
}
