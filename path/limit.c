/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Each destination has a bucket of time (inet_peer_xrlim_allow()): it fills by
 * the clock, holds six times what one error costs, and starts full. What
 * ip_error() takes for missing routes comes out of the same bucket, so a limit
 * of 0, which lets all errors pass, leaves nothing for those. All
 * destinations together have one more (icmp_global_allow()), which fills at
 * most every 20 ms and loses zero to two with each error, by chance, so that
 * nobody counts by it.
 *
 * Destinations are kept in a table of fixed size; where it has no room the
 * oldest in its place is forgotten, and starts full again.
 */
#include "path/limit.h"

#include <stdlib.h>

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/util.h"

#define PEERS		4096 /* a power of two */
#define WAYS		4
#define BURST_FACTOR	6     /* XRLIM_BURST_FACTOR */
#define ERROR_COST_MS	1000  /* ip_rt_error_cost */
#define ERROR_BURST_MS	5000  /* ip_rt_error_burst */
#define FULL_MS		60000 /* what a new peer's clock is behind */
#define GLOBAL_EVERY_MS 20
#define REDIRECTS	9     /* ip_rt_redirect_number */
#define REDIRECT_MS	20    /* ip_rt_redirect_load */
#define SILENCE_MS	20480 /* ip_rt_redirect_silence */
#define REDIRECT6_MS	1000

/** struct peer - a destination: milliseconds it may spend, as of @last_ms;
 * @redirects it was sent lately */
struct peer {
	union inet_addr addr;
	uint64_t last_ms, tokens_ms;
	unsigned redirects;
	bool used;
};

struct limits {
	const struct host *host;
	struct rng *rng;
	struct hash_key key;
	uint64_t global_ms;
	int64_t credit;
	bool started;
	struct peer peers[PEERS];
};

struct limits *limits_new(const struct host *host, struct rng *rng)
{
	struct limits *l = xzalloc(sizeof(*l));

	l->host = host;
	l->rng = rng;
	l->key = hash_key_random();
	return l;
}

void limits_free(struct limits *l)
{
	free(l);
}

/* Milliseconds at the kernel's grain. */
static uint64_t clock_ms(const struct nv_time *now)
{
	return now->mono_ns / NS_PER_TICK * (NS_PER_TICK / NS_PER_MS);
}

static struct peer *peer_of(struct limits *l, const union inet_addr *addr,
			    uint64_t ms)
{
	uint64_t h = hash_sip13(&l->key, addr, sizeof(*addr));
	struct peer *set = &l->peers[h % (PEERS / WAYS) * WAYS], *oldest = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].used && inet_addr_eq(&set[i].addr, addr))
			return &set[i];
		if (set[i].last_ms < oldest->last_ms || !set[i].used)
			oldest = &set[i];
	}
	*oldest = (struct peer){
		.addr = *addr,
		.last_ms = ms - MIN(ms, (uint64_t)FULL_MS),
		.tokens_ms = FULL_MS - MIN(ms, (uint64_t)FULL_MS),
		.used = true,
	};
	return oldest;
}

/* Take @cost from the peer, whose bucket holds @most. */
static bool take(struct peer *p, uint64_t ms, uint64_t cost, uint64_t most)
{
	if (ms != p->last_ms) {
		p->tokens_ms += ms - p->last_ms;
		p->last_ms = ms;
		if (p->tokens_ms > most)
			p->tokens_ms = most;
	}
	if (p->tokens_ms < cost)
		return false;
	p->tokens_ms -= cost;
	return true;
}

bool limits_allow_route_error(struct limits *l, const union inet_addr *to,
			      const struct nv_time *now)
{
	uint64_t ms = clock_ms(now);

	return take(peer_of(l, to, ms), ms, ERROR_COST_MS, ERROR_BURST_MS);
}

bool limits_allow_redirect4(struct limits *l, const union inet_addr *to,
			    const struct nv_time *now)
{
	uint64_t ms = clock_ms(now);
	struct peer *p = peer_of(l, to, ms);

	if (ms > p->last_ms + SILENCE_MS)
		p->tokens_ms = p->redirects = 0;
	if (p->redirects >= REDIRECTS) {
		p->last_ms = ms;
		return false;
	}
	return !p->redirects || ms > p->last_ms + (REDIRECT_MS << p->redirects);
}

void limits_redirected4(struct limits *l, const union inet_addr *to,
			const struct nv_time *now)
{
	uint64_t ms = clock_ms(now);
	struct peer *p = peer_of(l, to, ms);

	p->last_ms = ms;
	p->redirects++;
}

bool limits_allow_redirect6(struct limits *l, const union inet_addr *addr,
			    const struct nv_time *now)
{
	uint64_t ms = clock_ms(now);

	return take(peer_of(l, addr, ms), ms, REDIRECT6_MS,
		    BURST_FACTOR * REDIRECT6_MS);
}

/* icmp_global_allow(), icmp_global_consume() */
static bool allow_global(struct limits *l, uint64_t ms)
{
	int64_t rate = host_sysctl(l->host, SYSCTL_icmp_msgs_per_sec);
	int64_t burst = host_sysctl(l->host, SYSCTL_icmp_msgs_burst);
	uint64_t passed = MIN(ms - l->global_ms, (uint64_t)1000);

	if (!l->started) {
		l->started = true;
		passed = 1000;
	}
	if (l->credit <= 0) {
		if (passed < GLOBAL_EVERY_MS || rate * (int64_t)passed < 1000)
			return false;
		l->global_ms = ms;
		l->credit += rate * (int64_t)passed / 1000;
		l->credit = MIN(l->credit, burst);
	}
	l->credit -= rng_below(l->rng, 3);
	return true;
}

bool limits_allow4(struct limits *l, uint8_t type, uint8_t code,
		   const union inet_addr *to, const struct nv_time *now)
{
	int64_t mask = host_sysctl(l->host, SYSCTL_icmp_ratemask);
	uint64_t cost = (uint64_t)host_sysctl(l->host, SYSCTL_icmp_ratelimit);
	uint64_t ms = clock_ms(now);

	/* Path MTU discovery needs its answers. */
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		return true;
	if (!(mask >> type & 1))
		return true;
	if (!allow_global(l, ms))
		return false;
	return take(peer_of(l, to, ms), ms, cost, BURST_FACTOR * cost);
}

bool limits_allow6(struct limits *l, uint8_t type, const union inet_addr *to,
		   const struct nv_time *now)
{
	uint64_t cost = (uint64_t)host_sysctl(l->host, SYSCTL_icmp6_ratelimit);
	uint64_t ms = clock_ms(now);

	if (type == ICMP6_PACKET_TOO_BIG)
		return true;
	if (!allow_global(l, ms))
		return false;
	return take(peer_of(l, to, ms), ms, cost, BURST_FACTOR * cost);
}
