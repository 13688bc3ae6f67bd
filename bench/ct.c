/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Speed and size of the connection table.
 *
 *	hit	a packet of a known connection, the whole step: receive, decode,
 *		tuple, lookup, tracker, refresh, release; 70% TCP in ESTABLISHED
 *		(data and acknowledgements that pass the window check), 30% UDP,
 *		random flow order, in batches and waves as the path; transport
 *		checksums verified
 *	vouched	the same with checksums vouched for by the network card
 *	insert	the first packet of a connection: ct_in() and ct_confirm()
 *	miss	a first packet that a rule drops: ct_in(), release
 *	bytes	growth of the resident set per connection
 *
 * Packets are made outside of what is timed; a number is the median over
 * batches, so that what else the machine does hardly counts.
 *
 * usage: ct [FLOWS...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "bench/measure.h"
#include "bench/wave.h"
#include "ct/ct.h"
#include "packet/csum.h"
#include "path/path.h"

#define BATCH	   PATH_BATCH
#define PACKET_MAX 128
#define HITS	   4000000
#define CLIENT_ISN 1000u
#define SERVER_ISN 5000u

enum {
	DIR_CLIENT,
	DIR_SERVER
};

/**
 * struct bench - one run
 * @nxt:	per flow: bytes the client has sent
 * @buf, @pkts:	a batch
 */
struct bench {
	struct ct_table *t;
	struct rng rng;
	uint32_t flows;
	bool v6;
	uint32_t *nxt;
	struct nv_time now;
	uint8_t buf[BATCH][PACKET_MAX];
	struct packet pkts[BATCH];
};

/* struct times - of batches, ns a packet */
struct times {
	double *ns;
	size_t n, max;
};

static void times_add(struct times *t, double ns)
{
	if (t->n < t->max)
		t->ns[t->n++] = ns;
}

static struct times times_new(size_t max)
{
	return (struct times){ xcalloc(max, sizeof(double)), 0, max };
}

/* The median; frees the times. */
static double times_end(struct times *t)
{
	double m = median(t->ns, t->n);

	free(t->ns);
	return m;
}

static bool flow_is_tcp(uint32_t flow)
{
	return flow % 10 < 7;
}

/* The IP header of flow @flow; where the transport header begins. */
static uint32_t put_ip(struct bench *b, uint8_t *p, uint32_t flow, int dir,
		       uint32_t l4_len)
{
	uint8_t proto = flow_is_tcp(flow) ? IPPROTO_TCP : IPPROTO_UDP;
	uint32_t client = 0x0a000000 + flow / 40000, server = 0xc0a80001;
	be16_t sum;

	memset(p, 0, b->v6 ? 40 : 20);
	if (b->v6) {
		p[0] = 0x60;
		put_be16(p + 4, (uint16_t)l4_len);
		p[6] = proto;
		p[7] = 64;
		p[8] = p[24] = 0xfd;
		put_be32(p + (dir == DIR_CLIENT ? 20 : 36), client);
		put_be32(p + (dir == DIR_CLIENT ? 36 : 20), server);
		return 40;
	}
	p[0] = 0x45;
	put_be16(p + 2, (uint16_t)(20 + l4_len));
	p[8] = 64;
	p[9] = proto;
	put_be32(p + (dir == DIR_CLIENT ? 12 : 16), client);
	put_be32(p + (dir == DIR_CLIENT ? 16 : 12), server);
	sum = csum_ip_header(p, 20);
	memcpy(p + 10, &sum, 2);
	return 20;
}

static void put_ports(uint8_t *l4, uint32_t flow, int dir)
{
	put_be16(l4 + (dir == DIR_CLIENT ? 0 : 2),
		 (uint16_t)(20000 + flow % 40000));
	put_be16(l4 + (dir == DIR_CLIENT ? 2 : 0), 443);
}

/* Packet @i of the batch: of @flow, with @flags (TCP) and @len bytes. */
static void make(struct bench *b, unsigned i, uint32_t flow, int dir,
		 uint8_t flags, uint32_t len)
{
	uint8_t *p = b->buf[i], *l4;
	bool tcp = flow_is_tcp(flow), syn = flags & 2;
	uint32_t header = tcp ? (syn ? 24 : 20) : 8;
	uint32_t off = put_ip(b, p, flow, dir, header + len);
	uint32_t seq[2] = { CLIENT_ISN + !syn + b->nxt[flow],
			    SERVER_ISN + !syn };

	l4 = p + off;
	memset(l4, 0, header + len);
	put_ports(l4, flow, dir);
	if (tcp) {
		put_be32(l4 + 4, seq[dir]);
		if (flags & 16)
			put_be32(l4 + 8,
				 dir == DIR_CLIENT
					 ? SERVER_ISN + 1
					 : CLIENT_ISN + 1 + b->nxt[flow]);
		l4[12] = (uint8_t)(header / 4 << 4);
		l4[13] = flags;
		put_be16(l4 + 14, 65535);
		if (syn)
			memcpy(l4 + 20, "\1\3\3\7", 4); /* window scale 7 */
		if (dir == DIR_CLIENT && !syn)
			b->nxt[flow] += len;
	} else {
		put_be16(l4 + 4, (uint16_t)(header + len));
	}
	packet_init(&b->pkts[i], p, PACKET_MAX, p, off + header + len, 0);
	b->pkts[i].nfproto = b->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	packet_csum_l4_fill(&b->pkts[i], tcp ? IPPROTO_TCP : IPPROTO_UDP, off);
	b->pkts[i].nfproto = 0; /* fresh from the wire again */
	b->pkts[i].flags = 0;
	b->pkts[i].hook = NF_INET_PRE_ROUTING;
}

/* The whole way of the batch, in waves as path_run_batch() has them; @confirm:
 * to the end, else it is dropped. */
static double run(struct bench *b, unsigned n, bool confirm, bool must)
{
	double start = now_ns();
	unsigned ready = prepare_wave(b->t, b->pkts, 0, n);

	for (unsigned i = 0; i < n; i++) {
		if (i % PATH_WAVE == 0)
			ready = prepare_wave(b->t, b->pkts, ready, n);
		ct_in(b->t, &b->pkts[i], &b->now);
		if (must &&
		    ct_state_bits(&b->pkts[i]) != CT_STATE_ESTABLISHED) {
			fprintf(stderr, "not established: %s\n",
				reason_name(b->pkts[i].ct_reason));
			exit(1);
		}
		if (confirm)
			ct_confirm(b->t, &b->pkts[i], &b->now);
		ct_packet_release(b->t, &b->pkts[i]);
	}
	return now_ns() - start;
}

/* Send one packet of flows [@first, @first + @n). */
static double round_of(struct bench *b, uint32_t first, unsigned n, int dir,
		       uint8_t flags, bool confirm)
{
	for (unsigned i = 0; i < n; i++)
		make(b, i, first + i, dir, flags, 0);
	return run(b, n, confirm, false);
}

/* Make all flows; ns per insert into *@ns. */
static void fill(struct bench *b, struct times *ns)
{

	for (uint32_t f = 0; f < b->flows; f += BATCH) {
		unsigned n = b->flows - f < BATCH ? b->flows - f : BATCH;

		times_add(ns, round_of(b, f, n, DIR_CLIENT, 2, true) / n);
		round_of(b, f, n, DIR_SERVER, 18, true);
		round_of(b, f, n, DIR_CLIENT, 16, true);
	}
}

static double hits(struct bench *b, uint16_t flags)
{
	struct times ns = times_new(HITS / BATCH);

	for (unsigned done = 0; done < HITS; done += BATCH) {
		for (unsigned i = 0; i < BATCH; i++) {
			int dir = rng_u32(&b->rng) & 1;

			make(b, i, rng_below(&b->rng, b->flows), dir, 16,
			     dir == DIR_CLIENT ? 10 : 0);
			b->pkts[i].flags |= flags;
		}
		times_add(&ns, run(b, BATCH, true, true) / BATCH);
		b->now.mono_ns += 1000 * BATCH;
	}
	return times_end(&ns);
}

/* First packets of flows beyond the known ones, which are dropped. */
static double misses(struct bench *b)
{
	unsigned count = 500000;
	struct times ns = times_new(count / BATCH);

	for (unsigned done = 0; done < count; done += BATCH)
		times_add(&ns, round_of(b, b->flows + done % 1024, BATCH,
					DIR_CLIENT, 2, false) /
				       BATCH);
	return times_end(&ns);
}

static void bench(uint32_t flows, bool v6)
{
	static struct bench b;
	struct ct_config cfg;
	struct times insert = times_new(flows / BATCH + 1);
	double before, after;

	ct_config_init(&cfg);
	cfg.max = flows + 2048;
	rng_seed(&b.rng, flows);
	b.flows = flows;
	b.v6 = v6;
	b.now.mono_ns = 1000 * NS_PER_SEC;
	b.nxt = xcalloc(flows + 2048, sizeof(*b.nxt));
	memset(b.nxt, 0xff, (flows + 2048) * sizeof(*b.nxt)); /* resident */
	memset(b.nxt, 0, (flows + 2048) * sizeof(*b.nxt));
	memset(insert.ns, 0xff, insert.max * sizeof(*insert.ns));
	before = rss_bytes();
	b.t = ct_table_new(&cfg);
	fill(&b, &insert);
	after = rss_bytes();
	printf("%4s %9u %7.1f %8.1f %7.1f %7.1f %7.1f\n", v6 ? "ip6" : "ip",
	       flows, hits(&b, 0), hits(&b, PKT_CSUM_OK), times_end(&insert),
	       misses(&b), (after - before) / flows);
	fflush(stdout);
	ct_table_free(b.t);
	free(b.nxt);
}

int main(int argc, char **argv)
{
	static const uint32_t usual[] = { 1000, 10000, 100000, 1000000,
					  10000000 };
	size_t n = argc > 1 ? (size_t)argc - 1 : ARRAY_LEN(usual);

	printf("%4s %9s %7s %8s %7s %7s %7s\n", "", "flows", "hit", "vouched",
	       "insert", "miss", "bytes");
	for (int v6 = 0; v6 < 2; v6++)
		for (size_t i = 0; i < n; i++)
			bench(argc > 1 ? (uint32_t)strtoul(argv[i + 1], NULL, 0)
				       : usual[i],
			      v6);
	return 0;
}
