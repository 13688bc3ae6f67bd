/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many ICMP errors the host may send: a bucket for all together, one for
 * each destination (inet_peer).
 */
#ifndef NFTVM_PATH_LIMIT_H
#define NFTVM_PATH_LIMIT_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/rng.h"
#include "host/host.h"

struct limits;

struct limits *limits_new(const struct host *host, struct rng *rng);
void limits_free(struct limits *l);

/** limits_allow4() - may this ICMP error go to @to? */
bool limits_allow4(struct limits *l, uint8_t type, uint8_t code,
		   const union inet_addr *to, const struct nv_time *now);
/** limits_allow6() - the same for ICMPv6 */
bool limits_allow6(struct limits *l, uint8_t type, const union inet_addr *to,
		   const struct nv_time *now);
/** limits_allow_redirect4() - may @to hear of a shorter way? A few times at
 * growing intervals, then no more until it has been silent for a while
 * (ip_rt_send_redirect()) */
bool limits_allow_redirect4(struct limits *l, const union inet_addr *to,
			    const struct nv_time *now);
/** limits_redirected4() - it has been told */
void limits_redirected4(struct limits *l, const union inet_addr *to,
			const struct nv_time *now);
/** limits_allow_redirect6() - IPv6: asked for the destination of the packet,
 * then for its sender (ip6_forward(), ndisc_send_redirect()) */
bool limits_allow_redirect6(struct limits *l, const union inet_addr *addr,
			    const struct nv_time *now);
/** limits_allow_route_error() - may @to hear that there is no route? Asked
 * before the others (ip_error()) */
bool limits_allow_route_error(struct limits *l, const union inet_addr *to,
			      const struct nv_time *now);

#endif
