/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules made at random from a seed, compared with nft: what no row of rules.h
 * thought of, above all how matches of one rule meet (dependencies, merges).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/util.h"
#include "tests/parser/nft.h"

/* Matches by the protocol that they need; a rule keeps to one of a kind. */
static const char *const any[] = {
	"iifname \"eth*\"",
	"oifname { \"a\", \"b\" }",
	"meta mark 0x10",
	"meta mark & 0xff00 == 0x100",
	"meta mark 5-9",
	"ct state established,related",
	"ct state new",
	"ct state != invalid",
	"ct mark { 1, 2, 7-9 }",
	"ct status assured",
	"ct direction original",
	"meta length 100-200",
	"meta length > 1000",
	"meta l4proto != icmp",
	"fib daddr type local",
	"meta pkttype { host, other }",
	"ct original packets > 5",
	"iif lo",
};

static const char *const ip4[] = {
	"ip saddr 10.0.0.0/8",
	"ip saddr 10.1.2.3",
	"ip daddr != 192.168.0.0/20",
	"ip daddr { 1.1.1.1, 2.2.2.0/24 }",
	"ip saddr 10.0.0.1-10.0.0.7",
	"ip ttl 64",
	"ip ttl < 5",
	"ip id 7",
	"ip length 40",
	"ip dscp cs1",
	"ip checksum 0",
	"ip frag-off & 0x1fff != 0",
	"ip saddr . ip daddr { 1.1.1.1 . 2.2.2.2 }",
	"ip version 4",
	"ip hdrlength 5",
	"ip ecn ce",
};

static const char *const tcp[] = {
	"tcp dport 22",
	"tcp sport 1024-65535",
	"tcp dport { 80, 443, 8000-8999 }",
	"tcp flags syn",
	"tcp flags syn / syn,ack",
	"tcp sequence 1",
	"tcp ackseq 2",
	"tcp window 5",
	"tcp checksum 6",
	"tcp urgptr 7",
	"tcp sport 53",
	"tcp doff 5",
	"tcp flags == syn",
};

static const char *const udp[] = {
	"udp dport 53",	    "udp sport 67",   "udp length 8",
	"udp checksum 0",   "udp dport != 5", "udp dport { 1, 2 }",
	"udp length > 100",
};

static const char *const icmp[] = {
	"icmp type echo-request", "icmp code 0",   "icmp checksum 5",
	"icmp type { 0, 8 }",	  "icmp code 1-3",
};

static const char *const ends[] = {
	"accept",
	"drop",
	"counter",
	"counter accept",
	"return",
	"jump oc",
	"log prefix \"x\" level info",
	"limit rate 5/second accept",
	"meta mark set 0x5",
	"ct mark set meta mark",
	"meta mark set meta mark & 0xff | 0x100",
	"notrack",
	"counter drop comment \"hello\"",
};

struct pool {
	const char *const *v;
	size_t len;
};

#define POOL(a)                   \
	{                         \
		(a), ARRAY_LEN(a) \
	}

static const struct pool transports[] = { POOL(tcp), POOL(udp), POOL(icmp) };

static const char *pick(struct rng *r, const struct pool *p)
{
	return p->v[rng_below(r, (uint32_t)p->len)];
}

static void rule(struct rng *r, struct strbuf *b)
{
	static const struct pool anys = POOL(any), nets = POOL(ip4),
				 end = POOL(ends);
	const struct pool *t = &transports[rng_below(r, 3)];

	for (unsigned n = rng_below(r, 5); n > 0; n--) {
		unsigned kind = rng_below(r, 3);

		strbuf_puts(b, pick(r, kind == 0   ? &anys
				       : kind == 1 ? &nets
						   : t));
		strbuf_putc(b, ' ');
	}
	strbuf_puts(b, pick(r, &end));
	strbuf_putc(b, '\n');
}

static void one_seed(uint64_t seed, const char *family)
{
	struct strbuf b = STRBUF_INIT;
	char name[64];
	struct rng r;

	rng_seed(&r, seed);
	strbuf_printf(&b,
		      "table %s t {\nchain oc { }\nchain c {\ntype filter "
		      "hook output priority 0;\n",
		      family);
	for (unsigned i = 0; i < 40; i++)
		rule(&r, &b);
	strbuf_puts(&b, "}\n}\n");
	snprintf(name, sizeof(name), "%s, seed %llu", family,
		 (unsigned long long)seed);
	nft_judge(name, strbuf_str(&b));
	strbuf_fini(&b);
}

Test(parser_random, seeds)
{
	const char *from = getenv("NFTVM_SEED"), *n = getenv("NFTVM_SEEDS");
	uint64_t seed = from ? strtoull(from, NULL, 0) : 1;
	unsigned long count = n ? strtoul(n, NULL, 0) : 10;

	for (unsigned long i = 0; i < count; i++, seed++)
		one_seed(seed, i % 2 ? "ip" : "inet");
}
