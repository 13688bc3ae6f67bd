/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generate SEED - a random ruleset on stdout, the same for the same seed
 *
 * Most of them load. One in eight has a fault sown into it: a name that is not
 * there, overlapping intervals, a loop, a value out of range.
 *
 * Rules are made from templates, whose % letters are replaced by random values
 * of a kind (struct kind).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/util.h"

enum family {
	F_IP,
	F_IP6,
	F_INET,
	FAMILIES
};

static const char *const family_names[] = { "ip", "ip6", "inet" };

/**
 * struct gen - a ruleset being written
 * @n_chains:	regular chains c0.. of the table; a jump from chain @chain goes
 *		to a later one, so that there are no loops
 * @n_sets:	sets of each type, s<type>_<n>
 * @faulty:	sow a fault where there is a chance
 */
struct gen {
	struct rng rng;
	enum family family;
	unsigned n_chains, chain;
	unsigned n_sets[16];
	bool faulty;
};

static unsigned pick(struct gen *g, unsigned n)
{
	return rng_below(&g->rng, n);
}

static bool chance(struct gen *g, unsigned one_in)
{
	return pick(g, one_in) == 0;
}

/* --- values -------------------------------------------------------------- */

static void v4(struct gen *g)
{
	printf("%u.%u.%u.%u", 1 + pick(g, 223), pick(g, 256), pick(g, 256),
	       pick(g, 256));
}

static void v4_prefix(struct gen *g)
{
	static const unsigned lens[] = { 8, 16, 24 };
	unsigned len = lens[pick(g, 3)];

	printf("%u.%u.%u.0/%u", 1 + pick(g, 223), len > 8 ? pick(g, 256) : 0,
	       len > 16 ? pick(g, 256) : 0, len);
}

static void v4_range(struct gen *g)
{
	unsigned a = 1 + pick(g, 223), b = pick(g, 256), low = pick(g, 200);

	printf("%u.%u.0.%u-%u.%u.0.%u", a, b, low, a, b, low + 1 + pick(g, 50));
}

static void v6(struct gen *g)
{
	printf("2001:db8:%x::%x", pick(g, 65536), 1 + pick(g, 65535));
}

static void v6_prefix(struct gen *g)
{
	printf("2001:db8:%x::/48", pick(g, 65536));
}

static void port(struct gen *g)
{
	printf("%u", pick(g, g->faulty && chance(g, 9) ? 200000 : 65536));
}

static void port_range(struct gen *g)
{
	unsigned low = pick(g, 60000);

	printf("%u-%u", low, low + 1 + pick(g, 50));
}

static void mark(struct gen *g)
{
	printf("0x%x", rng_u32(&g->rng) >> pick(g, 32) | 1);
}

static void link_name(struct gen *g)
{
	static const char *const names[] = { "lo",  "eth0", "eth1",   "wan",
					     "lan", "ppp0", "br-lan", "wg0" };

	printf("\"%s\"", names[pick(g, ARRAY_LEN(names))]);
}

static void protocol(struct gen *g)
{
	static const char *const names[] = { "tcp", "udp",  "icmp", "ipv6-icmp",
					     "esp", "sctp", "89" };

	printf("%s", names[pick(g, ARRAY_LEN(names))]);
}

static void ct_state(struct gen *g)
{
	static const char *const names[] = { "new", "established", "related",
					     "invalid", "untracked" };

	printf("%s", names[pick(g, ARRAY_LEN(names))]);
}

static void icmp_type(struct gen *g)
{
	static const char *const names[] = { "echo-request", "echo-reply",
					     "destination-unreachable",
					     "time-exceeded", "redirect" };

	printf("%s", names[pick(g, ARRAY_LEN(names))]);
}

static void number(struct gen *g)
{
	printf("%u", 1 + pick(g, 200));
}

static void word(struct gen *g)
{
	static const char *const words[] = { "a b", "drop: ", "in",
					     "",    "x-y",    "[nft] " };

	printf("\"%s\"", words[pick(g, ARRAY_LEN(words))]);
}

static void jump(struct gen *g)
{
	if (g->faulty && chance(g, 9))
		printf("jump c%u", pick(g, g->n_chains + 2));
	else if (g->chain + 1 < g->n_chains)
		printf("%s c%u", chance(g, 4) ? "goto" : "jump",
		       g->chain + 1 + pick(g, g->n_chains - g->chain - 1));
	else
		printf("accept");
}

static void verdict(struct gen *g)
{
	static const char *const names[] = { "accept", "drop", "return",
					     "accept" };

	if (chance(g, 3))
		jump(g);
	else
		printf("%s", names[pick(g, ARRAY_LEN(names))]);
}

/* What a % letter in a template stands for. */
static const struct kind {
	char letter;
	void (*print)(struct gen *g);
} kinds[] = {
	{ '4', v4 },	     { 'P', v4_prefix }, { 'R', v4_range },
	{ '6', v6 },	     { 'Q', v6_prefix }, { 'p', port },
	{ 'r', port_range }, { 'm', mark },	 { 'i', link_name },
	{ 'o', protocol },   { 's', ct_state },	 { 't', icmp_type },
	{ 'n', number },     { 'w', word },	 { 'v', verdict },
	{ 'j', jump },
};

static void expand(struct gen *g, const char *template)
{
	for (const char *at = template; *at; at++) {
		if (*at != '%') {
			putchar(*at);
			continue;
		}
		at++;
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (kinds[i].letter == *at)
				kinds[i].print(g);
	}
}

/* --- sets ---------------------------------------------------------------- */

/* Types of sets: their elements, with and without intervals (NULL: can't), a
 * match that looks them up, and where that may stand. */
static const struct type {
	const char *name, *elem, *range, *match;
	unsigned families; /* bits */
	bool is_small;	   /* few different elements */
} types[] = {
	{ "ipv4_addr", "%4", "%P", "ip saddr", 1 << F_IP | 1 << F_INET, false },
	{ "ipv4_addr", "%4", "%R", "ip daddr", 1 << F_IP | 1 << F_INET, false },
	{ "ipv6_addr", "%6", "%Q", "ip6 saddr", 1 << F_IP6 | 1 << F_INET,
	  false },
	{ "inet_service", "%p", "%r", "tcp dport", 7, false },
	{ "mark", "%m", NULL, "meta mark", 7, false },
	{ "inet_proto", "%o", NULL, "meta l4proto", 7, true },
	{ "ifname", "%i", NULL, "iifname", 7, true },
	{ "ipv4_addr . inet_service", "%4 . %p", "%P . %r",
	  "ip saddr . tcp dport", 1 << F_IP | 1 << F_INET, false },
	{ "ipv4_addr . ipv4_addr", "%4 . %4", NULL, "ip saddr . ip daddr",
	  1 << F_IP | 1 << F_INET, false },
	{ "ifname . mark", "%i . %m", NULL, "iifname . meta mark", 7, false },
	{ "icmp_type", "%t", NULL, "icmp type", 1 << F_IP | 1 << F_INET, true },
};

static bool has_family(struct gen *g, unsigned families)
{
	return families & 1u << g->family;
}

static void set_options(struct gen *g, bool is_interval, bool is_map)
{
	bool timeout = chance(g, 5);

	if (is_interval)
		printf("\t\tflags interval%s\n", timeout ? ",timeout" : "");
	else if (timeout || chance(g, 8))
		printf("\t\tflags %s%s\n", timeout ? "timeout" : "dynamic",
		       timeout && chance(g, 2) ? ",dynamic" : "");
	if (is_interval && !is_map && chance(g, 3))
		printf("\t\tauto-merge\n");
	if (timeout && chance(g, 2))
		printf("\t\ttimeout %ud%uh%um%us\n", 1 + pick(g, 5),
		       pick(g, 24), pick(g, 60), pick(g, 60));
	if (timeout && !is_map && chance(g, 2))
		printf("\t\tgc-interval %us\n", 1 + pick(g, 100));
	if (chance(g, 5))
		printf("\t\tsize %u\n", g->faulty ? 3 : 65536);
	/* With both, and timeouts, the kernel takes a tree that knows intervals
	 * only, and refuses the second element. */
	else if (chance(g, 8))
		printf("\t\tpolicy memory\n");
	if (!is_interval && chance(g, 8))
		printf("\t\tcounter\n");
	if (chance(g, 6))
		printf("\t\tcomment \"set %u\"\n", pick(g, 100));
}

static void elem_print(struct gen *g, const struct type *t, bool is_interval,
		       const char *data)
{
	expand(g, is_interval && !chance(g, 3) ? t->range : t->elem);
	if (chance(g, 12))
		printf(" comment \"e%u\"", pick(g, 100));
	if (data) {
		printf(" : ");
		expand(g, data);
	}
}

static void elems_print(struct gen *g, const struct type *t, bool is_interval,
			const char *data)
{
	/* One key must not have two values: few keys, few elements. */
	unsigned n = pick(g, data && t->is_small ? 2 : 12);

	if (!n)
		return;
	printf("\t\telements = { ");
	for (unsigned i = 0; i < n; i++) {
		printf("%s", i ? ", " : "");
		elem_print(g, t, is_interval, data);
	}
	printf(" }\n");
}

static void set_print(struct gen *g, unsigned type)
{
	static const struct {
		const char *name, *value;
	} data[] = {
		{ "verdict", "%v" },
		{ "inet_service", "%p" },
		{ "ipv4_addr", "%4" },
		{ "mark", "%m" },
	};
	const struct type *t = &types[type];
	bool is_interval = t->range && chance(g, 2), is_map = chance(g, 3);
	unsigned d = pick(g, ARRAY_LEN(data));

	g->chain = 0;
	if (is_map)
		printf("\tmap m%u_%u {\n\t\ttype %s : %s\n", type,
		       pick(g, 1000), t->name, data[d].name);
	else
		printf("\tset s%u_%u {\n\t\ttype %s\n", type, g->n_sets[type]++,
		       t->name);
	set_options(g, is_interval, is_map);
	elems_print(g, t, is_interval, is_map ? data[d].value : NULL);
	printf("\t}\n");
}

static void sets_print(struct gen *g)
{
	memset(g->n_sets, 0, sizeof(g->n_sets));
	for (unsigned i = pick(g, 6); i > 0; i--) {
		unsigned type = pick(g, ARRAY_LEN(types));

		if (has_family(g, types[type].families))
			set_print(g, type);
	}
}

/* --- rules --------------------------------------------------------------- */

static const struct {
	const char *template;
	unsigned families;
} matches[] = {
	{ "ip saddr %4", 1 << F_IP | 1 << F_INET },
	{ "ip daddr != %4", 1 << F_IP | 1 << F_INET },
	{ "ip saddr %P", 1 << F_IP | 1 << F_INET },
	{ "ip daddr %R", 1 << F_IP | 1 << F_INET },
	{ "ip saddr { %4, %4, %4 }", 1 << F_IP | 1 << F_INET },
	{ "ip protocol %o", 1 << F_IP | 1 << F_INET },
	{ "ip ttl %n", 1 << F_IP | 1 << F_INET },
	{ "ip ttl < %n", 1 << F_IP | 1 << F_INET },
	{ "ip length > %n", 1 << F_IP | 1 << F_INET },
	{ "icmp type %t", 1 << F_IP | 1 << F_INET },
	{ "icmp type { echo-request, echo-reply }", 1 << F_IP | 1 << F_INET },
	{ "ip6 saddr %6", 1 << F_IP6 | 1 << F_INET },
	{ "ip6 daddr %Q", 1 << F_IP6 | 1 << F_INET },
	{ "ip6 hoplimit %n", 1 << F_IP6 | 1 << F_INET },
	{ "icmpv6 type { nd-neighbor-solicit, nd-router-advert }",
	  1 << F_IP6 | 1 << F_INET },
	{ "tcp dport %p", 7 },
	{ "tcp sport != %p", 7 },
	{ "tcp dport %r", 7 },
	{ "udp dport { %p, %p }", 7 },
	{ "udp sport { %r, %p }", 7 },
	{ "tcp flags syn", 7 },
	{ "tcp flags & (syn | ack) == syn", 7 },
	{ "th dport %p", 7 },
	{ "meta l4proto { tcp, udp }", 7 },
	{ "meta l4proto %o", 7 },
	{ "meta mark %m", 7 },
	{ "meta mark and 0xff == 0x%n", 7 },
	{ "meta length > %n", 7 },
	{ "iifname %i", 7 },
	{ "iifname { %i, %i }", 7 },
	{ "oifname != %i", 7 },
	{ "iifname \"eth*\"", 7 },
	{ "iif \"lo\"", 7 },
	{ "ct state %s", 7 },
	{ "ct state { established, related }", 7 },
	{ "ct state established,related", 7 },
	{ "ct state != invalid", 7 },
	{ "ct mark %m", 7 },
	{ "ct direction original", 7 },
	{ "ct status dnat", 7 },
	{ "fib daddr type local", 7 },
	{ "meta nfproto ipv4", 1 << F_INET },
	{ "ip saddr . tcp dport { %4 . %p, %4 . %p }",
	  1 << F_IP | 1 << F_INET },
	{ "ip saddr . tcp dport { %P . %p, %4 . %r }",
	  1 << F_IP | 1 << F_INET },
};

static const char *const statements[] = {
	"counter",
	"counter packets %n bytes %n",
	"log",
	"log prefix %w",
	"log prefix %w level debug",
	"log group %n",
	"limit rate %n/second",
	"limit rate over %n/minute burst %n packets",
	"limit rate %n kbytes/second",
	"meta mark set %m",
	"ct mark set %m",
	"ct mark set meta mark",
	"meta mark set ct mark",
	"meta mark set meta mark or %m",
	"notrack",
};

static const char *const ends[] = {
	"%v",
	"%v",
	"%v",
	"counter",
	"meta mark vmap { 22 : %v, 80 : %v, 1000-2000 : %v }",
	"ct state vmap { new : %v, established : accept }",
	"meta mark set iifname map { \"a\" : %m, \"b\" : %m }",
};

static void lookup_print(struct gen *g)
{
	unsigned type = pick(g, ARRAY_LEN(types));
	unsigned n = g->n_sets[type];

	if (g->faulty && chance(g, 9))
		n += 2;
	if (!n || !has_family(g, types[type].families))
		return;
	printf("%s %s@s%u_%u ", types[type].match, chance(g, 4) ? "!= " : "",
	       type, pick(g, n));
}

static void rule_body(struct gen *g)
{
	unsigned m = pick(g, ARRAY_LEN(matches));

	if (chance(g, 3)) {
		lookup_print(g);
	} else if (has_family(g, matches[m].families) ||
		   (g->faulty && chance(g, 9))) {
		expand(g, matches[m].template);
		putchar(' ');
	}
	for (unsigned i = pick(g, 3); i > 0; i--) {
		expand(g, statements[pick(g, ARRAY_LEN(statements))]);
		putchar(' ');
	}
	expand(g, ends[pick(g, ARRAY_LEN(ends))]);
	if (chance(g, 6))
		printf(" comment \"rule %u\"", pick(g, 1000));
}

/* --- chains and tables --------------------------------------------------- */

static void rules_print(struct gen *g)
{
	for (unsigned i = pick(g, 6); i > 0; i--) {
		printf("\t\t");
		rule_body(g);
		putchar('\n');
	}
}

static void base_chain(struct gen *g, unsigned nr)
{
	static const char *const hooks[] = { "prerouting", "input", "forward",
					     "output", "postrouting" };
	static const char *const priorities[] = {
		"raw",	       "mangle", "filter", "security", "filter + 5",
		"mangle - 10", "0",	 "-17",	   "300",      "filter - 11"
	};

	printf("\tchain b%u {\n", nr);
	if (chance(g, 6))
		printf("\t\tcomment \"base %u\"\n", nr);
	printf("\t\ttype filter hook %s priority %s;", hooks[pick(g, 5)],
	       priorities[pick(g, ARRAY_LEN(priorities))]);
	if (chance(g, 2))
		printf(" policy %s;", chance(g, 2) ? "drop" : "accept");
	putchar('\n');
	g->chain = 0;
	rules_print(g);
	printf("\t}\n");
}

static void table_print(struct gen *g, unsigned nr)
{
	g->family = pick(g, FAMILIES);
	g->n_chains = 1 + pick(g, 5);
	printf("table %s t%u {\n", family_names[g->family], nr);
	if (chance(g, 8))
		printf("\tcomment \"table %u\"\n", nr);
	sets_print(g);
	for (g->chain = 0; g->chain < g->n_chains; g->chain++) {
		printf("\tchain c%u {\n", g->chain);
		rules_print(g);
		printf("\t}\n");
	}
	for (unsigned i = pick(g, 4); i > 0; i--)
		base_chain(g, i);
	printf("}\n");
}

/* Commands on the table that was made last. */
static void command_print(struct gen *g, unsigned nr)
{
	static const char *const verbs[] = { "add", "insert", "add" };
	const char *family = family_names[g->family];

	g->chain = pick(g, g->n_chains);
	switch (pick(g, 5)) {
	case 0:
	case 1:
	case 2:
		printf("%s rule %s t%u c%u ", verbs[pick(g, 3)], family, nr,
		       g->chain);
		rule_body(g);
		break;
	case 3:
		printf("add rule %s t%u c%u counter\n", family, nr, g->chain);
		printf("add rule %s t%u c%u index 0 ", family, nr, g->chain);
		rule_body(g);
		break;
	case 4:
		printf("add chain %s t%u c%u", family, nr, g->chain);
		break;
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct gen g = { 0 };
	unsigned n;

	if (argc != 2) {
		fprintf(stderr, "usage: generate SEED\n");
		return 2;
	}
	rng_seed(&g.rng, strtoull(argv[1], NULL, 10));
	g.faulty = chance(&g, 8);
	n = 1 + pick(&g, 3);
	for (unsigned i = 0; i < n; i++) {
		table_print(&g, i);
		for (unsigned k = pick(&g, 4); k > 0; k--)
			command_print(&g, i);
	}
	return 0;
}
