/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet, explained: every hook, chain and rule that it meets, what each
 * found and did, and what became of it.
 */
#ifndef NFTVM_LAB_TRACE_H
#define NFTVM_LAB_TRACE_H

#include "lab/replay.h"
#include "lab/tracer.h"

/**
 * struct trace_options - what to trace; all borrowed
 * @r:		ruleset, host, output; @r.captures are read with @number
 * @packets:	texts (parser/packet.h), sent one after the other
 * @number:	of the capture's frame to be explained, after all before it have
 *		run; 0: @packets are
 */
struct trace_options {
	struct replay_options r;
	const char *const *packets;
	size_t n_packets;
	uint64_t number;
	enum trace_format format;
};

/** trace() - Return: exit status; what is wrong is told on @r.err */
int trace(const struct trace_options *o);

#endif
