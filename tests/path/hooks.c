/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <limits.h>

#include "world.h"

/* Facts, trap 1: at equal priority the chain made last runs first. */
Test(hooks, equal_priority_newest_first)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "old", VM_CHAIN_FILTER, NF_INET_FORWARD, 0, NF_ACCEPT);
	world_base(&w, "new", VM_CHAIN_FILTER, NF_INET_FORWARD, 0, NF_ACCEPT);
	world_base(&w, "early", VM_CHAIN_FILTER, NF_INET_FORWARD, -1,
		   NF_ACCEPT);
	world_mark_digit(&w, "old", 3);
	world_mark_digit(&w, "new", 2);
	world_mark_digit(&w, "early", 1);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.mark, 0x123, "0x%x", r.mark);
	world_fini(&w);
}

/* Trap 1, second half: a chain at -200 made before the first rule that needs
 * conntrack runs after it and sees a state; one made later runs before it. */
Test(hooks, conntrack_registers_with_the_first_rule_that_needs_it)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "before", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, -200,
		   NF_ACCEPT);
	world_ct_state(&w, "before", CT_STATE_NEW, 1);
	world_ct_state(&w, "before", CT_STATE_INVALID, 2);
	world_base(&w, "after", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, -200,
		   NF_ACCEPT);
	world_ct_state(&w, "after", CT_STATE_NEW, 3);
	world_ct_state(&w, "after", CT_STATE_INVALID, 4);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.mark, 0x41, "0x%x", r.mark);
	world_fini(&w);
}

/* Without a rule that reads ct nothing is tracked. */
Test(hooks, no_need_no_conntrack)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "pre", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, -300,
		   NF_ACCEPT);
	world_notrack(&w, "pre");
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert(!r.tracked);
	cr_assert_eq(ct_table_count(w.ct), 0);
	world_fini(&w);
}

/* Trap 2: nat chains run on the NAT steps, whatever priority they declare. */
Test(hooks, nat_chains_run_at_their_fixed_place)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "nat", VM_CHAIN_NAT, NF_INET_PRE_ROUTING, 50, NF_ACCEPT);
	world_base(&w, "nat2", VM_CHAIN_NAT, NF_INET_PRE_ROUTING, 40,
		   NF_ACCEPT);
	world_base(&w, "flt", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, 0,
		   NF_ACCEPT);
	world_base(&w, "mangle", VM_CHAIN_FILTER, NF_INET_PRE_ROUTING, -150,
		   NF_ACCEPT);
	world_mark_digit(&w, "nat", 3);
	world_mark_digit(&w, "nat2", 2);
	world_mark_digit(&w, "flt", 4);
	world_mark_digit(&w, "mangle", 1);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.mark, 0x1234, "0x%x", r.mark);
	cr_assert(r.ct_status & IPS_DST_NAT_DONE);
	cr_assert(r.ct_status & IPS_SRC_NAT_DONE);
	/* The next packet of the connection asks no nat chain. */
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.mark, 0x14, "0x%x", r.mark);
	world_fini(&w);
}
