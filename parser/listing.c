/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules and statements of bytecode, listed: raised (raise.c), then printed. */
#include "parser/listing.h"

#include <stdio.h>
#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "parser/print.h"
#include "parser/raise.h"

void list_rule(struct parser *p, struct nftnl_rule *rule,
	       const struct list_world *world, struct strbuf *out)
{
	struct printer pr = {
		.parser = p, .env = &p->env, .world = world, .out = out
	};
	struct arena *a = arena_new();
	const char *sep = "";
	struct raise r;

	raise_init(&r, p, a,
		   (uint8_t)nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY), world);
	pr.family = r.family;
	raise_rule(&r, rule);
	for (size_t i = 0; i < r.out.len; i++) {
		if (r.out.v[i].dropped)
			continue;
		strbuf_puts(out, sep);
		r.out.v[i].s->ops->print(&pr, r.out.v[i].s);
		sep = " ";
	}
	raise_fini(&r);
	arena_free(a);
}

/* libnftnl reads lists of expressions as part of a rule. */
static struct nftnl_rule *rule_of_bytes(const uint8_t *bytes, size_t len)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(xzalloc(len + 256));
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule)
		xalloc_failed(0);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put(nlh, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, len, bytes);
	nftnl_rule_nlmsg_parse(nlh, rule);
	free(nlh);
	return rule;
}

void list_stmts(struct parser *p, const uint8_t *bytes, size_t len,
		bool stateless, const char *sep, struct strbuf *out)
{
	const struct list_world world = { .stateless = stateless };
	struct printer pr = {
		.parser = p, .env = &p->env, .world = &world, .out = out
	};
	struct nftnl_rule *rule;
	struct arena *a;
	struct raise r;

	if (!len)
		return;
	rule = rule_of_bytes(bytes, len);
	a = arena_new();
	raise_init(&r, p, a, NFPROTO_INET, &world);
	raise_rule(&r, rule);
	for (size_t i = 0; i < r.out.len; i++) {
		strbuf_puts(out, i ? sep : "");
		r.out.v[i].s->ops->print(&pr, r.out.v[i].s);
	}
	raise_fini(&r);
	arena_free(a);
	nftnl_rule_free(rule);
}
