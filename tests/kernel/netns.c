/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a write() to a TUN device runs the whole receive path
 * before it returns, so what a packet causes can be read from the other
 * devices at once. TUN links need no neighbour discovery. What chatter the
 * box makes of its own is dropped by the harness' output chain (kernel.c);
 * what slips past before that chain exists is read and thrown away.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"
#include "netns.h"
#include "process.h"

/* The harness' own settings, before the host file's. */
static const struct {
	const char *name;
	const char *value;
} harness_sysctls[] = {
	{ "net.ipv4.ip_forward", "1" },
	{ "net.ipv6.conf.all.forwarding", "1" },
	{ "net.ipv4.conf.all.rp_filter", "0" },
	{ "net.ipv4.conf.default.rp_filter", "0" },
	{ "net.ipv4.conf.all.accept_local", "1" },
	{ "net.ipv4.conf.all.send_redirects", "0" },
	{ "net.ipv4.conf.default.send_redirects", "0" },
	/* not a limit of 0: that empties the bucket of missing routes too, at
	 * a tick of the clock that is different in each run */
	{ "net.ipv4.icmp_ratemask", "0" },
	{ "net.ipv4.icmp_msgs_per_sec", "1000000" },
	{ "net.ipv4.icmp_msgs_burst", "1000000" },
	{ "net.ipv6.icmp.ratelimit", "0" },
	{ "net.ipv6.auto_flowlabels", "0" },
	{ "net.ipv6.conf.default.addr_gen_mode", "1" },
	{ "net.ipv6.conf.all.accept_dad", "0" },
	{ "net.ipv6.conf.default.accept_dad", "0" },
	{ "net.ipv6.conf.default.dad_transmits", "0" },
	{ "net.ipv6.conf.default.router_solicitations", "0" },
};

/* Those that nftvm's host files know. */
void netns_sysctl_text(struct strbuf *b)
{
	struct host *h = host_new();

	for (size_t i = 0; i < ARRAY_LEN(harness_sysctls); i++)
		if (!host_sysctl_set(h, harness_sysctls[i].name,
				     strtol(harness_sysctls[i].value, NULL,
					    10)))
			strbuf_printf(b, "sysctl %s=%s\n",
				      harness_sysctls[i].name,
				      harness_sysctls[i].value);
	host_free(h);
}

static int set_sysctl(const char *name, const char *value, struct result *r)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *p = path + 10; *p; p++)
		if (*p == '.')
			*p = '/';
	f = fopen(path, "w");
	if (!f || fputs(value, f) < 0 || fclose(f)) {
		result_fail(r, "sysctl %s: %s", name, strerror(errno));
		return -1;
	}
	return 0;
}

static int link_up(const char *name, long mtu)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ifr.ifr_mtu = mtu;
	rc = mtu ? ioctl(fd, SIOCSIFMTU, &ifr) : 0;
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	rc |= ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc;
}

/* A line "link add NAME [mtu N] ...". */
static int add_link(struct netns *ns, const char *line, struct result *r)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	const char *mtu = strstr(line, " mtu ");
	struct tun *t = vec_add(&ns->tuns);

	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (sscanf(line, "link add %15s", t->link) != 1)
		return -1;
	memcpy(ifr.ifr_name, t->link, sizeof(t->link));
	if (t->fd < 0 || ioctl(t->fd, TUNSETIFF, &ifr) ||
	    link_up(t->link, mtu ? strtol(mtu + 5, NULL, 10) : 0)) {
		result_fail(r, "link %s: %s", t->link, strerror(errno));
		return -1;
	}
	return 0;
}

bool host_line_is_for_ip(const char *line)
{
	return *line && *line != '#' && strncmp(line, "link ", 5) &&
	       strncmp(line, "sysctl ", 7);
}

/* @v6: for lines whose family ip(8) cannot see from an address. */
static int run_ip(bool v6, const struct strbuf *batch, struct result *r)
{
	const char *argv[] = { "ip", v6 ? "-6" : "-batch", v6 ? "-batch" : "-",
			       v6 ? "-" : NULL, NULL };
	struct strbuf err = STRBUF_INIT;
	int rc = batch->len ? process_run(argv, strbuf_str(batch), NULL, &err)
			    : 0;

	if (rc)
		result_fail(r, "ip -batch: %s", strbuf_str(&err));
	strbuf_fini(&err);
	return rc ? -1 : 0;
}

static int apply_line(struct netns *ns, const char *line, struct strbuf *v4,
		      struct strbuf *v6, struct result *r)
{
	char name[128], value[64];

	if (!strncmp(line, "link add ", 9))
		return add_link(ns, line, r);
	if (sscanf(line, "sysctl %127[^= ]%*[= ]%63s", name, value) == 2)
		return set_sysctl(name, value, r);
	if (!host_line_is_for_ip(line))
		return 0;
	if (!strncmp(line, "-6 ", 3))
		strbuf_printf(v6, "%s\n", line + 3);
	else if (!strncmp(line, "addr ", 5) && strchr(line, ':'))
		strbuf_printf(v4, "%s nodad\n", line);
	else
		strbuf_printf(v4, "%s\n", line);
	return 0;
}

static int apply_host(struct netns *ns, const char *host, struct result *r)
{
	struct strbuf v4 = STRBUF_INIT, v6 = STRBUF_INIT, line = STRBUF_INIT;
	int rc = 0;

	while (!rc && next_line(&host, &line))
		rc = apply_line(ns, strbuf_str(&line), &v4, &v6, r);
	if (!rc)
		rc = run_ip(false, &v4, r);
	if (!rc)
		rc = run_ip(true, &v6, r);
	strbuf_fini(&v4);
	strbuf_fini(&v6);
	strbuf_fini(&line);
	return rc;
}

/* Does the kernel have the route of its own address @hex yet? */
static bool has_own_route6(const char *hex)
{
	FILE *f = fopen("/proc/net/ipv6_route", "r");
	char line[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, hex, 32) &&
			!strncmp(line + 32, " 80 ", 4);
	if (f)
		fclose(f);
	return found;
}

static void await_address6(const char *addr)
{
	const struct timespec ms = { 0, 1000000 };
	struct in6_addr a;
	char hex[33];

	if (inet_pton(AF_INET6, addr, &a) != 1)
		return;
	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", a.s6_addr[i]);
	for (int tries = 0; tries < 2000 && !has_own_route6(hex); tries++)
		nanosleep(&ms, NULL);
}

/* An IPv6 address gets its route from a work queue: on a busy machine packets
 * to it could be there first. */
static void await_addresses(const char *host)
{
	struct strbuf line = STRBUF_INIT;
	char addr[64];

	while (next_line(&host, &line))
		if (sscanf(strbuf_str(&line), "addr add %63[0-9a-f:]/", addr) ==
		    1)
			await_address6(addr);
	strbuf_fini(&line);
}

static int open_raw(struct netns *ns, struct result *r)
{
	int one = 1;

	ns->raw4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	ns->raw6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (ns->raw4 < 0 || ns->raw6 < 0 ||
	    setsockopt(ns->raw4, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one)) ||
	    setsockopt(ns->raw4, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one))) {
		result_fail(r, "raw sockets: %s", strerror(errno));
		return -1;
	}
	return 0;
}

int netns_enter(struct netns *ns, const char *host, struct result *r)
{
	memset(ns, 0, sizeof(*ns));
	ns->raw4 = ns->raw6 = -1;
	if (unshare(CLONE_NEWNET)) {
		result_fail(r, "unshare: %s", strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(harness_sysctls); i++)
		if (set_sysctl(harness_sysctls[i].name,
			       harness_sysctls[i].value, r))
			return -1;
	if (link_up("lo", 0) || apply_host(ns, host, r)) {
		result_fail(r, "the host file cannot be applied");
		return -1;
	}
	await_addresses(host);
	return open_raw(ns, r);
}

void netns_leave(struct netns *ns)
{
	for (size_t i = 0; i < ns->tuns.len; i++)
		close(ns->tuns.v[i].fd);
	vec_fini(&ns->tuns);
	if (ns->raw4 >= 0)
		close(ns->raw4);
	if (ns->raw6 >= 0)
		close(ns->raw6);
}

static void send_local(const struct netns *ns, const struct frame *f)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	ssize_t n;

	if (f->len >= 40 && f->data[0] >> 4 == 6) {
		memcpy(&a6.sin6_addr, f->data + 24, 16);
		n = sendto(ns->raw6, f->data, f->len, 0, (void *)&a6,
			   sizeof(a6));
	} else {
		memcpy(&a4.sin_addr, f->data + 16, 4);
		n = sendto(ns->raw4, f->data, f->len, 0, (void *)&a4,
			   sizeof(a4));
	}
	/* A packet that the rules drop fails with EPERM: that is a result. */
	(void)n;
}

void netns_send(const struct netns *ns, const struct frame *f)
{
	if (!strcmp(f->link, "local")) {
		send_local(ns, f);
		return;
	}
	for (size_t i = 0; i < ns->tuns.len; i++)
		if (!strcmp(ns->tuns.v[i].link, f->link) &&
		    write(ns->tuns.v[i].fd, f->data, f->len) < 0)
			perror("write to TUN");
}

void netns_collect(const struct netns *ns, struct frames *out)
{
	static const size_t size = 65536;
	uint8_t *b = xmalloc(size);
	struct frame *f;
	ssize_t n;

	for (size_t i = 0; i < ns->tuns.len; i++)
		while ((n = read(ns->tuns.v[i].fd, b, size)) > 0) {
			f = vec_add(out);
			memcpy(f->link, ns->tuns.v[i].link, sizeof(f->link));
			f->data = xmemdup(b, n);
			f->len = n;
		}
	free(b);
}
