/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts, jumps, policy: facts section 1.3. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/vm/fixture.h"

/* Add to @chain: dport @port VERDICT [chain]. */
static void port_rule(struct fx *fx, const char *chain, uint16_t port,
		      int32_t verdict, const char *to)
{
	struct nftnl_rule *r = fx_rule(fx, chain);

	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_be16(r, NFT_CMP_EQ, NFT_REG_1, port);
	fx_counter(r);
	fx_verdict(r, verdict, to);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

struct verdict_case {
	uint16_t port;
	uint32_t verdict;
	int rule; /* of chain "in", or -1: the policy, or 10 + of chain "a" */
};

Test(run, jump_goto_return_policy)
{
	static const struct verdict_case cases[] = {
		{ 1, NF_ACCEPT, 0 }, /* accept at once */
		{ 2, NF_DROP, 1 },
		{ 3, NF_ACCEPT, 3 },  /* a: return, then the rule behind */
		{ 4, NF_DROP, 11 },   /* a: drop */
		{ 5, NF_ACCEPT, -1 }, /* goto a, whose end is the policy */
		{ 6, NF_ACCEPT, -1 }, /* matches nothing */
		{ 7, NF_ACCEPT, -1 }, /* return in a base chain */
	};
	struct vm_result res;
	struct fx fx;

	for (int fast = 0; fast < 2; fast++) {
		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		fx_chain(&fx, "a");
		port_rule(&fx, "a", 3, NFT_RETURN, NULL);
		port_rule(&fx, "a", 4, NF_DROP, NULL);
		port_rule(&fx, "in", 1, NF_ACCEPT, NULL);
		port_rule(&fx, "in", 2, NF_DROP, NULL);
		port_rule(&fx, "in", 3, NFT_JUMP, "a");
		port_rule(&fx, "in", 3, NF_ACCEPT, NULL);
		port_rule(&fx, "in", 4, NFT_JUMP, "a");
		port_rule(&fx, "in", 5, NFT_GOTO, "a");
		port_rule(&fx, "in", 5, NF_DROP, NULL);
		port_rule(&fx, "in", 7, NFT_RETURN, NULL);
		port_rule(&fx, "in", 7, NF_DROP, NULL);
		cr_assert_eq(fx_commit(&fx), 0, "%s", fx.err.message);
		fx.env.reference = !fast;
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			const struct verdict_case *c = &cases[i];

			fx_tcp4(&fx, 1, 2, 3, c->port);
			cr_assert_eq(fx_run(&fx, "in", &res), c->verdict,
				     "port %u", c->port);
			if (c->rule < 0)
				cr_assert_null(res.rule);
			else
				cr_assert_eq(res.rule,
					     fx_rule_at(&fx,
							c->rule < 10 ? "in"
								     : "a",
							c->rule % 10),
					     "port %u", c->port);
		}
		cr_assert_eq(vm_policy_hits(fx_chain_find(&fx, "in")), 3);
		cr_assert_eq(vm_rule_hits(fx_rule_at(&fx, "in", 2)), 1);
		fx_fini(&fx);
	}
}

Test(run, counters_count_network_bytes_and_reset_never)
{
	uint64_t packets, bytes;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	port_rule(&fx, "in", 80, NF_ACCEPT, NULL);
	fx_commit(&fx);
	fx_run(&fx, "in", NULL);
	fx.pkt.wire_len = 1500;
	fx_run(&fx, "in", NULL);
	cr_assert(
		vm_rule_counter(fx_rule_at(&fx, "in", 0), 2, &packets, &bytes));
	cr_assert_eq(packets, 2);
	cr_assert_eq(bytes, 1560);
	cr_assert_not(
		vm_rule_counter(fx_rule_at(&fx, "in", 0), 0, &packets, &bytes));
	fx_fini(&fx);
}
