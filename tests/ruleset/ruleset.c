/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <libnftnl/rule.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

/* --- who follows the changes --------------------------------------------- */

static int saw(void *data, const char *what, const char *name)
{
	strbuf_printf(data, "%s %s\n", what, name);
	return 0;
}

static int on_table_add(void *data, const struct rs_table *t)
{
	return saw(data, "table_add", t->name);
}

static int on_table_del(void *data, const struct rs_table *t)
{
	return saw(data, "table_del", t->name);
}

static int on_chain_add(void *data, const struct rs_chain *c)
{
	return saw(data, "chain_add", c->name);
}

static int on_chain_del(void *data, const struct rs_chain *c)
{
	return saw(data, "chain_del", c->name);
}

static int on_set_add(void *data, const struct rs_set *s,
		      const struct nftnl_set *decl)
{
	return saw(data, "set_add", s->name);
}

static int on_set_del(void *data, const struct rs_set *s)
{
	return saw(data, "set_del", s->name);
}

static int on_elems_add(void *data, const struct rs_set *s,
			const struct elem_batch *elems)
{
	strbuf_printf(data, "elems_add %s %zu\n", s->name, elems->len);
	return 0;
}

static int on_elems_del(void *data, const struct rs_set *s,
			const struct elem_batch *elems)
{
	strbuf_printf(data, "elems_del %s %zu\n", s->name, elems->len);
	return 0;
}

static int on_rule_add(void *data, const struct rs_rule *r,
		       const struct nftnl_rule *rule,
		       const struct rs_rule *before)
{
	strbuf_printf(data, "rule_add %llu before %llu\n",
		      (unsigned long long)r->handle,
		      before ? (unsigned long long)before->handle : 0ULL);
	return 0;
}

static int on_rule_del(void *data, const struct rs_rule *r)
{
	strbuf_printf(data, "rule_del %llu\n", (unsigned long long)r->handle);
	return 0;
}

static const struct ruleset_events recorder = {
	.table_add = on_table_add,
	.table_del = on_table_del,
	.chain_add = on_chain_add,
	.chain_del = on_chain_del,
	.set_add = on_set_add,
	.set_del = on_set_del,
	.elems_add = on_elems_add,
	.elems_del = on_elems_del,
	.rule_add = on_rule_add,
	.rule_del = on_rule_del,
};

/* The changes that a text makes, one a line. */
static void expect_events(struct loaded *l, const char *text,
			  const char *expected)
{
	struct strbuf seen = STRBUF_INIT;

	l->events = &recorder;
	l->events_data = &seen;
	cr_assert(loaded_text(l, text), "%s", l->faults);
	cr_assert_str_eq(strbuf_str(&seen), expected);
	strbuf_fini(&seen);
}

Test(ruleset, tells_of_changes_in_order)
{
	struct loaded l;

	loaded_init(&l);
	expect_events(&l,
		      "add table ip t\n"
		      "add chain ip t c\n"
		      "add chain ip t d\n"
		      "add rule ip t c tcp dport { 1, 2 } accept\n"
		      "insert rule ip t c jump d\n",
		      "table_add t\n"
		      "chain_add c\n"
		      "chain_add d\n"
		      "set_add __set0\n"
		      "elems_add __set0 2\n"
		      "rule_add 4 before 0\n"
		      "rule_add 5 before 4\n");
	expect_events(&l, "delete chain ip t c\n",
		      "rule_del 5\n"
		      "rule_del 4\n"
		      "chain_del c\n");
	expect_events(&l, "flush ruleset\n", "table_del t\n");
	loaded_fini(&l);
}

/* A merge is told as the deletion of what it takes in, and the union: edges,
 * as the kernel gets them. */
Test(ruleset, tells_of_merges_as_edges)
{
	struct loaded l;

	loaded_init(&l);
	expect_events(&l,
		      "add table ip t\n"
		      "add set ip t s { type inet_service; flags interval; "
		      "auto-merge; }\n"
		      "add element ip t s { 5-20, 40-50 }\n",
		      "table_add t\n"
		      "set_add s\n"
		      "elems_add s 5\n");
	expect_events(&l, "add element ip t s { 1-6, 18-45 }\n",
		      "elems_del s 4\n"
		      "elems_add s 2\n");
	loaded_fini(&l);
}

/* --- what is kept -------------------------------------------------------- */

Test(ruleset, rules_come_back_as_they_were_compiled)
{
	struct nftnl_rule *rule;
	struct rs_chain *c;
	struct loaded l;
	char text[1024];

	loaded_init(&l);
	cr_assert(loaded_text(&l, "add table inet t\n"
				  "add chain inet t c\n"
				  "add rule inet t c tcp dport 22 drop\n"));
	c = rs_chain_find(ruleset_table(l.rs, NFPROTO_INET, "t"), "c");
	rule = ruleset_rule_nftnl(
		list_entry(c->rules.next, struct rs_rule, node));
	nftnl_rule_snprintf(text, sizeof(text), rule, NFTNL_OUTPUT_DEFAULT, 0);
	cr_assert_str_eq(text,
			 "inet t c 2\n"
			 "  [ meta load l4proto => reg 1 ]\n"
			 "  [ cmp eq reg 1 0x00000006 ]\n"
			 "  [ payload load 2b @ transport header + 2 => reg 1 "
			 "]\n"
			 "  [ cmp eq reg 1 0x00001600 ]\n"
			 "  [ immediate reg 0 drop ]\n");
	nftnl_rule_free(rule);
	loaded_fini(&l);
}

static int count(struct nftnl_expr *e, void *data)
{
	unsigned *nr = data;

	if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), "counter"))
		nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_BYTES, 100 + *nr);
	++*nr;
	return 0;
}

static void count_in(void *data, const struct rs_rule *r,
		     struct nftnl_rule *rule)
{
	unsigned nr = 0;

	nftnl_expr_foreach(rule, count, &nr);
}

Test(ruleset, lists_the_living_counters)
{
	static const struct ruleset_view view = { .rule_state = count_in };
	static const struct ruleset_view stateless = { .stateless = true };
	struct loaded l;
	char *text;

	loaded_init(&l);
	cr_assert(loaded_text(&l, "add table ip t\n"
				  "add chain ip t c\n"
				  "add rule ip t c counter accept\n"
				  "add rule ip t c tcp dport 1 counter log\n"));
	text = loaded_list(&l, &view);
	cr_assert_str_eq(text, "table ip t {\n"
			       "\tchain c {\n"
			       "\t\tcounter packets 0 bytes 100 accept\n"
			       "\t\ttcp dport 1 counter packets 0 bytes 104 "
			       "log\n"
			       "\t}\n"
			       "}\n");
	free(text);
	text = loaded_list(&l, &stateless);
	cr_assert_str_eq(text, "table ip t {\n"
			       "\tchain c {\n"
			       "\t\tcounter accept\n"
			       "\t\ttcp dport 1 counter log\n"
			       "\t}\n"
			       "}\n");
	free(text);
	loaded_fini(&l);
}
