/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "world.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "packet/csum.h"

static const char box[] = "link add lan mtu 1500\n"
			  "link add wan mtu 1400\n"
			  "addr add 10.1.0.1/24 dev lan\n"
			  "addr add fd01::1/64 dev lan\n"
			  "addr add 10.2.0.1/24 dev wan\n"
			  "addr add fd02::1/64 dev wan\n"
			  "route add default via 10.2.0.2 dev wan\n"
			  "route add default via fd02::2 dev wan\n";

static void on_emit(void *data, uint64_t number, enum path_emit_kind kind,
		    const struct packet *pkt)
{
	struct world *w = data;
	struct left *l = &w->left[w->n_left++ % WORLD_LEFT];

	cr_assert_leq(pkt->len, sizeof(l->bytes));
	l->kind = kind;
	memcpy(l->oif, pkt->out->name, sizeof(l->oif));
	l->len = pkt->len;
	memcpy(l->bytes, pkt->data, pkt->len);
}

static void host_text(struct world *w, struct diags *d, const char *text)
{
	uint32_t s = diag_source_add(d, "host", text, strlen(text), NULL);

	if (host_parse(w->host, d, s)) {
		diags_print(d, stderr);
		cr_assert_fail("the host text is wrong");
	}
}

/* Run @fn's changes as one transaction. */
#define TRANSACTION(w, call)                                          \
	do {                                                          \
		struct vm_error err = { 0 };                          \
		struct vm_tx *tx = vm_begin((w)->vm);                 \
		cr_assert_eq(call, 0, "%s", err.message);             \
		cr_assert_eq(vm_commit(tx, &(w)->now, &err), 0, "%s", \
			     err.message);                            \
		if ((w)->path)                                        \
			path_ruleset_changed((w)->path);              \
	} while (0)

void world_init(struct world *w, const char *more)
{
	struct diags *d = diags_new();
	struct ct_config ct;
	struct path_config cfg = { 0 };

	memset(w, 0, sizeof(*w));
	w->now = (struct nv_time){ 1000 * NS_PER_SEC, 1000 * NS_PER_SEC };
	w->host = host_new();
	host_text(w, d, box);
	if (more)
		host_text(w, d, more);
	diags_free(d);
	w->vm = vm_new();
	ct_config_init(&ct);
	w->ct = ct_table_new(&ct);
	TRANSACTION(w, vm_table_add(tx, NFPROTO_INET, "t", 0, &err));
	cfg.vm = w->vm;
	cfg.ct = w->ct;
	cfg.host = w->host;
	cfg.sink.emit = on_emit;
	cfg.sink.data = w;
	w->path = path_new(&cfg);
}

void world_fini(struct world *w)
{
	path_free(w->path);
	ct_table_free(w->ct);
	vm_free(w->vm);
	host_free(w->host);
}

void world_base(struct world *w, const char *name, enum vm_chain_type type,
		uint8_t hook, int32_t priority, uint32_t policy)
{
	struct vm_chain_spec spec = {
		.family = NFPROTO_INET,
		.table = "t",
		.name = name,
		.handle = ++w->handle,
		.is_base = true,
		.type = type,
		.hook = hook,
		.priority = priority,
		.policy = policy,
	};

	TRANSACTION(w, vm_chain_add(tx, &spec, &err));
}

static struct nftnl_rule *rule_new(struct world *w, const char *chain)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, "t");
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	nftnl_rule_set_u64(r, NFTNL_RULE_HANDLE, ++w->handle);
	return r;
}

static void rule_add(struct world *w, struct nftnl_rule *r)
{
	TRANSACTION(w, vm_rule_add(tx, r, 0, 0, &err));
	nftnl_rule_free(r);
}

static struct nftnl_expr *expr(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	nftnl_rule_add_expr(r, e);
	return e;
}

void world_verdict(struct world *w, const char *chain, uint32_t verdict)
{
	struct nftnl_rule *r = rule_new(w, chain);
	struct nftnl_expr *e = expr(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, verdict);
	rule_add(w, r);
}

static void add_bitwise(struct nftnl_rule *r, uint32_t mask, uint32_t xor_with)
{
	struct nftnl_expr *e = expr(r, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, 4);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, &mask, 4);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, &xor_with, 4);
}

static void add_digit(struct nftnl_rule *r, uint32_t digit)
{
	uint32_t shift = 4;
	struct nftnl_expr *e = expr(r, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
	e = expr(r, "bitwise");
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_LSHIFT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, 4);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_DATA, &shift, 4);
	add_bitwise(r, ~0u, digit);
	e = expr(r, "meta");
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
}

void world_mark_digit(struct world *w, const char *chain, uint32_t digit)
{
	struct nftnl_rule *r = rule_new(w, chain);

	add_digit(r, digit);
	rule_add(w, r);
}

void world_ct_state(struct world *w, const char *chain, uint32_t bits,
		    uint32_t digit)
{
	struct nftnl_rule *r = rule_new(w, chain);
	struct nftnl_expr *e = expr(r, "ct");
	uint32_t zero = 0;

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	add_bitwise(r, bits, 0);
	e = expr(r, "cmp");
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_NEQ);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, &zero, 4);
	add_digit(r, digit);
	rule_add(w, r);
}

void world_notrack(struct world *w, const char *chain)
{
	struct nftnl_rule *r = rule_new(w, chain);

	expr(r, "notrack");
	rule_add(w, r);
}

void world_masquerade(struct world *w, const char *chain)
{
	struct nftnl_rule *r = rule_new(w, chain);

	expr(r, "masq");
	rule_add(w, r);
}

void world_dnat4(struct world *w, const char *chain, uint32_t addr)
{
	struct nftnl_rule *r = rule_new(w, chain);
	be32_t be = htobe32(addr);
	struct nftnl_expr *e = expr(r, "immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, &be, 4);
	e = expr(r, "nat");
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	rule_add(w, r);
}

static void put_ip4(uint8_t *b, const char *src, const char *dst, uint8_t ttl,
		    uint32_t len)
{
	be16_t check;

	b[0] = 0x45;
	put_be16(b + 2, (uint16_t)len);
	b[8] = ttl;
	b[9] = IPPROTO_UDP;
	inet_pton(AF_INET, src, b + 12);
	inet_pton(AF_INET, dst, b + 16);
	check = csum_ip_header(b, 20);
	memcpy(b + 10, &check, 2);
}

static void put_ip6(uint8_t *b, const char *src, const char *dst, uint8_t ttl,
		    uint32_t len)
{
	b[0] = 0x60;
	put_be16(b + 4, (uint16_t)(len - 40));
	b[6] = IPPROTO_UDP;
	b[7] = ttl;
	inet_pton(AF_INET6, src, b + 8);
	inet_pton(AF_INET6, dst, b + 24);
}

uint32_t world_udp(uint8_t *b, const char *src, uint16_t sport, const char *dst,
		   uint16_t dport, uint8_t ttl, uint32_t payload)
{
	bool v6 = strchr(src, ':');
	uint32_t head = v6 ? 40 : 20, len = head + 8 + payload;
	uint8_t *udp = b + head;
	struct packet pkt;
	be16_t check;

	memset(b, 0, len);
	if (v6)
		put_ip6(b, src, dst, ttl, len);
	else
		put_ip4(b, src, dst, ttl, len);
	put_be16(udp, sport);
	put_be16(udp + 2, dport);
	put_be16(udp + 4, (uint16_t)(8 + payload));
	packet_init(&pkt, b, len, b, len, len);
	pkt.nfproto = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	check = csum_fold(csum_partial(
		udp, 8 + payload, csum_pseudo(&pkt, 8 + payload, IPPROTO_UDP)));
	memcpy(udp + 6, &check, 2);
	return len;
}

struct path_result world_run(struct world *w, const char *link, uint8_t *bytes,
			     uint32_t len)
{
	struct path_result res;
	struct packet pkt;

	packet_init(&pkt, bytes, len, bytes, len, len);
	pkt.number = 1;
	pkt.in = link ? host_link_by_name(w->host, link) : NULL;
	w->n_left = 0;
	path_run_batch(w->path, &pkt, &w->now, 1, &res);
	return res;
}

struct path_result world_send_udp(struct world *w, const char *link,
				  const char *src, const char *dst, uint8_t ttl)
{
	uint8_t b[128];
	uint32_t len = world_udp(b, src, 1000, dst, 2000, ttl, 10);

	return world_run(w, link, b, len);
}
