/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map from bytes (names, mostly) to pointers: open addressing, keyed hash,
 * insertion order kept for walking. Keys are copied; values are borrowed.
 */
#ifndef NFTVM_BASE_STRMAP_H
#define NFTVM_BASE_STRMAP_H

#include <stddef.h>
#include <stdint.h>

struct strmap;

struct strmap *strmap_new(void);
/** strmap_free() - the map and its keys, not the values; NULL accepted */
void strmap_free(struct strmap *m);
/** strmap_put() - add or replace; the value that stood there before, or NULL */
void *strmap_put(struct strmap *m, const char *key, void *value);
/** strmap_get() - the value of @key, or NULL */
void *strmap_get(const struct strmap *m, const char *key);
/** strmap_del() - take @key out; its value, or NULL */
void *strmap_del(struct strmap *m, const char *key);
/** strmap_len() - how many keys there are */
size_t strmap_len(const struct strmap *m);

/**
 * strmap_next() - walk the map in the order of insertion
 * @pos:	0 to begin; advanced by each call
 * @key:	set to the key, borrowed from the map
 *
 * The value of the last key returned may be replaced, and that key deleted.
 * Return: the value, or NULL at the end.
 */
void *strmap_next(const struct strmap *m, size_t *pos, const char **key);

#endif
