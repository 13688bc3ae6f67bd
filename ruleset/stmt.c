/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements of elements: one row per kind, which prints the expression in the
 * words of nft's listing.
 */
#include "ruleset/stmt.h"

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/util.h"

static void counter_print(const struct nftnl_expr *e, bool stateless,
			  struct strbuf *out)
{
	strbuf_puts(out, "counter");
	if (stateless)
		return;
	strbuf_printf(out, " packets %llu bytes %llu",
		      (unsigned long long)nftnl_expr_get_u64(
			      e, NFTNL_EXPR_CTR_PACKETS),
		      (unsigned long long)nftnl_expr_get_u64(
			      e, NFTNL_EXPR_CTR_BYTES));
}

static const char *unit_name(uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = {
		{ 1, "second" },
		{ 60, "minute" },
		{ 60 * 60, "hour" },
		{ 24 * 60 * 60, "day" },
		{ 7 * 24 * 60 * 60, "week" },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].seconds == seconds)
			return units[i].name;
	return "second";
}

/* A number of bytes in the largest unit that divides it. */
static uint64_t scaled(uint64_t bytes, const char **unit)
{
	static const char *const units[] = { "bytes", "kbytes", "mbytes" };
	unsigned i = 0;

	while (bytes && bytes % 1024 == 0 && i + 1 < ARRAY_LEN(units)) {
		bytes /= 1024;
		i++;
	}
	*unit = units[i];
	return bytes;
}

static void limit_print(const struct nftnl_expr *e, bool stateless,
			struct strbuf *out)
{
	uint64_t rate = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_RATE);
	uint64_t per = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_UNIT);
	uint32_t burst = nftnl_expr_get_u32(e, NFTNL_EXPR_LIMIT_BURST);
	bool over = nftnl_expr_get_u32(e, NFTNL_EXPR_LIMIT_FLAGS) &
		    NFT_LIMIT_F_INV;
	const char *unit;

	strbuf_printf(out, "limit rate %s", over ? "over " : "");
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_LIMIT_TYPE) ==
	    NFT_LIMIT_PKT_BYTES) {
		rate = scaled(rate, &unit);
		strbuf_printf(out, "%llu %s/%s", (unsigned long long)rate, unit,
			      unit_name(per));
		burst = scaled(burst, &unit);
		if (burst)
			strbuf_printf(out, " burst %u %s", burst, unit);
		return;
	}
	strbuf_printf(out, "%llu/%s", (unsigned long long)rate, unit_name(per));
	if (burst && burst != 5)
		strbuf_printf(out, " burst %u packets", burst);
}

static const struct {
	const char *name;
	void (*print)(const struct nftnl_expr *e, bool stateless,
		      struct strbuf *out);
} stmts[] = {
	{ "counter", counter_print },
	{ "limit", limit_print },
};

static void stmt_print(const struct nftnl_expr *e, bool stateless,
		       struct strbuf *out)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < ARRAY_LEN(stmts); i++)
		if (!strcmp(stmts[i].name, name))
			stmts[i].print(e, stateless, out);
}

static int decl_add(struct nftnl_expr *e, void *data)
{
	struct strbuf *out = data;

	if (out->len)
		strbuf_putc(out, '\n');
	stmt_print(e, true, out);
	return 0;
}

char *rs_stmt_of_set(const struct nftnl_set *set)
{
	struct strbuf out = STRBUF_INIT;

	if (!set)
		return NULL;
	if (nftnl_set_is_set(set, NFTNL_SET_EXPR) ||
	    nftnl_set_is_set(set, NFTNL_SET_EXPRESSIONS))
		nftnl_set_expr_foreach(set, decl_add, &out);
	return out.len ? strbuf_take(&out) : NULL;
}

void rs_stmt_print(const uint8_t *bytes, size_t len, bool stateless,
		   struct strbuf *out)
{
	struct nftnl_rule *rule;
	struct nftnl_expr_iter *it;
	struct nftnl_expr *e;
	struct nlmsghdr *nlh;

	if (!len)
		return;
	/* libnftnl reads lists of expressions as part of a rule. */
	nlh = mnl_nlmsg_put_header(xzalloc(len + 256));
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put(nlh, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, len, bytes);
	rule = nftnl_rule_alloc();
	if (!rule)
		xalloc_failed(0);
	nftnl_rule_nlmsg_parse(nlh, rule);
	it = nftnl_expr_iter_create(rule);
	while (it && (e = nftnl_expr_iter_next(it))) {
		strbuf_putc(out, ' ');
		stmt_print(e, stateless, out);
	}
	if (it)
		nftnl_expr_iter_destroy(it);
	nftnl_rule_free(rule);
	free(nlh);
}
