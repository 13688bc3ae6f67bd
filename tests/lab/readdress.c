/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router that masquerades: what its own connections' replies look like where
 * they were captured, and that the rewritten one comes out of the router as the
 * captured one was.
 */
#include "lab/readdress.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>

#include "ct/nat.h"
#include "packet/csum.h"
#include "tests/path/world.h"

#define INSIDE	"10.1.0.9"
#define OUTSIDE "10.2.0.1"
#define SERVER	"10.9.9.9"

struct lab {
	struct world w;
	struct readdress r;
	struct readdress_look look;
	uint8_t room[2048];
	struct packet pkt;
};

static void lab_init(struct lab *l)
{
	world_init(&l->w, NULL);
	world_base(&l->w, "post", VM_CHAIN_NAT, NF_INET_POST_ROUTING, 100,
		   NF_ACCEPT);
	world_masquerade(&l->w, "post");
	readdress_init(&l->r, l->w.ct);
}

static void lab_fini(struct lab *l)
{
	readdress_fini(&l->r);
	world_fini(&l->w);
}

/* A packet as captured, before it runs. */
static void captured(struct lab *l, const uint8_t *bytes, uint32_t len)
{
	memcpy(l->room + 256, bytes, len);
	packet_init(&l->pkt, l->room, sizeof(l->room), l->room + 256, len, len);
	readdress_look(&l->pkt, &l->look);
}

/* A connection begins: from inside to the server, by way of the ruleset. */
static void begin(struct lab *l, uint16_t sport)
{
	struct path_result res;
	uint8_t b[128];
	uint32_t len = world_udp(b, INSIDE, sport, SERVER, 53, 64, 10);

	captured(l, b, len);
	res = world_run(&l->w, "lan", b, len);
	cr_assert(res.nat_src);
	readdress_note(&l->r, &l->look, &res);
}

/* Is the server's packet to @dst one that no connection wants as it is? */
static bool is_wanted(struct lab *l, const char *dst, uint16_t dport,
		      struct ct_tuple *reply)
{
	uint8_t b[128];
	uint32_t len = world_udp(b, SERVER, 53, dst, dport, 60, 10);

	captured(l, b, len);
	return readdress_wanted(&l->r, &l->look, &l->w.now, reply);
}

static void expect_reply(const struct ct_tuple *t, uint16_t dport)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET, &t->dst, text, sizeof(text));
	cr_expect_str_eq(text, OUTSIDE);
	cr_expect_eq(be16toh(t->dport), dport);
	cr_expect_eq(be16toh(t->sport), 53);
}

/* What is captured, rewritten and run leaves by lan as it was captured. */
static void expect_round_trip(struct lab *l, const struct ct_tuple *reply)
{
	uint8_t before[512], after[512];
	const uint32_t len = l->pkt.len;
	struct path_result res;

	memcpy(before, l->pkt.data, len);
	readdress_rewrite(&l->r, &l->pkt, &l->look, &l->w.now, reply);
	cr_expect_neq(memcmp(before, l->pkt.data, len), 0);
	cr_expect_eq(csum_ip_header(l->pkt.data, 20), 0);
	memcpy(after, l->pkt.data, len);
	res = world_run(&l->w, "wan", after, len);
	cr_assert(res.nat_dst);
	cr_assert_eq(l->w.n_left, 1);
	cr_assert_str_eq(l->w.left[0].oif, "lan");
	before[8]--; /* the router's */
	memset(before + 10, 0, 2);
	memset(l->w.left[0].bytes + 10, 0, 2);
	cr_expect_eq(memcmp(before, l->w.left[0].bytes, len), 0);
}

/* Inside the LAN replies have been turned back already. */
Test(readdress, captured_inside)
{
	static struct lab l;
	struct ct_tuple reply;

	lab_init(&l);
	begin(&l, 1000);
	cr_assert(is_wanted(&l, INSIDE, 1000, &reply));
	expect_reply(&reply, 1000);
	expect_round_trip(&l, &reply);
	cr_assert(is_wanted(&l, INSIDE, 1000, &reply), "each of them");
	cr_expect_not(is_wanted(&l, INSIDE, 1001, &reply), "nobody's");
	cr_expect_eq(l.r.wanted, 2);
	lab_fini(&l);
}

/* One whose header sum was left to the network card is a reply as well. */
Test(readdress, header_sum_left)
{
	static struct lab l;
	struct ct_tuple reply;
	uint8_t b[128];
	uint32_t len;

	lab_init(&l);
	begin(&l, 1000);
	len = world_udp(b, SERVER, 53, INSIDE, 1000, 60, 10);
	memset(b + 10, 0, 2);
	captured(&l, b, len);
	cr_assert(readdress_wanted(&l.r, &l.look, &l.w.now, &reply));
	expect_reply(&reply, 1000);
	readdress_rewrite(&l.r, &l.pkt, &l.look, &l.w.now, &reply);
	cr_expect_eq(memcmp(l.pkt.data + 16, &reply.dst, 4), 0);
	lab_fini(&l);
}

Test(readdress, right_as_it_is)
{
	static struct lab l;
	struct ct_tuple reply;

	lab_init(&l);
	begin(&l, 1000);
	cr_expect_not(is_wanted(&l, OUTSIDE, 1000, &reply));
	cr_expect_eq(l.r.wanted, 0);
	lab_fini(&l);
}

/* Outside another NAT has drawn the port: the only one that waits is meant, and
 * once it has been answered, nobody. */
Test(readdress, captured_outside)
{
	static struct lab l;
	struct ct_tuple reply;

	lab_init(&l);
	begin(&l, 1000);
	cr_assert(is_wanted(&l, "198.51.100.7", 4444, &reply));
	expect_reply(&reply, 1000);
	cr_expect(is_wanted(&l, "198.51.100.7", 4444, &reply), "known now");
	cr_expect_not(is_wanted(&l, "198.51.100.7", 5555, &reply));
	lab_fini(&l);
}

/* Of two that wait it is told by the port, or not at all. */
Test(readdress, two_wait)
{
	static struct lab l;
	struct ct_tuple reply;

	lab_init(&l);
	begin(&l, 1000);
	begin(&l, 1001);
	cr_expect_not(is_wanted(&l, "198.51.100.7", 4444, &reply));
	cr_assert(is_wanted(&l, "198.51.100.7", 1001, &reply));
	expect_reply(&reply, 1001);
	lab_fini(&l);
}

/* An ICMP error is known by what it quotes. */
Test(readdress, icmp_error)
{
	static struct lab l;
	struct ct_tuple reply;
	uint8_t b[128], quote[64];
	uint32_t quoted, len;
	be16_t check;

	lab_init(&l);
	begin(&l, 1000);
	quoted = world_udp(quote, INSIDE, 1000, SERVER, 53, 60, 10);
	len = world_udp(b, SERVER, 0, INSIDE, 0, 60, quoted);
	b[9] = IPPROTO_ICMP;
	memset(b + 10, 0, 2);
	check = csum_ip_header(b, 20);
	memcpy(b + 10, &check, 2);
	memset(b + 20, 0, 8);
	b[20] = 3; /* port unreachable */
	b[21] = 3;
	memcpy(b + 28, quote, quoted);
	check = csum_fold(csum_partial(b + 20, 8 + quoted, 0));
	memcpy(b + 22, &check, 2);
	captured(&l, b, len);
	cr_assert(l.look.is_error);
	cr_assert(readdress_wanted(&l.r, &l.look, &l.w.now, &reply));
	expect_reply(&reply, 1000);
	expect_round_trip(&l, &reply);
	lab_fini(&l);
}

/* A later fragment is known by the first one, and has its addresses alone. */
Test(readdress, fragments)
{
	static struct lab l;
	struct ct_tuple reply, later;
	uint8_t b[128];
	uint32_t len;
	be16_t check;

	lab_init(&l);
	begin(&l, 1000);
	len = world_udp(b, SERVER, 53, INSIDE, 1000, 60, 16);
	for (int i = 0; i < 2; i++) {
		put_be16(b + 6, i ? 3 : 0x2000);
		memset(b + 10, 0, 2);
		check = csum_ip_header(b, 20);
		memcpy(b + 10, &check, 2);
		captured(&l, b, len);
		cr_assert(l.look.is_frag);
		cr_assert_eq(l.look.has_tuple, !i);
		cr_assert(readdress_wanted(&l.r, &l.look, &l.w.now,
					   i ? &later : &reply));
	}
	cr_expect(ct_tuple_eq(&reply, &later));
	readdress_rewrite(&l.r, &l.pkt, &l.look, &l.w.now, &later);
	cr_expect_eq(memcmp(l.pkt.data + 16, &reply.dst, 4), 0);
	cr_expect_eq(memcmp(l.pkt.data + 20, b + 20, len - 20), 0);
	cr_expect_eq(csum_ip_header(l.pkt.data, 20), 0);
	lab_fini(&l);
}
