/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes.
 *
 * hash_sip13() is the keyed one: SipHash-1-3 (Aumasson, Bernstein, 2012, with
 * the round counts that Linux uses for hash tables). It is for every table
 * whose keys come from outside, so that nobody can aim at one bucket. The key
 * is drawn at start; nothing that is printed may depend on it.
 */
#ifndef NFTVM_BASE_HASH_H
#define NFTVM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/** struct hash_key - 128 secret bits */
struct hash_key {
	uint64_t k0, k1;
};

/** hash_key_random() - a key from the machine's entropy (getrandom(2)) */
struct hash_key hash_key_random(void);

/** hash_sip13() - SipHash-1-3 of @len bytes */
uint64_t hash_sip13(const struct hash_key *key, const void *bytes, size_t len);

#endif
