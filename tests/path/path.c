/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>

#include "packet/csum.h"
#include "world.h"

Test(path, forwarding_lowers_the_ttl_and_repairs_the_checksum)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	for (int ttl = 2; ttl < 256; ttl++) {
		r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9",
				   (uint8_t)ttl);
		cr_assert_eq(r.verdict, PATH_ACCEPT);
		cr_assert_str_eq(r.out->name, "wan");
		cr_assert_eq(w.n_left, 1);
		cr_assert_eq(w.left[0].bytes[8], ttl - 1);
		cr_assert_eq(csum_ip_header(w.left[0].bytes, 20), 0);
	}
	r = world_send_udp(&w, "lan", "fd01::9", "fd09::9", 2);
	cr_assert_eq(w.left[0].bytes[7], 1);
	world_fini(&w);
}

Test(path, the_last_hop_is_not_forwarded)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "fwd", VM_CHAIN_FILTER, NF_INET_FORWARD, 0, NF_ACCEPT);
	world_mark_digit(&w, "fwd", 1);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.9.9.9", 1);
	cr_assert_eq(r.verdict, PATH_DROP);
	cr_assert_eq(r.reason, REASON_ttl_exceeded);
	cr_assert_eq(r.mark, 0, "FORWARD was not reached");
	r = world_send_udp(&w, "lan", "fd01::9", "fd09::9", 1);
	cr_assert_eq(r.reason, REASON_ttl_exceeded);
	world_fini(&w);
}

Test(path, delivery_and_origin)
{
	struct world w;
	struct path_result r;

	world_init(&w, NULL);
	world_base(&w, "in", VM_CHAIN_FILTER, NF_INET_LOCAL_IN, 0, NF_ACCEPT);
	world_base(&w, "out", VM_CHAIN_FILTER, NF_INET_LOCAL_OUT, 0, NF_ACCEPT);
	world_base(&w, "post", VM_CHAIN_FILTER, NF_INET_POST_ROUTING, 0,
		   NF_ACCEPT);
	world_mark_digit(&w, "in", 1);
	world_mark_digit(&w, "out", 2);
	world_mark_digit(&w, "post", 3);
	r = world_send_udp(&w, "lan", "10.1.0.9", "10.1.0.1", 1);
	cr_assert(r.to_local);
	cr_assert_eq(r.mark, 1);
	r = world_send_udp(&w, NULL, "10.2.0.1", "10.9.9.9", 64);
	cr_assert_eq(r.mark, 0x23);
	cr_assert_str_eq(r.out->name, "wan");
	cr_assert_eq(w.left[0].bytes[8], 64, "its own packets keep the TTL");
	/* To itself: out by lo and in again. */
	r = world_send_udp(&w, NULL, "10.2.0.1", "10.2.0.1", 64);
	cr_assert_eq(r.mark, 0x231, "0x%x", r.mark);
	cr_assert(r.to_local);
	world_fini(&w);
}

Test(path, too_large_for_the_way_out)
{
	static uint8_t b[2048];
	struct world w;
	struct path_result r;
	uint32_t len;
	be16_t check = 0;

	world_init(&w, NULL);
	len = world_udp(b, "10.1.0.9", 1, "10.9.9.9", 2, 64, 1450);
	r = world_run(&w, "lan", b, len);
	cr_assert_eq(r.verdict, PATH_ACCEPT);
	cr_assert_eq(w.n_left, 2, "cut into two");
	cr_assert_eq(w.left[0].kind, EMIT_FRAGMENT);
	cr_assert_leq(w.left[0].len, 1400);
	len = world_udp(b, "10.1.0.9", 1, "10.9.9.9", 2, 64, 1450);
	b[6] = 0x40; /* DF */
	memcpy(b + 10, &check, 2);
	check = csum_ip_header(b, 20);
	memcpy(b + 10, &check, 2);
	r = world_run(&w, "lan", b, len);
	cr_assert_eq(r.reason, REASON_mtu);
	len = world_udp(b, "fd01::9", 1, "fd09::9", 2, 64, 1450);
	r = world_run(&w, "lan", b, len);
	cr_assert_eq(r.reason, REASON_mtu);
	world_fini(&w);
}

/* A batch gives what its packets give one by one. */
Test(path, batches_change_nothing)
{
	enum {
		N = 100
	};
	static uint8_t bytes[N][64];
	struct path_result one[N], many[N];
	struct packet pkts[N];
	struct nv_time times[N];
	struct world a, b;
	char src[32];
	uint32_t len = 0;

	world_init(&a, NULL);
	world_init(&b, NULL);
	for (int i = 0; i < 2; i++) {
		struct world *w = i ? &b : &a;

		world_base(w, "fwd", VM_CHAIN_FILTER, NF_INET_FORWARD, 0,
			   NF_ACCEPT);
		world_ct_state(w, "fwd", CT_STATE_NEW, 1);
		world_ct_state(w, "fwd", CT_STATE_ESTABLISHED, 2);
	}
	for (int i = 0; i < N; i++) {
		snprintf(src, sizeof(src), "10.1.0.%d", 2 + i % 7);
		len = world_udp(bytes[i], src, 5, "10.9.9.9", 6, 64, 0);
		if (i % 5 == 4)
			len = world_udp(bytes[i], "10.9.9.9", 6, src, 5, 64, 0);
		one[i] = world_run(&a, i % 5 == 4 ? "wan" : "lan", bytes[i],
				   len);
	}
	for (int i = 0; i < N; i++) {
		snprintf(src, sizeof(src), "10.1.0.%d", 2 + i % 7);
		len = i % 5 == 4 ? world_udp(bytes[i], "10.9.9.9", 6, src, 5,
					     64, 0)
				 : world_udp(bytes[i], src, 5, "10.9.9.9", 6,
					     64, 0);
		packet_init(&pkts[i], bytes[i], len, bytes[i], len, len);
		pkts[i].in =
			host_link_by_name(b.host, i % 5 == 4 ? "wan" : "lan");
		times[i] = b.now;
	}
	path_run_batch(b.path, pkts, times, N, many);
	for (int i = 0; i < N; i++) {
		cr_assert_eq(one[i].mark, many[i].mark, "packet %d", i);
		cr_assert_eq(one[i].ct_id, many[i].ct_id, "packet %d", i);
		cr_assert_eq(one[i].verdict, many[i].verdict);
	}
	world_fini(&a);
	world_fini(&b);
}
