/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: most seeds have one table with nat chains at some of
 * the four hooks, now and then two at one hook with other priorities. Rules
 * aim at a packet by its own address or link. Nothing that the kernel draws
 * (random, ranges of source ports) is asked for; where it has to draw anyway,
 * two runs of it disagree and the seed is set aside.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "gen.h"
#include "gen_match.h"

/**
 * struct nat_plan - a nat chain being written
 * @dst:	prerouting or output: dnat; else snat
 * @masq:	postrouting: masquerade may stand here
 */
struct nat_plan {
	struct generated *g;
	struct rng *rng;
	struct strbuf *b;
	const char *family;
	bool dst, masq, here;
	char name[16];
	unsigned int index;
};

static const char *const inside4[] = { "10.0.0.1", "10.0.0.2", "10.9.0.3",
				       "192.0.2.9" };
static const char *const inside6[] = { "fd00:a::1", "fd00:a::2", "fd00:c::3",
				       "2001:db8:b::9" };

static bool find_target(const struct nat_plan *n, struct aim *a)
{
	const struct result *sent = &n->g->sent;

	for (int i = 0; i < 50; i++) {
		const struct step *s =
			&sent->steps.v[rng_below(n->rng, sent->steps.len)];

		aim_at(a, &s->in);
		if (s->in.len < 40 || (!strcmp(n->family, "ip") && a->v6) ||
		    (!strcmp(n->family, "ip6") && !a->v6))
			continue;
		return true;
	}
	return false;
}

static void address(const struct aim *a, bool source, char *out, size_t size)
{
	const uint8_t *p =
		a->f->data + (a->v6 ? (source ? 8 : 24) : (source ? 12 : 16));

	inet_ntop(a->v6 ? AF_INET6 : AF_INET, p, out, (socklen_t)size);
}

/* What the rule is about: an address, a link, a protocol, or everything. */
static void aim_match(const struct nat_plan *n, const struct aim *a)
{
	static const char *const links[] = { "lan", "wan", "dmz" };
	char addr[INET6_ADDRSTRLEN];
	bool source = !n->dst;
	uint32_t r = rng_below(n->rng, 4);

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
			      n->dst ? "iifname" : "oifname",
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
	if (n->dst)
		return a->v6 ? "dnat ip6" : "dnat ip";
	return a->v6 ? "snat ip6" : "snat ip";
}

static bool has_ports(const struct aim *a)
{
	return a->proto == IPPROTO_TCP || a->proto == IPPROTO_UDP;
}

static void snat(const struct nat_plan *n, const struct aim *a,
		 struct kind_set *k)
{
	const char *one = a->v6 ? "2001:db8:e::1" : "198.51.100.1";
	const char *range = a->v6 ? "2001:db8:e::1-2001:db8:e::ff"
				  : "198.51.100.1-198.51.100.99";
	/* what needs luck to be reached more often */
	static const uint8_t likely[] = { 0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5 };
	char addr[INET6_ADDRSTRLEN];

	address(a, true, addr, sizeof(addr));
	switch (chance(n->rng, 60) ? pick(n->rng, likely)
				   : rng_below(n->rng, n->masq ? 12 : 6)) {
	case 0:
		strbuf_printf(n->b, "%s to %s", verb(n, a), one);
		kind_add(k, KIND_nat_snat);
		break;
	case 1:
		strbuf_printf(n->b, "%s to %s", verb(n, a), range);
		kind_add(k, KIND_nat_snat_range);
		break;
	case 2:
		strbuf_printf(n->b, "%s to %s persistent", verb(n, a), range);
		kind_add(k, KIND_nat_snat_persistent);
		break;
	case 3:
		strbuf_printf(n->b, "%s to %s saddr map { %s : %s, %s : %s }",
			      verb(n, a), a->v6 ? "ip6" : "ip", addr, one,
			      a->v6 ? "fd00::7" : "10.77.0.7", one);
		kind_add(k, KIND_nat_snat_map);
		break;
	case 4:
		strbuf_printf(n->b, "%s prefix to %s", verb(n, a),
			      a->v6 ? "2001:db8:e::/64" : "198.51.100.0/24");
		kind_add(k, KIND_nat_snat_prefix);
		break;
	case 5:
		strbuf_printf(n->b, "meta l4proto { tcp, udp } %s to %s%s%s:%u",
			      verb(n, a), a->v6 ? "[" : "", one,
			      a->v6 ? "]" : "", 4000 + rng_below(n->rng, 3));
		kind_add(k, KIND_nat_snat_port);
		break;
	default:
		strbuf_puts(n->b, "masquerade");
		kind_add(k, KIND_nat_masquerade);
	}
}

static void dnat(const struct nat_plan *n, const struct aim *a,
		 struct kind_set *k)
{
	char addr[INET6_ADDRSTRLEN];

	address(a, false, addr, sizeof(addr));
	switch (rng_below(n->rng, 6)) {
	case 0:
		strbuf_printf(n->b, "%s to %s", verb(n, a), inside(n, a));
		kind_add(k, KIND_nat_dnat);
		break;
	case 1:
		strbuf_printf(n->b, "%s to %s", verb(n, a),
			      a->v6 ? "fd00:a::10-fd00:a::2f"
				    : "10.0.0.10-10.0.0.40");
		kind_add(k, KIND_nat_dnat_range);
		break;
	case 2:
		strbuf_printf(
			n->b, "meta l4proto { tcp, udp } %s to %s%s%s:%s",
			verb(n, a), a->v6 ? "[" : "", inside(n, a),
			a->v6 ? "]" : "",
			pick(n->rng,
			     ((const char *[]){ "8080", "8080-8090", "53" })));
		kind_add(k, KIND_nat_dnat_port);
		break;
	case 3:
		strbuf_printf(n->b, "%s to %s daddr map { %s : %s, %s : %s }",
			      verb(n, a), a->v6 ? "ip6" : "ip", addr,
			      inside(n, a), a->v6 ? "fd00::7" : "10.77.0.7",
			      inside(n, a));
		kind_add(k, KIND_nat_dnat_map);
		break;
	case 4:
		strbuf_printf(n->b, "%s prefix to %s", verb(n, a),
			      a->v6 ? "fd00:a::/64" : "10.9.0.64/26");
		kind_add(k, KIND_nat_dnat_prefix);
		break;
	default:
		if (has_ports(a) && chance(n->rng, 50))
			strbuf_puts(n->b,
				    "meta l4proto { tcp, udp } redirect to :7");
		else
			strbuf_puts(n->b, "redirect");
		kind_add(k, KIND_nat_redirect);
	}
}

static void add_rule(struct nat_plan *n)
{
	struct gen_rule *rule;
	struct aim a;

	if (!find_target(n, &a))
		return;
	rule = vec_add(&n->g->rules);
	snprintf(rule->rule.chain, sizeof(rule->rule.chain), "%s", n->name);
	rule->rule.index = n->index++;
	strbuf_puts(n->b, "\t\t");
	aim_match(n, &a);
	strbuf_puts(n->b, "counter ");
	if (chance(n->rng, 12)) {
		strbuf_puts(n->b, "accept");
		kind_add(&rule->kinds, KIND_nat_accept);
	} else if (n->dst) {
		dnat(n, &a, &rule->kinds);
	} else {
		snat(n, &a, &rule->kinds);
	}
	strbuf_puts(n->b, "\n");
}

void gen_nat(struct generated *g, struct rng *rng)
{
	static const struct {
		const char *hook;
		bool dst, masq;
		unsigned int percent;
	} hooks[] = {
		{ "prerouting", true, false, 80 },
		{ "postrouting", false, true, 95 },
		{ "output", true, false, 35 },
		{ "input", false, false, 30 },
		{ "prerouting", true, false, 20 },
		{ "postrouting", false, true, 35 },
	};
	static const char *const families[] = { "inet", "inet", "ip", "ip6" };
	const char *family = pick(rng, families);

	if (chance(rng, 15))
		return;
	strbuf_printf(&g->scenario.rules, "table %s n {\n", family);
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		struct nat_plan n = {
			.g = g,
			.rng = rng,
			.b = &g->scenario.rules,
			.family = family,
			.dst = hooks[i].dst,
			.masq = hooks[i].masq,
		};

		if (!chance(rng, hooks[i].percent))
			continue;
		snprintf(n.name, sizeof(n.name), "n_%zu", i);
		strbuf_printf(
			n.b, "\tchain %s {\n\t\ttype nat hook %s priority %d\n",
			n.name, hooks[i].hook,
			(int)rng_below(rng, 3) * 100 - 100);
		for (unsigned int k = 4 + rng_below(rng, 6); k; k--)
			add_rule(&n);
		strbuf_puts(n.b, "\t}\n");
	}
	strbuf_puts(&g->scenario.rules, "}\n");
}
