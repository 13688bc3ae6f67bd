/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lock that is held for some dozen instructions. Private to ct/. */
#ifndef NFTVM_CT_SPIN_H
#define NFTVM_CT_SPIN_H

#include <stdbool.h>
#include <stdint.h>

static inline bool spin_trylock(uint32_t *lock)
{
	return !__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_lock(uint32_t *lock)
{
	while (!spin_trylock(lock))
		while (__atomic_load_n(lock, __ATOMIC_RELAXED))
			;
}

static inline void spin_unlock(uint32_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

#endif
