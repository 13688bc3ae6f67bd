/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host of a replay that has no host file. */
#ifndef NFTVM_LAB_REPLAY_HOST_H
#define NFTVM_LAB_REPLAY_HOST_H

#include "base/vec.h"
#include "host/host.h"
#include "lab/replay.h"

/**
 * struct replay_host - such a host while it is made
 * @host, @o:	borrowed
 * @given:	what --local, --iif and --oif said
 */
struct replay_host {
	struct host *host;
	const struct replay_options *o;
	struct host_given given;
	VEC(struct host_given_addr) addrs;
};

/**
 * replay_host_begin() - read the options, make the links that they name
 *
 * Before the ruleset is loaded: these links have the first numbers, those that
 * the ruleset names the next ones.
 *
 * Return: 0, or the exit status with the reason on o->err. replay_host_fini()
 * either way.
 */
int replay_host_begin(struct replay_host *rh, struct host *h,
		      const struct replay_options *o);

/**
 * replay_host_infer() - the addresses and routes, from the captures where no
 * address was given
 *
 * What had to be inferred is said in one line on o->err. Captures are read
 * once for that, pipes excepted, which can be read only once.
 */
void replay_host_infer(struct replay_host *rh);

void replay_host_fini(struct replay_host *rh);

#endif
