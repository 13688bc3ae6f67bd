/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network namespace to ask the kernel in: a router between two TUN devices,
 * lan (10.0.0.1/24, fd01::1/64) and wan (everything else).
 */
#ifndef NFTVM_TESTS_PACKET_NETNS_H
#define NFTVM_TESTS_PACKET_NETNS_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct netns {
	int lan, wan;
};

static inline void sh(const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	cr_assert_eq(system(cmd), 0, "%s", cmd);
}

static inline void set_sysctl(const char *path, const char *value)
{
	char full[200];
	FILE *f;

	snprintf(full, sizeof(full), "/proc/sys/net/%s", path);
	f = fopen(full, "w");
	cr_assert_not_null(f, "%s", full);
	fputs(value, f);
	fclose(f);
}

static inline int tun_open(const char *name)
{
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	struct ifreq req = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char path[80];

	memcpy(req.ifr_name, name, strlen(name) + 1);
	cr_assert_geq(ioctl(fd, TUNSETIFF, &req), 0);
	snprintf(path, sizeof(path), "ipv6/conf/%s/addr_gen_mode", name);
	set_sysctl(path, "1");
	return fd;
}

/* netns_begin() - false when not root */
static inline bool netns_begin(struct netns *ns)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET))
		return false;
	set_sysctl("ipv4/ip_forward", "1");
	set_sysctl("ipv6/conf/all/forwarding", "1");
	set_sysctl("ipv4/conf/all/rp_filter", "0");
	set_sysctl("ipv4/conf/default/rp_filter", "0");
	set_sysctl("ipv4/icmp_ratelimit", "0");
	ns->lan = tun_open("lan");
	ns->wan = tun_open("wan");
	sh("ip link set lo up; ip link set lan up; ip link set wan up;"
	   "ip addr add 10.0.0.1/24 dev lan;"
	   "ip addr add fd01::1/64 dev lan nodad;"
	   "ip route add default dev wan;"
	   "ip -6 route add default dev wan");
	return true;
}

/* netns_read() - a packet that came out, or 0; the kernel's own IPv6 chatter
 * (to multicast groups) is left out */
static inline ssize_t netns_read(int fd, uint8_t *buf, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, buf, size);
	} while (n > 24 && buf[0] >> 4 == 6 && buf[24] == 0xff);
	return n > 0 ? n : 0;
}

#endif
