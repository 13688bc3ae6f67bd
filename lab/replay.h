/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dry run: captures through the engine, told packet by packet and summed up
 * (DESIGN.md section 3, "Replay").
 */
#ifndef NFTVM_LAB_REPLAY_H
#define NFTVM_LAB_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lab/tracer.h"

/* --checksums: what a capture's transport checksums are worth. */
enum replay_checksums {
	REPLAY_CHECKSUMS_AUTO,	 /* unfinished ones (offload) are good */
	REPLAY_CHECKSUMS_VERIFY, /* as the kernel verifies what a wire brings */
	REPLAY_CHECKSUMS_TRUST,	 /* all are good */
};

/**
 * struct replay_options - what to replay and what to say; all borrowed
 * @rules:	ruleset files, @n_rules of them; "-" is stdin
 * @defines:	-D NAME=VALUE
 * @include_dirs: -I
 * @host:	host file, or NULL
 * @local:	addresses of the host, comma separated, or NULL
 * @iif, @oif:	names of the links of a host made from @local, or NULL
 * @captures:	files, "-" is stdin
 * @json:	an object per packet, then the summary
 * @quiet:	the summary alone
 * @emit:	with @json: what left, in hex
 * @readdress:	replies captured under other translations become what the
 *		ruleset's connections want
 * @dump_conntrack, @dump_expect, @dump_ruleset: the state at the end, into
 *		this file ("-": @out); NULL: don't
 * @handles, @numeric, @stateless: how the ruleset is dumped (-a, -n, -s)
<<<<<<< HEAD
 * @write:	what left, into this pcapng ("-": stdout, and then @out is
 *		another); or NULL
=======
 * @write:	what left, into this pcapng; or NULL
 * @coverage:	where to write which rules were reached (coverage_write()); or
 *		NULL
 * @explain:	say of each invalid packet which numbers made it so
 * @trace_number: explain this frame in @trace_format and stop, saying nothing
 *		else; 0: don't
>>>>>>> 6133b9d (wip trace nft)
 * @out, @err:	where to say it; progress goes to @err if it is a terminal
 */
struct replay_options {
	const char *const *rules;
	size_t n_rules;
	const char *const *defines;
	size_t n_defines;
	const char *const *include_dirs;
	size_t n_include_dirs;
	const char *host, *local, *iif, *oif;
	const char *const *captures;
	size_t n_captures;
	bool json, quiet, emit, readdress;
	enum replay_checksums checksums;
	const char *dump_conntrack, *dump_expect, *dump_ruleset;
	bool handles, numeric, stateless;
	const char *write;
	bool reference;
	uint64_t seed;
	const char *coverage;
	bool explain;
	uint64_t trace_number;
	enum trace_format trace_format;
	FILE *out, *err;
};

/**
 * replay() - load the ruleset and the host, run the captures, tell
 *
 * Return: the exit status: 0; 1 (ruleset, host file or a capture is wrong);
 * 2 (options that contradict each other or cannot be);
 * 3 (a file cannot be opened or written); with the reason on @err.
 */
int replay(const struct replay_options *o);

#endif
