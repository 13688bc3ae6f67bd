/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box that is tried out: an engine whose ruleset is loaded, with a
 * connection table, a packet path and a clock of its own. Packets are sent
 * through it one by one; trace, scenario tests and the shell stand on it.
 */
#ifndef NFTVM_LAB_BOX_H
#define NFTVM_LAB_BOX_H

#include "api/engine.h"
#include "lab/replay.h"
#include "path/path.h"

/* A box's monotonic clock starts here, so that nothing is before zero. */
#define BOX_MONO_START (3600 * NS_PER_SEC)

/**
 * struct box - owned by the caller; all parts are its own but @nv
 * @now:	both clocks; the caller moves them forward
 * @sent:	how many packets have run
 */
struct box {
	struct nftvm *nv;
	struct ct_table *ct;
	struct path *path;
	struct nv_time now;
	uint64_t sent;
};

/**
 * box_load() - the host and the ruleset that the options name, into @nv
 * Return: 0, or the exit status. What is wrong is in @nv's diagnostics, or told
 * on o->err.
 */
int box_load(struct nftvm *nv, const struct replay_options *o);

/**
 * box_init() - a box of what is loaded
 * @o:		checksums, seed, form
 * @sink:	who is told of what leaves
 */
void box_init(struct box *b, struct nftvm *nv, const struct replay_options *o,
	      const struct path_sink *sink);
void box_fini(struct box *b);
/** box_run() - one packet, in which is set, at the box's time */
void box_run(struct box *b, struct packet *pkt, struct path_result *res);

#endif
