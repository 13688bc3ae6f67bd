/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements that translate and reject, made from a seed: each form of address
 * with each form of port and flags, behind matches that the listing may leave
 * out, compared with nft's bytecode and listing.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/util.h"
#include "tests/parser/nft.h"

struct pool {
	const char *const *v;
	size_t n;
};

#define POOL(...)                                                 \
	(const struct pool)                                       \
	{                                                         \
		(const char *const[]){ __VA_ARGS__ },             \
			sizeof((const char *[]){ __VA_ARGS__ }) / \
				sizeof(const char *)              \
	}

static const char *pick(struct rng *r, struct pool p)
{
	return p.v[rng_below(r, (uint32_t)p.n)];
}

/**
 * struct side - what goes with an IP version
 * @to:		"ip " in inet tables, else ""
 */
struct side {
	bool v6, inet;
	const char *to;
};

static const char *network(struct rng *r, const struct side *s)
{
	if (s->v6)
		return pick(r, POOL("", "ip6 saddr fd00::/8 ",
				    "ip6 daddr { fd00::1, fd00::2 } ",
				    "ip6 saddr fd00::5 "));
	return pick(r, POOL("", "ip saddr 10.0.0.0/8 ",
			    "ip daddr { 10.0.0.1, 10.0.0.2 } ",
			    "ip saddr 10.0.0.5 "));
}

static const char *transport(struct rng *r)
{
	return pick(r, POOL("tcp dport 80 ", "udp sport { 1, 2 } ",
			    "meta l4proto tcp ", "meta l4proto { tcp, udp } ",
			    "tcp flags syn ", "sctp dport 9 ",
			    "udp dport 53 ct state new ",
			    "iifname \"eth0\" tcp dport 1-5 "));
}

static const char *address(struct rng *r, const struct side *s)
{
	if (s->v6)
		return pick(
			r,
			POOL("fd00::1", "fd00::1-fd00::9", "fd01::/64",
			     "ip6 saddr map { fd00::1 : fd01::1 }",
			     "ip6 daddr map { fd00::1 : fd01::1, fd00::2 : fd01::2 }",
			     "ip6 saddr map @m6"));
	return pick(
		r,
		POOL("10.9.0.1", "10.9.0.1-10.9.0.7", "10.9.0.0/24",
		     "10.9.0.0-10.9.0.255",
		     "ip saddr map { 10.0.0.1 : 10.9.0.1 }",
		     "ip daddr map { 10.0.0.1 : 10.9.0.1, 10.0.0.2 : 10.9.0.2 }",
		     "ip saddr map { 10.0.0.0/8 : 10.9.0.1 }",
		     "ip saddr map @m4", "ip daddr"));
}

static const char *port(struct rng *r)
{
	return pick(r, POOL("", "", "", ":80", ":80-90", ":1024-65535",
			    ":tcp dport map { 80 : 8080, 81 : 8081 }"));
}

static const char *flags(struct rng *r)
{
	return pick(r,
		    POOL("", "", "", " random", " fully-random", " persistent",
			 " random,persistent", " fully-random,persistent"));
}

/* Maps that give more than an address. */
static const char *wide(struct rng *r, const struct side *s)
{
	if (s->v6)
		return pick(
			r,
			POOL("to tcp dport map { 80 : fd00::1 . 8080 }",
			     "to tcp dport map @w6",
			     "to ip6 saddr map { fd00::1 : fd01::1-fd01::5 }",
			     "prefix to ip6 saddr map { fd01::/64 : fd02::/64 }"));
	return pick(
		r,
		POOL("to tcp dport map { 80 : 10.0.0.1 . 8080 }",
		     "to tcp dport map { 80 : 10.0.0.1 . 8080, 81 : 10.0.0.2 . 8081 }",
		     "to tcp dport map @w4",
		     "addr . port to tcp dport map { 80 : 10.0.0.1 . 8080 }",
		     "to ip saddr . tcp dport map { 10.0.0.1 . 80 : 10.0.0.1 . 90 }",
		     "to ip saddr map { 10.0.0.1 : 10.1.0.1-10.1.0.5 }",
		     "interval to ip saddr map { 10.0.0.1 : 10.1.0.1-10.1.0.5, 10.0.0.2 : 10.1.0.7-10.1.0.8 }",
		     "interval to tcp dport map { 80 : 10.0.0.1-10.0.0.5 . 80-90 }",
		     "prefix to ip saddr map { 10.0.0.0/24 : 192.168.0.0/24 }",
		     "prefix to ip saddr map { 10.0.0.0/24 : 192.168.0.0/24, 10.0.1.0/24 : 192.168.7.0/24 }",
		     "prefix to 10.1.0.0/16"));
}

static void nat_rule(struct rng *r, const struct side *s, const char *verb,
		     struct strbuf *b)
{
	const char *addr = address(r, s), *to = port(r);
	bool map = strstr(to, "map");

	strbuf_puts(b, network(r, s));
	if (rng_below(r, 3) == 0) {
		strbuf_puts(b, "tcp dport { 80, 81 } ");
		strbuf_printf(b, "%s %s%s%s\n", verb, s->v6 ? "ip6 " : "ip ",
			      wide(r, s), flags(r));
		return;
	}
	if (*to)
		strbuf_puts(b, map ? "tcp dport { 80, 81 } " : transport(r));
	if (*to && s->v6 && !strchr(addr, 'm') && !strchr(addr, '/'))
		addr = strchr(addr, '-') ? "[fd00::1]-[fd00::9]" : "[fd00::1]";
	strbuf_printf(b, "%s %sto %s%s%s%s\n", verb, s->to, addr,
		      *to && strchr(addr, '/') ? " " : "", to, flags(r));
}

static void here_rule(struct rng *r, const struct side *s, const char *verb,
		      struct strbuf *b)
{
	const char *to = port(r);

	strbuf_puts(b, network(r, s));
	if (*to)
		strbuf_puts(b, strstr(to, "map") ? "tcp dport { 80, 81 } "
						 : transport(r));
	strbuf_printf(b, "%s%s%s%s\n", verb, *to ? " to " : "", to, flags(r));
}

static void reject_rule(struct rng *r, const struct side *s, struct strbuf *b)
{
	const char *t = rng_below(r, 2) ? transport(r) : "";
	bool tcp = strstr(t, "tcp d") || strstr(t, "tcp f") ||
		   strstr(t, "l4proto tcp") || !*t;

	strbuf_puts(b, network(r, s));
	strbuf_puts(b, t);
	if (tcp && rng_below(r, 3) == 0)
		strbuf_puts(b, "reject with tcp reset\n");
	else if (s->inet && rng_below(r, 3) == 0)
		strbuf_printf(b, "reject with %s\n",
			      pick(r, POOL("icmpx type no-route",
					   "icmpx port-unreachable",
					   "icmpx type host-unreachable",
					   "icmpx admin-prohibited")));
	else if (rng_below(r, 3) == 0)
		strbuf_puts(b, "reject\n");
	else
		strbuf_printf(b, "reject with %s\n",
			      s->v6 ? pick(r, POOL("icmpv6 type no-route",
						   "icmpv6 admin-prohibited",
						   "icmpv6 addr-unreachable",
						   "icmpv6 port-unreachable",
						   "icmpv6 policy-fail",
						   "icmpv6 type reject-route",
						   "icmpv6 type 7"))
				    : pick(r, POOL("icmp type net-unreachable",
						   "icmp host-unreachable",
						   "icmp prot-unreachable",
						   "icmp port-unreachable",
						   "icmp net-prohibited",
						   "icmp host-prohibited",
						   "icmp admin-prohibited",
						   "icmp type 5")));
}

static const char maps[] =
	"map m4 { type ipv4_addr : ipv4_addr\n"
	"elements = { 10.0.0.1 : 10.0.0.2 }\n}\n"
	"map m6 { type ipv6_addr : ipv6_addr\n"
	"elements = { fd00::1 : fd00::2 }\n}\n"
	"map w4 { type inet_service : ipv4_addr . inet_service\n"
	"elements = { 80 : 10.0.0.1 . 8080, 81 : 10.0.0.2 . 8081 }\n}\n"
	"map w6 { type inet_service : ipv6_addr . inet_service\n"
	"elements = { 80 : fd00::1 . 8080 }\n}\n"
	"map i4 { type ipv4_addr : interval ipv4_addr\n"
	"elements = { 10.0.0.1 : 10.1.0.0/16 }\n}\n";

enum what {
	POST,
	PRE,
	FILTER,
	KINDS,
};

static void one_rule(struct rng *r, const char *family, enum what what,
		     struct strbuf *b)
{
	struct side s = { .inet = !strcmp(family, "inet"), .to = "" };

	s.v6 = s.inet ? rng_below(r, 2) : !strcmp(family, "ip6");
	if (s.inet)
		s.to = s.v6 ? "ip6 " : "ip ";
	if (what == FILTER)
		reject_rule(r, &s, b);
	else if (rng_below(r, 4))
		nat_rule(r, &s, what == POST ? "snat" : "dnat", b);
	else
		here_rule(r, &s, what == POST ? "masquerade" : "redirect", b);
}

static void one_seed(uint64_t seed, const char *family, enum what what)
{
	static const char *const types[] = {
		[POST] = "nat hook postrouting priority 100",
		[PRE] = "nat hook prerouting priority -100",
		[FILTER] = "filter hook forward priority 0",
	};
	struct strbuf b = STRBUF_INIT;
	char name[64];
	struct rng r;

	rng_seed(&r, seed);
	strbuf_printf(&b, "table %s t {\n%schain c {\ntype %s;\n", family, maps,
		      types[what]);
	for (unsigned i = 0; i < 25; i++)
		one_rule(&r, family, what, &b);
	strbuf_puts(&b, "}\n}\n");
	snprintf(name, sizeof(name), "%s, seed %llu", family,
		 (unsigned long long)seed);
	nft_judge(name, strbuf_str(&b));
	strbuf_fini(&b);
}

Test(parser_nat, seeds)
{
	static const char *const families[] = { "ip", "ip6", "inet" };
	const char *from = getenv("NFTVM_SEED"), *n = getenv("NFTVM_SEEDS");
	uint64_t seed = from ? strtoull(from, NULL, 0) : 1;
	unsigned long count = n ? strtoul(n, NULL, 0) : 18;

	for (unsigned long i = 0; i < count; i++, seed++)
		one_seed(seed, families[seed % 3], seed / 3 % KINDS);
}
