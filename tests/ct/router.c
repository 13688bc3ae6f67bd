/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/ct/router.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#define DSCP_BITS 2 /* below the field, in the byte */

static const char ruleset[] =
	"table inet twin {\n"
	" chain f {\n"
	"  type filter hook forward priority 0;\n"
	"  ct state invalid ip dscp set 1\n"
	"  ct state established ct direction original ip dscp set 2\n"
	"  ct state established ct direction reply ip dscp set 18\n"
	"  ct state related ct direction original ip dscp set 4\n"
	"  ct state related ct direction reply ip dscp set 20\n"
	"  ct state new ip dscp set 8\n"
	"  ct state untracked ip dscp set 32\n"
	"  ct state invalid ip6 dscp set 1\n"
	"  ct state established ct direction original ip6 dscp set 2\n"
	"  ct state established ct direction reply ip6 dscp set 18\n"
	"  ct state related ct direction original ip6 dscp set 4\n"
	"  ct state related ct direction reply ip6 dscp set 20\n"
	"  ct state new ip6 dscp set 8\n"
	"  ct state untracked ip6 dscp set 32\n"
	" }\n"
	"}\n";

static const char links[] = "addr add 10.1.0.1/24 dev c0\n"
			    "addr add 10.2.0.1/24 dev s0\n"
			    "addr add fd01::1/64 dev c0 nodad\n"
			    "addr add fd02::1/64 dev s0 nodad\n";

bool kernel_sysctl(const char *path, const char *value)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	fputs(value, f);
	return fclose(f) == 0;
}

static bool run(const char *command, const char *input)
{
	FILE *p = popen(command, "w");

	if (!p)
		return false;
	fputs(input, p);
	return pclose(p) == 0;
}

static int tun_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK), s;

	if (fd < 0)
		return -1;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return -1;
	s = socket(AF_INET, SOCK_DGRAM, 0);
	ifr.ifr_flags = IFF_UP;
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr) < 0)
		return -1;
	close(s);
	return fd;
}

bool kernel_load(const char *rules)
{
	return run("nft -f -", rules);
}

bool kernel_open(struct kernel *k)
{
	static const char *const on[] = {
		"/proc/sys/net/ipv4/ip_forward",
		"/proc/sys/net/ipv6/conf/all/forwarding",
		"/proc/sys/net/ipv4/conf/all/accept_local",
	};
	static const char *const off[] = {
		"/proc/sys/net/ipv4/conf/all/rp_filter",
		"/proc/sys/net/ipv4/conf/default/rp_filter",
		"/proc/sys/net/ipv4/conf/all/send_redirects",
		"/proc/sys/net/ipv4/conf/default/send_redirects",
	};

	if (unshare(CLONE_NEWNET))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(on); i++)
		kernel_sysctl(on[i], "1");
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		kernel_sysctl(off[i], "0");
	kernel_sysctl("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
	k->tun[C2S] = tun_open("c0");
	k->tun[S2C] = tun_open("s0");
	if (k->tun[0] < 0 || k->tun[1] < 0)
		return false;
	k->nl = mnl_socket_open(NETLINK_NETFILTER);
	return run("ip -batch -", links) && kernel_load(ruleset) && k->nl &&
	       mnl_socket_bind(k->nl, 0, MNL_SOCKET_AUTOPID) == 0;
}

uint32_t kernel_send(struct kernel *k, const struct wire *w)
{
	uint8_t in[WIRE_MAX * 2];
	uint32_t dscp = 0;
	ssize_t n;

	if (write(k->tun[w->way], w->buf, w->len) != (ssize_t)w->len)
		return 0;
	while ((n = read(k->tun[!w->way], in, sizeof(in))) > 0) {
		bool v6 = in[0] >> 4 == 6;
		unsigned off = v6 ? 8 : 12, len = v6 ? 32 : 8;

		if (v6 != w->v6 || n < 40 * v6 ||
		    memcmp(in + off, w->buf + off, len))
			continue; /* the namespace's own chatter */
		dscp = v6 ? (get_be16(in) >> 4 & 0xff) >> DSCP_BITS
			  : in[1] >> DSCP_BITS;
	}
	if (dscp == 32)
		return CT_STATE_UNTRACKED;
	return (dscp & 15) | (dscp & 16) << 12;
}

struct attrs {
	const struct nlattr *a[32];
};

static int attr_one(const struct nlattr *attr, void *data)
{
	struct attrs *attrs = data;

	if (mnl_attr_get_type(attr) < ARRAY_LEN(attrs->a))
		attrs->a[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static uint8_t attr_u8(const struct attrs *attrs, int type)
{
	/* tcp flags are a struct whose first byte is the value */
	return attrs->a[type] ? *(uint8_t *)mnl_attr_get_payload(attrs->a[type])
			      : 0;
}

static uint32_t attr_be32(const struct attrs *attrs, int type)
{
	return attrs->a[type] ? get_be32(mnl_attr_get_payload(attrs->a[type]))
			      : 0;
}

static void entry_protoinfo(const struct nlattr *info, struct entry *e)
{
	struct attrs kind = { 0 }, tcp = { 0 };

	mnl_attr_parse_nested(info, attr_one, &kind);
	if (kind.a[CTA_PROTOINFO_SCTP]) {
		mnl_attr_parse_nested(kind.a[CTA_PROTOINFO_SCTP], attr_one,
				      &tcp);
		e->state = attr_u8(&tcp, CTA_PROTOINFO_SCTP_STATE);
		return;
	}
	if (!kind.a[CTA_PROTOINFO_TCP])
		return;
	mnl_attr_parse_nested(kind.a[CTA_PROTOINFO_TCP], attr_one, &tcp);
	e->state = attr_u8(&tcp, CTA_PROTOINFO_TCP_STATE);
	e->scale[0] = attr_u8(&tcp, CTA_PROTOINFO_TCP_WSCALE_ORIGINAL);
	e->scale[1] = attr_u8(&tcp, CTA_PROTOINFO_TCP_WSCALE_REPLY);
	e->flags[0] = attr_u8(&tcp, CTA_PROTOINFO_TCP_FLAGS_ORIGINAL);
	e->flags[1] = attr_u8(&tcp, CTA_PROTOINFO_TCP_FLAGS_REPLY);
}

static void entry_counters(const struct nlattr *nest, uint64_t *packets,
			   uint64_t *bytes)
{
	struct attrs c = { 0 };

	mnl_attr_parse_nested(nest, attr_one, &c);
	if (c.a[CTA_COUNTERS_PACKETS])
		*packets = be64toh(mnl_attr_get_u64(c.a[CTA_COUNTERS_PACKETS]));
	if (c.a[CTA_COUNTERS_BYTES])
		*bytes = be64toh(mnl_attr_get_u64(c.a[CTA_COUNTERS_BYTES]));
}

static int entry_one(const struct nlmsghdr *nlh, void *data)
{
	struct attrs attrs = { 0 };
	struct entry *e = data;

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), attr_one, &attrs);
	e->there = true;
	e->status = attr_be32(&attrs, CTA_STATUS);
	e->timeout = attr_be32(&attrs, CTA_TIMEOUT);
	if (attrs.a[CTA_PROTOINFO])
		entry_protoinfo(attrs.a[CTA_PROTOINFO], e);
	for (int d = 0; d < 2; d++)
		if (attrs.a[CTA_COUNTERS_ORIG + d])
			entry_counters(attrs.a[CTA_COUNTERS_ORIG + d],
				       &e->packets[d], &e->bytes[d]);
	return MNL_CB_OK;
}

static struct nlmsghdr *ctnl_request(struct kernel *k, char *buf, int type,
				     bool v6)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type);
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++k->seq;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = v6 ? AF_INET6 : AF_INET;
	nfg->version = NFNETLINK_V0;
	return nlh;
}

static void put_tuple(struct nlmsghdr *nlh, const struct ct_tuple *tuple)
{
	bool v6 = tuple->l3 == NFPROTO_IPV6;
	struct nlattr *all = mnl_attr_nest_start(nlh, CTA_TUPLE_ORIG), *part;
	uint8_t type_code[2];

	part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);
	mnl_attr_put(nlh, v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, v6 ? 16 : 4,
		     &tuple->src);
	mnl_attr_put(nlh, v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, v6 ? 16 : 4,
		     &tuple->dst);
	mnl_attr_nest_end(nlh, part);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, tuple->l4);
	memcpy(type_code, &tuple->dport, 2);
	if (tuple->l4 == IPPROTO_ICMP || tuple->l4 == IPPROTO_ICMPV6) {
		int base = v6 ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID;

		mnl_attr_put_u16(nlh, (uint16_t)base, tuple->sport);
		mnl_attr_put_u8(nlh, (uint16_t)(base + 1), type_code[0]);
		mnl_attr_put_u8(nlh, (uint16_t)(base + 2), type_code[1]);
	} else {
		mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, tuple->sport);
		mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, tuple->dport);
	}
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, all);
}

struct entry kernel_entry(struct kernel *k, const struct ct_tuple *tuple)
{
	char buf[8192];
	struct nlmsghdr *nlh = ctnl_request(k, buf, IPCTNL_MSG_CT_GET,
					    tuple->l3 == NFPROTO_IPV6);
	struct entry e = { 0 };
	ssize_t n;
	int more = MNL_CB_OK;

	put_tuple(nlh, tuple);
	mnl_socket_sendto(k->nl, nlh, nlh->nlmsg_len);
	while (more > MNL_CB_STOP) {
		n = mnl_socket_recvfrom(k->nl, buf, sizeof(buf));
		if (n <= 0)
			break;
		more = mnl_cb_run(buf, (size_t)n, k->seq,
				  mnl_socket_get_portid(k->nl), entry_one, &e);
	}
	return e;
}

void kernel_flush(struct kernel *k)
{
	char buf[8192];
	struct nlmsghdr *nlh =
		ctnl_request(k, buf, IPCTNL_MSG_CT_DELETE, false);

	((struct nfgenmsg *)mnl_nlmsg_get_payload(nlh))->nfgen_family =
		AF_UNSPEC;
	mnl_socket_sendto(k->nl, nlh, nlh->nlmsg_len);
	mnl_socket_recvfrom(k->nl, buf, sizeof(buf));
}
