/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte order: types that say which order a number is in, and unaligned
 * access to numbers in packets.
 */
#ifndef NFTVM_BASE_BYTEORDER_H
#define NFTVM_BASE_BYTEORDER_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* Numbers in network order, as they stand in a packet. */
typedef uint16_t be16_t;
typedef uint32_t be32_t;
typedef uint64_t be64_t;

static inline uint16_t get_be16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static inline uint32_t get_be32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static inline void put_be16(void *p, uint16_t host)
{
	uint16_t v = htobe16(host);

	memcpy(p, &v, sizeof(v));
}

static inline void put_be32(void *p, uint32_t host)
{
	uint32_t v = htobe32(host);

	memcpy(p, &v, sizeof(v));
}

/** load_raw16() - two bytes as they lie in memory (no conversion) */
static inline uint16_t load_raw16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/** load_raw32() - four bytes as they lie in memory (no conversion) */
static inline uint32_t load_raw32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
