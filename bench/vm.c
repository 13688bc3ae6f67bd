/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a rule and a lookup cost: nanoseconds per linear rule whose first test
 * fails, and per set lookup, in both forms.
 *
 *	bench/vm [rules|sets|edits]...		everything without arguments
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/measure.h"
#include "tests/vm/fixture.h"

/* --- linear rules ---------------------------------------------------------- */

static void nfproto_ipv4(struct nftnl_rule *r)
{
	fx_meta(r, NFT_META_NFPROTO, NFT_REG_1);
	fx_cmp_u8(r, NFT_CMP_EQ, NFT_REG_1, NFPROTO_IPV4);
}

static void saddr_drop(struct nftnl_rule *r, unsigned i)
{
	uint32_t addr = htobe32(0xc0a80000 + i);

	nfproto_ipv4(r);
	fx_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_REG_1);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, &addr, 4);
	fx_verdict(r, NF_DROP, NULL);
}

static void dport_accept(struct nftnl_rule *r, unsigned i)
{
	fx_meta(r, NFT_META_L4PROTO, NFT_REG_1);
	fx_cmp_u8(r, NFT_CMP_EQ, NFT_REG_1, IPPROTO_TCP);
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_be16(r, NFT_CMP_EQ, NFT_REG_1, (uint16_t)(1000 + i));
	fx_verdict(r, NF_ACCEPT, NULL);
}

static void prefix_drop(struct nftnl_rule *r, unsigned i)
{
	static const uint8_t mask[] = { 0xff, 0xff, 0xff, 0xf0 };
	uint32_t addr = htobe32(0xc0a80000 + i * 16);

	nfproto_ipv4(r);
	fx_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 16, 4, NFT_REG_1);
	fx_mask(r, NFT_REG_1, mask, 4);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, &addr, 4);
	fx_verdict(r, NF_DROP, NULL);
}

static void range_accept(struct nftnl_rule *r, unsigned i)
{
	struct nftnl_expr *e;
	uint16_t from = htobe16((uint16_t)(1000 + i)),
		 to = htobe16((uint16_t)(1010 + i));

	fx_meta(r, NFT_META_L4PROTO, NFT_REG_1);
	fx_cmp_u8(r, NFT_CMP_EQ, NFT_REG_1, IPPROTO_TCP);
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	e = fx_expr(r, "range");
	nftnl_expr_set_u32(e, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set(e, NFTNL_EXPR_RANGE_FROM_DATA, &from, 2);
	nftnl_expr_set(e, NFTNL_EXPR_RANGE_TO_DATA, &to, 2);
	fx_verdict(r, NF_ACCEPT, NULL);
}

static void iifname_drop(struct nftnl_rule *r, unsigned i)
{
	char name[16] = { 0 };

	snprintf(name, sizeof(name), "eth%u", i);
	fx_meta(r, NFT_META_IIFNAME, NFT_REG_1);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, name, sizeof(name));
	fx_counter(r);
	fx_verdict(r, NF_DROP, NULL);
}

static void ct_state_accept(struct nftnl_rule *r, unsigned i)
{
	uint32_t bits = CT_STATE_ESTABLISHED | CT_STATE_RELATED;

	fx_ct(r, NFT_CT_STATE, NFT_REG_1);
	fx_mask(r, NFT_REG_1, &bits, 4);
	fx_cmp_u32(r, NFT_CMP_NEQ, NFT_REG_1, 0);
	fx_verdict(r, NF_ACCEPT, NULL);
}

static void mark_drop(struct nftnl_rule *r, unsigned i)
{
	fx_meta(r, NFT_META_MARK, NFT_REG_1);
	fx_cmp_u32(r, NFT_CMP_EQ, NFT_REG_1, i + 1);
	fx_verdict(r, NF_DROP, NULL);
}

typedef void (*shape_fn)(struct nftnl_rule *r, unsigned i);

static void two_kinds(struct nftnl_rule *r, unsigned i)
{
	(i & 1 ? dport_accept : saddr_drop)(r, i);
}

static void seven_kinds(struct nftnl_rule *r, unsigned i)
{
	static const shape_fn kinds[] = {
		saddr_drop,   dport_accept,    prefix_drop, range_accept,
		iifname_drop, ct_state_accept, mark_drop,
	};

	kinds[i % ARRAY_LEN(kinds)](r, i);
}

static const struct shape {
	const char *name;
	shape_fn add;
} shapes[] = {
	{ "ip saddr A drop", saddr_drop },
	{ "tcp dport N accept", dport_accept },
	{ "ip daddr A/28 drop", prefix_drop },
	{ "tcp dport N-M accept", range_accept },
	{ "iifname I counter drop", iifname_drop },
	{ "saddr, dport in turn", two_kinds },
	{ "seven kinds in turn", seven_kinds },
};

enum {
	/* each number is the median of so many */
	RUNS = 5,
};

/* Nanoseconds of one packet through the chain. */
static double time_run(struct fx *fx, bool reference, unsigned n)
{
	const struct vm_chain *c = fx_chain_find(fx, "in");
	unsigned long runs = (reference ? 20000000ul : 400000000ul) / (n + 100);
	struct vm_result res;
	double t[RUNS];

	runs = MIN(MAX(runs, 100ul), 300000ul);
	fx->env.reference = reference;
	for (int k = 0; k < RUNS; k++) {
		t[k] = now_ns();
		for (unsigned long i = 0; i < runs; i++)
			vm_run(&fx->env, c, &fx->pkt, &res);
		t[k] = (now_ns() - t[k]) / (double)runs;
	}
	return median(t, RUNS);
}

static void bench_rules(void)
{
	static const unsigned sizes[] = { 10, 100, 1000, 10000 };
	static struct fx fx;

	printf("%-24s %7s %14s %14s %14s\n", "rules, first test fails", "rules",
	       "fast ns/rule", "fast ns/packet", "ref. ns/rule");
	printf("%-24s %7s %14s\n", "(asked)", "", "1.50");
	for (size_t s = 0; s < ARRAY_LEN(shapes); s++) {
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			unsigned n = sizes[i];
			double fast, ref;

			fx_init(&fx, NFPROTO_INET);
			fx_begin(&fx);
			for (unsigned j = 0; j < n; j++) {
				struct nftnl_rule *r = fx_rule(&fx, "in");

				shapes[s].add(r, j);
				fx_add(&fx, r);
			}
			fx_commit(&fx);
			fast = time_run(&fx, false, n);
			ref = time_run(&fx, true, n);
			printf("%-24s %7u %14.2f %14.0f %14.2f\n",
			       shapes[s].name, n, fast / n, fast, ref / n);
			fx_fini(&fx);
		}
	}
}

/* --- sets ------------------------------------------------------------------ */

/* What malloc() has handed out, its own overhead included. */
static size_t heap_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* What a back end is filled with. */
static const struct set_kind {
	const char *name;
	uint32_t flags;
	unsigned key_len, n_fields;
} kinds[] = {
	{ "hash", 0, 4, 0 },
	{ "hash ipv6", 0, 16, 0 },
	{ "interval", NFT_SET_INTERVAL, 4, 0 },
	{ "interval ipv6", NFT_SET_INTERVAL, 16, 0 },
	{ "concat addr . port", NFT_SET_INTERVAL | NFT_SET_CONCAT, 8, 2 },
};

/* Element @i: spread keys that do not overlap. */
static void key_of(const struct set_kind *k, unsigned i, uint8_t *key,
		   uint8_t *end)
{
	memset(key, 0, k->key_len);
	if (k->key_len == 16) {
		key[0] = 0x20;
		put_be32(key + 4, i * 2654435761u);
	} else if (k->n_fields) {
		put_be32(key, i * 4096 + 16);
		put_be16(key + 4, (uint16_t)(i * 7));
	} else {
		put_be32(key, i * 4001);
	}
	memcpy(end, key, k->key_len);
	if (k->n_fields) {
		put_be32(end, i * 4096 + 1000);
		put_be16(end + 4,
			 (uint16_t)(i * 7 + 3 < 65536 ? i * 7 + 3 : 65535));
		if (get_be16(end + 4) < get_be16(key + 4))
			put_be16(end + 4, 65535);
	} else if (k->key_len == 4) {
		put_be32(end, i * 4001 + 1000);
	} else {
		end[15] = 9;
	}
}

static void batch_fill(struct elem_batch *b, const struct set_kind *k,
		       unsigned from, unsigned n)
{
	uint8_t key[16], end[16];

	elem_batch_init(b, (uint16_t)k->key_len, 0);
	for (unsigned i = from; i < from + n; i++) {
		size_t row = elem_batch_add(b);

		key_of(k, i, key, end);
		memcpy(elem_batch_key(b, row), key, k->key_len);
		if (k->n_fields)
			memcpy(elem_batch_key_ends(b) + row * k->key_len, end,
			       k->key_len);
		if (!(k->flags & NFT_SET_INTERVAL) || k->n_fields)
			continue;
		row = elem_batch_add(b);
		memcpy(elem_batch_key(b, row), end, k->key_len);
		b->flags[row] = ELEM_INTERVAL_END;
	}
}

static int set_make(struct fx *fx, const struct set_kind *k)
{
	static const uint8_t fields[] = { 4, 2 };
	struct nftnl_set *s = fx_set(fx, "s", k->flags, k->key_len);

	if (k->n_fields)
		nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, fields,
				   sizeof(fields));
	return fx_set_add(fx, s);
}

static double time_find(const struct set_kind *k, const struct vm_set_data *d,
			unsigned n, unsigned *found)
{
	enum {
		LOOKUPS = 1000000,
		KEYS = 4096
	};
	static uint8_t keys[KEYS][16];
	uint8_t end[16];
	struct vm_hit hit;
	struct rng rng;
	double t[RUNS];

	rng_seed(&rng, 7);
	for (unsigned i = 0; i < KEYS; i++)
		key_of(k, rng_below(&rng, n), keys[i], end);
	for (int run = 0; run < RUNS; run++) {
		*found = 0;
		t[run] = now_ns();
		for (unsigned i = 0; i < LOOKUPS; i++)
			*found += vm_set_find_key(d, keys[i % KEYS], 0, &hit);
		t[run] = (now_ns() - t[run]) / LOOKUPS;
	}
	*found /= LOOKUPS / 100;
	return median(t, RUNS);
}

static void bench_set(const struct set_kind *k, unsigned n)
{
	static struct fx fx;
	struct elem_batch b, one;
	double load, add, find;
	unsigned found;
	size_t heap;

	batch_fill(&b, k, 0, n);
	batch_fill(&one, k, n, 1);
	fx_init(&fx, NFPROTO_INET);
	heap = heap_bytes();
	load = now_ns();
	fx_begin(&fx);
	if (set_make(&fx, k)) {
		printf("%-20s %s\n", k->name, fx.err.message);
		return;
	}
	if (vm_elems_add(fx.tx, fx.family, "t", "s", &b, &fx.err) ||
	    fx_commit(&fx)) {
		printf("%-20s %8u %s\n", k->name, n, fx.err.message);
		return;
	}
	load = now_ns() - load;
	heap = heap_bytes() - heap;
	find = time_find(k, vm_set_find(fx.vm, fx.family, "t", "s")->data, n,
			 &found);
	add = now_ns();
	fx_begin(&fx);
	vm_elems_add(fx.tx, fx.family, "t", "s", &one, &fx.err);
	fx_commit(&fx);
	add = now_ns() - add;
	printf("%-20s %8u %10.1f %8u%% %12.1f %12.1f %12.1f\n", k->name, n,
	       find, found, (double)heap / n, load / n, add / 1000);
	fx_fini(&fx);
	elem_batch_fini(&b);
	elem_batch_fini(&one);
}

static void bench_sets(void)
{
	static const unsigned sizes[] = { 1000, 10000, 100000, 1000000 };

	printf("%-20s %8s %10s %9s %12s %12s %12s\n", "sets", "elements",
	       "ns/lookup", "found", "bytes/elem", "load ns/elem",
	       "one more, us");
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			bench_set(&kinds[k], sizes[i]);
}

/* --- one more rule ---------------------------------------------------------- */

static void bench_edits(void)
{
	static const unsigned sizes[] = { 100, 10000, 100000 };
	static struct fx fx;

	printf("%-24s %8s %14s %14s\n", "changes", "rules", "load ns/rule",
	       "one more, us");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		double load = now_ns(), add;
		struct nftnl_rule *r;

		fx_init(&fx, NFPROTO_INET);
		fx_begin(&fx);
		for (unsigned j = 0; j < sizes[i]; j++) {
			r = fx_rule(&fx, "in");
			seven_kinds(r, j);
			fx_add(&fx, r);
		}
		fx_commit(&fx);
		load = now_ns() - load;
		r = fx_rule(&fx, "in");
		saddr_drop(r, 1);
		add = now_ns();
		fx_begin(&fx);
		fx_add(&fx, r);
		fx_commit(&fx);
		add = now_ns() - add;
		printf("%-24s %8u %14.0f %14.1f\n", "rules of one chain",
		       sizes[i], load / sizes[i], add / 1000);
		fx_fini(&fx);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{ "rules", bench_rules },
		{ "sets", bench_sets },
		{ "edits", bench_edits },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		bool wanted = argc < 2;

		for (int a = 1; a < argc; a++)
			wanted |= !strcmp(argv[a], parts[i].name);
		if (wanted)
			parts[i].run();
	}
	return 0;
}
