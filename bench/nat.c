/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Speed and size of translated connections (UDP, one source address for all).
 *
 *	establish	the first packet: tracked, bound at both hooks, written
 *			anew, confirmed
 *	translate	a packet of a known connection, either direction, random
 *			order: received, tracked, written anew
 *	bytes		growth of the resident set per connection
 *	crowded		the first packet of a connection to a peer that 60,000
 *			ports of the address are taken towards
 *
 * A number is the median over batches.
 *
 * usage: nat [FLOWS...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/measure.h"
#include "bench/wave.h"
#include "ct/ct.h"
#include "nat/nat.h"
#include "packet/csum.h"
#include "path/path.h"

#define BATCH	   PATH_BATCH
#define PACKET_MAX 128
#define HITS	   2000000
#define CROWD	   60000

struct bench {
	struct ct_table *t;
	struct rng rng;
	bool v6;
	struct nv_time now;
	struct nat_env env;
	struct nat_range range;
	uint8_t buf[BATCH][PACKET_MAX];
	struct packet pkts[BATCH];
};

static void put_addr(uint8_t *p, bool v6, uint32_t addr)
{
	if (v6) {
		memset(p, 0, 16);
		p[0] = 0xfd;
		put_be32(p + 12, addr);
	} else {
		put_be32(p, addr);
	}
}

/* Packet @i of the batch; a reply is what answers the translated packet. */
static void make(struct bench *b, unsigned i, uint32_t client, uint16_t cport,
		 uint32_t server, bool reply)
{
	const uint32_t hdr = b->v6 ? 40 : 20, len = hdr + 8,
		       alen = b->v6 ? 16 : 4;
	uint8_t *p = b->buf[i], *src = p + (b->v6 ? 8 : 12);
	uint32_t from = reply ? server : client;
	uint32_t to = reply ? 0xc0000201 : server;
	be16_t sum;

	memset(p, 0, len);
	if (b->v6) {
		p[0] = 0x60;
		p[5] = 8;
		p[6] = IPPROTO_UDP;
		p[7] = 64;
	} else {
		p[0] = 0x45;
		p[3] = (uint8_t)len;
		p[8] = 64;
		p[9] = IPPROTO_UDP;
	}
	put_addr(src, b->v6, from);
	put_addr(src + alen, b->v6, to);
	if (!b->v6) {
		sum = csum_ip_header(p, 20);
		memcpy(p + 10, &sum, 2);
	}
	put_be16(p + hdr + (reply ? 2 : 0), cport);
	put_be16(p + hdr + (reply ? 0 : 2), 53);
	put_be16(p + hdr + 4, 8);
	packet_init(&b->pkts[i], p, PACKET_MAX, p, len, len);
	b->pkts[i].nfproto = b->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	packet_csum_l4_fill(&b->pkts[i], IPPROTO_UDP, hdr);
	b->pkts[i].nfproto = 0;
	b->pkts[i].flags = 0;
	b->pkts[i].hook = NF_INET_PRE_ROUTING;
}

static void make_flow(struct bench *b, unsigned i, uint32_t flow, bool reply)
{
	make(b, i, 0x0a000000 + flow / 40000, (uint16_t)(20000 + flow % 40000),
	     0xc6000000 + flow / 40000, reply);
}

static void one(struct bench *b, struct packet *pkt)
{
	ct_in(b->t, pkt, &b->now);
	if (!pkt->ct) {
		fprintf(stderr, "not tracked: %s\n",
			reason_name(pkt->ct_reason));
		exit(1);
	}
	if (pkt->ctinfo == IP_CT_NEW)
		nat_null_binding(&b->env, pkt, NAT_DST);
	nat_packet(&b->env, pkt);
	pkt->hook = NF_INET_POST_ROUTING;
	if (pkt->ctinfo == IP_CT_NEW)
		nat_setup(&b->env, pkt, &b->range, NAT_SRC);
	nat_packet(&b->env, pkt);
	ct_confirm(b->t, pkt, &b->now);
	ct_packet_release(b->t, pkt);
}

/* Nanoseconds a packet. */
static double run(struct bench *b, unsigned n)
{
	double start = now_ns();
	unsigned ready = prepare_wave(b->t, b->pkts, 0, n);

	for (unsigned i = 0; i < n; i++) {
		if (i % PATH_WAVE == 0)
			ready = prepare_wave(b->t, b->pkts, ready, n);
		one(b, &b->pkts[i]);
	}
	return (now_ns() - start) / n;
}

static double establish(struct bench *b, uint32_t flows)
{
	double *ns = xcalloc(flows / BATCH + 1, sizeof(*ns)), m;
	size_t k = 0;

	for (uint32_t f = 0; f < flows; f += BATCH) {
		unsigned n = flows - f < BATCH ? flows - f : BATCH;

		for (unsigned i = 0; i < n; i++)
			make_flow(b, i, f + i, false);
		ns[k++] = run(b, n);
	}
	m = median(ns, k);
	free(ns);
	return m;
}

static double translate(struct bench *b, uint32_t flows)
{
	double *ns = xcalloc(HITS / BATCH, sizeof(*ns)), m;

	for (size_t k = 0; k < HITS / BATCH; k++) {
		for (unsigned i = 0; i < BATCH; i++)
			make_flow(b, i, rng_below(&b->rng, flows),
				  rng_u32(&b->rng) & 1);
		ns[k] = run(b, BATCH);
	}
	m = median(ns, HITS / BATCH);
	free(ns);
	return m;
}

/* One peer, its ports towards the address nearly used up. */
static double crowded(struct bench *b)
{
	double *ns = xcalloc(CROWD / BATCH + 1, sizeof(*ns)), m;
	size_t k = 0;

	for (uint32_t f = 0; f < CROWD; f += BATCH) {
		for (unsigned i = 0; i < BATCH; i++)
			make(b, i, 0x0b000000 + f + i,
			     (uint16_t)(1024 + (f + i) % 64000), 0xc7000001,
			     false);
		run(b, BATCH);
	}
	for (uint32_t f = 0; f < 1024; f += BATCH) {
		for (unsigned i = 0; i < BATCH; i++)
			make(b, i, 0x0c000000 + f + i, 1024, 0xc7000001, false);
		ns[k++] = run(b, BATCH);
	}
	m = median(ns, k);
	free(ns);
	return m;
}

static void table_open(struct bench *b, const struct ct_config *cfg)
{
	b->t = ct_table_new(cfg);
	b->env = (struct nat_env){ .ct = b->t, .rng = &b->rng, .now = &b->now };
}

static void bench(uint32_t flows, bool v6)
{
	static struct bench b;
	struct ct_config cfg;
	double before, after, est, tr;

	ct_config_init(&cfg);
	cfg.max = flows + CROWD + 4096;
	rng_seed(&b.rng, flows);
	b.v6 = v6;
	b.now.mono_ns = 1000 * NS_PER_SEC;
	b.range = (struct nat_range){ .flags = NF_NAT_RANGE_MAP_IPS };
	put_addr(b.range.min.b, v6, 0xc0000201);
	b.range.max = b.range.min;
	table_open(&b, &cfg);
	/* the program's own pages are no entries' */
	establish(&b, 1000);
	translate(&b, 1000);
	ct_table_free(b.t);
	before = rss_bytes();
	table_open(&b, &cfg);
	est = establish(&b, flows);
	after = rss_bytes();
	tr = translate(&b, flows);
	printf("%4s %9u %10.1f %10.1f %7.1f %8.1f\n", v6 ? "ip6" : "ip", flows,
	       est, tr, (after - before) / flows, crowded(&b));
	fflush(stdout);
	ct_table_free(b.t);
}

int main(int argc, char **argv)
{
	static const uint32_t usual[] = { 100000, 1000000 };
	size_t n = argc > 1 ? (size_t)argc - 1 : ARRAY_LEN(usual);

	printf("%4s %9s %10s %10s %7s %8s\n", "", "flows", "establish",
	       "translate", "bytes", "crowded");
	for (int v6 = 0; v6 < 2; v6++)
		for (size_t i = 0; i < n; i++)
			bench(argc > 1 ? (uint32_t)strtoul(argv[i + 1], NULL, 0)
				       : usual[i],
			      v6);
	return 0;
}
