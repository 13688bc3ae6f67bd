/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

static struct nftnl_expr *queue(uint16_t num, uint16_t total, uint16_t flags)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("queue");

	nftnl_expr_set_u16(ne, NFTNL_EXPR_QUEUE_NUM, num);
	nftnl_expr_set_u16(ne, NFTNL_EXPR_QUEUE_TOTAL, total);
	nftnl_expr_set_u16(ne, NFTNL_EXPR_QUEUE_FLAGS, flags);
	return ne;
}

static const struct {
	uint16_t num, total, flags;
	int want;
} cases[] = {
	{ 0, 1, 0, 0 },	      { 65535, 1, 1, 0 },
	{ 5, 3, 0, 0 },	      { 5, 3, NFT_QUEUE_FLAG_CPU_FANOUT, 0 },
	{ 5, 0, 0, -EINVAL }, { 65535, 2, 0, -EOVERFLOW },
	{ 5, 1, 4, -EINVAL },
};

/* The number, and the same one for both directions of a flow. */
Test(expr_queue, numbers)
{
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nftnl_expr *ne =
			queue(cases[i].num, cases[i].total, cases[i].flags);
		struct vm_regs there = { 0 }, back = { 0 };
		uint32_t num;
		struct vm_expr *e;

		fx.err.code = 0;
		e = fx_lower(&fx, ne);
		cr_expect_eq(fx.err.code, cases[i].want, "case %zu", i);
		if (!e) {
			nftnl_expr_free(ne);
			continue;
		}
		cr_expect(fx_describes(&fx, ne));
		fx_tcp4(&fx, 0x0a000001, 0x0a000002, 1000, 80);
		fx_exec(&fx, e, &there);
		fx_tcp4(&fx, 0x0a000002, 0x0a000001, 80, 1000);
		fx_exec(&fx, e, &back);
		cr_expect_eq(there.verdict, back.verdict);
		cr_expect_eq(there.verdict & NF_VERDICT_MASK & 0xff, NF_QUEUE);
		cr_expect_eq(!(there.verdict & NF_VERDICT_FLAG_QUEUE_BYPASS),
			     !(cases[i].flags & NFT_QUEUE_FLAG_BYPASS));
		num = (uint32_t)there.verdict >> NF_VERDICT_QBITS;
		cr_expect_geq(num, cases[i].num);
		cr_expect_lt(num, cases[i].num + cases[i].total);
		vm_expr_free(e);
		nftnl_expr_free(ne);
	}
	fx_fini(&fx);
}

Test(expr_queue, all_numbers_are_used)
{
	struct nftnl_expr *ne = queue(5, 3, 0);
	unsigned seen[8] = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	e = fx_lower(&fx, ne);
	for (uint32_t i = 0; i < 300; i++) {
		struct vm_regs regs = { 0 };

		fx_tcp4(&fx, 0x0a000001 + i, 0x0a000002, 1000, 80);
		fx_exec(&fx, e, &regs);
		seen[(uint32_t)regs.verdict >> NF_VERDICT_QBITS & 7]++;
	}
	cr_expect(seen[5] > 50 && seen[6] > 50 && seen[7] > 50);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}

Test(expr_queue, number_of_a_register)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("queue");
	struct vm_regs regs = { 0 };
	struct vm_expr *e;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_QUEUE_SREG_QNUM, NFT_REG_1);
	nftnl_expr_set_u16(ne, NFTNL_EXPR_QUEUE_FLAGS, NFT_QUEUE_FLAG_BYPASS);
	cr_assert(fx_describes(&fx, ne));
	e = fx_lower(&fx, ne);
	regs.w[4] = 77;
	fx_exec(&fx, e, &regs);
	cr_expect_eq((uint32_t)regs.verdict >> NF_VERDICT_QBITS, 77);
	vm_expr_free(e);
	nftnl_expr_set_u16(ne, NFTNL_EXPR_QUEUE_FLAGS,
			   NFT_QUEUE_FLAG_CPU_FANOUT);
	cr_expect_null(fx_lower(&fx, ne));
	cr_expect_eq(fx.err.code, -EOPNOTSUPP);
	nftnl_expr_free(ne);
	fx_fini(&fx);
}
