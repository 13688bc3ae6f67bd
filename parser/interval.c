/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The kernel keeps ranges of single values as pairs of rows: where a range
 * starts, and, flagged, the first value behind its end. nft sends them sorted,
 * with an end row at 0 in front (unless a range starts there) and without an
 * end row where a range reaches the last value.
 *
 * Sets that merge (anonymous ones, and `auto-merge`) join ranges that overlap
 * or touch. In others an overlap is an error, and ranges that touch keep both
 * rows, as does a range that is there twice; anonymous maps leave out an end row where the next range starts.
 */
#include "parser/interval.h"

#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

void bounds_push(struct elem_rows *in, const struct bound *b)
{
	if (b->from != b->to && !in->to.len) {
		vec_reserve(&in->to, in->from.len + 1);
		if (in->from.len)
			memcpy(in->to.v, in->from.v,
			       in->from.len * sizeof(in->from.v[0]));
		in->to.len = in->from.len;
	}
	if (in->to.len || b->from != b->to)
		vec_push(&in->to, b->to);
	vec_push(&in->from, b->from);
}

void bounds_cut(struct elem_rows *in, size_t n)
{
	in->from.len = n;
	in->to.len = MIN(in->to.len, n);
	if (n)
		return;
	vec_fini(&in->from);
	vec_fini(&in->to);
}

struct seg {
	u128 from, to;
	size_t row;
};

static int seg_cmp(const void *a, const void *b)
{
	const struct seg *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to > y->to ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Eight passes of a byte each are faster than comparisons once there are
 * many; keys of up to 64 bits. */
static void radix_sort(struct seg *v, size_t n, unsigned bytes)
{
	struct seg *tmp = xcalloc(n, sizeof(*v)), *from = v, *to = tmp;

	for (unsigned b = 0; b < bytes; b++) {
		size_t at[257] = { 0 };
		struct seg *swap = from;

		for (size_t i = 0; i < n; i++)
			at[(uint8_t)(from[i].from >> (8 * b)) + 1]++;
		for (unsigned i = 0; i < 256; i++)
			at[i + 1] += at[i];
		for (size_t i = 0; i < n; i++)
			to[at[(uint8_t)(from[i].from >> (8 * b))]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	free(tmp);
}

static bool is_sorted(const struct seg *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (seg_cmp(&v[i - 1], &v[i]) > 0)
			return false;
	return true;
}

static void seg_sort(struct seg *v, size_t n, unsigned bytes)
{
	if (is_sorted(v, n))
		return;
	if (n > 4096 && bytes <= 8)
		radix_sort(v, n, bytes);
	if (!is_sorted(v, n))
		qsort(v, n, sizeof(*v), seg_cmp);
}

static int overlap(struct fill *f, const struct seg *a, const struct seg *b)
{
	return diag_error2(f->c->diags, &f->in.rows.v[b->row]->key->loc,
			   &f->in.rows.v[a->row]->key->loc,
			   "this interval overlaps another one");
}

/* Join what overlaps; @touching: also what lies side by side. Return: how many
 * are left, or -1. */
static ssize_t merge(struct fill *f, struct seg *v, size_t n)
{
	bool joins = f->set->auto_merge;
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		struct seg *last = out ? &v[out - 1] : NULL;

		if (last && !joins && last->from == v[i].from &&
		    last->to == v[i].to &&
		    !(f->set->type.flags & (NFT_SET_MAP | NFT_SET_OBJECT))) {
			v[out++] = v[i];
			continue;
		}
		if (last && v[i].from <= last->to) {
			if (!joins)
				return overlap(f, last, &v[i]);
			if (v[i].to > last->to)
				last->to = v[i].to;
			continue;
		}
		if (last && joins && v[i].from - last->to == 1) {
			last->to = v[i].to;
			continue;
		}
		v[out++] = v[i];
	}
	return (ssize_t)out;
}

static void put_key(struct fill *f, size_t row, u128 v)
{
	value_export(v, f->l->f[0].bytes, BYTEORDER_BIG,
		     elem_batch_key(f->out, row));
}

static void put_end(struct fill *f, u128 v)
{
	size_t row = elem_batch_add(f->out);

	put_key(f, row, v);
	f->out->flags[row] = ELEM_INTERVAL_END;
}

static int emit(struct fill *f, const struct seg *v, size_t n)
{
	const struct set_field *field = &f->l->f[0];
	u128 max = u128_mask(8u * field->bytes);
	bool anonymous = f->set->anonymous;
	size_t row;

	if (n && v[0].from && !f->deleting && !f->set->no_first)
		put_end(f, 0);
	for (size_t i = 0; i < n; i++) {
		if (fill_row(f, v[i].row, &row))
			return -1;
		put_key(f, row, v[i].from);
		if (v[i].to == max) {
			f->set->open_end = 1;
			continue;
		}
		if (anonymous && i + 1 < n && v[i + 1].from == v[i].to + 1) {
			f->set->open_end++;
			continue;
		}
		put_end(f, v[i].to + 1);
	}
	return 0;
}

int interval_fill(struct fill *f)
{
	const struct set_field *field = &f->l->f[0];
	size_t n = 0, len = f->in.rows.len;
	struct seg *v = xcalloc(len ? len : 1, sizeof(*v));
	ssize_t left;
	int err = -1;

	for (size_t i = 0; i < len; i++) {
		struct bound b = bounds_at(&f->in, i);

		if (elem_is_catchall(f->in.rows.v[i]))
			continue;
		v[n].from = b.from << field->shift;
		v[n].to = b.to << field->shift;
		v[n++].row = i;
	}
	bounds_cut(&f->in, 0);
	seg_sort(v, n, field->bytes);
	left = merge(f, v, n);
	if (left >= 0)
		err = emit(f, v, (size_t)left);
	free(v);
	return err;
}
