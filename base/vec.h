/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growing arrays. A vector is any struct with @v, @len and @cap:
 *
 *	struct { struct rule **v; size_t len, cap; } rules = { 0 };
 *	vec_push(&rules, r);
 *	for (size_t i = 0; i < rules.len; i++) ... rules.v[i] ...
 *	vec_fini(&rules);
 */
#ifndef NFTVM_BASE_VEC_H
#define NFTVM_BASE_VEC_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/util.h"

/** VEC() - the type of a vector of @type */
#define VEC(type)                \
	struct {                 \
		type *v;         \
		size_t len, cap; \
	}

/** vec_reserve() - room for at least @n elements in all */
#define vec_reserve(vec, n)                                                 \
	do {                                                                \
		size_t want_ = (n);                                         \
		if (want_ > (vec)->cap) {                                   \
			(vec)->cap =                                        \
				MAX((vec)->cap * 2, MAX(want_, (size_t)8)); \
			(vec)->v = xrealloc_array((vec)->v, (vec)->cap,     \
						  sizeof((vec)->v[0]));     \
		}                                                           \
	} while (0)

/** vec_push() - append one element */
#define vec_push(vec, elem)                         \
	do {                                        \
		vec_reserve((vec), (vec)->len + 1); \
		(vec)->v[(vec)->len++] = (elem);    \
	} while (0)

/** vec_add() - append a zeroed element; its address, valid until the next */
#define vec_add(vec)                                                   \
	({                                                             \
		vec_reserve((vec), (vec)->len + 1);                    \
		memset(&(vec)->v[(vec)->len], 0, sizeof((vec)->v[0])); \
		&(vec)->v[(vec)->len++];                               \
	})

/** vec_shrink() - give back what is not in use */
#define vec_shrink(vec)                                                 \
	do {                                                            \
		if ((vec)->len && (vec)->len < (vec)->cap) {            \
			(vec)->v = xrealloc_array((vec)->v, (vec)->len, \
						  sizeof((vec)->v[0])); \
			(vec)->cap = (vec)->len;                        \
		}                                                       \
	} while (0)

/** vec_foreach() - @p points at each element in turn */
#define vec_foreach(vec, p) \
	for ((p) = (vec)->v; (vec)->len && (p) < (vec)->v + (vec)->len; (p)++)

/** vec_fini() - free the array (not what its elements point at) */
#define vec_fini(vec)                        \
	do {                                 \
		free((vec)->v);              \
		(vec)->v = NULL;             \
		(vec)->len = (vec)->cap = 0; \
	} while (0)

#endif
