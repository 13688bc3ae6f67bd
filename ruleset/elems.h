/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The elements of one set, kept sorted: what is listed, and what a new element
 * is checked against.
 */
#ifndef NFTVM_RULESET_ELEMS_H
#define NFTVM_RULESET_ELEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/elem_batch.h"

/* Keys are as long as registers go, and less. */
#define RS_KEY_MAX 256

/* The order that a store is kept in: the one that nft lists a set in. */
enum rs_order {
	RS_ORDER_BYTES, /* network order: first byte counts most */
	RS_ORDER_HOST,	/* one little-endian number: last byte counts most */
};

/** In which order rows are listed. Other than by keys, arrivals are counted. */
enum rs_listing {
	RS_LIST_KEYS,	  /* as they are kept */
	RS_LIST_ARRIVALS, /* as they came in */
	RS_LIST_LOW_BITS, /* flags by their lowest one, then the latest first */
};

/**
 * struct rs_elems - a sorted array in chunks
 * @order:	of the keys
 * @listing:	the order of listing
 * @arrivals:	rows that came in, unless they are listed by their keys; see
 *		rs_elems_arrival()
 * @chunks:	each holds 1 to RS_CHUNK_ROWS rows, all below those of the next
 * @firsts:	of each chunk's first row, the bytes that count most, as a number
 * @len:	rows in all chunks
 *
 * Comments, object names and statements of rows belong to the store; names of
 * chains to the chains, which an element keeps from being deleted.
 */
struct rs_elems {
	enum rs_order order;
	enum rs_listing listing;
	uint32_t arrivals;
	uint16_t key_len, data_len;
	struct elem_batch **chunks;
	uint64_t *firsts;
	size_t n_chunks, cap_chunks;
	size_t len;
};

/** struct rs_pos - a row's place; valid until the store changes */
struct rs_pos {
	size_t chunk, row;
};

void rs_elems_init(struct rs_elems *s, uint16_t key_len, uint16_t data_len,
		   enum rs_order order, enum rs_listing listing);
void rs_elems_fini(struct rs_elems *s);

/** rs_key_cmp() - compare two keys; < 0, 0, > 0 */
int rs_key_cmp(const struct rs_elems *s, const uint8_t *a, const uint8_t *b);

/** rs_key_step() - @key, a number in network order, + 1 (@by 1) or - 1 (@by -1);
 * false when it leaves the space of keys, and wraps */
bool rs_key_step(uint8_t *key, size_t len, int by);

/**
 * rs_elems_seek() - the first row that is not below a key
 * @end:	the second part of the order where rows have key ends, or NULL
 * @catchall:	look for the `*` element, which stands behind all keys
 * @at:		set to the place, perhaps behind the last row
 *
 * Return: whether the row there is equal.
 */
bool rs_elems_seek(const struct rs_elems *s, const uint8_t *key,
		   const uint8_t *end, bool catchall, struct rs_pos *at);

/** rs_elems_at() - the chunk that holds row at->row; NULL behind the last */
struct elem_batch *rs_elems_at(const struct rs_elems *s,
			       const struct rs_pos *at);
/** rs_elems_next(), rs_elems_prev() - step; prev is false at the beginning */
void rs_elems_next(const struct rs_elems *s, struct rs_pos *at);
bool rs_elems_prev(const struct rs_elems *s, struct rs_pos *at);

/**
 * rs_elems_insert() - a copy of a row, at the place that rs_elems_seek() found
 *
 * Copies what the row's pointers point at, except names of chains.
 */
void rs_elems_insert(struct rs_elems *s, const struct rs_pos *at,
		     const struct elem_batch *from, size_t row);

/** rs_elems_arrival() - the number of a row in a store that keeps arrivals */
uint32_t rs_elems_arrival(const struct elem_batch *b, size_t row);

/**
 * rs_elems_take() - remove a row
 * @out:	gets the row appended, with the ownership of its strings; or
 *		NULL, and they are freed
 */
void rs_elems_take(struct rs_elems *s, const struct rs_pos *at,
		   struct elem_batch *out);

/** rs_batch_put() - append row @row of @from to @to, pointers as they are */
void rs_batch_put(struct elem_batch *to, const struct elem_batch *from,
		  size_t row);
/**
 * rs_batch_range() - append the range that begins at edge @row of @from
 * @from:	edges, in order (see setelem.c); @row is no end
 * Return: the row behind the range's edges.
 */
size_t rs_batch_range(struct elem_batch *to, const struct elem_batch *from,
		      size_t row);
/** rs_batch_fini() - free a batch and the strings that its rows own */
void rs_batch_fini(struct elem_batch *b);

#endif
