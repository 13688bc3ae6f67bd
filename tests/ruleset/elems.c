/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/byteorder.h"
#include "base/rng.h"
#include "base/util.h"
#include "ruleset/elems.h"

/* One row with a 32-bit key in network order. */
static void row_make(struct elem_batch *one, uint32_t key)
{
	if (!one->cap)
		elem_batch_init(one, 4, 0);
	one->len = 0;
	elem_batch_add(one);
	put_be32(one->keys, key);
	one->flags[0] = 0;
}

static bool put(struct rs_elems *s, struct elem_batch *one, uint32_t key)
{
	struct rs_pos at;

	row_make(one, key);
	if (rs_elems_seek(s, one->keys, NULL, false, &at))
		return false;
	rs_elems_insert(s, &at, one, 0);
	return true;
}

static bool take(struct rs_elems *s, uint32_t key)
{
	uint8_t bytes[4];
	struct rs_pos at;

	put_be32(bytes, key);
	if (!rs_elems_seek(s, bytes, NULL, false, &at))
		return false;
	rs_elems_take(s, &at, NULL);
	return true;
}

/* Keys come out sorted, none missing; returns how many there are. */
static size_t walk_sorted(const struct rs_elems *s)
{
	struct rs_pos at = { 0, 0 };
	const struct elem_batch *b;
	int64_t last = -1;
	size_t n = 0;

	while ((b = rs_elems_at(s, &at))) {
		int64_t key = get_be32(elem_batch_key(b, at.row));

		cr_assert_gt(key, last);
		last = key;
		n++;
		rs_elems_next(s, &at);
	}
	return n;
}

Test(elems, random_adds_and_dels_agree_with_a_bitmap)
{
	static bool there[5000];
	struct elem_batch one = { 0 };
	struct rs_elems s;
	struct rng r;
	size_t n = 0;

	rng_seed(&r, 1);
	rs_elems_init(&s, 4, 0, RS_ORDER_BYTES, false);
	for (int i = 0; i < 60000; i++) {
		uint32_t key = rng_below(&r, 5000);

		if (rng_below(&r, 3)) {
			cr_assert_eq(put(&s, &one, key), !there[key]);
			n += !there[key];
			there[key] = true;
		} else {
			cr_assert_eq(take(&s, key), there[key]);
			n -= there[key];
			there[key] = false;
		}
		cr_assert_eq(s.len, n);
	}
	cr_assert_eq(walk_sorted(&s), n);
	elem_batch_fini(&one);
	rs_elems_fini(&s);
}

Test(elems, rows_in_order_fill_their_chunks)
{
	struct elem_batch one = { 0 };
	struct rs_elems s;

	rs_elems_init(&s, 4, 0, RS_ORDER_BYTES, false);
	for (uint32_t key = 0; key < 100000; key++)
		cr_assert(put(&s, &one, key));
	cr_assert_eq(walk_sorted(&s), 100000);
	cr_assert_leq(s.n_chunks, 100000 / 512 + 1);
	elem_batch_fini(&one);
	rs_elems_fini(&s);
}

Test(elems, steps_back_to_the_first_row)
{
	struct elem_batch one = { 0 };
	struct rs_elems s;
	struct rs_pos at;
	size_t n = 0;

	rs_elems_init(&s, 4, 0, RS_ORDER_BYTES, false);
	for (uint32_t key = 0; key < 2000; key++)
		put(&s, &one, key * 7919 % 2000);
	row_make(&one, 5000);
	cr_assert_not(rs_elems_seek(&s, one.keys, NULL, false, &at));
	cr_assert_null(rs_elems_at(&s, &at));
	while (rs_elems_prev(&s, &at)) {
		n++;
		cr_assert_eq(
			get_be32(elem_batch_key(rs_elems_at(&s, &at), at.row)),
			2000 - n);
	}
	cr_assert_eq(n, 2000);
	elem_batch_fini(&one);
	rs_elems_fini(&s);
}

/* nft lists marks and concatenations as numbers of a little-endian machine. */
Test(elems, host_order_counts_the_last_byte_most)
{
	static const uint8_t a[] = { 0xff, 0, 0, 1 }, b[] = { 0, 0, 0, 2 };
	struct rs_elems s;

	rs_elems_init(&s, 4, 0, RS_ORDER_HOST, false);
	cr_assert_lt(rs_key_cmp(&s, a, b), 0);
	s.order = RS_ORDER_BYTES;
	cr_assert_gt(rs_key_cmp(&s, a, b), 0);
}

Test(elems, strings_are_the_stores_own)
{
	char comment[] = "first";
	struct elem_batch one = { 0 }, out;
	struct rs_elems s;
	struct rs_pos at = { 0, 0 };

	rs_elems_init(&s, 4, 0, RS_ORDER_BYTES, false);
	row_make(&one, 1);
	elem_batch_comments(&one)[0] = comment;
	rs_elems_insert(&s, &at, &one, 0);
	memset(comment, 'x', sizeof(comment) - 1);
	one.comments[0] = NULL;
	put(&s, &one, 0);
	rs_elems_seek(&s, one.keys, NULL, false, &at);
	rs_elems_next(&s, &at);
	cr_assert_str_eq(rs_elems_at(&s, &at)->comments[at.row], "first");
	elem_batch_init(&out, 4, 0);
	rs_elems_take(&s, &at, &out);
	cr_assert_str_eq(out.comments[0], "first");
	rs_batch_fini(&out);
	elem_batch_fini(&one);
	rs_elems_fini(&s);
}

Test(elems, keys_step_and_wrap)
{
	uint8_t key[] = { 0, 0xff, 0xff };

	cr_assert(rs_key_step(key, 3, 1));
	cr_assert_arr_eq(key, "\x01\x00\x00", 3);
	cr_assert(rs_key_step(key, 3, -1));
	cr_assert_arr_eq(key, "\x00\xff\xff", 3);
	memset(key, 0xff, 3);
	cr_assert_not(rs_key_step(key, 3, 1));
	cr_assert_arr_eq(key, "\x00\x00\x00", 3);
}

/* The edges that nft sends, and the ranges they mean. */
Test(elems, edges_become_ranges)
{
	static const struct {
		uint32_t key;
		uint8_t flags;
	} edges[] = {
		{ 0, ELEM_INTERVAL_END },
		{ 10, 0 },
		{ 20, ELEM_INTERVAL_END },
		{ 20, 0 },
		{ 30, 0 },
		{ 40, ELEM_INTERVAL_END },
		{ 50, 0 },
	};
	static const uint32_t ranges[][2] = {
		{ 10, 19 }, { 20, 29 }, { 30, 39 }, { 50, UINT32_MAX }
	};
	struct elem_batch from, to;
	size_t row = 0;

	elem_batch_init(&from, 4, 0);
	elem_batch_init(&to, 4, 0);
	for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
		size_t at = elem_batch_add(&from);

		put_be32(elem_batch_key(&from, at), edges[i].key);
		from.flags[at] = edges[i].flags;
	}
	while (row < from.len)
		if (from.flags[row] & ELEM_INTERVAL_END)
			row++;
		else
			row = rs_batch_range(&to, &from, row);
	cr_assert_eq(to.len, ARRAY_LEN(ranges));
	for (size_t i = 0; i < to.len; i++) {
		cr_assert_eq(get_be32(elem_batch_key(&to, i)), ranges[i][0]);
		cr_assert_eq(get_be32(elem_batch_key_end(&to, i)),
			     ranges[i][1]);
	}
	elem_batch_fini(&from);
	elem_batch_fini(&to);
}
