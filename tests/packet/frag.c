/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel judges: random fragments, in all orders, doubled, overlapping, of
 * contradicting lengths, are written to a router that tracks connections; what
 * comes out behind it, after each, must be what frag_in() and frag_output()
 * make of them.
 */
#include "packet/frag.h"

#include "base/rng.h"
#include "packet/csum.h"
#include "tests/packet/netns.h"

enum {
	BUF = 70000
};

/* --- making fragments ---------------------------------------------------- */

/**
 * struct whole - a datagram to be cut
 * @v6, @id:	version and identification
 * @len:	payload bytes
 * @hdr_opts:	bytes of IPv4 options, or of an IPv6 hop-by-hop header
 */
struct whole {
	bool v6;
	uint32_t id, len, hdr_opts;
	uint8_t tos, proto;
	bool df;
};

/* The payload is a function of its place, so that pieces fit together. */
static uint8_t byte_at(const struct whole *w, uint32_t off)
{
	if (w->proto == IPPROTO_UDP && off >= 4 && off < 8)
		return off < 6 ? (uint8_t)(w->len >> (off == 4 ? 8 : 0)) : 0;
	return (uint8_t)(off * 7 + off / 251 + w->id);
}

static uint32_t make4(uint8_t *p, const struct whole *w, uint32_t off,
		      uint32_t len, bool more)
{
	uint32_t hdr = 20 + w->hdr_opts;

	memset(p, 1, hdr); /* options: no-ops */
	p[0] = (uint8_t)(0x40 | hdr / 4);
	p[1] = w->tos;
	put_be16(p + 2, (uint16_t)(hdr + len));
	put_be16(p + 4, (uint16_t)w->id);
	put_be16(p + 6, (uint16_t)(off / 8 | (more ? 0x2000 : 0) |
				   (w->df ? 0x4000 : 0)));
	p[8] = 64;
	p[9] = w->proto;
	put_be32(p + 12, 0x0a000005);
	put_be32(p + 16, 0x08080808);
	/* one option that is copied, one that is not */
	if (w->hdr_opts >= 8)
		memcpy(p + 20, "\x88\4\1\2\x1e\4\5\0", 8);
	memset(p + 10, 0, 2);
	put_be16(p + 10, be16toh(csum_ip_header(p, hdr)));
	for (uint32_t i = 0; i < len; i++)
		p[hdr + i] = byte_at(w, off + i);
	return hdr + len;
}

static uint32_t make6(uint8_t *p, const struct whole *w, uint32_t off,
		      uint32_t len, bool more)
{
	uint32_t hdr = 40 + w->hdr_opts;

	memset(p, 0, hdr + 8);
	put_be32(p, 0x60000000u | (uint32_t)w->tos << 20);
	put_be16(p + 4, (uint16_t)(w->hdr_opts + 8 + len));
	p[6] = w->hdr_opts ? IPPROTO_HOPOPTS : IPPROTO_FRAGMENT;
	p[7] = 64;
	memcpy(p + 8, "\xfd\1\0\0\0\0\0\0\0\0\0\0\0\0\0\5", 16);
	memcpy(p + 24, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7", 16);
	if (w->hdr_opts) {
		p[40] = IPPROTO_FRAGMENT;
		p[42] = 1;
		p[43] = 4;
	}
	p[hdr] = w->proto;
	put_be16(p + hdr + 2, (uint16_t)(off | more));
	put_be32(p + hdr + 4, w->id);
	for (uint32_t i = 0; i < len; i++)
		p[hdr + 8 + i] = byte_at(w, off + i);
	return hdr + 8 + len;
}

static uint32_t make(uint8_t *p, const struct whole *w, uint32_t off,
		     uint32_t len, bool more)
{
	return w->v6 ? make6(p, w, off, len, more)
		     : make4(p, w, off, len, more);
}

/* --- what comes out ------------------------------------------------------ */

struct out {
	uint8_t bytes[128][2048];
	uint32_t len[128];
	unsigned n;
};

static void emit(void *data, struct packet *frag)
{
	struct out *o = data;

	cr_assert_lt(o->n, 128);
	cr_assert_leq(frag->len, 2048);
	cr_assert_eq(frag->len, frag->wire_len);
	memcpy(o->bytes[o->n], frag->data, frag->len);
	o->len[o->n++] = frag->len;
}

/* What a router does with a packet between the two. */
static void lower_ttl(struct packet *pkt)
{
	uint8_t was[2];

	if (pkt->nfproto == NFPROTO_IPV6) {
		pkt->data[7]--;
		return;
	}
	memcpy(was, pkt->data + 8, 2);
	pkt->data[8]--;
	csum_replace(pkt->data + 10, was, pkt->data + 8, 2);
}

static void ours(struct frag_queue *q, uint8_t *bytes, uint32_t len,
		 uint32_t mtu, const struct nv_time *now, struct out *o)
{
	enum frag_result r;
	enum reason reason;
	struct packet pkt;

	packet_init(&pkt, bytes, len, bytes, len, len);
	if (packet_receive(&pkt) != REASON_NONE)
		return;
	packet_decode(&pkt);
	r = frag_in(q, &pkt, FRAG_USER_CONNTRACK_IN, now, &reason);
	if (r == FRAG_HELD || r == FRAG_DROP)
		return;
	lower_ttl(&pkt);
	if (r == FRAG_WHOLE && pkt.wire_len <= mtu)
		emit(o, &pkt);
	else
		frag_output(q, &pkt, mtu, emit, o);
}

static void kernels(const struct netns *ns, const uint8_t *bytes, uint32_t len,
		    struct out *o)
{
	uint8_t waste[2048];
	ssize_t n;

	cr_assert_eq(write(ns->lan, bytes, len), len);
	while ((n = netns_read(ns->wan, o->bytes[o->n], 2048)) > 0)
		o->len[o->n++] = (uint32_t)n;
	while (netns_read(ns->lan, waste, sizeof(waste)) > 0)
		;
}

/* IPv6 ids are drawn by each: blank them. */
static void blank_ids(struct out *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		uint8_t *p = o->bytes[i];
		uint32_t at = 40;

		if (p[0] >> 4 != 6)
			continue;
		if (p[6] == IPPROTO_HOPOPTS && o->len[i] > 48)
			at += 8;
		if ((at == 40 ? p[6] : p[40]) == IPPROTO_FRAGMENT)
			memset(p + at + 4, 0, 4);
	}
}

static bool same(struct out *a, struct out *b)
{
	blank_ids(a);
	blank_ids(b);
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (a->len[i] != b->len[i] ||
		    memcmp(a->bytes[i], b->bytes[i], a->len[i]))
			return false;
	return true;
}

static void print(const char *who, const struct out *o)
{
	fprintf(stderr, "%s: %u out\n", who, o->n);
	for (unsigned i = 0; i < o->n; i++) {
		fprintf(stderr, "  %u bytes:", o->len[i]);
		for (unsigned j = 0; j < MIN(o->len[i], 64u); j++)
			fprintf(stderr, " %02x", o->bytes[i][j]);
		fprintf(stderr, "\n");
	}
}

/* --- random play --------------------------------------------------------- */

static struct whole random_whole(struct rng *rng, bool v6, uint32_t id)
{
	struct whole w = {
		.v6 = v6,
		.id = id,
		.len = 16 + rng_below(rng, rng_below(rng, 4) ? 120 : 3000),
		.hdr_opts = rng_below(rng, 4) ? 0 : 8,
		.tos = rng_below(rng, 5) ? 0 : (uint8_t)rng_below(rng, 4),
		.proto = rng_below(rng, 2) ? IPPROTO_UDP : 253,
		.df = rng_below(rng, 4) == 0,
	};

	return w;
}

/* One fragment: mostly a clean cut, now and then something hostile. */
static uint32_t random_fragment(struct rng *rng, uint8_t *buf, struct whole *w,
				uint32_t step, uint32_t max)
{
	uint32_t n = DIV_ROUND_UP(w->len, step);
	uint32_t off = rng_below(rng, n) * step;
	uint32_t len = MIN(step, w->len - off);
	bool more = off + len < w->len;
	struct whole odd = *w;

	if (rng_below(rng, 40) == 0)
		off += 8;
	if (rng_below(rng, 40) == 0)
		len = 8 + rng_below(rng, 64);
	if (rng_below(rng, 60) == 0)
		more = !more;
	if (rng_below(rng, 60) == 0)
		len = 0;
	if (rng_below(rng, 100) == 0)
		off = 65520;
	if (rng_below(rng, 20) == 0)
		odd.tos = (uint8_t)(odd.tos ^ (1 + rng_below(rng, 3)));
	if (rng_below(rng, 20) == 0)
		odd.df = !odd.df;
	return make(buf, &odd, off, MIN(len, max), more);
}

static void play(const struct netns *ns, uint64_t seed, bool v6, uint32_t mtu)
{
	struct frag_queue *q = frag_queue_new();
	struct nv_time now = { 1000000000, 0 };
	uint8_t *buf = malloc(BUF);
	struct out *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	struct whole w[4];
	uint32_t step[4];
	unsigned complete = 0, wrong = 0;
	struct rng rng;

	rng_seed(&rng, seed);
	for (unsigned i = 0; i < 3000 && wrong < 3; i++) {
		uint32_t k = rng_below(&rng, 4), len;

		if (i < 4 || rng_below(&rng, 12) == 0) {
			k = i < 4 ? i : k;
			w[k] = random_whole(&rng, v6,
					    (uint32_t)seed * 5000 + i + 1);
			step[k] = 8 + rng_below(&rng, 10) * 8;
			if (w[k].len > 200)
				step[k] = 400 + rng_below(&rng, 120) * 8;
		}
		len = random_fragment(&rng, buf, &w[k], step[k], 1400);
		a->n = b->n = 0;
		kernels(ns, buf, len, a);
		ours(q, buf, len, mtu, &now, b);
		complete += a->n > 0;
		if (same(a, b))
			continue;
		wrong++;
		fprintf(stderr, "seed %lu fragment %u of id %u\n",
			(unsigned long)seed, i, w[k].id);
		print("kernel", a);
		print("ours", b);
	}
	cr_expect_eq(wrong, 0);
	cr_expect_gt(complete, 60);
	frag_queue_free(q);
	free(a);
	free(b);
	free(buf);
}

static void plays(bool v6, uint32_t mtu)
{
	struct netns ns;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		if (!netns_begin(&ns))
			cr_skip_test("needs root");
		sh("ip link set wan mtu %u", mtu);
		sh("nft 'add table inet t; add chain inet t c { type filter "
		   "hook prerouting priority 0; }; add rule inet t c ct state "
		   "new counter'");
		play(&ns, seed, v6, mtu);
		close(ns.lan);
		close(ns.wan);
	}
}

Test(frag_kernel, ip4, .timeout = 120)
{
	plays(false, 1500);
}

Test(frag_kernel, ip4_small_mtu, .timeout = 120)
{
	plays(false, 576);
}

Test(frag_kernel, ip6, .timeout = 120)
{
	plays(true, 1500);
}

Test(frag_kernel, ip6_small_mtu, .timeout = 120)
{
	plays(true, 1280);
}

/* --- alone --------------------------------------------------------------- */

static const struct whole udp = { .id = 7, .len = 64, .proto = IPPROTO_UDP };

static enum frag_result give(struct frag_queue *q, struct packet *pkt,
			     uint8_t *buf, uint32_t len, uint32_t snap,
			     uint64_t now_ns)
{
	struct nv_time now = { now_ns, 0 };
	enum reason reason;

	packet_init(pkt, buf, len, buf, snap, len);
	cr_assert_eq(packet_receive(pkt), REASON_NONE);
	packet_decode(pkt);
	return frag_in(q, pkt, FRAG_USER_CONNTRACK_IN, &now, &reason);
}

Test(frag, timeout_is_30_seconds_for_ip4_and_60_for_ip6)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct frag_queue *q = frag_queue_new();
		uint64_t t = v6 ? 60 * NS_PER_SEC : 30 * NS_PER_SEC;
		struct whole w = udp;
		uint8_t buf[200];
		struct packet pkt;

		w.v6 = v6;
		cr_assert_eq(give(q, &pkt, buf, make(buf, &w, 0, 32, true), 200,
				  1),
			     FRAG_HELD);
		cr_assert_gt(frag_queue_bytes(q), 0);
		cr_assert_eq(give(q, &pkt, buf, make(buf, &w, 32, 32, false),
				  200, t),
			     FRAG_COMPLETE);
		cr_assert_eq(frag_queue_bytes(q), 0);
		give(q, &pkt, buf, make(buf, &w, 0, 32, true), 200, 1);
		cr_assert_eq(give(q, &pkt, buf, make(buf, &w, 32, 32, false),
				  200, 1 + t),
			     FRAG_HELD);
		frag_queue_free(q);
	}
}

Test(frag, a_piece_cut_by_the_snap_length_keeps_its_length)
{
	struct frag_queue *q = frag_queue_new();
	uint8_t buf[200];
	struct packet pkt;

	give(q, &pkt, buf, make(buf, &udp, 0, 32, true), 20 + 24, 1);
	cr_assert_eq(give(q, &pkt, buf, make(buf, &udp, 32, 32, false), 52, 1),
		     FRAG_COMPLETE);
	cr_assert_eq(pkt.wire_len, 20 + 64);
	cr_assert_eq(pkt.len, 20 + 24);
	cr_assert_eq(get_be16(pkt.data + 2), 84);
	cr_assert_neq(pkt.flags & PKT_REASSEMBLED, 0);
	frag_queue_free(q);
}

Test(frag, users_do_not_mix)
{
	struct frag_queue *q = frag_queue_new();
	struct nv_time now = { 1, 0 };
	enum reason reason;
	uint8_t buf[200];
	struct packet pkt;

	give(q, &pkt, buf, make(buf, &udp, 0, 32, true), 52, 1);
	packet_init(&pkt, buf, 52, buf, make(buf, &udp, 32, 32, false), 52);
	packet_receive(&pkt);
	cr_assert_eq(frag_in(q, &pkt, FRAG_USER_CONNTRACK_OUT, &now, &reason),
		     FRAG_HELD);
	frag_queue_free(q);
}

Test(frag, memory_is_bounded)
{
	struct frag_queue *q = frag_queue_new();
	uint8_t *buf = malloc(BUF);
	enum frag_result r = FRAG_HELD;
	struct whole w = udp;
	struct packet pkt;
	uint32_t len, i;

	w.len = 60000;
	for (i = 0; i < 1000 && r == FRAG_HELD; i++) {
		w.id = i;
		len = make(buf, &w, 8, 40000, true);
		r = give(q, &pkt, buf, len, len, 1);
	}
	cr_assert_eq(r, FRAG_DROP);
	cr_assert_gt(i, 90);
	cr_assert_lt(i, 120);
	cr_assert_leq(frag_queue_bytes(q), (4 << 20) + 65536);
	frag_queue_free(q);
	free(buf);
}

static void count_bytes(void *data, struct packet *frag)
{
	*(uint64_t *)data += frag->wire_len;
}

/* Bit-flipped fragments of both versions, some cut, under the sanitizers. */
Test(fuzz, fragments, .timeout = 120)
{
	struct frag_queue *q = frag_queue_new();
	struct nv_time now = { 1, 0 };
	struct rng rng;
	uint64_t bytes = 0;

	rng_seed(&rng, 11);
	for (int round = 0; round < 200000; round++) {
		struct whole w = udp;
		uint8_t *buf = malloc(400), *tight;
		enum reason reason;
		struct packet pkt;
		uint32_t len, snap;

		w.v6 = round & 1;
		w.id = (uint32_t)round / 40;
		w.len = 400;
		w.hdr_opts = rng_below(&rng, 4) ? 0 : 8;
		len = random_fragment(&rng, buf, &w, 8 + rng_below(&rng, 8) * 8,
				      300);
		for (unsigned n = rng_below(&rng, 3); n; n--)
			buf[rng_below(&rng, MIN(len, 60u))] ^=
				(uint8_t)(1 << rng_below(&rng, 8));
		if (buf[0] >> 4 == 4 && (buf[0] & 15) >= 5) {
			memset(buf + 10, 0, 2);
			put_be16(buf + 10, be16toh(csum_ip_header(
						   buf, (buf[0] & 15u) * 4)));
		}
		snap = rng_below(&rng, 5) ? len : rng_below(&rng, len + 1);
		tight = malloc(snap ? snap : 1);
		memcpy(tight, buf, snap);
		packet_init(&pkt, tight, snap, tight, snap, len);
		now.mono_ns += 1000000;
		if (packet_receive(&pkt) == REASON_NONE) {
			packet_decode(&pkt);
			if (frag_in(q, &pkt, FRAG_USER_CONNTRACK_IN, &now,
				    &reason) == FRAG_COMPLETE) {
				packet_decode(&pkt);
				frag_output(q, &pkt,
					    100 + rng_below(&rng, 1400),
					    count_bytes, &bytes);
			}
		}
		free(tight);
		free(buf);
	}
	cr_assert_gt(bytes, 0);
	frag_queue_free(q);
}
