/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long chains: the filters chosen, and that the fast form, which does not look
 * at most of their rules, ends where the reference form does.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/strbuf.h"
#include "tests/vm/fixture.h"

enum {
	ADDR = 0x0a000000,
};

static void match_saddr(struct nftnl_rule *r, uint32_t low)
{
	uint32_t addr = htobe32(ADDR + low);

	fx_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_REG_1);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, &addr, 4);
}

static void match_dport(struct nftnl_rule *r, uint32_t op, uint16_t port)
{
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_be16(r, op, NFT_REG_1, port);
}

static void match_mark(struct nftnl_rule *r, uint32_t mark)
{
	fx_meta(r, NFT_META_MARK, NFT_REG_1);
	fx_cmp_u32(r, NFT_CMP_EQ, NFT_REG_1, mark);
}

/* What the fast form of a chain of @n rules says of itself; @rule makes the
 * i-th. */
static char *dump(unsigned n, void (*rule)(struct nftnl_rule *r, uint16_t i))
{
	struct strbuf b = STRBUF_INIT;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	for (unsigned i = 0; i < n; i++) {
		struct nftnl_rule *r = fx_rule(&fx, "in");

		rule(r, (uint16_t)i);
		cr_assert_eq(fx_add(&fx, r), 0);
	}
	cr_assert_eq(fx_commit(&fx), 0);
	vm_dump(fx_chain_find(&fx, "in"), true, &b);
	fx_fini(&fx);
	return strbuf_take(&b);
}

static unsigned count(const char *s, const char *what)
{
	unsigned n = 0;

	for (; (s = strstr(s, what)); s++)
		n++;
	return n;
}

static void address_and_port(struct nftnl_rule *r, uint16_t i)
{
	match_saddr(r, 1);
	match_dport(r, NFT_CMP_EQ, i);
	fx_verdict(r, NF_DROP, NULL);
}

/* One address and many ports: the address would make all rules candidates. */
Test(flat_block, the_filter_is_the_rarest_test)
{
	char *s = dump(100, address_and_port);

	/* saddr is load's field 0 and word's 1, dport 2 */
	cr_assert_eq(count(s, "index of field "), 1, "%s", s);
	cr_assert_not_null(strstr(s, "index of field 2\n"), "%s", s);
	cr_assert_not_null(strstr(s, "field 2: 2 bytes of load 2b @ transport "
				     "header + 2"),
			   "%s", s);
	free(s);
}

static void address_and_other_ports(struct nftnl_rule *r, uint16_t i)
{
	match_saddr(r, i / 10u);
	match_dport(r, NFT_CMP_NEQ, i);
	fx_verdict(r, NF_DROP, NULL);
}

/* What holds for nearly every packet is no filter, however rare in rules. */
Test(flat_block, a_test_that_mostly_holds_comes_last)
{
	char *s = dump(100, address_and_other_ports);

	cr_assert_eq(count(s, "index of field "), 1, "%s", s);
	cr_assert_not_null(strstr(s, "index of field 1\n"), "%s", s);
	free(s);
}

static void counted_port(struct nftnl_rule *r, uint16_t i)
{
	match_dport(r, NFT_CMP_EQ, i);
	fx_counter(r);
}

Test(flat_block, a_few_rules_are_one_block)
{
	char *s = dump(10, counted_port);

	cr_assert_eq(count(s, "block "), 1, "%s", s);
	cr_assert_eq(count(s, "index of field "), 0, "%s", s);
	cr_assert_not_null(strstr(s, "steps 3 always 0x0 "), "%s", s);
	free(s);
}

/* --- both forms on long chains ---------------------------------------------- */

enum {
	VALUES = 150,
};

/* One to three matches on few values each, then something to be seen by. */
static void rule_any(struct fx *fx, struct rng *rng)
{
	struct nftnl_rule *r = fx_rule(fx, "in");
	uint32_t mark = rng_below(rng, VALUES);

	for (unsigned n = 1 + rng_below(rng, 2); n--;) {
		switch (rng_below(rng, 7)) {
		case 0:
		case 1:
			match_saddr(r, rng_below(rng, VALUES));
			break;
		case 2:
		case 3:
			match_dport(r, NFT_CMP_EQ,
				    (uint16_t)rng_below(rng, VALUES));
			break;
		case 4:
			match_dport(r, NFT_CMP_GT,
				    (uint16_t)rng_below(rng, VALUES));
			break;
		default:
			match_mark(r, rng_below(rng, VALUES));
		}
	}
	fx_counter(r);
	if (!rng_below(rng, 4)) {
		fx_imm(r, NFT_REG_1, &mark, 4);
		fx_meta_set(r, NFT_META_MARK, NFT_REG_1);
	}
	if (!rng_below(rng, 40))
		fx_verdict(r, (int32_t)rng_below(rng, 2), NULL);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

static void chain_any(struct fx *fx, struct rng *rng, unsigned n)
{
	fx_init(fx, NFPROTO_INET);
	fx_begin(fx);
	while (n--)
		rule_any(fx, rng);
	cr_assert_eq(fx_commit(fx), 0, "%s", fx->err.message);
}

static void packet_any(struct fx *fx, struct rng *rng)
{
	fx_tcp4(fx, ADDR + rng_below(rng, VALUES), ADDR, 1,
		(uint16_t)rng_below(rng, VALUES));
	fx->pkt.mark = rng_below(rng, VALUES);
	/* cut anywhere: fields that BREAK, and that cannot be known */
	if (!rng_below(rng, 6))
		fx->pkt.len = rng_below(rng, 41);
}

static uint64_t handle_of(const struct vm_result *res)
{
	return res->rule ? vm_rule_handle(res->rule) : 0;
}

/* The same hits on both; how many there are. */
static uint64_t hits_agree(const struct fx *a, const struct fx *b)
{
	const struct vm_chain *ca = fx_chain_find(a, "in");
	const struct vm_chain *cb = fx_chain_find(b, "in");
	const struct vm_rule *ra = NULL, *rb = NULL;
	uint64_t n = 0;

	while ((ra = vm_rule_next(ca, ra))) {
		rb = vm_rule_next(cb, rb);
		cr_assert_eq(vm_rule_hits(ra), vm_rule_hits(rb), "rule %llu",
			     (unsigned long long)vm_rule_handle(ra));
		n += vm_rule_hits(ra);
	}
	return n;
}

Test(flat_block, both_forms_agree_on_long_chains)
{
	static const unsigned sizes[] = { 12, 13, 71, 72, 73, 300, 2048, 5000 };
	static struct fx a, b;
	struct vm_result ra, rb;
	struct rng rng_a, rng_b;
	unsigned by_rule = 0;
	uint64_t hits = 0;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		rng_seed(&rng_a, i);
		rng_seed(&rng_b, i);
		chain_any(&a, &rng_a, sizes[i]);
		chain_any(&b, &rng_b, sizes[i]);
		b.env.reference = false;
		for (int n = 0; n < 1000; n++) {
			packet_any(&a, &rng_a);
			packet_any(&b, &rng_b);
			fx_run(&a, "in", &ra);
			fx_run(&b, "in", &rb);
			cr_assert_eq(handle_of(&ra), handle_of(&rb),
				     "%u rules, packet %d: rule %llu, fast "
				     "%llu",
				     sizes[i], n,
				     (unsigned long long)handle_of(&ra),
				     (unsigned long long)handle_of(&rb));
			cr_assert_eq(a.pkt.mark, b.pkt.mark);
			by_rule += ra.rule != NULL;
		}
		hits += hits_agree(&a, &b);
		fx_fini(&a);
		fx_fini(&b);
	}
	cr_assert_gt(by_rule, 1000);
	cr_assert_gt(hits, 50000);
}
