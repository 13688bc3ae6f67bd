/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: most seeds have one table with nat chains at some of
 * the four hooks, now and then two at one hook with other priorities. Only the
 * first packet of a connection asks them, and the first rule that gives it a
 * binding is the last it sees: so rules aim at packets that open connections,
 * by their own address or link, the kinds are dealt out like cards, and what
 * fits everything stands at the end. Nothing that the kernel draws
 * (random, ranges of source ports) is asked for; where it has to draw anyway,
 * two runs of it disagree and the seed is set aside.
 */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>

#include "gen.h"
#include "gen_match.h"

enum {
	/* rules at the end of a chain that may fit everything */
	BROAD_RULES = 2,
	/* cards of a deck, at most */
	DECK = 9,
};

/**
 * struct nat_hook - where nat chains stand
 * @dst:	prerouting or output: dnat; else snat
 * @masq:	postrouting: masquerade may stand here
 * @passes:	the packets that come to it
 */
struct nat_hook {
	const char *hook;
	bool dst, masq;
	unsigned int percent;
	aim_fits *passes;
};

/**
 * struct nat_plan - a nat chain being written
 * @left:	how many rules are still to come
 * @deck:	the kinds in the order in which they are dealt, @size of them
 */
struct nat_plan {
	struct generated *g;
	struct rng *rng;
	struct strbuf *b;
	const char *family;
	const struct nat_hook *at;
	char name[16];
	unsigned int index, left;
	enum kind deck[DECK];
	size_t size;
};

/* What asks for ports fits fewer packets, and is there twice. */
static const enum kind dst_kinds[DECK] = {
	KIND_nat_dnat,	    KIND_nat_dnat_range,  KIND_nat_dnat_port,
	KIND_nat_dnat_map,  KIND_nat_dnat_prefix, KIND_nat_redirect,
	KIND_nat_dnat_port, KIND_nat_redirect,	  KIND_nat_accept,
};

/* Fewer packets come so far: none to spare for what does nothing. */
static const enum kind src_kinds[] = {
	KIND_nat_snat,	    KIND_nat_snat_range, KIND_nat_snat_persistent,
	KIND_nat_snat_map,  KIND_nat_snat_map,	 KIND_nat_snat_prefix,
	KIND_nat_snat_port, KIND_nat_masquerade,
};

static const char *const inside4[] = { "10.0.0.1", "10.0.0.2", "10.9.0.3",
				       "192.0.2.9" };
static const char *const inside6[] = { "fd00:a::1", "fd00:a::2", "fd00:c::3",
				       "2001:db8:b::9" };

static void address(const struct aim *a, bool source, char *out, size_t size)
{
	const uint8_t *p =
		a->f->data + (a->v6 ? (source ? 8 : 24) : (source ? 12 : 16));

	inet_ntop(a->v6 ? AF_INET6 : AF_INET, p, out, (socklen_t)size);
}

static bool has_ports(const struct aim *a)
{
	return a->proto == IPPROTO_TCP || a->proto == IPPROTO_UDP;
}

/* Does it open a connection, rather than belong to one? */
static bool opens(const struct aim *a)
{
	const uint8_t *l4 = a->f->data + a->l4;

	if (a->is_fragment)
		return false;
	switch (a->proto) {
	case IPPROTO_TCP:
		return a->f->len >= a->l4 + 20 && (l4[13] & 0x12) == 0x02;
	case IPPROTO_ICMP:
		return l4[0] == ICMP_ECHO;
	case IPPROTO_ICMPV6:
		return l4[0] == ICMP6_ECHO_REQUEST;
	}
	return true;
}

static bool opens_with_ports(const struct aim *a)
{
	return opens(a) && has_ports(a);
}

static bool arrives(const struct aim *a)
{
	return opens(a) && strcmp(a->f->link, "local") != 0;
}

static bool sets_out(const struct aim *a)
{
	return opens(a) && !strcmp(a->f->link, "local");
}

/* The box's own addresses all end so. */
static bool is_for_host(const struct aim *a)
{
	return arrives(a) &&
	       a->f->data[a->v6 ? 39 : 19] == (a->v6 ? 0xfe : 254);
}

/* What the rule is about: an address, a link, a protocol, or everything. */
static void aim_match(const struct nat_plan *n, const struct aim *a)
{
	static const char *const links[] = { "lan", "wan", "dmz" };
	const bool source = !n->at->dst;
	const uint32_t r = n->left == 0		   ? 2 + rng_below(n->rng, 2)
			   : n->left < BROAD_RULES ? rng_below(n->rng, 4)
						   : rng_below(n->rng, 2);
	char addr[INET6_ADDRSTRLEN];

	address(a, source, addr, sizeof(addr));
	if (r == 0) {
		strbuf_printf(n->b, "%s %s %s ", a->v6 ? "ip6" : "ip",
			      source ? "saddr" : "daddr", addr);
		return;
	}
	if (!strcmp(n->family, "inet"))
		strbuf_printf(n->b, "meta nfproto %s ",
			      a->v6 ? "ipv6" : "ipv4");
	if (r == 1)
		strbuf_printf(n->b, "%s \"%s\" ",
			      n->at->dst ? "iifname" : "oifname",
			      pick(n->rng, links));
	else if (r == 2)
		strbuf_printf(n->b, "meta l4proto %u ", a->proto);
}

static const char *inside(const struct nat_plan *n, const struct aim *a)
{
	return a->v6 ? pick(n->rng, inside6) : pick(n->rng, inside4);
}

static const char *verb(const struct nat_plan *n, const struct aim *a)
{
	if (n->at->dst)
		return a->v6 ? "dnat ip6" : "dnat ip";
	return a->v6 ? "snat ip6" : "snat ip";
}

/* "ADDRESS:PORT", with the brackets that IPv6 wants. */
static void to_port(const struct nat_plan *n, const struct aim *a,
		    const char *addr, const char *port)
{
	strbuf_printf(n->b, a->v6 ? "%s to [%s]:%s" : "%s to %s:%s", verb(n, a),
		      addr, port);
}

static void snat(const struct nat_plan *n, const struct aim *a, enum kind kind)
{
	static const char *const ports[] = { "4000", "4001", "4002" };
	const char *one = a->v6 ? "2001:db8:e::1" : "198.51.100.1";
	const char *range = a->v6 ? "2001:db8:e::1-2001:db8:e::ff"
				  : "198.51.100.1-198.51.100.99";
	char addr[INET6_ADDRSTRLEN];

	address(a, true, addr, sizeof(addr));
	switch (kind) {
	case KIND_nat_snat:
		strbuf_printf(n->b, "%s to %s", verb(n, a), one);
		break;
	case KIND_nat_snat_range:
		strbuf_printf(n->b, "%s to %s", verb(n, a), range);
		break;
	case KIND_nat_snat_persistent:
		strbuf_printf(n->b, "%s to %s persistent", verb(n, a), range);
		break;
	case KIND_nat_snat_map:
		strbuf_printf(n->b, "%s to %s saddr map { %s : %s, %s : %s }",
			      verb(n, a), a->v6 ? "ip6" : "ip", addr, one,
			      a->v6 ? "fd00::7" : "10.77.0.7", one);
		break;
	case KIND_nat_snat_prefix:
		strbuf_printf(n->b, "%s prefix to %s", verb(n, a),
			      a->v6 ? "2001:db8:e::/64" : "198.51.100.0/24");
		break;
	case KIND_nat_snat_port:
		to_port(n, a, one, pick(n->rng, ports));
		break;
	default:
		strbuf_puts(n->b, "masquerade");
	}
}

static void dnat(const struct nat_plan *n, const struct aim *a, enum kind kind)
{
	static const char *const ports[] = { "8080", "8080-8090", "53" };
	char addr[INET6_ADDRSTRLEN];

	address(a, false, addr, sizeof(addr));
	switch (kind) {
	case KIND_nat_dnat:
		strbuf_printf(n->b, "%s to %s", verb(n, a), inside(n, a));
		break;
	case KIND_nat_dnat_range:
		strbuf_printf(n->b, "%s to %s", verb(n, a),
			      a->v6 ? "fd00:a::10-fd00:a::2f"
				    : "10.0.0.10-10.0.0.40");
		break;
	case KIND_nat_dnat_port:
		to_port(n, a, inside(n, a), pick(n->rng, ports));
		break;
	case KIND_nat_dnat_map:
		strbuf_printf(n->b, "%s to %s daddr map { %s : %s, %s : %s }",
			      verb(n, a), a->v6 ? "ip6" : "ip", addr,
			      inside(n, a), a->v6 ? "fd00::7" : "10.77.0.7",
			      inside(n, a));
		break;
	case KIND_nat_dnat_prefix:
		strbuf_printf(n->b, "%s prefix to %s", verb(n, a),
			      a->v6 ? "fd00:a::/64" : "10.9.0.64/26");
		break;
	default:
		strbuf_puts(n->b, "redirect");
	}
}

/* A port may be given where there are ports. */
static bool needs_ports(struct rng *rng, enum kind kind)
{
	return kind == KIND_nat_snat_port || kind == KIND_nat_dnat_port ||
	       (kind == KIND_nat_redirect && chance(rng, 50));
}

static void add_rule(struct nat_plan *n)
{
	const enum kind kind = n->deck[n->index % n->size];
	const bool ports = needs_ports(n->rng, kind);
	struct gen_rule *rule;
	struct aim a;

	if (!aim_pick(&a, n->g, n->rng, n->family,
		      ports ? opens_with_ports : n->at->passes))
		return;
	rule = vec_add(&n->g->rules);
	snprintf(rule->rule.chain, sizeof(rule->rule.chain), "%s", n->name);
	rule->rule.index = n->index++;
	kind_add(&rule->kinds, kind);
	strbuf_puts(n->b, "\t\t");
	aim_match(n, &a);
	strbuf_printf(n->b, "%scounter ",
		      ports ? "meta l4proto { tcp, udp } " : "");
	if (kind == KIND_nat_accept)
		strbuf_puts(n->b, "accept");
	else if (n->at->dst)
		dnat(n, &a, kind);
	else
		snat(n, &a, kind);
	if (kind == KIND_nat_redirect && ports)
		strbuf_puts(n->b, " to :7");
	strbuf_puts(n->b, "\n");
}

/* The kinds that may stand in the chain, in some order. */
static void shuffle(struct nat_plan *n)
{
	n->size = n->at->dst ? ARRAY_LEN(dst_kinds) : ARRAY_LEN(src_kinds);
	memcpy(n->deck, n->at->dst ? dst_kinds : src_kinds,
	       n->size * sizeof(*n->deck));
	for (size_t i = 0; i < n->size; i++) {
		const size_t k = i + rng_below(n->rng, n->size - i);
		const enum kind kind = n->deck[k];

		n->deck[k] = n->deck[i];
		n->deck[i] = kind;
	}
	for (size_t i = 0; i < n->size && !n->at->masq; i++)
		if (n->deck[i] == KIND_nat_masquerade)
			n->deck[i] = KIND_nat_snat_prefix;
}

static void add_chain(struct nat_plan *n)
{
	shuffle(n);
	strbuf_printf(n->b, "\tchain %s {\n\t\ttype nat hook %s priority %d\n",
		      n->name, n->at->hook,
		      (int)rng_below(n->rng, 3) * 100 - 100);
	for (n->left = 5 + rng_below(n->rng, 5); n->left--;)
		add_rule(n);
	strbuf_puts(n->b, "\t}\n");
}

void gen_nat(struct generated *g, struct rng *rng)
{
	static const struct nat_hook hooks[] = {
		{ "prerouting", true, false, 80, arrives },
		{ "postrouting", false, true, 95, opens },
		{ "output", true, false, 35, sets_out },
		{ "input", false, false, 60, is_for_host },
		{ "prerouting", true, false, 20, arrives },
		{ "postrouting", false, true, 60, opens },
	};
	static const char *const families[] = { "inet", "inet", "inet",
						"inet", "ip",	"ip6" };
	const char *family = pick(rng, families);

	if (chance(rng, 10))
		return;
	strbuf_printf(&g->scenario.rules, "table %s n {\n", family);
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		struct nat_plan n = {
			.g = g,
			.rng = rng,
			.b = &g->scenario.rules,
			.family = family,
			.at = &hooks[i],
		};

		if (!chance(rng, hooks[i].percent))
			continue;
		snprintf(n.name, sizeof(n.name), "n_%zu", i);
		add_chain(&n);
	}
	strbuf_puts(&g->scenario.rules, "}\n");
}
