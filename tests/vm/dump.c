/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "tests/vm/fixture.h"

/* The program reads as nft --debug=netlink prints rules. */
Test(dump, in_the_notation_of_nft)
{
	struct strbuf b = STRBUF_INIT;
	struct nftnl_rule *r;
	struct fx fx;

	fx_init(&fx, NFPROTO_IPV4);
	fx_begin(&fx);
	r = fx_rule(&fx, "in");
	fx_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, NFT_REG_1);
	fx_cmp_be16(r, NFT_CMP_EQ, NFT_REG_1, 22);
	fx_verdict(r, NF_ACCEPT, NULL);
	fx_add(&fx, r);
	fx_commit(&fx);
	vm_dump(fx_chain_find(&fx, "in"), false, &b);
	cr_assert_str_eq(
		strbuf_str(&b),
		"chain t in\n"
		"rule 1\n"
		"  [ payload load 2b @ transport header + 2 => reg 1 ]\n"
		"  [ cmp eq reg 1 0x00001600 ]\n"
		"  [ immediate reg 0 accept ]\n");
	strbuf_fini(&b);
	fx_fini(&fx);
}
