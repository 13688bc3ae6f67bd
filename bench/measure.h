/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the benchmarks measure with. */
#ifndef NFTVM_BENCH_MEASURE_H
#define NFTVM_BENCH_MEASURE_H

#include <stddef.h>

/** now_ns() - the monotonic clock */
double now_ns(void);
/** rss_bytes() - resident memory of this process */
double rss_bytes(void);
/** median() - of @n numbers, which it sorts; @n > 0 */
double median(double *v, size_t n);

#endif
