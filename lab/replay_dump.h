/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state at the end of a replay, into files. */
#ifndef NFTVM_LAB_REPLAY_DUMP_H
#define NFTVM_LAB_REPLAY_DUMP_H

#include "base/clock.h"
#include "lab/replay.h"

struct ct_table;
struct nftvm;

/** replay_dump() - what --dump asks for; 0, or the exit status 3 with the
 * reason on o->err */
int replay_dump(struct nftvm *nv, struct ct_table *ct,
		const struct nv_time *now, const struct replay_options *o);

#endif
