/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host of a replay that has no host file. */
#ifndef NFTVM_LAB_REPLAY_HOST_H
#define NFTVM_LAB_REPLAY_HOST_H

#include "host/host.h"
#include "lab/replay.h"

/**
 * replay_host() - make @h from --local, --iif and --oif, or from the captures
 *
 * What had to be inferred is said in one line on o->err. Captures are read
 * once for that, stdin excepted, which can be read only once.
 *
 * Return: 0, or the exit status with the reason on o->err.
 */
int replay_host(struct host *h, const struct replay_options *o);

#endif
