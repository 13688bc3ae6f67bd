/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP stories: conversations step by step, and what becomes of each segment.
 * tests/ct/proto_tcp.c holds our tracker to them, tests/ct/twin.c the kernel.
 */
#ifndef NFTVM_TESTS_CT_STORIES_H
#define NFTVM_TESTS_CT_STORIES_H

#include "tests/ct/wire.h"

/**
 * struct step - one segment
 * @ct:		what `ct state` reads
 * @tcp:	state of the entry afterwards; NULL: there is none
 * @secs:	what it still has
 * @assured:	IPS_ASSURED
 * @reason:	why it is invalid
 */
struct step {
	struct segment_spec seg;
	uint32_t ct;
	const char *tcp;
	uint32_t secs;
	bool assured;
	enum reason reason;
};

#define STORY_STEPS 16

struct story {
	const char *name;
	struct step steps[STORY_STEPS]; /* up to one without @ct */
};

extern const struct story tcp_stories[];
extern const size_t tcp_stories_n;

#endif
