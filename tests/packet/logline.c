/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel judges: random packets, whole, cut and malformed, go to a rule
 * with a log statement, and the line in the kernel's log must be ours.
 */
#include "packet/logline.h"

#include <errno.h>
#include <poll.h>

#include "base/rng.h"
#include "packet/csum.h"
#include "tests/packet/netns.h"

static uint32_t any_of(struct rng *rng, const uint8_t *v, uint32_t n)
{
	return v[rng_below(rng, n)];
}

/* IPv4 at @p with @len bytes in all; @depth counts quoted packets */
static void random4(struct rng *rng, uint8_t *p, uint32_t len, unsigned depth)
{
	static const uint8_t protos[] = { 6,   6,  17, 17, 1,	1,  1,
					  136, 50, 51, 47, 132, 255 };
	static const uint8_t types[] = { 0, 3, 3, 4, 5, 8, 11, 12, 13, 17, 40 };
	uint32_t hdr = len < 28 || rng_below(rng, 4) ? 20 : 28;

	for (uint32_t i = 0; i < len; i++)
		p[i] = (uint8_t)rng_u32(rng);
	if (len < hdr)
		return;
	p[0] = (uint8_t)(0x40 | hdr / 4);
	put_be16(p + 2, (uint16_t)len);
	put_be16(p + 6, rng_below(rng, 3) ? 0 : 0x4000);
	if (depth || rng_below(rng, 6) == 0)
		put_be16(p + 6, (uint16_t)rng_u32(rng) &
					(rng_below(rng, 2) ? 0xe000 : 0xffff));
	p[8] = (uint8_t)(10 + rng_below(rng, 200));
	p[9] = (uint8_t)any_of(rng, protos, ARRAY_LEN(protos));
	put_be32(p + 12, 0x0a000005);
	put_be32(p + 16, 0x0a000001);
	if (hdr == 28)
		memcpy(p + 20, "\x88\4\1\2\x1e\4\5\6", 8);
	memset(p + 10, 0, 2);
	put_be16(p + 10, be16toh(csum_ip_header(p, hdr)));
	if (p[9] != 1 || len < hdr + 8)
		return;
	p[hdr] = (uint8_t)any_of(rng, types, ARRAY_LEN(types));
	p[hdr + 1] = (uint8_t)rng_below(rng, 6);
	if (len > hdr + 8 && depth < 3)
		random4(rng, p + hdr + 8, len - hdr - 8, depth + 1);
}

static void random6(struct rng *rng, uint8_t *p, uint32_t len, unsigned depth)
{
	static const uint8_t protos[] = { 6, 6,	 17, 58, 58, 58, 136, 44,
					  0, 60, 43, 51, 50, 59, 47 };
	static const uint8_t types[] = { 1, 2, 3, 4, 128, 129, 130, 135, 200 };
	uint32_t at = 40;

	for (uint32_t i = 0; i < len; i++)
		p[i] = (uint8_t)rng_u32(rng);
	if (len < 40)
		return;
	p[0] = (uint8_t)(0x60 | (p[0] & 15));
	put_be16(p + 4, (uint16_t)(len - 40));
	p[7] = (uint8_t)(10 + rng_below(rng, 200));
	memcpy(p + 8, "\xfd\1\0\0\0\0\0\0\0\0\0\0\0\0\0\5", 16);
	memcpy(p + 24, "\xfd\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	p[6] = (uint8_t)any_of(rng, protos, ARRAY_LEN(protos));
	if (!depth && p[6] == 0)
		p[6] = 60; /* bad hop-by-hop options would be dropped before */
	for (unsigned i = 0; i < 3 && len >= at + 8; i++) {
		uint8_t kind = i ? p[at - 8] : p[6];

		if (kind != 44 && kind != 60 && kind != 43 && kind != 51 &&
		    kind != 0)
			break;
		p[at] = (uint8_t)any_of(rng, protos, ARRAY_LEN(protos));
		p[at + 1] = 0;
		if (kind == 44 && rng_below(rng, 2))
			put_be16(p + at + 2, rng_below(rng, 2));
		at += 8;
	}
	if ((at == 40 ? p[6] : p[at - 8]) != 58 || len < at + 8)
		return;
	p[at] = (uint8_t)any_of(rng, types, ARRAY_LEN(types));
	if (len > at + 8 && depth < 3)
		random6(rng, p + at + 8, len - at - 8, depth + 1);
}

/* The next line of the kernel's log that begins with our prefix, waited for as
 * long as @patience_ms: most often it is there when write() to the device has
 * come back, but a busy machine may leave it to ksoftirqd. */
static bool kernel_line(int kmsg, const char *prefix, int patience_ms,
			char *line, size_t size)
{
	struct pollfd poll_kmsg = { .fd = kmsg, .events = POLLIN };
	char record[8192];
	ssize_t n;

	for (;;) {
		char *text;

		n = read(kmsg, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0 && poll(&poll_kmsg, 1, patience_ms) > 0)
			continue;
		if (n <= 0)
			return false;
		record[n] = '\0';
		text = strchr(record, ';');
		if (!text || strncmp(text + 1, prefix, strlen(prefix)))
			continue;
		text[1 + strcspn(text + 1, "\n")] = '\0';
		snprintf(line, size, "%s", text + 1);
		return true;
	}
}

static void check_line(struct netns *ns, int kmsg, const char *prefix,
		       uint8_t *p, uint32_t len, uint32_t flags, unsigned *seen)
{
	struct strbuf ours = STRBUF_INIT;
	char kernels[8192] = "";
	struct packet pkt;
	uint8_t waste[2048];

	cr_assert_eq(write(ns->lan, p, len), len);
	while (netns_read(ns->lan, waste, sizeof(waste)) > 0)
		;
	packet_init(&pkt, p, len, p, len, len);
	if (packet_receive(&pkt) == REASON_NONE) {
		pkt.mark = p[7] & 1 ? 0x2a : 0;
		logline_format(&ours, &pkt, "lan", "", 65534, prefix, flags);
	}
	if (kernel_line(kmsg, prefix, ours.len ? 2000 : 0, kernels,
			sizeof(kernels)))
		++*seen;
	cr_expect_str_eq(strbuf_str(&ours), kernels);
	strbuf_fini(&ours);
}

static void play(bool v6, const char *statement, uint32_t flags, uint64_t seed)
{
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	uint8_t *p = malloc(400);
	unsigned seen = 0;
	char prefix[40];
	struct netns ns;
	struct rng rng;

	/* other tests log at the same time */
	snprintf(prefix, sizeof(prefix), "nftvm-%u-%d: ", (unsigned)seed,
		 (int)getpid());
	if (geteuid() != 0 || kmsg < 0)
		cr_skip_test("needs root and the kernel's log");
	/* stays on: tests run side by side, and it does no harm */
	set_sysctl("netfilter/nf_log_all_netns", "1");
	cr_assert(netns_begin(&ns));
	set_sysctl("ipv4/conf/lan/rp_filter", "0");
	sh("nft 'add table inet t; add chain inet t c { type filter hook "
	   "prerouting priority 0; };"
	   "add rule inet t c @nh,%u,1 1 meta mark set 0x2a;"
	   "add rule inet t c iifname lan log prefix \"%s\" %s;"
	   "add rule inet t c drop'",
	   7 * 8 + 7, prefix, statement);
	lseek(kmsg, 0, SEEK_END);
	rng_seed(&rng, seed);
	for (int i = 0; i < 700; i++) {
		uint32_t len = (v6 ? 40 : 20) + rng_below(&rng, 140);

		if (v6)
			random6(&rng, p, len, 0);
		else
			random4(&rng, p, len, 0);
		check_line(&ns, kmsg, prefix, p, len, flags, &seen);
	}
	cr_expect_gt(seen, 500);
	free(p);
	close(kmsg);
}

Test(logline_kernel, ip4, .timeout = 60)
{
	play(false, "", 0, 1);
}

Test(logline_kernel, ip4_all_flags, .timeout = 60)
{
	play(false, "flags all", 0x2f, 2);
}

Test(logline_kernel, ip6, .timeout = 60)
{
	play(true, "", 0, 3);
}

Test(logline_kernel, ip6_all_flags, .timeout = 60)
{
	play(true, "flags all", 0x2f, 4);
}

/* --- what a TUN device has not ------------------------------------------- */

static const uint8_t udp4[] = {
	0x45, 0, 0,  28, 0, 1, 0, 0,  64, 17, 0, 0, 10, 0,
	0,    1, 10, 0,	 0, 2, 0, 53, 0,  54, 0, 8, 0,	0,
};
#define UDP4                                                               \
	"SRC=10.0.0.1 DST=10.0.0.2 LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=1 " \
	"PROTO=UDP SPT=53 DPT=54 LEN=8 "

static const struct {
	const char *in, *out;
	uint16_t type;
	bool l2;
	uint32_t flags;
	const char *line;
} macs[] = {
	{ "eth0", "", 1, true, 0,
	  "x IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 " UDP4 },
	{ "eth0", "eth1", 1, true, 0x20,
	  "x IN=eth0 OUT=eth1 MACSRC=02:00:00:00:00:02 "
	  "MACDST=02:00:00:00:00:01 MACPROTO=0800 " UDP4 },
	{ "lo", "", 772, false, 0,
	  "x IN=lo OUT= MAC=00:00:00:00:00:00:00:00:00:00:00:00:08:00 " UDP4 },
	{ "tun0", "", 65534, true, 0, "x IN=tun0 OUT= MAC= " UDP4 },
	{ "", "eth0", 0, true, 0, "x IN= OUT=eth0 " UDP4 },
};

/* From the kernel's log, of a veth pair, lo and a TUN device. */
Test(logline, link_layer)
{
	static const uint8_t eth[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0
	};
	uint8_t buf[sizeof(udp4)];
	struct packet pkt;

	for (size_t i = 0; i < ARRAY_LEN(macs); i++) {
		struct strbuf line = STRBUF_INIT;

		memcpy(buf, udp4, sizeof(buf));
		packet_init(&pkt, buf, sizeof(buf), buf, sizeof(buf),
			    sizeof(buf));
		pkt.nfproto = NFPROTO_IPV4;
		pkt.protocol = htobe16(0x0800);
		if (macs[i].l2) {
			pkt.l2 = eth;
			pkt.l2_len = sizeof(eth);
			pkt.flags |= PKT_HAS_L2;
		}
		logline_format(&line, &pkt, macs[i].in, macs[i].out,
			       macs[i].type, "x ", macs[i].flags);
		cr_expect_str_eq(strbuf_str(&line), macs[i].line);
		strbuf_fini(&line);
	}
}
