/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "ruleset/stmt.h"

/* A counter of 3 packets and 180 bytes, then a limit, as the kernel would send
 * them; returns the list's length. */
static size_t list_make(uint8_t *buf, const uint8_t **list, bool is_over)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nftnl_expr *e = nftnl_expr_alloc("counter");
	struct nlattr *attr;

	nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_PACKETS, 3);
	nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_BYTES, 180);
	nftnl_rule_add_expr(rule, e);
	e = nftnl_expr_alloc("limit");
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, is_over ? 2048 : 10);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 60);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, is_over ? 1024 : 7);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE,
			   is_over ? NFT_LIMIT_PKT_BYTES : NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_FLAGS,
			   is_over ? NFT_LIMIT_F_INV : 0);
	nftnl_rule_add_expr(rule, e);
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	nftnl_rule_free(rule);
	attr = mnl_nlmsg_get_payload(nlh);
	cr_assert_eq(mnl_attr_get_type(attr), NFTA_RULE_EXPRESSIONS);
	*list = mnl_attr_get_payload(attr);
	return mnl_attr_get_payload_len(attr);
}

/* The words are those of nft's listing. */
Test(stmt, prints_as_nft_does)
{
	static const struct {
		bool is_over, stateless;
		const char *text;
	} cases[] = {
		{ false, false,
		  " counter packets 3 bytes 180"
		  " limit rate 10/minute burst 7 packets" },
		{ false, true,
		  " counter limit rate 10/minute burst 7 packets" },
		{ true, true,
		  " counter limit rate over 2 kbytes/minute burst 1 kbytes" },
	};
	uint8_t buf[4096];
	const uint8_t *list;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = list_make(buf, &list, cases[i].is_over);
		struct strbuf out = STRBUF_INIT;

		rs_stmt_print(list, len, cases[i].stateless, &out);
		cr_assert_str_eq(strbuf_str(&out), cases[i].text);
		strbuf_fini(&out);
	}
}

Test(stmt, no_statements_print_nothing)
{
	struct strbuf out = STRBUF_INIT;

	rs_stmt_print(NULL, 0, false, &out);
	cr_assert_eq(out.len, 0);
	cr_assert_null(rs_stmt_of_set(NULL));
}
