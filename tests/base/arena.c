/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

Test(arena, zeroed_and_aligned)
{
	struct arena *a = arena_new();

	for (size_t size = 1; size < 200; size++) {
		uint8_t *p = arena_alloc(a, size);

		cr_assert_eq((uintptr_t)p % 8, 0);
		for (size_t i = 0; i < size; i++)
			cr_assert_eq(p[i], 0);
		memset(p, 0xff, size);
	}
	arena_free(a);
}

Test(arena, larger_than_a_block)
{
	struct arena *a = arena_new();
	char *s = arena_strdup(a, "before"), *big = arena_alloc(a, 1 << 20);

	memset(big, 'x', 1 << 20);
	cr_assert_str_eq(s, "before");
	cr_assert_str_eq(arena_printf(a, "%s-%d", "n", 7), "n-7");
	arena_free(a);
}

Test(arena, reset_gives_zeroed_memory_again)
{
	struct arena *a = arena_new();
	uint8_t *p = arena_alloc(a, 64);

	memset(p, 0xff, 64);
	arena_alloc(a, 1 << 20);
	arena_reset(a);
	cr_assert_eq(arena_bytes(a), 0);
	p = arena_alloc(a, 64);
	for (int i = 0; i < 64; i++)
		cr_assert_eq(p[i], 0);
	arena_free(a);
}

/* Small ones move, large ones keep their block to themselves; none loses its
 * bytes, and what lies beside them stays. */
Test(arena, what_grows_keeps_its_bytes)
{
	struct arena *a = arena_new();
	uint32_t *v = NULL, *small = arena_alloc(a, 4);
	size_t cap = 0;

	*small = 77;
	for (uint32_t i = 0; i < 1000000; i++) {
		if (i == cap) {
			size_t old = cap;

			cap = cap ? cap * 2 : 4;
			v = arena_grow(a, v, old * 4, cap * 4);
			cr_assert_eq(*(uint8_t *)arena_alloc(a, 1), 0);
		}
		v[i] = i;
	}
	for (uint32_t i = 0; i < 1000000; i++)
		cr_assert_eq(v[i], i);
	cr_assert_eq(*small, 77);
	/* 4 MiB, and no more copies than fit a block or two */
	cr_assert_lt(arena_bytes(a), (5u << 20));
	arena_free(a);
}
