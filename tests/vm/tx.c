/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

#include "base/strbuf.h"

/* dport @port: counter, verdict */
static void port_rule(struct fx *fx, const char *chain, uint16_t port,
		      int32_t verdict, const char *to)
{
	struct nftnl_rule *r = fx_rule(fx, chain);

	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_be16(r, NFT_CMP_EQ, NFT_REG_1, port);
	fx_counter(r);
	fx_verdict(r, verdict, to);
	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
}

/* Everything that can be seen of a VM. */
static char *picture(const struct fx *fx)
{
	struct strbuf b = STRBUF_INIT;
	const struct vm_chain *c = NULL;

	while ((c = vm_chain_next(fx->vm, c))) {
		const struct vm_rule *r = NULL;

		strbuf_printf(&b, "%s %s use %ld seq %llu:",
			      vm_chain_spec(c)->table, vm_chain_spec(c)->name,
			      c->use, (unsigned long long)vm_chain_seq(c));
		while ((r = vm_rule_next(c, r)))
			strbuf_printf(&b, " %llu",
				      (unsigned long long)vm_rule_handle(r));
		strbuf_putc(&b, '\n');
		vm_dump(c, false, &b);
	}
	for (c = NULL; (c = vm_base_chain_next(fx->vm, c));)
		strbuf_printf(&b, "base %s\n", vm_chain_spec(c)->name);
	for (int need = 0; need < VM_NEED_COUNT; need++)
		strbuf_printf(&b, "need %d %llu %llu\n", need,
			      (unsigned long long)vm_need_seq(
				      fx->vm, NFPROTO_IPV4, need),
			      (unsigned long long)vm_need_seq(
				      fx->vm, NFPROTO_IPV6, need));
	return strbuf_take(&b);
}

static void ct_rule(struct fx *fx, const char *chain)
{
	struct nftnl_rule *r = fx_rule(fx, chain);

	fx_ct(r, NFT_CT_STATE, NFT_REG_1);
	fx_cmp_u32(r, NFT_CMP_EQ, NFT_REG_1, CT_STATE_NEW);
	cr_assert_eq(fx_add(fx, r), 0);
}

static void nat_chain(struct fx *fx, const char *name)
{
	struct vm_chain_spec spec = { .family = fx->family,
				      .table = "t",
				      .name = name,
				      .is_base = true,
				      .type = VM_CHAIN_NAT,
				      .hook = NF_INET_PRE_ROUTING,
				      .priority = -100,
				      .policy = NF_ACCEPT };

	cr_assert_eq(vm_chain_add(fx->tx, &spec, &fx->err), 0);
}

Test(tx, abort_leaves_everything_as_it_was)
{
	char *before, *after;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_chain(&fx, "a");
	fx_set_add(&fx, fx_set(&fx, "s", 0, 2));
	for (uint16_t i = 0; i < 5; i++)
		port_rule(&fx, "in", i, NFT_JUMP, "a");
	port_rule(&fx, "a", 9, NF_DROP, NULL);
	fx_commit(&fx);
	before = picture(&fx);
	fx_begin(&fx);
	vm_rule_del(fx.tx, fx.family, "t", "in", 3, &fx.err);
	vm_rule_del(fx.tx, fx.family, "t", "in", 2, &fx.err);
	vm_rule_del(fx.tx, fx.family, "t", "in", 1, &fx.err);
	fx_chain(&fx, "b");
	port_rule(&fx, "b", 1, NFT_GOTO, "a");
	port_rule(&fx, "in", 1, NFT_JUMP, "b");
	ct_rule(&fx, "in");
	nat_chain(&fx, "pre");
	vm_set_del(fx.tx, fx.family, "t", "s", &fx.err);
	fx_set_add(&fx, fx_set(&fx, "s", NFT_SET_INTERVAL, 4));
	cr_assert_eq(vm_table_del(fx.tx, fx.family, "t", &fx.err), 0);
	vm_table_add(fx.tx, fx.family, "t", 0, &fx.err);
	vm_abort(fx.tx);
	after = picture(&fx);
	cr_assert_str_eq(after, before);
	free(before);
	free(after);
	fx_fini(&fx);
}

Test(tx, untouched_rules_keep_their_state)
{
	uint64_t packets, bytes;
	struct fx fx;

	for (int fast = 0; fast < 2; fast++) {
		fx_init(&fx, NFPROTO_INET);
		fx.env.reference = !fast;
		fx_begin(&fx);
		port_rule(&fx, "in", 80, NF_ACCEPT, NULL);
		port_rule(&fx, "in", 81, NF_ACCEPT, NULL);
		fx_commit(&fx);
		fx_run(&fx, "in", NULL);
		fx_begin(&fx);
		vm_rule_del(fx.tx, fx.family, "t", "in", 2, &fx.err);
		port_rule(&fx, "in", 82, NF_ACCEPT, NULL);
		/* packets meanwhile meet the old ruleset */
		fx_run(&fx, "in", NULL);
		fx_commit(&fx);
		fx_run(&fx, "in", NULL);
		cr_assert(vm_rule_counter(fx_rule_at(&fx, "in", 0), 2, &packets,
					  &bytes));
		cr_assert_eq(packets, 3);
		cr_assert_eq(vm_rule_hits(fx_rule_at(&fx, "in", 0)), 3);
		fx_fini(&fx);
	}
}

Test(tx, insert_before_and_many_rules_in_order)
{
	struct fx fx;

	/* rules 1..2000; each odd one inserted before the even one after it */
	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	for (uint16_t i = 2; i <= 2000; i += 2) {
		fx.handle = i;
		port_rule(&fx, "in", i, i % 4 ? NF_DROP : NF_ACCEPT, NULL);
	}
	fx_commit(&fx);
	for (uint16_t i = 1; i < 2000; i += 2) {
		struct nftnl_rule *r;

		if (i % 100 == 1)
			fx_begin(&fx);
		fx.handle = i;
		r = fx_rule(&fx, "in");
		fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
		fx_cmp_be16(r, NFT_CMP_EQ, NFT_REG_1, i);
		fx_verdict(r, NF_DROP, NULL);
		cr_assert_eq(vm_rule_add(fx.tx, r, i + 1u, 0, &fx.err), 0);
		nftnl_rule_free(r);
		if (i % 100 == 99)
			fx_commit(&fx);
	}
	for (uint16_t i = 1; i <= 2000; i++) {
		struct vm_result ref, fast;

		fx_tcp4(&fx, 1, 2, 3, i);
		fx.env.reference = true;
		fx_run(&fx, "in", &ref);
		fx.env.reference = false;
		fx_run(&fx, "in", &fast);
		cr_assert_eq(vm_rule_handle(ref.rule), i);
		cr_assert_eq(fast.rule, ref.rule);
		cr_assert_eq(vm_rule_handle(fx_rule_at(&fx, "in", i - 1u)), i);
	}
	fx_fini(&fx);
}

Test(tx, sequence_of_hooks)
{
	struct fx fx;
	uint64_t in;

	fx_init(&fx, NFPROTO_INET);
	in = vm_chain_seq(fx_chain_find(&fx, "in"));
	cr_assert_eq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), 0);
	fx_begin(&fx);
	ct_rule(&fx, "in");
	fx_base(&fx, "late", NF_INET_LOCAL_IN, NF_ACCEPT);
	ct_rule(&fx, "late");
	nat_chain(&fx, "pre");
	fx_commit(&fx);
	/* conntrack came between the chains, for both versions at once */
	cr_assert_gt(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), in);
	cr_assert_gt(vm_need_seq(fx.vm, NFPROTO_IPV6, VM_NEED_CT), in);
	cr_assert_lt(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT),
		     vm_chain_seq(fx_chain_find(&fx, "late")));
	cr_assert_gt(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_NAT),
		     vm_chain_seq(fx_chain_find(&fx, "late")));
	/* the last one to need it takes it along */
	fx_begin(&fx);
	cr_assert_eq(vm_table_del(fx.tx, fx.family, "t", &fx.err), 0);
	fx_commit(&fx);
	cr_assert_eq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), 0);
	cr_assert_eq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_NAT), 0);
	fx_fini(&fx);
}

Test(tx, notrack_does_not_need_conntrack)
{
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	fx_begin(&fx);
	r = fx_rule(&fx, "in");
	fx_expr(r, "notrack");
	fx_add(&fx, r);
	fx_commit(&fx);
	cr_assert_eq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), 0);
	fx_begin(&fx);
	ct_rule(&fx, "in");
	fx_commit(&fx);
	cr_assert_neq(vm_need_seq(fx.vm, NFPROTO_IPV4, VM_NEED_CT), 0);
	cr_assert_eq(vm_need_seq(fx.vm, NFPROTO_IPV6, VM_NEED_CT), 0);
	fx_fini(&fx);
}

Test(tx, answers_of_the_kernel)
{
	struct vm_chain_spec spec = { .family = NFPROTO_INET,
				      .table = "t",
				      .name = "x",
				      .is_base = true,
				      .type = VM_CHAIN_NAT,
				      .hook = NF_INET_FORWARD,
				      .policy = NF_ACCEPT };
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	cr_assert_eq(fx_chain(&fx, "in"), -EEXIST);
	cr_assert_eq(vm_table_add(fx.tx, NFPROTO_INET, "t", 0, &fx.err),
		     -EEXIST);
	cr_assert_eq(vm_chain_del(fx.tx, NFPROTO_INET, "t", "no", &fx.err),
		     -ENOENT);
	cr_assert_eq(vm_rule_del(fx.tx, NFPROTO_INET, "t", "in", 77, &fx.err),
		     -ENOENT);
	cr_assert_eq(vm_chain_add(fx.tx, &spec, &fx.err), -EOPNOTSUPP);
	spec.hook = NF_INET_PRE_ROUTING;
	spec.priority = -200;
	cr_assert_eq(vm_chain_add(fx.tx, &spec, &fx.err), -EOPNOTSUPP);
	fx_chain(&fx, "a");
	fx_set_add(&fx, fx_set(&fx, "s", 0, 2));
	port_rule(&fx, "in", 1, NFT_JUMP, "a");
	cr_assert_eq(vm_chain_del(fx.tx, NFPROTO_INET, "t", "a", &fx.err),
		     -EBUSY);
	vm_abort(fx.tx);
	fx_fini(&fx);
}
