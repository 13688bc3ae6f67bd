/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"
#include "packet_text.h"

static const char *const kind_ids[] = {
#define KIND(group, id, text) #id,
#include "kind.def"
#undef KIND
};

/* The packets' bytes as they will be sent (nothing here translates them). */
static void build_packets(struct generated *g)
{
	struct strbuf err = STRBUF_INIT;

	for (size_t i = 0; i < g->packets.len; i++) {
		struct step s = { 0 };

		if (packet_text_parse(g->packets.v[i].text, i + 1, &g->sent,
				      &s.in, &err)) {
			fprintf(stderr, "generator: %s\n", strbuf_str(&err));
			abort();
		}
		vec_push(&g->sent.steps, s);
		strbuf_printf(&g->scenario.packets, "%s\t# %s\n",
			      g->packets.v[i].text,
			      kind_ids[g->packets.v[i].kind]);
	}
	strbuf_fini(&err);
}

void generate(struct generated *g, uint64_t seed)
{
	struct rng rng;

	memset(g, 0, sizeof(*g));
	rng_seed(&rng, seed);
	if (asprintf(&g->scenario.name, "seed-%llu", (unsigned long long)seed) <
	    0)
		xalloc_failed(32);
	gen_host(g, &rng);
	gen_packets(g, &rng);
	build_packets(g);
	gen_rules(g, &rng);
}

void generated_fini(struct generated *g)
{
	for (size_t i = 0; i < g->packets.len; i++)
		free(g->packets.v[i].text);
	vec_fini(&g->packets);
	vec_fini(&g->rules);
	result_fini(&g->sent);
	scenario_fini(&g->scenario);
}
