/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both forms say the same: the same random ruleset twice, one run in the
 * reference form and one in the fast form, on the same random packets. Every
 * verdict, rule, mark, counter, hit and the random numbers left must agree.
 *
 * NFTVM_VM_RUNS sets how many runs (200,000).
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "tests/vm/generate.h"

/* Counters, hits and other state of two equal rulesets. */
static bool same_state(const struct fx *a, const struct fx *b)
{
	const struct vm_chain *ca = NULL, *cb = NULL;

	while ((ca = vm_chain_next(a->vm, ca))) {
		const struct vm_rule *ra = NULL, *rb = NULL;

		cb = vm_chain_next(b->vm, cb);
		if (vm_policy_hits(ca) != vm_policy_hits(cb))
			return false;
		while ((ra = vm_rule_next(ca, ra))) {
			const struct vm_expr *ea = ra->exprs, *eb;

			rb = vm_rule_next(cb, rb);
			eb = rb->exprs;
			if (vm_rule_hits(ra) != vm_rule_hits(rb))
				return false;
			for (unsigned i = 0; i < ra->n; i++) {
				if (ea->state && memcmp(ea->state, eb->state,
							ea->ops->state_size))
					return false;
				ea = vm_expr_after(ea);
				eb = vm_expr_after(eb);
			}
		}
	}
	return true;
}

static bool same_packet(const struct fx *a, const struct fx *b)
{
	return a->pkt.mark == b->pkt.mark && a->pkt.ctinfo == b->pkt.ctinfo &&
	       a->pkt.flags == b->pkt.flags && a->conn.mark == b->conn.mark &&
	       !memcmp(&a->rng, &b->rng, sizeof(a->rng));
}

static uint64_t rule_of(const struct vm_result *r)
{
	return r->rule ? vm_rule_handle(r->rule) : 0;
}

/* Both programs of every chain, when something differs. */
static void complain(const struct fx *fx, uint64_t seed)
{
	struct strbuf b = STRBUF_INIT;
	const struct vm_chain *c = NULL;

	while ((c = vm_chain_next(fx->vm, c))) {
		vm_dump(c, false, &b);
		vm_dump(c, true, &b);
	}
	fprintf(stderr, "seed %llu\n%s", (unsigned long long)seed,
		strbuf_str(&b));
	strbuf_fini(&b);
}

/* How often each verdict came, so that the test is seen to test. */
struct tally {
	unsigned long accept, drop, policy;
};

static void compare(uint64_t seed, unsigned packets, struct tally *tally)
{
	static struct fx a, b;
	struct rng ra, rb;
	unsigned n_rules = 1 + seed % 7 * seed % 150;

	fx_init(&a, NFPROTO_INET);
	fx_init(&b, NFPROTO_INET);
	rng_seed(&ra, seed);
	rng_seed(&rb, seed);
	generate_ruleset(&a, &ra, n_rules);
	generate_ruleset(&b, &rb, n_rules);
	b.env.reference = false;
	for (unsigned i = 0; i < packets; i++) {
		struct vm_result res_a, res_b;
		bool same;

		generate_packet(&a, &ra);
		generate_packet(&b, &rb);
		fx_run(&a, "in", &res_a);
		fx_run(&b, "in", &res_b);
		same = res_a.verdict == res_b.verdict &&
		       rule_of(&res_a) == rule_of(&res_b) &&
		       same_packet(&a, &b);
		if (!same)
			complain(&a, seed);
		cr_assert(same,
			  "seed %llu packet %u: verdict %u rule %llu, fast %u "
			  "rule %llu",
			  (unsigned long long)seed, i, res_a.verdict,
			  (unsigned long long)rule_of(&res_a), res_b.verdict,
			  (unsigned long long)rule_of(&res_b));
		tally->policy += !res_a.rule;
		tally->accept += res_a.rule && res_a.verdict == NF_ACCEPT;
		tally->drop += res_a.rule && res_a.verdict == NF_DROP;
	}
	cr_assert(same_state(&a, &b), "seed %llu: state differs",
		  (unsigned long long)seed);
	fx_fini(&a);
	fx_fini(&b);
}

Test(flat, both_forms_agree, .timeout = 600)
{
	const char *env = getenv("NFTVM_VM_RUNS");
	unsigned long runs = env ? strtoul(env, NULL, 0) : 200000;
	struct tally tally = { 0 };

	for (unsigned long i = 0; i * 200 < runs; i++)
		compare(i + 1, 200, &tally);
	/* a test whose packets all fall through says nothing */
	cr_assert_gt(tally.accept, runs / 20);
	cr_assert_gt(tally.drop, runs / 20);
	cr_assert_gt(tally.policy, runs / 20);
}
