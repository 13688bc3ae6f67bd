/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/vm/generate.h"

#include <stdlib.h>

/* Few values, so that tests often hold. */
static uint8_t small_byte(struct rng *rng)
{
	static const uint8_t bytes[] = { 0, 1, 2, 6, 10, 17, 22, 80, 0xff };

	return bytes[rng_below(rng, ARRAY_LEN(bytes))];
}

static void small_bytes(struct rng *rng, uint8_t *p, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		p[i] = small_byte(rng);
}

static bool one_in(struct rng *rng, unsigned n)
{
	return !rng_below(rng, n);
}

/* A field in register 1 (or @reg); its length. */
static unsigned load_payload(struct fx *fx, struct rng *rng,
			     struct nftnl_rule *r, uint32_t reg)
{
	static const struct {
		uint8_t base, offset, len;
	} fields[] = {
		{ 1, 12, 4 }, { 1, 16, 4 }, { 1, 12, 3 },  { 1, 12, 2 },
		{ 1, 9, 1 },  { 1, 8, 16 }, { 1, 24, 16 }, { 1, 6, 2 },
		{ 2, 0, 2 },  { 2, 2, 2 },  { 2, 13, 1 },  { 2, 0, 4 },
		{ 2, 1, 2 },  { 0, 6, 6 },  { 3, 0, 4 },   { 2, 20, 8 },
		{ 1, 12, 8 }, { 1, 16, 1 },
	};
	size_t i = rng_below(rng, ARRAY_LEN(fields));

	fx_payload(r, fields[i].base, fields[i].offset, fields[i].len, reg);
	return fields[i].len;
}

static unsigned load_meta(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
			  uint32_t reg)
{
	static const struct {
		uint8_t key, len;
	} fields[] = {
		{ NFT_META_LEN, 4 },	   { NFT_META_PROTOCOL, 2 },
		{ NFT_META_MARK, 4 },	   { NFT_META_MARK, 4 },
		{ NFT_META_IIF, 4 },	   { NFT_META_OIF, 4 },
		{ NFT_META_IIFNAME, 16 },  { NFT_META_OIFNAME, 16 },
		{ NFT_META_IIFTYPE, 2 },   { NFT_META_NFPROTO, 1 },
		{ NFT_META_L4PROTO, 1 },   { NFT_META_PKTTYPE, 1 },
		{ NFT_META_PRANDOM, 4 },   { NFT_META_SKUID, 4 },
		{ NFT_META_IIFKIND, 16 },  { NFT_META_TIME_DAY, 1 },
		{ NFT_META_TIME_HOUR, 4 }, { NFT_META_PRIORITY, 4 },
	};
	size_t i = rng_below(rng, ARRAY_LEN(fields));

	fx_meta(r, fields[i].key, reg);
	return fields[i].len;
}

static unsigned load_ct(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
			uint32_t reg)
{
	static const struct {
		uint8_t key, len;
		bool dir;
	} fields[] = {
		{ NFT_CT_STATE, 4 },	    { NFT_CT_STATE, 4 },
		{ NFT_CT_DIRECTION, 1 },    { NFT_CT_STATUS, 4 },
		{ NFT_CT_MARK, 4 },	    { NFT_CT_PROTOCOL, 1 },
		{ NFT_CT_SRC_IP, 4, true }, { NFT_CT_PROTO_DST, 2, true },
		{ NFT_CT_PKTS, 8 },
	};
	size_t i = rng_below(rng, ARRAY_LEN(fields));
	struct nftnl_expr *e = fx_expr(r, "ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, fields[i].key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, reg);
	if (fields[i].dir)
		nftnl_expr_set_u8(e, NFTNL_EXPR_CT_DIR,
				  (uint8_t)rng_below(rng, 2));
	return fields[i].len;
}

static unsigned load_fib(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
			 uint32_t reg)
{
	struct nftnl_expr *e = fx_expr(r, "fib");

	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_RESULT, 1 + rng_below(rng, 3));
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_FLAGS, 1 + rng_below(rng, 2));
	return 4;
}

static unsigned load_numgen(struct fx *fx, struct rng *rng,
			    struct nftnl_rule *r, uint32_t reg)
{
	struct nftnl_expr *e = fx_expr(r, "numgen");

	nftnl_expr_set_u32(e, NFTNL_EXPR_NG_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NG_MODULUS, 1 + rng_below(rng, 9));
	nftnl_expr_set_u32(e, NFTNL_EXPR_NG_TYPE, rng_below(rng, 2));
	return 4;
}

static unsigned load_any(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
			 uint32_t reg)
{
	static unsigned (*const loads[])(struct fx * fx, struct rng * rng,
					 struct nftnl_rule * r,
					 uint32_t reg) = {
		load_payload, load_payload, load_payload, load_payload,
		load_meta,    load_meta,    load_meta,	  load_ct,
		load_ct,      load_fib,	    load_numgen,
	};

	return loads[rng_below(rng, ARRAY_LEN(loads))](fx, rng, r, reg);
}

/* A mask, a shift or a swap of register @reg. */
static void transform(struct rng *rng, struct nftnl_rule *r, uint32_t reg,
		      unsigned len)
{
	uint8_t mask[16];
	struct nftnl_expr *e;
	uint32_t shift = 1 + rng_below(rng, 31);

	switch (rng_below(rng, 4)) {
	case 0:
		e = fx_expr(r, "byteorder");
		nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_SREG, reg);
		nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_DREG, reg);
		nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_LEN, len);
		nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_SIZE,
				   2u << rng_below(rng, 3));
		nftnl_expr_set_u32(e, NFTNL_EXPR_BYTEORDER_OP,
				   rng_below(rng, 2));
		break;
	case 1:
		e = fx_expr(r, "bitwise");
		nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, reg);
		nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, reg);
		nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, len);
		nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP,
				   1 + rng_below(rng, 2));
		nftnl_expr_set(e, NFTNL_EXPR_BITWISE_DATA, &shift, 4);
		break;
	case 2: /* a prefix */
		for (unsigned i = 0; i < len; i++)
			mask[i] = i < len / 2 ? 0xff : 0;
		mask[len / 2] = (uint8_t)(0xff00 >> rng_below(rng, 9));
		fx_mask(r, reg, mask, len);
		break;
	default:
		small_bytes(rng, mask, len);
		fx_mask(r, reg, mask, len);
	}
}

static void test_cmp(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
		     uint32_t reg, unsigned len)
{
	uint8_t data[16];

	small_bytes(rng, data, len);
	/* often just what a packet has there */
	if (len == 4 && one_in(rng, 2))
		memcpy(data, (uint8_t[]){ 10, 0, 0, small_byte(rng) }, 4);
	if (len == 4 && one_in(rng, 4))
		memcpy(data, (uint32_t[]){ rng_below(rng, 4) }, 4);
	if (len == 16 && one_in(rng, 2)) {
		memset(data, 0, sizeof(data));
		memcpy(data, one_in(rng, 2) ? "lan" : "wan", 3);
	}
	if (len == 16 && one_in(rng, 4))
		len = 3;
	fx_cmp(r, one_in(rng, 2) ? NFT_CMP_EQ : rng_below(rng, 6), reg, data,
	       len);
}

static void test_range(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
		       uint32_t reg, unsigned len)
{
	struct nftnl_expr *e = fx_expr(r, "range");
	uint8_t from[16], to[16];

	small_bytes(rng, from, len);
	small_bytes(rng, to, len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_RANGE_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_RANGE_OP, rng_below(rng, 2));
	nftnl_expr_set(e, NFTNL_EXPR_RANGE_FROM_DATA, from, len);
	nftnl_expr_set(e, NFTNL_EXPR_RANGE_TO_DATA, to, len);
}

/* Sets are called by the length of their keys: s1, i1, v1, ... */
static void test_lookup(struct fx *fx, struct rng *rng, struct nftnl_rule *r,
			uint32_t reg, unsigned len)
{
	char name[8];
	char kind = "siv"[rng_below(rng, 3)];

	snprintf(name, sizeof(name), "%c%u", kind, len);
	if (kind == 'v')
		fx_lookup(r, reg, name, NFT_REG_VERDICT, 0);
	else
		fx_lookup(r, reg, name, -1, one_in(rng, 4));
}

static void match_any(struct fx *fx, struct rng *rng, struct nftnl_rule *r)
{
	uint32_t reg = one_in(rng, 4) ? NFT_REG32_00 + rng_below(rng, 12)
				      : NFT_REG_1;
	unsigned len = load_any(fx, rng, r, reg);

	if (one_in(rng, 3))
		transform(rng, r, reg, len);
	switch (rng_below(rng, 8)) {
	case 0:
		return test_range(fx, rng, r, reg, len);
	case 1:
		return test_lookup(fx, rng, r, reg, len);
	case 2:
		return; /* a load that nobody looks at */
	case 3:		/* looked at twice */
		test_cmp(fx, rng, r, reg, len);
	}
	test_cmp(fx, rng, r, reg, len);
}

static void effect_limit(struct fx *fx, struct rng *rng, struct nftnl_rule *r)
{
	struct nftnl_expr *e = fx_expr(r, "limit");

	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, 1 + rng_below(rng, 50));
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, rng_below(rng, 5));
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE, rng_below(rng, 2));
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_FLAGS, rng_below(rng, 2));
}

static void effect_quota(struct fx *fx, struct rng *rng, struct nftnl_rule *r)
{
	struct nftnl_expr *e = fx_expr(r, "quota");

	nftnl_expr_set_u64(e, NFTNL_EXPR_QUOTA_BYTES, rng_below(rng, 5000));
	nftnl_expr_set_u32(e, NFTNL_EXPR_QUOTA_FLAGS, rng_below(rng, 2));
}

static void effect_mark(struct fx *fx, struct rng *rng, struct nftnl_rule *r)
{
	uint32_t mark = rng_below(rng, 4);
	struct nftnl_expr *e;

	if (one_in(rng, 3))
		fx_ct(r, NFT_CT_MARK, NFT_REG_1);
	else if (one_in(rng, 3))
		load_numgen(fx, rng, r, NFT_REG_1);
	else
		fx_imm(r, NFT_REG_1, &mark, 4);
	if (one_in(rng, 2))
		return fx_meta_set(r, NFT_META_MARK, NFT_REG_1);
	e = fx_expr(r, "ct");
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_SREG, NFT_REG_1);
}

static void effect_any(struct fx *fx, struct rng *rng, struct nftnl_rule *r)
{
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
		return fx_counter(r);
	case 2:
		return effect_limit(fx, rng, r);
	case 3:
		return effect_quota(fx, rng, r);
	case 4:
	case 5:
		return effect_mark(fx, rng, r);
	case 6:
		if (one_in(rng, 4))
			fx_expr(r, "notrack");
		return;
	default:
		nftnl_expr_set_u32(fx_expr(r, "log"), NFTNL_EXPR_LOG_LEVEL, 4);
	}
}

static const char *const chains[] = { "in", "c1", "c2", "c3", "c4" };

/* Jumps lead to later chains only, so there is no loop. */
static void verdict_any(struct rng *rng, struct nftnl_rule *r, unsigned chain)
{
	unsigned to = chain + 1 + rng_below(rng, 4);

	switch (rng_below(rng, 10)) {
	case 0:
		return fx_verdict(r, NF_ACCEPT, NULL);
	case 1:
		return fx_verdict(r, NF_DROP, NULL);
	case 2:
		return fx_verdict(r, NFT_RETURN, NULL);
	case 3:
		return fx_verdict(r, NFT_CONTINUE, NULL);
	case 4:
		return fx_verdict(r, NFT_BREAK, NULL);
	case 5:
	case 6:
		if (to < ARRAY_LEN(chains))
			fx_verdict(r, one_in(rng, 3) ? NFT_GOTO : NFT_JUMP,
				   chains[to]);
	}
}

static int rule_any(struct fx *fx, struct rng *rng, unsigned chain)
{
	struct nftnl_rule *r = fx_rule(fx, chains[chain]);
	unsigned matches = rng_below(rng, 4), effects = rng_below(rng, 3);

	while (matches--)
		match_any(fx, rng, r);
	while (effects--)
		effect_any(fx, rng, r);
	if (one_in(rng, 8))
		match_any(fx, rng, r);
	verdict_any(rng, r, chain);
	return fx_add(fx, r);
}

static void set_fill(struct fx *fx, struct rng *rng, const char *name,
		     unsigned len, bool vmap, bool intervals)
{
	struct elem_batch b;

	elem_batch_init(&b, (uint16_t)len, 0);
	for (unsigned i = 0; i < 6; i++) {
		size_t row = elem_batch_add(&b);
		uint8_t *key = elem_batch_key(&b, row);

		memset(key, 0, len);
		/* in order, and disjoint */
		key[0] = (uint8_t)(intervals ? i * 20 : small_byte(rng));
		if (!intervals && one_in(rng, 2))
			small_bytes(rng, key, len);
		if (vmap)
			elem_batch_verdicts(&b)[row] =
				(int32_t)rng_below(rng, 2);
		if (!intervals)
			continue;
		key = elem_batch_key(&b, row = elem_batch_add(&b));
		memset(key, 0, len);
		key[0] = (uint8_t)(i * 20 + 1 + rng_below(rng, 18));
		b.flags[row] = ELEM_INTERVAL_END;
	}
	/* the same key with another verdict is refused; so be it */
	for (size_t row = 0; row < b.len; row++) {
		struct elem_batch one = b;

		one.keys += row * len;
		one.flags += row;
		one.verdicts = vmap ? b.verdicts + row : NULL;
		one.len = 1;
		vm_elems_add(fx->tx, fx->family, "t", name, &one, &fx->err);
	}
	elem_batch_fini(&b);
}

static void sets_any(struct fx *fx, struct rng *rng)
{
	static const uint8_t lens[] = { 1, 2, 3, 4, 6, 8, 16 };

	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		struct nftnl_set *s;
		char name[8];

		snprintf(name, sizeof(name), "s%u", lens[i]);
		fx_set_add(fx, fx_set(fx, name, 0, lens[i]));
		set_fill(fx, rng, name, lens[i], false, false);
		name[0] = 'i';
		fx_set_add(fx, fx_set(fx, name, NFT_SET_INTERVAL, lens[i]));
		set_fill(fx, rng, name, lens[i], false, true);
		name[0] = 'v';
		s = fx_set(fx, name, NFT_SET_MAP, lens[i]);
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
		fx_set_add(fx, s);
		set_fill(fx, rng, name, lens[i], true, false);
	}
}

unsigned generate_ruleset(struct fx *fx, struct rng *rng, unsigned n_rules)
{
	unsigned n = 0;

	fx_begin(fx);
	for (size_t i = 1; i < ARRAY_LEN(chains); i++)
		fx_chain(fx, chains[i]);
	sets_any(fx, rng);
	for (unsigned i = 0; i < n_rules; i++)
		n += !rule_any(fx, rng, one_in(rng, 2) ? 0 : rng_below(rng, 5));
	if (fx_commit(fx))
		abort();
	return n;
}

static void conn_any(struct fx *fx, struct rng *rng)
{
	fx->pkt.ct = one_in(rng, 4) ? NULL : &fx->conn;
	fx->pkt.ctinfo = (uint8_t)rng_below(rng, 5);
	if (!fx->pkt.ct)
		fx->pkt.ctinfo = one_in(rng, 2) ? IP_CT_UNTRACKED : 0;
	fx->conn.mark = rng_below(rng, 4);
	fx->conn.status = rng_below(rng, 16);
	for (int dir = 0; dir < CT_DIR_MAX; dir++) {
		struct ct_tuple *t = &fx->conn.tuple[dir];

		memset(t, 0, sizeof(*t));
		t->l3 = fx->pkt.nfproto;
		t->l4 = IPPROTO_TCP;
		t->src.b[0] = 10;
		t->src.b[3] = small_byte(rng);
		t->dport = htobe16(small_byte(rng));
		fx->conn.packets[dir] = small_byte(rng);
	}
}

static void links_any(struct fx *fx, struct rng *rng)
{
	static const char *const names[] = { "lan", "wan", "lanx" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		struct host_link *l = &fx->host.links[i];

		memset(l, 0, sizeof(*l));
		strcpy(l->name, names[i]);
		l->ifindex = i + 1;
		l->type = 1;
	}
	fx->pkt.in = one_in(rng, 5) ? NULL : &fx->host.links[rng_below(rng, 3)];
	fx->pkt.out = one_in(rng, 3) ? NULL
				     : &fx->host.links[rng_below(rng, 3)];
	fx->host.route.type = 1 + rng_below(rng, 3);
	fx->host.route.out = fx->pkt.in;
	fx->host.addr_type = 1 + rng_below(rng, 3);
}

void generate_packet(struct fx *fx, struct rng *rng)
{
	struct packet *pkt = &fx->pkt;
	uint8_t *h;

	fx_tcp4(fx, 0x0a000000u + small_byte(rng),
		0x0a000000u + small_byte(rng), small_byte(rng),
		small_byte(rng));
	h = pkt->data;
	h[33] = small_byte(rng);
	h[9] = pkt->l4proto = small_byte(rng);
	if (one_in(rng, 3)) {
		pkt->nfproto = NFPROTO_IPV6;
		pkt->protocol = htobe16(0x86dd);
		pkt->l4_off = 40;
		h[0] = 0x60;
		small_bytes(rng, h + 8, 40);
	}
	/* cut anywhere, fragments, no transport header */
	if (one_in(rng, 5))
		pkt->len = rng_below(rng, 61);
	pkt->wire_len = 60 + small_byte(rng);
	if (one_in(rng, 8))
		pkt->frag_off = 1480;
	if (one_in(rng, 8))
		pkt->flags = 0;
	if (one_in(rng, 2)) {
		pkt->flags |= PKT_HAS_L2;
		pkt->l2 = fx->buf + 40;
		pkt->l2_len = 14;
	}
	pkt->mark = rng_below(rng, 4);
	pkt->pkttype = (uint8_t)rng_below(rng, 6);
	links_any(fx, rng);
	conn_any(fx, rng);
	fx->env.now.mono_ns += rng_below(rng, 100) * NS_PER_MS;
	fx->env.now.wall_ns += rng_u32(rng);
}
