/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tests/host/text.h"

Test(host, sysctls_of_links_are_put_together_as_the_kernel_does)
{
	struct host *h = host_ok("link add a.b\nlink add b\n");
	const struct host_link *a = host_link_by_name(h, "a.b");
	const struct host_link *b = host_link_by_name(h, "b");

	cr_assert_eq(host_link_sysctl(h, a, LINK_SYSCTL_rp_filter), 0);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.a.b.rp_filter", 2), 0);
	cr_assert_eq(host_link_sysctl(h, a, LINK_SYSCTL_rp_filter), 2);
	cr_assert_eq(host_link_sysctl(h, b, LINK_SYSCTL_rp_filter), 0);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.all.rp_filter", 1), 0);
	cr_assert_eq(host_link_sysctl(h, a, LINK_SYSCTL_rp_filter), 2);
	cr_assert_eq(host_link_sysctl(h, b, LINK_SYSCTL_rp_filter), 1);

	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.b.log_martians", 1), 0);
	cr_assert_eq(host_link_sysctl(h, b, LINK_SYSCTL_log_martians), 1);
	cr_assert_eq(host_link_sysctl(h, a, LINK_SYSCTL_log_martians), 0);

	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.default.rp_filter", 2),
		     0);
	cr_assert_eq(host_link_sysctl(h, host_link_add(h, "late"),
				      LINK_SYSCTL_rp_filter),
		     2);
	host_free(h);
}

Test(host, forwarding_has_two_names_and_reaches_every_link)
{
	struct host *h = host_ok("link add a\n");
	const struct host_link *a = host_link_by_name(h, "a");

	cr_assert_eq(host_sysctl(h, SYSCTL_ip_forward), 1);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.all.forwarding", 0), 0);
	cr_assert_eq(host_sysctl(h, SYSCTL_ip_forward), 0);
	cr_assert_eq(host_link_sysctl(h, a, LINK_SYSCTL_forwarding), 0);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.ip_forward", 1), 0);
	cr_assert_eq(host_link_sysctl(h, a, LINK_SYSCTL_forwarding), 1);
	cr_assert_eq(host_sysctl_set(h, "net.ipv6.conf.all.forwarding", 0), 0);
	cr_assert_eq(host_sysctl(h, SYSCTL_ip6_forward), 0);
	host_free(h);
}

Test(host, unknown_sysctls)
{
	struct host *h = host_new();

	cr_assert_eq(host_sysctl_set(h, "net.ipv4.nosuch", 1), -ENOENT);
	cr_assert_eq(host_sysctl_set(h, "", 1), -ENOENT);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.rp_filter", 1), -ENOENT);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.x.rp_filter", 1),
		     -ENODEV);
	cr_assert_eq(host_sysctl_set(h, "net.ipv4.conf.all.rp_filter", 3),
		     -ERANGE);
	host_free(h);
}

Test(host, links)
{
	struct host *h = host_new();
	struct host_link *a = host_link_add(h, "a");

	cr_assert_str_eq(host_link_by_index(h, 1)->name, "lo");
	cr_assert(host_link_by_index(h, 1)->is_loopback);
	cr_assert_eq(host_link_add(h, "a"), a);
	cr_assert_eq(host_link_by_index(h, 2), a);
	cr_assert_null(host_link_by_index(h, 0));
	cr_assert_null(host_link_by_index(h, 3));
	cr_assert_null(host_link_add(h, ""));
	cr_assert_null(host_link_add(h, "a b"));
	cr_assert_null(host_link_add(h, ".."));
	host_free(h);
}
