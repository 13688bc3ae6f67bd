/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: one to three tables, base chains at all hooks (equal
 * priorities and conntrack's own included), regular chains that jump only to
 * later ones so that there is no loop. Every rule has a counter behind its
 * matches and statements and before its verdict: when it moves, all that
 * stands before it was reached.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"
#include "gen_match.h"

enum {
	MAX_REGULAR = 4
};

/**
 * struct table_plan - a table being written
 * @family:	"inet", "ip" or "ip6"
 * @sets:	declarations, which stand before the chains
 * @chains:	the chains' text
 * @index:	number of the table, part of its chains' names
 */
struct table_plan {
	struct generated *g;
	struct rng *rng;
	const char *family;
	struct strbuf sets, chains;
	unsigned int index, chain;
};

/**
 * struct chain_plan - what kind of chain the rule stands in
 * @regular:	number of a regular chain, -1 for a base chain
 * @ct:		conntrack has seen the packet (most likely)
 * @raw:	before conntrack: notrack makes sense
 * @rejects:	a base chain where reject may stand
 */
struct chain_plan {
	char name[24];
	int regular;
	bool ct, raw, rejects;
};

static const struct {
	const char *hook, *priority;
	bool raw;
} base_chains[] = {
	{ "prerouting", "raw", true },
	{ "prerouting", "-200", true },
	{ "prerouting", "mangle", false },
	{ "prerouting", "filter", false },
	{ "input", "filter", false },
	{ "input", "mangle", false },
	{ "forward", "filter", false },
	{ "forward", "filter", false },
	{ "forward", "filter + 10", false },
	{ "forward", "mangle", false },
	{ "output", "raw", true },
	{ "output", "filter", false },
	{ "postrouting", "mangle", false },
	{ "postrouting", "srcnat", false },
	{ "postrouting", "2147483646", false },
};

/* A regular chain behind the present one, or NULL. */
static const char *later_chain(const struct table_plan *t,
			       const struct chain_plan *c, char *name,
			       size_t size)
{
	int first = c->regular + 1;

	if (first >= MAX_REGULAR)
		return NULL;
	snprintf(name, size, "t%u_r%u", t->index,
		 first + rng_below(t->rng, MAX_REGULAR - first));
	return name;
}

static void mark_statement(const struct aim *a, struct rng *rng,
			   struct strbuf *b, struct kind_set *k)
{
	switch (rng_below(rng, 4)) {
	case 0:
		strbuf_printf(b, "meta mark set 0x%x ",
			      pick(rng, ((unsigned int[]){ 1, 2, 0x10, 1 })));
		kind_add(k, KIND_statement_mark_set);
		break;
	case 1:
		strbuf_printf(b, "meta mark set meta mark and 0x%x or 0x%x ",
			      0xf0 | rng_below(rng, 16), rng_below(rng, 32));
		kind_add(k, KIND_statement_mark_mask);
		break;
	case 2:
		strbuf_puts(b, "meta mark set ct mark ");
		kind_add(k, KIND_statement_mark_from_ct);
		break;
	default:
		strbuf_puts(b, "meta mark set ");
		gen_map(a, rng, b, k);
	}
}

static void ct_mark_statement(struct rng *rng, struct strbuf *b,
			      struct kind_set *k)
{
	switch (rng_below(rng, 3)) {
	case 0:
		strbuf_printf(b, "ct mark set 0x%x ",
			      pick(rng, ((unsigned int[]){ 1, 3, 0x10 })));
		kind_add(k, KIND_statement_ct_mark_set);
		break;
	case 1:
		strbuf_printf(b, "ct mark set ct mark and 0x%x or 0x%x ",
			      0xf0 | rng_below(rng, 16), rng_below(rng, 32));
		kind_add(k, KIND_statement_ct_mark_mask);
		break;
	default:
		strbuf_puts(b, "ct mark set meta mark ");
		kind_add(k, KIND_statement_ct_mark_from_meta);
	}
}

static void statement(const struct aim *a, const struct chain_plan *c,
		      struct rng *rng, struct strbuf *b, struct kind_set *k)
{
	uint32_t r = rng_below(rng, 100);

	if (r < 12) {
		mark_statement(a, rng, b, k);
	} else if (r < 22) {
		ct_mark_statement(rng, b, k);
	} else if (r < 26) {
		strbuf_printf(b, "limit rate %u/minute burst %u packets ",
			      1 + rng_below(rng, 5), 1 + rng_below(rng, 6));
		kind_add(k, KIND_statement_limit);
	} else if (r < 30) {
		strbuf_printf(b, "limit rate over %u/hour burst %u packets ",
			      1 + rng_below(rng, 5), 1 + rng_below(rng, 3));
		kind_add(k, KIND_statement_limit_over);
	} else if (r < 34) {
		strbuf_puts(b, "log prefix \"twin \" ");
		kind_add(k, KIND_statement_log);
	} else if (r < 50 && c->raw) {
		strbuf_puts(b, "notrack ");
		kind_add(k, KIND_statement_notrack);
	}
}

static void reject(const struct table_plan *t, const struct aim *a,
		   struct strbuf *b, struct kind_set *k)
{
	static const char *const codes4[] = { "host-unreachable",
					      "port-unreachable",
					      "net-prohibited",
					      "admin-prohibited" };
	static const char *const codes6[] = { "no-route", "admin-prohibited",
					      "addr-unreachable",
					      "port-unreachable" };
	static const char *const codesx[] = { "no-route", "host-unreachable",
					      "port-unreachable",
					      "admin-prohibited" };
	uint32_t r = rng_below(t->rng, 4);

	strbuf_puts(b, "reject");
	if (r <= 1 && a->proto == IPPROTO_TCP) {
		strbuf_puts(b, " with tcp reset");
		kind_add(k, KIND_statement_reject_reset);
	} else if (r == 1 && a->inet) {
		strbuf_printf(b, " with icmpx %s", pick(t->rng, codesx));
		kind_add(k, KIND_statement_reject_icmpx);
	} else if (r == 2) {
		strbuf_printf(b, " with %s %s", a->v6 ? "icmpv6" : "icmp",
			      a->v6 ? pick(t->rng, codes6)
				    : pick(t->rng, codes4));
		kind_add(k, KIND_statement_reject_code);
	} else {
		kind_add(k, KIND_statement_reject);
	}
}

static void verdict(const struct table_plan *t, const struct chain_plan *c,
		    const struct aim *a, struct strbuf *b, struct kind_set *k)
{
	uint32_t r = rng_below(t->rng, 100);
	char name[24];
	const char *later = later_chain(t, c, name, sizeof(name));

	if (r < 9) {
		strbuf_puts(b, "accept");
		kind_add(k, KIND_statement_accept);
	} else if (r < 12) {
		strbuf_puts(b, "drop");
		kind_add(k, KIND_statement_drop);
	} else if (r < 18) {
		strbuf_puts(b, "return");
		kind_add(k, KIND_statement_return);
	} else if (r < 23) {
		strbuf_puts(b, "continue");
		kind_add(k, KIND_statement_continue);
	} else if (r < 37 && later) {
		strbuf_printf(b, "jump %s", later);
		kind_add(k, KIND_statement_jump);
	} else if (r < 43 && later) {
		strbuf_printf(b, "goto %s", later);
		kind_add(k, KIND_statement_goto);
	} else if (r < 50) {
		gen_vmap(a, t->rng, later, b, k);
	} else if (r < 60 && c->rejects && !c->raw) {
		reject(t, a, b, k);
	}
}

static void add_rule(struct table_plan *t, const struct chain_plan *c,
		     unsigned int index)
{
	struct gen_rule *rule = vec_add(&t->g->rules);
	struct strbuf text = STRBUF_INIT;
	struct aim a;

	snprintf(rule->rule.chain, sizeof(rule->rule.chain), "%s", c->name);
	rule->rule.index = index;
	if (aim_pick(&a, t->g, t->rng, t->family, NULL)) {
		for (unsigned int n = 1 + chance(t->rng, 35); n; n--)
			gen_match(&a, t->rng, c->ct, &text, &t->sets,
				  &rule->kinds);
		statement(&a, c, t->rng, &text, &rule->kinds);
		strbuf_puts(&text, "counter ");
		kind_add(&rule->kinds, KIND_statement_counter);
		verdict(t, c, &a, &text, &rule->kinds);
	} else {
		strbuf_puts(&text, "counter");
	}
	strbuf_printf(&t->chains, "\t\t%s\n", strbuf_str(&text));
	strbuf_fini(&text);
}

static void add_rules(struct table_plan *t, const struct chain_plan *c)
{
	unsigned int n = 4 + rng_below(t->rng, 5);

	for (unsigned int i = 0; i < n; i++)
		add_rule(t, c, i);
	strbuf_puts(&t->chains, "\t}\n");
}

static void add_base_chain(struct table_plan *t)
{
	uint32_t i = rng_below(t->rng, ARRAY_LEN(base_chains));
	struct chain_plan c = { .regular = -1 };
	bool route = !strcmp(base_chains[i].hook, "output") &&
		     chance(t->rng, 50);

	c.rejects = strcmp(base_chains[i].hook, "postrouting") != 0;
	c.raw = base_chains[i].raw;
	c.ct = !c.raw || chance(t->rng, 15);
	snprintf(c.name, sizeof(c.name), "t%u_b%u", t->index, t->chain++);
	strbuf_printf(&t->chains,
		      "\tchain %s {\n\t\ttype %s hook %s priority %s; policy "
		      "%s\n",
		      c.name, route ? "route" : "filter", base_chains[i].hook,
		      base_chains[i].priority,
		      chance(t->rng, 4) ? "drop" : "accept");
	add_rules(t, &c);
}

static void add_regular_chains(struct table_plan *t)
{
	for (int i = MAX_REGULAR - 1; i >= 0; i--) {
		struct chain_plan c = { .regular = i, .ct = true };

		snprintf(c.name, sizeof(c.name), "t%u_r%d", t->index, i);
		strbuf_printf(&t->chains, "\tchain %s {\n", c.name);
		add_rules(t, &c);
	}
}

static void add_table(struct generated *g, struct rng *rng, const char *family,
		      unsigned int index)
{
	struct table_plan t = {
		.g = g, .rng = rng, .family = family, .index = index
	};

	add_regular_chains(&t);
	for (unsigned int n = 3 + rng_below(rng, 4); n; n--)
		add_base_chain(&t);
	strbuf_printf(&g->scenario.rules, "table %s t%u {\n%s%s}\n", family,
		      index, strbuf_str(&t.sets), strbuf_str(&t.chains));
	strbuf_fini(&t.sets);
	strbuf_fini(&t.chains);
}

void gen_helpers(struct generated *g, struct rng *rng)
{
	static const char *const hooks[] = { "prerouting", "output" };
	struct strbuf *b = &g->scenario.rules;

	if (chance(rng, 20))
		return;
	strbuf_puts(b,
		    "table inet help {\n"
		    "\tct helper ftp {\n\t\ttype \"ftp\" protocol tcp\n\t}\n"
		    "\tct helper tftp {\n\t\ttype \"tftp\" protocol udp\n\t}\n"
		    "\tct helper irc {\n\t\ttype \"irc\" protocol tcp\n\t}\n");
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		strbuf_printf(
			b,
			"\tchain h_%zu {\n\t\ttype filter hook %s priority "
			"-150\n",
			i, hooks[i]);
		strbuf_puts(b,
			    "\t\ttcp dport 21 ct helper set \"ftp\" counter\n"
			    "\t\tudp dport 69 ct helper set \"tftp\" counter\n"
			    "\t\ttcp dport 6667 ct helper set \"irc\" counter\n"
			    "\t}\n");
		for (unsigned int index = 0; index < 3; index++) {
			struct gen_rule *rule = vec_add(&g->rules);

			snprintf(rule->rule.chain, sizeof(rule->rule.chain),
				 "h_%zu", i);
			rule->rule.index = index;
			kind_add(&rule->kinds, KIND_statement_helper);
		}
	}
	strbuf_puts(b, "}\n");
}

void gen_rules(struct generated *g, struct rng *rng)
{
	static const char *const others[] = { "ip", "ip6", "inet" };

	add_table(g, rng, "inet", 0);
	gen_helpers(g, rng);
	gen_nat(g, rng);
	if (chance(rng, 60))
		add_table(g, rng, pick(rng, others), 1);
}
