/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A set may have millions of elements, come all at once in order, or one at a
 * time for years. So the rows are a sorted sequence cut into chunks of at most
 * RS_CHUNK_ROWS: a B+ tree of two levels, whose upper one is an array of
 * pointers.
 *
 *	chunks ->  [*][*][*] ...
 *		    |  |
 *		    |  rows 512..1023 as columns (struct elem_batch)
 *		    rows 0..511
 *
 * Finding a row is two bisections. Inserting one moves half a chunk at most;
 * a full chunk splits in two and the array of pointers moves. With a million
 * rows that array is 16 KB, so an insert costs a microsecond, and memory is
 * the columns and nothing else: 5 bytes an element for IPv4 addresses. Rows
 * that come in order fill their chunks completely.
 *
 * Sets of concatenated ranges are listed in the order of arrival, as the
 * kernel's pipapo keeps them. Their rows are sorted all the same, to be found,
 * and carry a number in the last four bytes of their data.
 */
#include "ruleset/elems.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/byteorder.h"
#include "base/util.h"

#define RS_CHUNK_ROWS 512

void rs_elems_init(struct rs_elems *s, uint16_t key_len, uint16_t data_len,
		   enum rs_order order, enum rs_listing listing)
{
	memset(s, 0, sizeof(*s));
	s->key_len = key_len;
	s->data_len = data_len + (listing ? sizeof(uint32_t) : 0);
	s->order = order;
	s->listing = listing;
}

static void row_free(struct elem_batch *b, size_t row)
{
	if (b->comments)
		free((char *)b->comments[row]);
	if (b->objects)
		free((char *)b->objects[row]);
	if (b->exprs)
		free((uint8_t *)b->exprs[row]);
}

void rs_batch_fini(struct elem_batch *b)
{
	for (size_t row = 0; row < b->len; row++)
		row_free(b, row);
	elem_batch_fini(b);
}

void rs_elems_fini(struct rs_elems *s)
{
	for (size_t i = 0; i < s->n_chunks; i++) {
		rs_batch_fini(s->chunks[i]);
		free(s->chunks[i]);
	}
	free(s->chunks);
	free(s->firsts);
	s->chunks = NULL;
	s->firsts = NULL;
	s->n_chunks = s->cap_chunks = s->len = 0;
}

int rs_key_cmp(const struct rs_elems *s, const uint8_t *a, const uint8_t *b)
{
	if (s->order == RS_ORDER_BYTES)
		return memcmp(a, b, s->key_len);
	for (size_t i = s->key_len; i-- > 0;)
		if (a[i] != b[i])
			return a[i] - b[i];
	return 0;
}

/* The (up to) eight bytes of a key that count most, as a number: decides most
 * comparisons, and all of keys that are no longer. */
static inline uint64_t key_prefix(const struct rs_elems *s, const uint8_t *key)
{
	size_t n = MIN(s->key_len, sizeof(uint64_t));
	uint64_t v = 0;

	if (s->order == RS_ORDER_HOST) {
		memcpy((uint8_t *)&v + sizeof(v) - n, key + s->key_len - n, n);
		return le64toh(v);
	}
	if (n == sizeof(uint32_t))
		return (uint64_t)get_be32(key) << 32;
	memcpy(&v, key, n);
	return be64toh(v);
}

static int row_cmp(const struct rs_elems *s, const struct elem_batch *b,
		   size_t row, const uint8_t *key, const uint8_t *end,
		   bool catchall)
{
	bool is_catchall = b->flags[row] & ELEM_CATCHALL;
	const uint8_t *own = elem_batch_key(b, row);
	uint64_t a, c;
	int diff = 0;

	if (catchall || is_catchall)
		return (int)is_catchall - (int)catchall;
	a = key_prefix(s, own);
	c = key_prefix(s, key);
	if (a != c)
		return a < c ? -1 : 1;
	if (s->key_len > sizeof(a))
		diff = rs_key_cmp(s, own, key);
	if (diff || !end || !b->key_ends)
		return diff;
	return rs_key_cmp(s, elem_batch_key_end(b, row), end);
}

/* The last chunk whose first row is not above the key; 0 if all are. */
static size_t chunk_find(const struct rs_elems *s, const uint8_t *key,
			 const uint8_t *end, bool catchall)
{
	size_t low = 0, high = s->n_chunks;
	uint64_t prefix = catchall ? UINT64_MAX : key_prefix(s, key);

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (s->firsts[mid] < prefix ||
		    (s->firsts[mid] == prefix &&
		     row_cmp(s, s->chunks[mid], 0, key, end, catchall) <= 0))
			low = mid;
		else
			high = mid;
	}
	return low;
}

bool rs_elems_seek(const struct rs_elems *s, const uint8_t *key,
		   const uint8_t *end, bool catchall, struct rs_pos *at)
{
	const struct elem_batch *b;
	size_t low = 0, high;

	at->chunk = at->row = 0;
	if (!s->n_chunks)
		return false;
	at->chunk = chunk_find(s, key, end, catchall);
	b = s->chunks[at->chunk];
	high = b->len;
	/* What comes in order goes behind the last row: ask that one first. */
	if (row_cmp(s, b, high - 1, key, end, catchall) < 0)
		low = high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (row_cmp(s, b, mid, key, end, catchall) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	at->row = low;
	return low < b->len && !row_cmp(s, b, low, key, end, catchall);
}

struct elem_batch *rs_elems_at(const struct rs_elems *s,
			       const struct rs_pos *at)
{
	if (at->chunk >= s->n_chunks)
		return NULL;
	if (at->row < s->chunks[at->chunk]->len)
		return s->chunks[at->chunk];
	return NULL;
}

void rs_elems_next(const struct rs_elems *s, struct rs_pos *at)
{
	at->row++;
	if (at->row >= s->chunks[at->chunk]->len &&
	    at->chunk + 1 < s->n_chunks) {
		at->chunk++;
		at->row = 0;
	}
}

bool rs_elems_prev(const struct rs_elems *s, struct rs_pos *at)
{
	if (at->row) {
		at->row--;
		return true;
	}
	if (!at->chunk || !s->n_chunks)
		return false;
	at->chunk--;
	at->row = s->chunks[at->chunk]->len - 1;
	return true;
}

/* --- rows ---------------------------------------------------------------- */

static void ends_put(struct elem_batch *to, size_t at,
		     const struct elem_batch *from, size_t row)
{
	if (!from->key_ends && !to->key_ends)
		return;
	memcpy(elem_batch_key_ends(to) + at * to->key_len,
	       from->key_ends ? elem_batch_key_end(from, row)
			      : elem_batch_key(from, row),
	       to->key_len);
}

/* Columns that are NULL in @from stay zero, or missing, in @to. */
static void optional_put(struct elem_batch *to, size_t at,
			 const struct elem_batch *from, size_t row)
{
	if (from->data && to->data_len)
		memcpy(elem_batch_data(to) + at * to->data_len,
		       from->data + row * from->data_len,
		       MIN(to->data_len, from->data_len));
	if (from->verdicts)
		elem_batch_verdicts(to)[at] = from->verdicts[row];
	if (from->chains)
		elem_batch_chains(to)[at] = from->chains[row];
	if (from->timeouts_ms)
		elem_batch_timeouts_ms(to)[at] = from->timeouts_ms[row];
	if (from->expirations_ms)
		elem_batch_expirations_ms(to)[at] = from->expirations_ms[row];
	if (from->comments)
		elem_batch_comments(to)[at] = from->comments[row];
	if (from->objects)
		elem_batch_objects(to)[at] = from->objects[row];
}

static void exprs_put(struct elem_batch *to, size_t at,
		      const struct elem_batch *from, size_t row)
{
	if (!from->exprs)
		return;
	if (!to->exprs) {
		to->exprs = xcalloc(to->cap, sizeof(*to->exprs));
		to->exprs_len = xcalloc(to->cap, sizeof(*to->exprs_len));
	}
	to->exprs[at] = from->exprs[row];
	to->exprs_len[at] = from->exprs_len[row];
}

void rs_batch_put(struct elem_batch *to, const struct elem_batch *from,
		  size_t row)
{
	size_t at = elem_batch_add(to);

	memcpy(elem_batch_key(to, at), elem_batch_key(from, row), to->key_len);
	to->flags[at] = from->flags[row];
	ends_put(to, at, from, row);
	optional_put(to, at, from, row);
	exprs_put(to, at, from, row);
}

bool rs_key_step(uint8_t *key, size_t len, int by)
{
	uint8_t limit = by > 0 ? 0xff : 0;

	while (len-- > 0) {
		if (key[len] != limit) {
			key[len] += by;
			return true;
		}
		key[len] = (uint8_t)~limit;
	}
	return false;
}

size_t rs_batch_range(struct elem_batch *to, const struct elem_batch *from,
		      size_t row)
{
	uint8_t *end;

	rs_batch_put(to, from, row);
	end = elem_batch_key_ends(to) + (to->len - 1) * to->key_len;
	memset(end, 0xff, to->key_len);
	if (elem_batch_is_open(from, row, &row))
		return row;
	memcpy(end, elem_batch_key(from, row), to->key_len);
	rs_key_step(end, to->key_len, -1);
	return row + !!(from->flags[row] & ELEM_INTERVAL_END);
}

/* The strings of a row become the store's own. */
static void row_own(struct elem_batch *b, size_t row)
{
	if (b->comments)
		b->comments[row] = xstrdup(b->comments[row]);
	if (b->objects)
		b->objects[row] = xstrdup(b->objects[row]);
	if (b->exprs && b->exprs[row])
		b->exprs[row] = xmemdup(b->exprs[row], b->exprs_len[row]);
}

/* Turn the columns so that the last row comes to stand at @row (or, for
 * @back, the one at @row last). */
static void column_turn(void *column, size_t width, size_t row, size_t len,
			bool back)
{
	uint8_t *p = column, tmp[256];

	if (!column || row + 1 >= len)
		return;
	assert(width <= sizeof(tmp));
	if (back) {
		memcpy(tmp, p + row * width, width);
		memmove(p + row * width, p + (row + 1) * width,
			(len - row - 1) * width);
		memcpy(p + (len - 1) * width, tmp, width);
		return;
	}
	memcpy(tmp, p + (len - 1) * width, width);
	memmove(p + (row + 1) * width, p + row * width,
		(len - row - 1) * width);
	memcpy(p + row * width, tmp, width);
}

static void rows_turn(struct elem_batch *b, size_t row, bool back)
{
	size_t len = b->len;

	column_turn(b->keys, b->key_len, row, len, back);
	column_turn(b->key_ends, b->key_len, row, len, back);
	column_turn(b->flags, 1, row, len, back);
	column_turn(b->data, b->data_len, row, len, back);
	column_turn(b->verdicts, sizeof(*b->verdicts), row, len, back);
	column_turn(b->chains, sizeof(*b->chains), row, len, back);
	column_turn(b->timeouts_ms, sizeof(*b->timeouts_ms), row, len, back);
	column_turn(b->expirations_ms, sizeof(*b->expirations_ms), row, len,
		    back);
	column_turn(b->comments, sizeof(*b->comments), row, len, back);
	column_turn(b->objects, sizeof(*b->objects), row, len, back);
	column_turn(b->exprs, sizeof(*b->exprs), row, len, back);
	column_turn(b->exprs_len, sizeof(*b->exprs_len), row, len, back);
}

/* The last row goes; its strings are somebody else's, or freed. A later row
 * must find zeroes. */
static void last_drop(struct elem_batch *b)
{
	size_t row = b->len - 1;

	memset(elem_batch_key(b, row), 0, b->key_len);
	b->flags[row] = 0;
	if (b->key_ends)
		memset(elem_batch_key_end(b, row), 0, b->key_len);
	if (b->data)
		memset(b->data + row * b->data_len, 0, b->data_len);
	if (b->verdicts)
		b->verdicts[row] = 0;
	if (b->chains)
		b->chains[row] = NULL;
	if (b->timeouts_ms)
		b->timeouts_ms[row] = 0;
	if (b->expirations_ms)
		b->expirations_ms[row] = 0;
	if (b->comments)
		b->comments[row] = NULL;
	if (b->objects)
		b->objects[row] = NULL;
	if (b->exprs)
		b->exprs[row] = NULL;
	b->len--;
}

/* --- chunks -------------------------------------------------------------- */

/* The first row of a chunk has changed. */
static void first_set(struct rs_elems *s, size_t chunk)
{
	const struct elem_batch *b = s->chunks[chunk];

	s->firsts[chunk] = b->flags[0] & ELEM_CATCHALL ? UINT64_MAX
						       : key_prefix(s, b->keys);
}

static struct elem_batch *chunk_add(struct rs_elems *s, size_t at)
{
	struct elem_batch *b = xmalloc(sizeof(*b));

	elem_batch_init(b, s->key_len, s->data_len);
	if (s->n_chunks == s->cap_chunks) {
		s->cap_chunks = s->cap_chunks ? s->cap_chunks * 2 : 1;
		s->chunks = xrealloc_array(s->chunks, s->cap_chunks,
					   sizeof(struct elem_batch *));
		s->firsts = xrealloc_array(s->firsts, s->cap_chunks,
					   sizeof(uint64_t));
	}
	memmove(s->chunks + at + 1, s->chunks + at,
		(s->n_chunks - at) * sizeof(struct elem_batch *));
	memmove(s->firsts + at + 1, s->firsts + at,
		(s->n_chunks - at) * sizeof(uint64_t));
	s->chunks[at] = b;
	s->n_chunks++;
	return b;
}

/* Make room at a full chunk: behind it when the new row goes to its end (rows
 * that come in order leave full chunks), else by halving it. */
static void chunk_split(struct rs_elems *s, struct rs_pos *at)
{
	struct elem_batch *low = s->chunks[at->chunk];
	struct elem_batch *high = chunk_add(s, at->chunk + 1);
	size_t keep = at->row == low->len ? low->len : low->len / 2;

	for (size_t row = keep; row < low->len; row++)
		rs_batch_put(high, low, row);
	while (low->len > keep)
		last_drop(low);
	if (high->len)
		first_set(s, at->chunk + 1);
	if (at->row >= keep) {
		at->chunk++;
		at->row -= keep;
	}
}

/* Rows that come back (an aborted deletion) have their number already. */
static void arrival_put(struct rs_elems *s, struct elem_batch *b,
			const struct elem_batch *from, size_t row)
{
	uint8_t *tail =
		elem_batch_data(b) + b->len * b->data_len - sizeof(uint32_t);

	if (from->data_len == b->data_len)
		return;
	memcpy(tail, &s->arrivals, sizeof(s->arrivals));
	s->arrivals++;
}

uint32_t rs_elems_arrival(const struct elem_batch *b, size_t row)
{
	uint32_t nr;

	memcpy(&nr, b->data + (row + 1) * b->data_len - sizeof(nr), sizeof(nr));
	return nr;
}

void rs_elems_insert(struct rs_elems *s, const struct rs_pos *at,
		     const struct elem_batch *from, size_t row)
{
	struct rs_pos pos = *at;
	struct elem_batch *b;

	if (!s->n_chunks)
		chunk_add(s, 0);
	else if (s->chunks[pos.chunk]->len == RS_CHUNK_ROWS)
		chunk_split(s, &pos);
	b = s->chunks[pos.chunk];
	rs_batch_put(b, from, row);
	row_own(b, b->len - 1);
	if (s->listing)
		arrival_put(s, b, from, row);
	rows_turn(b, pos.row, false);
	if (!pos.row)
		first_set(s, pos.chunk);
	s->len++;
}

void rs_elems_take(struct rs_elems *s, const struct rs_pos *at,
		   struct elem_batch *out)
{
	struct elem_batch *b = s->chunks[at->chunk];

	rows_turn(b, at->row, true);
	if (out)
		rs_batch_put(out, b, b->len - 1);
	else
		row_free(b, b->len - 1);
	last_drop(b);
	s->len--;
	if (b->len) {
		if (!at->row)
			first_set(s, at->chunk);
		return;
	}
	elem_batch_fini(b);
	free(b);
	s->n_chunks--;
	memmove(s->chunks + at->chunk, s->chunks + at->chunk + 1,
		(s->n_chunks - at->chunk) * sizeof(struct elem_batch *));
	memmove(s->firsts + at->chunk, s->firsts + at->chunk + 1,
		(s->n_chunks - at->chunk) * sizeof(uint64_t));
}
