/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "coverage.h"

static const struct {
	const char *group, *text;
} kinds[] = {
#define KIND(group, id, text) { #group, text },
#include "kind.def"
#undef KIND
};

static const struct gen_rule *find_rule(const struct generated *g,
					const struct rule_hit *hit)
{
	for (size_t i = 0; i < g->rules.len; i++)
		if (g->rules.v[i].rule.index == hit->index &&
		    !strcmp(g->rules.v[i].rule.chain, hit->chain))
			return &g->rules.v[i];
	return NULL;
}

static void count(uint64_t *n)
{
	__atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}

static void add_step(struct coverage *c, const struct generated *g,
		     const struct step *s, enum kind packet,
		     struct kind_set *all)
{
	struct kind_set reached = { 0 };
	const struct gen_rule *rule;

	if (!s->hits.len)
		return;
	count(&c->packets);
	kind_add(&reached, packet);
	for (size_t i = 0; i < s->hits.len; i++) {
		rule = find_rule(g, &s->hits.v[i]);
		for (size_t j = 0; rule && j < ARRAY_LEN(reached.bits); j++)
			reached.bits[j] |= rule->kinds.bits[j];
	}
	for (unsigned int k = 0; k < KIND_COUNT; k++)
		if (kind_has(&reached, k)) {
			count(&c->hits[k]);
			kind_add(all, k);
		}
}

void coverage_add(struct coverage *c, const struct generated *g,
		  const struct result *r)
{
	struct kind_set all = { 0 };

	count(&c->scenarios);
	for (size_t i = 0; i < MIN(r->steps.len, g->packets.len); i++)
		add_step(c, g, &r->steps.v[i], g->packets.v[i].kind, &all);
	for (unsigned int k = 0; k < KIND_COUNT; k++)
		if (kind_has(&all, k))
			count(&c->seeds[k]);
}

unsigned int coverage_print(const struct coverage *c, FILE *f)
{
	unsigned int rare = 0;

	fprintf(f, "%llu packets of %llu scenarios reached a verdict with:\n",
		(unsigned long long)c->packets,
		(unsigned long long)c->scenarios);
	fprintf(f, "%-10s %-28s %9s %8s %10s\n", "", "", "packets", "share",
		"scenarios");
	for (size_t k = 0; k < KIND_COUNT; k++) {
		double share = c->packets ? 100.0 * c->hits[k] / c->packets : 0;

		rare += share < 1;
		fprintf(f, "%-10s %-28s %9llu %7.2f%% %10llu%s\n",
			kinds[k].group, kinds[k].text,
			(unsigned long long)c->hits[k], share,
			(unsigned long long)c->seeds[k],
			share < 1 ? "  RARE" : "");
	}
	fprintf(f, "%u kinds under 1%%\n", rare);
	return rare;
}
