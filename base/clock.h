/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time is an argument: nothing in the engine asks the machine what time it
 * is. A replay's clocks are the capture's, a test's are the test's.
 */
#ifndef NFTVM_BASE_CLOCK_H
#define NFTVM_BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_SEC UINT64_C(1000000000)
#define NS_PER_MS  UINT64_C(1000000)
/* A jiffy of the kernel that is the definition (HZ=250): timeouts of
 * connections and set elements have this grain there, and so here. */
#define NS_PER_TICK   (4 * NS_PER_MS)
#define TICKS_PER_SEC 250

/**
 * struct nv_time - the two clocks of one packet
 * @mono_ns:	monotonic, never steps back: timeouts, limit
 * @wall_ns:	nanoseconds since 1970 UTC: meta time/day/hour, timestamps
 */
struct nv_time {
	uint64_t mono_ns;
	uint64_t wall_ns;
};

/** nv_ticks() - the jiffy that @mono_ns falls in, as the kernel's u32 */
static inline uint32_t nv_ticks(uint64_t mono_ns)
{
	return (uint32_t)(mono_ns / NS_PER_TICK);
}

#endif
