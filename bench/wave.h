/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in waves, as path_run_batch() has them. */
#ifndef NFTVM_BENCH_WAVE_H
#define NFTVM_BENCH_WAVE_H

#include "ct/ct.h"

/**
 * prepare_wave() - make up to a wave of packets ready, those from @from on
 * Return: how many of @n are ready now.
 */
unsigned prepare_wave(struct ct_table *t, struct packet *pkts, unsigned from,
		      unsigned n);

#endif
