/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench/wave.h"

#include "path/path.h"

unsigned prepare_wave(struct ct_table *t, struct packet *pkts, unsigned from,
		      unsigned n)
{
	unsigned to = MIN(n, from + PATH_WAVE);

	for (unsigned i = from; i < to; i++) {
		pkts[i].reason = packet_receive(&pkts[i]);
		packet_decode(&pkts[i]);
	}
	ct_in_prefetch(t, pkts + from, to - from);
	return to;
}
