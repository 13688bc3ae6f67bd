/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel judges: random host files are given to ip(8) in a network
 * namespace and to host_parse(); both must take and refuse the same lines, and
 * random flows must be routed the same way (RTM_GETROUTE).
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "base/rng.h"
#include "base/strbuf.h"
#include "host/internal.h"

static const char *const names[] = { "lan", "wan", "dmz" };

/* --- the namespace ------------------------------------------------------- */

static void sysctl(const char *path, const char *value)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f, "%s", path);
	fputs(value, f);
	fclose(f);
}

static void tun_open(const char *name)
{
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	struct ifreq req = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char path[80];

	memcpy(req.ifr_name, name, strlen(name) + 1);
	cr_assert_geq(ioctl(fd, TUNSETIFF, &req), 0);
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/addr_gen_mode",
		 name);
	sysctl(path, "1");
}

static bool kernel_begin(void)
{
	char cmd[80];

	if (geteuid() != 0 || unshare(CLONE_NEWNET))
		return false;
	sysctl("/proc/sys/net/ipv4/ip_forward", "1");
	sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	sysctl("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
	sysctl("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
	sysctl("/proc/sys/net/ipv4/conf/all/accept_local", "1");
	sysctl("/proc/sys/net/ipv4/conf/all/send_redirects", "0");
	sysctl("/proc/sys/net/ipv4/conf/default/send_redirects", "0");
	cr_assert_eq(system("ip link set lo up"), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		tun_open(names[i]);
		snprintf(cmd, sizeof(cmd), "ip link set %s up", names[i]);
		cr_assert_eq(system(cmd), 0);
	}
	return true;
}

/* --- lines: who takes what ----------------------------------------------- */

/* Give @lines to ip(8); @failed[i] says that line i was refused. */
static void ip_batch(bool v6, char **lines, size_t len, bool *failed)
{
	char in[] = "/tmp/nftvm-host-XXXXXX", cmd[120], *text = NULL;
	int fd = mkstemp(in);
	FILE *f = fdopen(fd, "w"), *p;
	size_t cap = 0, line;

	for (size_t i = 0; i < len; i++)
		fprintf(f, "%s\n", lines[i]);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "ip %s -force -batch %s 2>&1",
		 v6 ? "-6" : "-4", in);
	p = popen(cmd, "r");
	while (getline(&text, &cap, p) > 0) {
		char *at = strstr(text, "Command failed ");

		if (at && sscanf(strrchr(at, ':') + 1, "%zu", &line) == 1)
			failed[line - 1] = true;
	}
	pclose(p);
	unlink(in);
	free(text);
}

static bool ours_takes(struct host *h, bool v6, const char *line,
		       struct strbuf *why)
{
	struct diags *d = diags_new();
	char text[200], *said = NULL;
	size_t len = 0;
	FILE *f;
	int ret;

	snprintf(text, sizeof(text), "%s%s\n", v6 ? "-6 " : "", line);
	ret = host_parse(h, d,
			 diag_source_add(d, "h", text, strlen(text), NULL));
	f = open_memstream(&said, &len);
	diags_print(d, f);
	fclose(f);
	strbuf_reset(why);
	strbuf_puts(why, said);
	free(said);
	diags_free(d);
	return ret == 0;
}

/* --- random hosts -------------------------------------------------------- */

static const char *any(struct rng *rng, const char *const *v, size_t len)
{
	return v[rng_below(rng, (uint32_t)len)];
}

static const char *const addrs4[] = {
	"10.0.0.1/24",	  "10.0.0.2/24",
	"10.0.1.1/24",	  "10.0.0.9/16",
	"10.1.0.1/32",	  "10.2.0.1/31",
	"203.0.113.5/29", "203.0.113.6/30",
	"10.0.0.1/25",	  "172.16.0.1/12",
	"198.51.100.1",	  "10.0.0.5/24 brd +",
	"127.0.0.9/8",	  "10.4.0.1/24 scope link",
};
static const char *const addrs6[] = {
	"fd01::1/64",  "fd01::2/64", "fd02::1/64",	 "fd03::1/128",
	"fd04::1/127", "fd05::/64",  "2001:db8::1/48",	 "fe80::1/64",
	"fd01::3/48",  "2002::1/16", "fd01:0:0:1::1/64",
};
static const char *const prefixes4[] = {
	"default",     "10.0.0.0/8",	"10.0.0.0/24",	"10.0.0.128/25",
	"8.8.8.8",     "8.8.8.0/24",	"8.8.0.0/16",	"0.0.0.0/1",
	"10.0.0.0/16", "172.16.9.0/24", "192.0.2.1/32", "10.0.0.1/24",
};
static const char *const prefixes6[] = {
	"default",	   "2001:db8::/32", "2001:db8::/48", "fd01::/64",
	"2001:db8:1::/64", "2000::/3",	    "fd09::1",	     "fd00::/8",
	"fd01::80/121",	   "ff05::/16",
};
static const char *const gateways4[] = {
	"10.0.0.77",  "10.0.1.77",  "203.0.113.2", "8.8.8.8",	"10.0.0.1",
	"10.0.0.255", "172.16.5.5", "10.2.0.0",	   "127.0.0.5", "224.0.0.9",
};
static const char *const gateways6[] = {
	"fd01::77", "fd02::77", "2001:db8::77", "fe80::77",
	"fd01::1",  "fd04::",	"ff02::1",	"3000::1",
};
static const char *const extras[] = { "",
				      " metric 10",
				      " table 100",
				      " table 100 metric 7",
				      " table local",
				      " onlink" };
static const char *const kinds[] = {
	"", "", "", "blackhole ", "unreachable ", "prohibit ", "throw "
};

#define ANY(v) any(rng, v, ARRAY_LEN(v))

static void route_line(struct rng *rng, struct strbuf *out, bool v6)
{
	const char *kind = ANY(kinds);

	strbuf_printf(out, "route add %s%s", kind,
		      v6 ? ANY(prefixes6) : ANY(prefixes4));
	if (!kind[0] && rng_below(rng, 3))
		strbuf_printf(out, " via %s",
			      v6 ? ANY(gateways6) : ANY(gateways4));
	if (rng_below(rng, 2) && (!kind[0] || rng_below(rng, 8) == 0))
		strbuf_printf(out, " dev %s", ANY(names));
	strbuf_puts(out, ANY(extras));
	if (rng_below(rng, 8) == 0)
		strbuf_printf(out, " src %s", v6 ? "fd01::1" : "10.0.0.1");
	if (!v6 && rng_below(rng, 10) == 0)
		strbuf_puts(out, " tos 0x10");
}

static void rule_line(struct rng *rng, struct strbuf *out, bool v6)
{
	static const char *const acts[] = { " table 100",  " table 100",
					    " table main", " unreachable",
					    " prohibit",   " blackhole" };

	strbuf_printf(out, "rule add%s", rng_below(rng, 8) ? "" : " not");
	if (rng_below(rng, 2))
		strbuf_printf(out, " from %s",
			      v6 ? "fd01::/64" : "10.0.0.0/24");
	if (rng_below(rng, 3) == 0)
		strbuf_printf(out, " to %s",
			      v6 ? ANY(prefixes6) + 0 : ANY(prefixes4) + 0);
	if (rng_below(rng, 2))
		strbuf_printf(out, " fwmark %u/%u", rng_below(rng, 4),
			      1 + rng_below(rng, 3));
	if (rng_below(rng, 3) == 0)
		strbuf_printf(out, " iif %s",
			      rng_below(rng, 4) ? ANY(names) : "lo");
	strbuf_puts(out, ANY(acts));
	if (rng_below(rng, 2))
		strbuf_printf(out, " priority %u", 1 + rng_below(rng, 5));
}

static char *random_line(struct rng *rng, bool v6, unsigned i)
{
	struct strbuf out = STRBUF_INIT;

	if (i < 6)
		strbuf_printf(&out, "addr add %s%s dev %s",
			      v6 ? ANY(addrs6) : ANY(addrs4),
			      v6 ? " nodad" : "", ANY(names));
	else if (i < 16)
		route_line(rng, &out, v6);
	else
		rule_line(rng, &out, v6);
	return strbuf_take(&out);
}

/* --- flows --------------------------------------------------------------- */

struct asked {
	int error; /* 0 or errno */
	struct host_route res;
	uint32_t oif;
};

static int attr_cb(const struct nlattr *attr, void *data)
{
	struct asked *a = data;
	size_t len = mnl_attr_get_payload_len(attr);
	const void *p = mnl_attr_get_payload(attr);

	if (len > 16)
		return MNL_CB_OK;
	switch (mnl_attr_get_type(attr)) {
	case RTA_OIF:
		a->oif = mnl_attr_get_u32(attr);
		break;
	case RTA_GATEWAY:
		a->res.has_gateway = true;
		memcpy(&a->res.gateway, p, len);
		break;
	case RTA_PREFSRC:
		memcpy(&a->res.prefsrc, p, len);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int reply_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct asked *a = data;

	a->res.type = (enum host_route_type)rtm->rtm_type;
	mnl_attr_parse(nlh, sizeof(*rtm), attr_cb, a);
	return MNL_CB_STOP;
}

static struct asked ask(struct mnl_socket *nl, const struct host_flow *flow)
{
	char buf[4096];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	bool v6 = flow->nfproto == NFPROTO_IPV6;
	size_t len = v6 ? 16 : 4;
	struct asked a = { 0 };
	ssize_t n;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = v6 ? AF_INET6 : AF_INET;
	rtm->rtm_dst_len = (uint8_t)(len * 8);
	rtm->rtm_tos = v6 ? 0 : flow->tos;
	mnl_attr_put(nlh, RTA_DST, len, &flow->daddr);
	if (!inet_addr_is_zero(&flow->saddr)) {
		rtm->rtm_src_len = (uint8_t)(len * 8);
		mnl_attr_put(nlh, RTA_SRC, len, &flow->saddr);
	}
	if (flow->iif != LOOPBACK_IFINDEX)
		mnl_attr_put_u32(nlh, RTA_IIF, flow->iif);
	if (flow->oif)
		mnl_attr_put_u32(nlh, RTA_OIF, flow->oif);
	mnl_attr_put_u32(nlh, RTA_MARK, flow->mark);
	cr_assert_geq(mnl_socket_sendto(nl, nlh, nlh->nlmsg_len), 0);
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	cr_assert_gt(n, 0);
	if (mnl_cb_run(buf, (size_t)n, 0, 0, reply_cb, &a) < 0)
		a.error = errno;
	return a;
}

static const char *const ends4[] = {
	"10.0.0.1",	  "10.0.0.2",	 "10.0.0.5",	 "10.0.0.77",
	"10.0.0.255",	  "10.0.0.127",	 "10.0.0.200",	 "10.0.1.77",
	"10.0.9.9",	  "10.1.0.1",	 "10.2.0.0",	 "10.2.0.1",
	"203.0.113.4",	  "203.0.113.7", "203.0.113.6",	 "8.8.8.8",
	"8.8.8.9",	  "8.8.9.9",	 "200.1.2.3",	 "172.16.9.9",
	"172.31.255.255", "192.0.2.1",	 "198.51.100.1", "10.255.255.255",
};
static const char *const ends6[] = {
	"fd01::1",	 "fd01::2",	  "fd01::",	   "fd01::77",
	"fd01::85",	 "fd02::1",	  "fd02::9",	   "fd03::1",
	"fd04::",	 "fd04::1",	  "fd05::",	   "2001:db8::1",
	"2001:db8::",	 "2001:db8:1::5", "2400::1",	   "fd09::1",
	"fd55::1",	 "fe80::1",	  "fe80::99",	   "ff02::1",
	"ff05::5",	 "::1",		  "fd01:0:0:1::1", "2002::9",
	"fd01:0:0:1::5",
};

static union inet_addr parse(const char *s)
{
	union inet_addr a = { .q = { 0, 0 } };

	cr_assert_eq(inet_pton(strchr(s, ':') ? AF_INET6 : AF_INET, s, &a), 1);
	return a;
}

static bool is_group(bool v6, const union inet_addr *a)
{
	return v6 ? a->b[0] == 0xff || (a->b[0] == 0 && a->b[15] == 1)
		  : a->b[3] == 255 || a->b[3] == 127;
}

/* A flow that is asked about after the checks of sources: those are path/'s. */
static struct host_flow random_flow(struct rng *rng, const struct host *h,
				    bool v6)
{
	struct host_flow f = {
		.nfproto = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		.daddr = parse(v6 ? ANY(ends6) : ANY(ends4)),
		.iif = LOOPBACK_IFINDEX,
		.mark = rng_below(rng, 4),
		.tos = !v6 && rng_below(rng, 4) == 0 ? 0x10 : 0,
	};
	bool input = rng_below(rng, 2);

	if (input || rng_below(rng, 2)) {
		do {
			f.saddr = parse(v6 ? ANY(ends6) : ANY(ends4));
		} while (is_group(v6, &f.saddr) ||
			 (!input && !v6 &&
			  host_addr_type(h, f.nfproto, &f.saddr, NULL) !=
				  ROUTE_LOCAL &&
			  rng_below(rng, 50)) ||
			 (input && host_addr_type(h, f.nfproto, &f.saddr,
						  NULL) == ROUTE_BROADCAST));
	}
	/* RTM_GETROUTE asks multicast routing here */
	if (input && v6 && is_group(v6, &f.daddr))
		f.daddr = parse("fd01::1");
	if (input)
		f.iif = 2 + rng_below(rng, ARRAY_LEN(names));
	else if (rng_below(rng, 4) == 0)
		f.oif = 2 + rng_below(rng, ARRAY_LEN(names));
	return f;
}

/* The error of the kernel that our answer stands for. */
static int errno_of(enum host_route_type type)
{
	switch (type) {
	case ROUTE_UNSPEC:
		return ENETUNREACH;
	case ROUTE_BLACKHOLE:
		return EINVAL;
	case ROUTE_UNREACHABLE:
		return EHOSTUNREACH;
	case ROUTE_PROHIBIT:
		return EACCES;
	default:
		return 0;
	}
}

static void describe(struct strbuf *out, const struct host_flow *f,
		     const struct host_route *r, int error, uint32_t oif)
{
	char d[64], s[64], g[64], p[64];
	int af = f->nfproto == NFPROTO_IPV6 ? AF_INET6 : AF_INET;

	strbuf_printf(out,
		      "get %s from %s iif %u oif %u mark %u tos %u: type %d "
		      "errno %d out %u via %s src %s\n",
		      inet_ntop(af, &f->daddr, d, sizeof(d)),
		      inet_ntop(af, &f->saddr, s, sizeof(s)), f->iif, f->oif,
		      f->mark, f->tos, r->type, error, oif,
		      inet_ntop(af, &r->gateway, g, sizeof(g)),
		      inet_ntop(af, &r->prefsrc, p, sizeof(p)));
}

static bool same(const struct host_flow *f, const struct asked *k,
		 const struct host_route *r)
{
	if (k->error || errno_of(r->type))
		return k->error == errno_of(r->type);
	if (k->res.type != r->type || k->oif != r->out->ifindex)
		return false;
	if (r->type == ROUTE_UNICAST &&
	    (k->res.has_gateway != r->has_gateway ||
	     !inet_addr_eq(&k->res.gateway, &r->gateway)))
		return false;
	return f->iif != LOOPBACK_IFINDEX || !inet_addr_is_zero(&f->saddr) ||
	       inet_addr_eq(&k->res.prefsrc, &r->prefsrc);
}

/* ip_route_input_slow() and the output side refuse some sources; skip what
 * RTM_GETROUTE says EINVAL to without a blackhole in the play. */
static bool source_refused(const struct host *h, const struct host_flow *f,
			   const struct asked *k)
{
	return (k->error == EINVAL || k->error == ENETUNREACH) &&
	       f->nfproto == NFPROTO_IPV4 && !inet_addr_is_zero(&f->saddr) &&
	       f->iif == LOOPBACK_IFINDEX &&
	       host_addr_type(h, f->nfproto, &f->saddr, NULL) != ROUTE_LOCAL;
}

static unsigned compare_flows(struct rng *rng, const struct host *h, bool v6,
			      struct strbuf *out)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	unsigned wrong = 0;

	cr_assert_not_null(nl);
	cr_assert_geq(mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID), 0);
	for (int i = 0; i < 400; i++) {
		struct host_flow f = random_flow(rng, h, v6);
		struct asked k = ask(nl, &f);
		struct host_route r;

		host_route(h, &f, &r);
		if (same(&f, &k, &r) || source_refused(h, &f, &k))
			continue;
		strbuf_puts(out, "kernel ");
		describe(out, &f, &k.res, k.error, k.oif);
		strbuf_puts(out, "ours   ");
		describe(out, &f, &r, errno_of(r.type),
			 r.out ? r.out->ifindex : 0);
		wrong++;
	}
	mnl_socket_close(nl);
	return wrong;
}

/* --- the tests ----------------------------------------------------------- */

static void one_host(uint64_t seed, bool v6)
{
	enum {
		ADDRS = 6,
		LINES = 20
	};
	char *lines[LINES];
	bool failed[LINES] = { false };
	struct strbuf why = STRBUF_INIT, text = STRBUF_INIT;
	struct host *h = host_new();
	unsigned wrong = 0;
	struct rng rng;

	rng_seed(&rng, seed * 2 + v6);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		host_link_add(h, names[i]);
	for (unsigned i = 0; i < LINES; i++)
		lines[i] = random_line(&rng, v6, i);
	ip_batch(v6, lines, ADDRS, failed);
	usleep(100000); /* IPv6 adds the routes of an address a little later */
	ip_batch(v6, lines + ADDRS, LINES - ADDRS, failed + ADDRS);
	for (unsigned i = 0; i < LINES; i++) {
		bool took = ours_takes(h, v6, lines[i], &why);

		strbuf_printf(&text, "%s%s\n", failed[i] ? "# " : "", lines[i]);
		if (took != failed[i])
			continue;
		wrong++;
		strbuf_printf(&text, "^^ ours %s: %s\n",
			      took ? "takes it" : "refuses", strbuf_str(&why));
	}
	if (!wrong)
		wrong += compare_flows(&rng, h, v6, &text);
	cr_expect_eq(wrong, 0, "seed %lu:\n%s", (unsigned long)seed,
		     strbuf_str(&text));
	for (unsigned i = 0; i < LINES; i++)
		free(lines[i]);
	strbuf_fini(&why);
	strbuf_fini(&text);
	host_free(h);
}

#define ROUTE_TEST(n)                                        \
	Test(route_kernel, hosts_##n, .timeout = 300)        \
	{                                                    \
		for (uint64_t seed = 0; seed < 12; seed++) { \
			if (!kernel_begin())                 \
				cr_skip_test("needs root");  \
			one_host(n * 1000 + seed, seed % 2); \
		}                                            \
	}

ROUTE_TEST(1)
ROUTE_TEST(2)
ROUTE_TEST(3)
ROUTE_TEST(4)
