/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set elements as columns of bytes.
 *
 * Elements may be millions, and libnftnl's objects cost 300 bytes each, so
 * they cross from the compiler to the ruleset and to the VM as batches: one
 * column per property, one row per element. A column that no element of the
 * batch uses is NULL.
 */
#ifndef NFTVM_BASE_ELEM_BATCH_H
#define NFTVM_BASE_ELEM_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Flags of an element, as NFT_SET_ELEM_*. */
enum {
	ELEM_INTERVAL_END = 1,
	ELEM_CATCHALL = 2,
};

/* Verdict codes of a verdict map's data, as the kernel's. */
enum {
	ELEM_VERDICT_NONE = INT32_MIN,
};

/**
 * struct elem_batch - @len elements of one set
 * @key_len:	bytes of a key (concatenations: each field padded to 4)
 * @data_len:	bytes of a data value, 0 for sets and verdict maps
 * @keys:	len * key_len bytes, in the order that registers have them
 *		(network order for packet fields, host order for marks)
 * @key_ends:	the same for the last key of a range (concatenated ranges), or
 *		NULL; interval sets without concatenation use ELEM_INTERVAL_END
 *		rows instead, as the kernel does
 * @flags:	ELEM_*
 * @data:	len * data_len bytes, or NULL
 * @verdicts:	verdict codes (NF_ACCEPT, NFT_JUMP, ...), or NULL
 * @chains:	chain name of a jump or goto, else NULL; column may be NULL.
 *		Strings are borrowed from whoever made the batch
 * @timeouts_ms: 0 is the set's default; column may be NULL
 * @expirations_ms: time left; column may be NULL
 * @comments:	element comments or NULL; column may be NULL
 * @objects:	object names of an object map; column may be NULL
 * @exprs:	per-element statements: netlink bytes of a list of expressions
 *		(NFTA_SET_ELEM_EXPRESSIONS payload), with @exprs_len; may be NULL
 * @arena:	for bytes that live as long as the batch; or NULL
 */
struct elem_batch {
	size_t len, cap;
	uint16_t key_len, data_len;
	uint8_t *keys;
	uint8_t *key_ends;
	uint8_t *flags;
	uint8_t *data;
	int32_t *verdicts;
	const char **chains;
	uint64_t *timeouts_ms;
	uint64_t *expirations_ms;
	const char **comments;
	const char **objects;
	const uint8_t **exprs;
	uint32_t *exprs_len;
	struct arena *arena;
};

/** elem_batch_init() - an empty batch; columns come as they are asked for */
void elem_batch_init(struct elem_batch *b, uint16_t key_len, uint16_t data_len);
/** elem_batch_fini() - free the columns and the arena (not borrowed strings) */
void elem_batch_fini(struct elem_batch *b);

/**
 * elem_batch_add() - append a zeroed row
 * Return: its number.
 */
size_t elem_batch_add(struct elem_batch *b);

/* The columns that may be missing: make one (zeroed) if it is not there. */
uint8_t *elem_batch_key_ends(struct elem_batch *b);
uint8_t *elem_batch_data(struct elem_batch *b);
int32_t *elem_batch_verdicts(struct elem_batch *b);
const char **elem_batch_chains(struct elem_batch *b);
uint64_t *elem_batch_timeouts_ms(struct elem_batch *b);
uint64_t *elem_batch_expirations_ms(struct elem_batch *b);
const char **elem_batch_comments(struct elem_batch *b);
const char **elem_batch_objects(struct elem_batch *b);
/** elem_batch_exprs() - makes exprs and exprs_len */
const uint8_t **elem_batch_exprs(struct elem_batch *b);
/** elem_batch_arena() - made when it is first asked for */
struct arena *elem_batch_arena(struct elem_batch *b);

static inline uint8_t *elem_batch_key(const struct elem_batch *b, size_t row)
{
	return b->keys + row * b->key_len;
}

static inline uint8_t *elem_batch_key_end(const struct elem_batch *b,
					  size_t row)
{
	return b->key_ends + row * b->key_len;
}

/**
 * elem_batch_is_open() - does the range that starts at @row reach the last key?
 *
 * It has no end then; that it stands there several times makes no end either.
 * @next: the first row behind the range, and behind its repetitions
 */
bool elem_batch_is_open(const struct elem_batch *b, size_t row, size_t *next);

#endif
