/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>

#include "tests/vm/fixture.h"

#define SEED 0x5eed

static struct nftnl_expr *hash(uint32_t type, uint32_t modulus, uint32_t offset,
			       uint32_t len)
{
	struct nftnl_expr *ne = nftnl_expr_alloc("hash");

	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_DREG, NFT_REG_1);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_TYPE, type);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_MODULUS, modulus);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_OFFSET, offset);
	if (type == NFT_HASH_SYM)
		return ne;
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_SREG, NFT_REG_2);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_LEN, len);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_SEED, SEED);
	return ne;
}

static uint32_t run(struct fx *fx, struct nftnl_expr *ne, struct vm_regs *regs)
{
	struct vm_expr *e = fx_lower(fx, ne);

	cr_assert(fx_describes(fx, ne));
	fx_exec(fx, e, regs);
	vm_expr_free(e);
	nftnl_expr_free(ne);
	return regs->w[4];
}

/* The vectors of lookup3.c; the modulus takes one off. */
Test(expr_hash, is_lookup3)
{
	static const char text[] = "Four score and seven years ago";
	struct nftnl_expr *ne = hash(NFT_HASH_JENKINS, UINT32_MAX, 0, 30);
	struct vm_regs regs = { 0 };
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	memcpy(&regs.w[8], text, 30);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_SEED, 0);
	cr_expect_eq(run(&fx, ne, &regs), 0x17770551 - 1);
	ne = hash(NFT_HASH_JENKINS, UINT32_MAX, 0, 30);
	nftnl_expr_set_u32(ne, NFTNL_EXPR_HASH_SEED, 1);
	cr_expect_eq(run(&fx, ne, &regs), 0xcd628161 - 1);
	cr_expect_eq(fx_commit(&fx), 0);
	fx_fini(&fx);
}

Test(expr_hash, both_directions_have_one_number)
{
	struct vm_regs regs = { 0 };
	uint32_t there, back;
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	fx_tcp4(&fx, 0x01020304, 0x09080706, 1000, 80);
	there = run(&fx, hash(NFT_HASH_SYM, UINT32_MAX, 0, 0), &regs);
	fx_tcp4(&fx, 0x09080706, 0x01020304, 80, 1000);
	back = run(&fx, hash(NFT_HASH_SYM, UINT32_MAX, 0, 0), &regs);
	cr_expect_eq(there, back);
	fx_tcp4(&fx, 0x09080706, 0x01020304, 80, 1001);
	back = run(&fx, hash(NFT_HASH_SYM, UINT32_MAX, 0, 0), &regs);
	cr_expect_neq(there, back);
	cr_expect_eq(fx_commit(&fx), 0);
	fx_fini(&fx);
}

Test(expr_hash, refusals)
{
	static const struct {
		uint32_t type, modulus, offset, len;
		int err;
	} bad[] = {
		{ NFT_HASH_JENKINS, 0, 0, 4, -ERANGE },
		{ NFT_HASH_SYM, 0, 0, 0, -ERANGE },
		{ NFT_HASH_SYM, 2, UINT32_MAX, 0, -EOVERFLOW },
		{ NFT_HASH_SYM + 1, 2, 0, 4, -EOPNOTSUPP },
		{ NFT_HASH_JENKINS, 2, 0, 0, -EINVAL },
		{ NFT_HASH_JENKINS, 2, 0, 300, -ERANGE },
	};
	struct fx fx;

	fx_init(&fx, NFPROTO_INET);
	fx_begin(&fx);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct nftnl_expr *ne = hash(bad[i].type, bad[i].modulus,
					     bad[i].offset, bad[i].len);

		cr_assert_null(fx_lower(&fx, ne));
		cr_expect_eq(fx.err.code, bad[i].err);
		nftnl_expr_free(ne);
	}
	cr_expect_eq(fx_commit(&fx), 0);
	fx_fini(&fx);
}
