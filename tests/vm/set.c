/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* Which back end a set gets. */
Test(set, each_kind_has_its_back_end)
{
	static const struct {
		uint32_t flags;
		unsigned n_fields;
		const char *backend;
	} cases[] = {
		{ 0, 0, "hash" },
		{ NFT_SET_MAP, 0, "hash" },
		{ NFT_SET_CONCAT, 2, "hash" },
		{ NFT_SET_INTERVAL, 0, "interval" },
		{ NFT_SET_INTERVAL | NFT_SET_TIMEOUT, 0, "interval" },
		{ NFT_SET_INTERVAL | NFT_SET_CONCAT, 2, "concat" },
		{ NFT_SET_TIMEOUT, 0, "dynamic" },
		{ NFT_SET_EVAL, 0, "dynamic" },
		{ NFT_SET_EVAL | NFT_SET_INTERVAL, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct vm_set s = { .flags = cases[i].flags,
				    .n_fields = cases[i].n_fields };
		const struct vm_set_ops *ops = vm_set_backend(&s);

		cr_assert_eq(!ops, !cases[i].backend, "case %zu", i);
		if (!ops)
			continue;
		cr_assert_str_eq(ops->name, cases[i].backend, "case %zu", i);
		cr_assert_eq(vm_set_backend_find(ops->name), ops);
	}
	cr_assert_null(vm_set_backend_find("list"));
}
