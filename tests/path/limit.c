/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "base/util.h"
#include "path/limit.h"

static unsigned burst(struct limits *l, uint8_t type, uint8_t code, uint32_t to,
		      const struct nv_time *now, unsigned n)
{
	const union inet_addr a = { .ip = to };
	unsigned allowed = 0;

	while (n--)
		allowed += limits_allow4(l, type, code, &a, now);
	return allowed;
}

/* Facts, trap 35: six at once, then one a second, to each. */
Test(limit, six_then_one_a_second)
{
	struct nv_time now = { 100 * NS_PER_SEC, 0 };
	struct host *h = host_new();
	struct limits *l;
	struct rng rng;

	rng_seed(&rng, 1);
	l = limits_new(h, &rng);
	cr_expect_eq(burst(l, 3, 1, 1, &now, 20), 6);
	cr_expect_eq(burst(l, 11, 0, 1, &now, 20), 0);
	cr_expect_eq(burst(l, 3, 1, 2, &now, 20), 6);
	now.mono_ns += NS_PER_SEC;
	cr_expect_eq(burst(l, 3, 1, 1, &now, 20), 1);
	/* path MTU discovery is not held up, nor are other types */
	cr_expect_eq(burst(l, 3, 4, 1, &now, 20), 20);
	cr_expect_eq(burst(l, 5, 0, 1, &now, 20), 20);
	limits_free(l);
	host_free(h);
}

/* All together: no more than the burst, which loses about one for each. */
Test(limit, all_together)
{
	struct nv_time now = { 100 * NS_PER_SEC, 0 };
	struct host *h = host_new();
	unsigned allowed = 0;
	struct limits *l;
	struct rng rng;

	rng_seed(&rng, 1);
	l = limits_new(h, &rng);
	for (uint32_t to = 1; to <= 1000; to++)
		allowed += burst(l, 3, 1, to, &now, 1);
	cr_expect_geq(allowed, 25);
	cr_expect_leq(allowed, 120);
	limits_free(l);
	host_free(h);
}

Test(limit, a_sysctl_turns_it_off)
{
	struct nv_time now = { 100 * NS_PER_SEC, 0 };
	struct host *h = host_new();
	struct limits *l;
	struct rng rng;

	host_sysctl_set(h, "net.ipv4.icmp_ratelimit", 0);
	host_sysctl_set(h, "net.ipv4.icmp_msgs_burst", 1000000);
	host_sysctl_set(h, "net.ipv4.icmp_msgs_per_sec", 1000000);
	rng_seed(&rng, 1);
	l = limits_new(h, &rng);
	cr_expect_eq(burst(l, 3, 1, 1, &now, 5000), 5000);
	limits_free(l);
	host_free(h);
}

/* ip_error(): five, whatever the sysctls say. */
Test(limit, missing_routes)
{
	struct nv_time now = { 100 * NS_PER_SEC, 0 };
	const union inet_addr a = { .ip = 1 };
	struct host *h = host_new();
	unsigned allowed = 0;
	struct limits *l;
	struct rng rng;

	rng_seed(&rng, 1);
	l = limits_new(h, &rng);
	for (int i = 0; i < 20; i++)
		allowed += limits_allow_route_error(l, &a, &now);
	cr_expect_eq(allowed, 5);
	limits_free(l);
	host_free(h);
}

/* Ref: ip_rt_send_redirect(): 20 ms, twice as long each time, nine in all. */
Test(limit, redirects_at_growing_intervals)
{
	const union inet_addr to = { .ip = 1 };
	struct nv_time now = { 100 * NS_PER_SEC, 0 };
	struct host *h = host_new();
	struct limits *l;
	struct rng rng;

	rng_seed(&rng, 1);
	l = limits_new(h, &rng);
	for (unsigned i = 0; i < 9; i++) {
		now.mono_ns += i ? ((20 << i) + 4) * NS_PER_MS : 0;
		cr_assert(limits_allow_redirect4(l, &to, &now), "%u", i);
		limits_redirected4(l, &to, &now);
		now.mono_ns += (20 << i) * NS_PER_MS;
		cr_assert_not(limits_allow_redirect4(l, &to, &now), "%u", i);
	}
	/* asking again and again keeps it silent; then it begins anew */
	now.mono_ns += 20 * NS_PER_SEC;
	cr_assert_not(limits_allow_redirect4(l, &to, &now));
	now.mono_ns += 20 * NS_PER_SEC;
	cr_assert_not(limits_allow_redirect4(l, &to, &now));
	now.mono_ns += 21 * NS_PER_SEC;
	cr_assert(limits_allow_redirect4(l, &to, &now));
	limits_free(l);
	host_free(h);
}
