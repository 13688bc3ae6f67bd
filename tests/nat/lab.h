/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of nat/ stand on: the packets and table of tests/ct/wire.h,
 * a host, a generator. */
#ifndef NFTVM_TESTS_NAT_LAB_H
#define NFTVM_TESTS_NAT_LAB_H

#include "base/rng.h"
#include "ct/nat.h"
#include "nat/nat.h"
#include "tests/ct/wire.h"

struct nat_lab {
	struct lab lab;
	struct host *host;
	struct rng rng;
	struct nat_env env;
};

static inline void nat_lab_open(struct nat_lab *n)
{
	lab_open(&n->lab, NULL);
	n->host = host_new();
	rng_seed(&n->rng, 1);
	n->env = (struct nat_env){
		.ct = n->lab.t,
		.host = n->host,
		.rng = &n->rng,
		.now = &n->lab.now,
	};
}

static inline void nat_lab_close(struct nat_lab *n)
{
	lab_close(&n->lab);
	host_free(n->host);
}

#endif
