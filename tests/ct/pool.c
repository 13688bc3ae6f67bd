/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "ct/pool.h"

Test(pool, hands_out_each_object_once_and_no_more_than_max)
{
	enum {
		MAX_OBJS = 30000,
		SIZE = 96
	};
	static uint32_t refs[MAX_OBJS];
	struct ct_pool p;

	ct_pool_init(&p, SIZE, 0, MAX_OBJS, false, NULL);
	for (uint32_t i = 0; i < MAX_OBJS; i++) {
		unsigned char *obj;

		refs[i] = ct_pool_get(&p);
		cr_assert_neq(refs[i], 0);
		cr_assert_eq(refs[i], ct_pool_nth(&p, i));
		obj = ct_pool_at(&p, refs[i], SIZE);
		cr_assert_eq(ct_pool_ref(obj, SIZE), refs[i]);
		memset(obj, 1, SIZE);
	}
	cr_expect_eq(ct_pool_get(&p), 0);
	cr_expect_eq(ct_pool_used(&p), MAX_OBJS);
	ct_pool_put(&p, refs[5]);
	ct_pool_put(&p, refs[29999]);
	cr_expect_eq(ct_pool_get(&p), refs[29999]);
	cr_expect_eq(ct_pool_get(&p), refs[5]);
	cr_expect_eq(ct_pool_get(&p), 0);
	ct_pool_fini(&p);
}

Test(pool, chunks_know_their_owner)
{
	struct ct_table *owner = (struct ct_table *)&owner;
	struct ct_pool p;
	uint32_t ref = 0;

	ct_pool_init(&p, 64, 0, 40000, false, owner);
	for (int i = 0; i < 40000; i++)
		ref = ct_pool_get(&p);
	cr_expect_eq(ct_pool_chunk(ct_pool_at(&p, ref, 64))->owner, owner);
	cr_expect_eq(ct_pool_chunk(ct_pool_at(&p, ref, 64))->number, 2);
	ct_pool_fini(&p);
}
