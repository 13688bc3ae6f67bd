/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "world.h"

static const uint8_t *left_at(const struct world *w, size_t i)
{
	cr_assert_gt(w->n_left, i);
	return w->left[i].bytes;
}

Test(nat, masquerade_and_back)
{
	struct path_result r;
	uint8_t reply[128];
	struct world w;
	uint32_t len;

	world_init(&w, NULL);
	world_base(&w, "post", VM_CHAIN_NAT, NF_INET_POST_ROUTING, 100,
		   NF_ACCEPT);
	world_masquerade(&w, "post");
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(get_be32(left_at(&w, 0) + 12), 0x0a020001);
	cr_assert(r.nat_src);
	cr_assert_not(r.nat_dst);
	cr_assert_eq(r.nat_tuple.src.ip, htobe32(0x0a020001));
	cr_assert_not_null(r.nat_rule);
	len = world_udp(reply, "10.9.9.9", get_be16(left_at(&w, 0) + 22),
			"10.2.0.1", get_be16(left_at(&w, 0) + 20), 64, 8);
	r = world_run(&w, "wan", reply, len);
	cr_assert_eq(get_be32(left_at(&w, 0) + 16), 0x0a010009);
	cr_assert_str_eq(w.left[0].oif, "lan");
	cr_assert(r.nat_dst);
	cr_assert_null(r.nat_rule);
	world_fini(&w);
}

/* Traps 2 and 3: by their own priority, until one binds; accept ends nothing
 * but the chain. */
Test(nat, chains_are_asked_until_one_binds)
{
	struct world w;

	world_init(&w, NULL);
	world_base(&w, "last", VM_CHAIN_NAT, NF_INET_PRE_ROUTING, 50,
		   NF_ACCEPT);
	world_dnat4(&w, "last", 0x0a090903);
	world_base(&w, "second", VM_CHAIN_NAT, NF_INET_PRE_ROUTING, 10,
		   NF_ACCEPT);
	world_dnat4(&w, "second", 0x0a090902);
	world_base(&w, "first", VM_CHAIN_NAT, NF_INET_PRE_ROUTING, -150,
		   NF_ACCEPT);
	world_verdict(&w, "first", NF_ACCEPT);
	world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(get_be32(left_at(&w, 0) + 16), 0x0a090902);
	world_fini(&w);
}

/* Trap 6: one nat chain, and every connection is bound at both of its hooks. */
Test(nat, all_hooks_bind_once_there_is_a_nat_chain)
{
	struct path_result r;
	struct world w;

	world_init(&w, NULL);
	world_base(&w, "out", VM_CHAIN_NAT, NF_INET_LOCAL_OUT, 0, NF_ACCEPT);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 64);
	cr_assert_eq(r.ct_status, IPS_CONFIRMED | IPS_NAT_DONE_MASK);
	world_fini(&w);
}

/* A packet of this host that is sent elsewhere takes another link. */
Test(nat, output_is_routed_again)
{
	struct path_result r;
	struct world w;

	world_init(&w, NULL);
	world_base(&w, "out", VM_CHAIN_NAT, NF_INET_LOCAL_OUT, -100, NF_ACCEPT);
	world_dnat4(&w, "out", 0x0a010009);
	r = world_send_udp(&w, NULL, "10.2.0.1", "10.9.9.9", 64);
	cr_assert_eq(r.verdict, PATH_ACCEPT);
	cr_assert_str_eq(w.left[0].oif, "lan");
	cr_assert_eq(get_be32(left_at(&w, 0) + 16), 0x0a010009);
	world_fini(&w);
}
