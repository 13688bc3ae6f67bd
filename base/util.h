/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things that every folder uses. */
#ifndef NFTVM_BASE_UTIL_H
#define NFTVM_BASE_UTIL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

/** container_of() - the struct that holds @ptr as its @member */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/** DIV_ROUND_UP() - @n / @d, rounded up; @d > 0 */
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
/** ALIGN_UP() - @n rounded up to a multiple of the power of two @a */
#define ALIGN_UP(n, a) (((n) + (a)-1) & ~((__typeof__(n))(a)-1))

#endif
