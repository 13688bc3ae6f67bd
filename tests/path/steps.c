/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "world.h"

/* Trap 4: accept ends one base chain only; drop is final. */
Test(steps, verdicts_and_who_gave_them)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "a", VM_CHAIN_FILTER, NF_INET_FORWARD, -1, NF_ACCEPT);
	world_base(&w, "b", VM_CHAIN_FILTER, NF_INET_FORWARD, 0, NF_ACCEPT);
	world_verdict(&w, "a", NF_ACCEPT);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.verdict, PATH_ACCEPT);
	cr_assert_str_eq(vm_chain_spec(r.chain)->name, "a",
			 "the rule that accepted, not the later policy");
	cr_assert(!r.by_policy);
	world_verdict(&w, "b", NF_DROP);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.verdict, PATH_DROP);
	cr_assert_eq(r.reason, REASON_NONE);
	cr_assert_str_eq(vm_chain_spec(r.chain)->name, "b");
	cr_assert_eq(r.hook, NF_INET_FORWARD);
	cr_assert_eq(w.n_left, 0);
	world_fini(&w);
}

Test(steps, a_policy_decides)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "in", VM_CHAIN_FILTER, NF_INET_LOCAL_IN, 0, NF_DROP);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.1.0.1", 64);
	cr_assert_eq(r.verdict, PATH_DROP);
	cr_assert(r.by_policy);
	cr_assert_null(r.rule);
	cr_assert(!r.to_local);
	world_fini(&w);
}

/* Who let it through before is not who ended it. */
Test(steps, what_no_rule_dropped_has_no_rule)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "pre", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, 0,
		   NF_ACCEPT);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 1);
	cr_assert_eq(r.reason, REASON_ttl_exceeded);
	cr_assert_null(r.chain);
	cr_assert(!r.by_policy);
	world_verdict(&w, "pre", NF_ACCEPT);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 1);
	cr_assert_eq(r.verdict, PATH_DROP);
	cr_assert_null(r.rule);
	cr_assert_null(r.chain);
	world_fini(&w);
}

/* A dropped first packet leaves no entry (facts section 2.3). */
Test(steps, what_is_dropped_is_not_confirmed)
{
	struct world w;

	world_init(&w, NULL);
	world_base(&w, "post", VM_CHAIN_FILTER, NF_INET_POST_ROUTING, 0,
		   NF_DROP);
	world_ct_state(&w, "post", CT_STATE_NEW, 1);
	cr_assert_eq(world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64).mark,
		     1);
	cr_assert_eq(world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64).mark,
		     1, "new again");
	cr_assert_eq(ct_table_count(w.ct), 0);
	world_fini(&w);
}

Test(steps, untracked_after_notrack)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "raw", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, -300,
		   NF_ACCEPT);
	world_notrack(&w, "raw");
	world_base(&w, "fwd", VM_CHAIN_FILTER, NF_INET_FORWARD, 0, NF_ACCEPT);
	world_ct_state(&w, "fwd", CT_STATE_UNTRACKED, 1);
	world_ct_state(&w, "fwd", CT_STATE_NEW | CT_STATE_INVALID, 2);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.mark, 1, "0x%x", r.mark);
	cr_assert_eq(r.ct_info, IP_CT_UNTRACKED);
	world_fini(&w);
}

/* nf_route_table_hook4(): a route chain that changes the mark has the packet
 * routed again; a filter chain does not. */
Test(steps, a_route_chain_routes_again)
{
	static const enum vm_chain_type types[] = { VM_CHAIN_ROUTE,
						    VM_CHAIN_FILTER };
	struct world w;
	struct path_result r;

	for (int i = 0; i < 2; i++) {
		world_init(&w,
			   "route add default via 10.1.0.7 dev lan table 9\n"
			   "rule add fwmark 1 table 9\n");
		world_base(&w, "out", types[i], NF_INET_LOCAL_OUT, 0,
			   NF_ACCEPT);
		world_mark_digit(&w, "out", 1);
		r = world_send_udp(&w, NULL, "10.1.0.1", "10.9.9.9", 64);
		cr_assert_str_eq(r.out->name, i ? "wan" : "lan");
		world_fini(&w);
	}
}
