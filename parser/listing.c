/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules and statements of bytecode, listed: raised (raise.c), then printed. */
#include "parser/listing.h"

#include <stdio.h>
#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "parser/json.h"
#include "parser/raise.h"

/**
 * struct listing - a rule being listed: raised, then told statement by statement
 * @out:	where each is printed, with @sep between; NULL: @json takes them
 */
struct listing {
	struct parser *p;
	const struct list_world *world;
	uint8_t family;
	struct strbuf *out;
	const char *sep;
	json_t *json;
};

static void list_all(const struct listing *l, const struct raise *r)
{
	struct printer pr = {
		.parser = l->p,
		.env = &l->p->env,
		.world = l->world,
		.out = l->out,
		.family = r->family,
	};
	const char *sep = "";

	for (size_t i = 0; i < r->out.len; i++) {
		const struct stmt *s = r->out.v[i].s;

		if (r->out.v[i].dropped)
			continue;
		if (l->json) {
			json_array_append_new(l->json, s->ops->json(&pr, s));
			continue;
		}
		strbuf_puts(l->out, sep);
		s->ops->print(&pr, s);
		sep = l->sep;
	}
}

static void list(const struct listing *l, struct nftnl_rule *rule)
{
	struct arena *a = arena_new();
	struct raise r;

	raise_init(&r, l->p, a, l->family, l->world);
	raise_rule(&r, rule);
	list_all(l, &r);
	raise_fini(&r);
	arena_free(a);
}

static uint8_t family_of(const struct nftnl_rule *rule)
{
	return (uint8_t)nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY);
}

void list_rule(struct parser *p, struct nftnl_rule *rule,
	       const struct list_world *world, struct strbuf *out)
{
	const struct listing l = { .p = p,
				   .world = world,
				   .family = family_of(rule),
				   .out = out,
				   .sep = " " };

	list(&l, rule);
}

json_t *list_rule_json(struct parser *p, struct nftnl_rule *rule,
		       const struct list_world *world)
{
	const struct listing l = { .p = p,
				   .world = world,
				   .family = family_of(rule),
				   .json = json_array() };

	list(&l, rule);
	return l.json;
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

static void list_bytes(const struct listing *l, const uint8_t *bytes,
		       size_t len)
{
	struct nftnl_rule *rule;

	if (!len)
		return;
	rule = rule_of_bytes(bytes, len);
	list(l, rule);
	nftnl_rule_free(rule);
}

void list_stmts(struct parser *p, const uint8_t *bytes, size_t len,
		bool stateless, const char *sep, struct strbuf *out)
{
	const struct list_world world = { .stateless = stateless };
	const struct listing l = { .p = p,
				   .world = &world,
				   .family = NFPROTO_INET,
				   .out = out,
				   .sep = sep };

	list_bytes(&l, bytes, len);
}

json_t *list_stmts_json(struct parser *p, const uint8_t *bytes, size_t len,
			bool stateless)
{
	const struct list_world world = { .stateless = stateless };
	const struct listing l = { .p = p,
				   .world = &world,
				   .family = NFPROTO_INET,
				   .json = json_array() };

	list_bytes(&l, bytes, len);
	return l.json;
}
