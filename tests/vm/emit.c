/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* The fast form's text for one rule. */
static char *flat(struct fx *fx, struct nftnl_rule *r)
{
	struct strbuf b = STRBUF_INIT;

	cr_assert_eq(fx_add(fx, r), 0, "%s", fx->err.message);
	cr_assert_eq(fx_commit(fx), 0);
	vm_dump(fx_chain_find(fx, "in"), true, &b);
	return strbuf_take(&b);
}

static struct nftnl_rule *begin(struct fx *fx)
{
	fx_init(fx, NFPROTO_INET);
	fx_begin(fx);
	return fx_rule(fx, "in");
}

/* inet: ip saddr 10.0.0.0/12 tcp dport 22 accept: tests and a verdict, no
 * call. */
Test(emit, loads_masks_and_comparisons_are_one_instruction)
{
	static const uint8_t mask[] = { 0xff, 0xf0, 0, 0 };
	struct fx fx;
	struct nftnl_rule *r = begin(&fx);
	char *s;

	fx_meta(r, NFT_META_NFPROTO, NFT_REG_1);
	fx_cmp_u8(r, NFT_CMP_EQ, NFT_REG_1, NFPROTO_IPV4);
	fx_payload(r, NFT_PAYLOAD_NETWORK_HEADER, 12, 4, NFT_REG_1);
	fx_mask(r, NFT_REG_1, mask, 4);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, "\x0a\x00\x00\x00", 4);
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_be16(r, NFT_CMP_EQ, NFT_REG_1, 22);
	fx_verdict(r, NF_ACCEPT, NULL);
	s = flat(&fx, r);
	cr_assert_not_null(strstr(s, "test field 0 eq 0x2\n"), "%s", s);
	cr_assert_not_null(strstr(s, " in 0xa000000-0xa0fffff\n"), "%s", s);
	cr_assert_not_null(strstr(s, " eq 0x16\n"), "%s", s);
	cr_assert_not_null(strstr(s, "verdict 1 "), "%s", s);
	cr_assert_null(strstr(s, "call"), "%s", s);
	free(s);
	fx_fini(&fx);
}

Test(emit, ct_state_is_a_test_too)
{
	uint32_t bits = CT_STATE_ESTABLISHED | CT_STATE_RELATED;
	struct fx fx;
	struct nftnl_rule *r = begin(&fx);
	char *s;

	fx_ct(r, NFT_CT_STATE, NFT_REG_1);
	fx_mask(r, NFT_REG_1, &bits, 4);
	fx_cmp_u32(r, NFT_CMP_NEQ, NFT_REG_1, 0);
	fx_verdict(r, NF_ACCEPT, NULL);
	s = flat(&fx, r);
	cr_assert_not_null(strstr(s, "& 0x6000000 neq 0x0\n"), "%s", s);
	cr_assert_null(strstr(s, "call"), "%s", s);
	free(s);
	fx_fini(&fx);
}

/* A register that is read again must hold the value. */
Test(emit, a_load_that_is_read_later_is_made)
{
	struct fx fx;
	struct nftnl_rule *r = begin(&fx);
	char *s;

	fx_meta(r, NFT_META_MARK, NFT_REG_1);
	fx_cmp_u32(r, NFT_CMP_NEQ, NFT_REG_1, 0);
	fx_cmp_u32(r, NFT_CMP_NEQ, NFT_REG_1, 1);
	s = flat(&fx, r);
	cr_assert_not_null(strstr(s, "call [ meta load mark"), "%s", s);
	free(s);
	fx_fini(&fx);
}

/* 16 bytes are folded to 4 for the test, and compared whole after it. */
Test(emit, folds_are_no_proof)
{
	char name[16] = "lan";
	struct fx fx;
	struct nftnl_rule *r = begin(&fx);
	char *s;

	fx_meta(r, NFT_META_IIFNAME, NFT_REG_1);
	fx_cmp(r, NFT_CMP_EQ, NFT_REG_1, name, 16);
	s = flat(&fx, r);
	cr_assert_not_null(strstr(s, "test field"), "%s", s);
	cr_assert_not_null(strstr(s, "call [ cmp eq"), "%s", s);
	free(s);
	fx_fini(&fx);
}
