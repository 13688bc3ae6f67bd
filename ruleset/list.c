/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of `nft list ruleset`: tables in the order they were made, in each
 * its sets, then its chains.
 */
#include "ruleset/list.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <limits.h>

#include <libnftnl/rule.h>

#include "base/strbuf.h"

void rs_list_handle(struct rs_list *l, uint64_t handle)
{
	if (l->view->handles)
		strbuf_printf(l->out, " # handle %llu",
			      (unsigned long long)handle);
}

/* --- priorities ---------------------------------------------------------- */

enum {
	IP = 1 << NFPROTO_IPV4 | 1 << NFPROTO_IPV6 | 1 << NFPROTO_INET,
};

/* The names that nft knows, for the families and hooks where it knows them. */
static const struct {
	const char *name;
	int32_t priority;
	uint32_t hooks; /* bits; 0 is all */
	uint32_t families;
} priority_names[] = {
	{ "raw", -300, 0, IP },
	{ "mangle", -150, 0, IP },
	{ "dstnat", -100, 1 << NF_INET_PRE_ROUTING, IP },
	{ "filter", 0, 0, IP | 1 << NFPROTO_ARP | 1 << NFPROTO_NETDEV },
	{ "security", 50, 0, IP },
	{ "srcnat", 100, 1 << NF_INET_POST_ROUTING, IP },
	{ "dstnat", -300, 1 << NF_INET_PRE_ROUTING, 1 << NFPROTO_BRIDGE },
	{ "filter", -200, 0, 1 << NFPROTO_BRIDGE },
	{ "out", 100, 1 << NF_INET_LOCAL_OUT, 1 << NFPROTO_BRIDGE },
	{ "srcnat", 300, 1 << NF_INET_POST_ROUTING, 1 << NFPROTO_BRIDGE },
};

/* A priority this near to a name is listed as the name and a distance. */
#define PRIORITY_REACH 10

static void priority_print(const struct rs_list *l, uint8_t family,
			   uint32_t hook, int32_t priority)
{
	for (size_t i = 0; i < ARRAY_LEN(priority_names); i++) {
		int64_t off = (int64_t)priority - priority_names[i].priority;
		uint32_t hooks = priority_names[i].hooks;

		if (l->view->numeric || llabs(off) > PRIORITY_REACH ||
		    (hooks && !(hooks & 1u << hook)) ||
		    !(priority_names[i].families >> family & 1))
			continue;
		strbuf_puts(l->out, priority_names[i].name);
		if (off)
			strbuf_printf(l->out, " %c %d", off < 0 ? '-' : '+',
				      (int)llabs(off));
		return;
	}
	strbuf_printf(l->out, "%d", priority);
}

/* --- rules and chains ---------------------------------------------------- */

/* The listing of one rule asks for the sets of its table. */

static const struct set_type *set_type(void *data, const char *name)
{
	const struct rs_rule_list *rl = data;
	const struct rs_set *s = rs_set_find(rl->r->chain->table, name);

	return s ? &s->type : NULL;
}

static uint32_t set_size(void *data, const char *name)
{
	const struct rs_rule_list *rl = data;
	const struct rs_set *s = rs_set_find(rl->r->chain->table, name);

	return s ? s->size : 0;
}

static const uint8_t *first_key(void *data, const char *name)
{
	const struct rs_rule_list *rl = data;
	const struct rs_set *s = rs_set_find(rl->r->chain->table, name);

	return s && s->elems.len ? s->elems.chunks[0]->keys : NULL;
}

static void print_set(void *data, const char *name,
		      const struct elem_look *look, struct strbuf *out)
{
	const struct rs_rule_list *rl = data;
	const struct rs_set *s = rs_set_find(rl->r->chain->table, name);

	if (s)
		rs_list_anonymous(rl->l, s, look, out);
}

/* The rules of a chain that is a rule's own, where that says its verdict. */
static bool print_chain(void *data, const char *name, struct strbuf *out)
{
	const struct rs_rule_list *rl = data;
	const struct rs_chain *c = rs_chain_find(rl->r->chain->table, name);
	const struct rs_rule *r;

	if (!c || !c->id)
		return false;
	strbuf_puts(out, "{\n");
	list_for_each(r, &c->rules, node) {
		strbuf_puts(out, "\t\t\t");
		ruleset_list_rule(rl->l->p, r, rl->l->view, out);
		strbuf_putc(out, '\n');
	}
	strbuf_puts(out, "\t\t}");
	return true;
}

void rs_rule_world(struct rs_rule_list *rl, struct list_world *world)
{
	*world = (struct list_world){
		.set = set_type,
		.set_size = set_size,
		.first_key = first_key,
		.print_set = print_set,
		.json_set = rs_list_anonymous_json,
		.print_chain = print_chain,
		.data = rl,
		.stateless = rl->l->view->stateless,
	};
}

void ruleset_list_rule(struct parser *p, const struct rs_rule *r,
		       const struct ruleset_view *view, struct strbuf *out)
{
	struct rs_list l = { .view = view, .p = p, .out = out };
	struct rs_rule_list rl = { &l, r };
	struct nftnl_rule *rule = ruleset_rule_nftnl(r);
	struct list_world world;

	rs_rule_world(&rl, &world);

	if (!rule)
		return;
	if (view->rule_state)
		view->rule_state(view->data, r, rule);
	list_rule(p, rule, &world, out);
	if (r->comment)
		strbuf_printf(out, "%scomment \"%s\"", r->bytes_len ? " " : "",
			      r->comment);
	nftnl_rule_free(rule);
}

void ruleset_rule_break(struct parser *p, const struct rs_rule *r, unsigned at,
			const uint32_t *words, struct strbuf *match,
			struct strbuf *seen)
{
	static const struct ruleset_view view = { .stateless = true };
	struct rs_list l = { .view = &view, .p = p, .out = match };
	struct rs_rule_list rl = { &l, r };
	struct nftnl_rule *rule = ruleset_rule_nftnl(r);
	struct list_world world;

	if (!rule)
		return;
	rs_rule_world(&rl, &world);
	list_rule_break(p, rule, &world, at, words, match, seen);
	nftnl_rule_free(rule);
}

static void rule_print(struct rs_list *l, const struct rs_rule *r)
{
	strbuf_puts(l->out, "\t\t");
	ruleset_list_rule(l->p, r, l->view, l->out);
	rs_list_handle(l, r->handle);
	strbuf_putc(l->out, '\n');
}

static void devices_print(char *const *devices, struct strbuf *out)
{
	const char *sep = "devices = { ";

	for (char *const *d = devices; *d; d++) {
		strbuf_printf(out, "%s%s", sep, *d);
		sep = ", ";
	}
	strbuf_puts(out, " }");
}

static void chain_devices(const struct rs_chain *c, struct strbuf *out)
{
	if (!c->devices)
		return;
	if (c->devices[1])
		devices_print(c->devices, out);
	else
		strbuf_printf(out, "device \"%s\"", c->devices[0]);
	strbuf_putc(out, ' ');
}

static void hook_print(struct rs_list *l, const struct rs_chain *c)
{
	strbuf_printf(l->out, "\t\ttype %s hook %s ", c->type, c->hook_name);
	chain_devices(c, l->out);
	strbuf_puts(l->out, "priority ");
	priority_print(l, c->table->family, c->hook, c->priority);
	strbuf_printf(l->out, "; policy %s;%s\n",
		      c->policy == NF_DROP ? "drop" : "accept",
		      c->offloads ? " flags offload;" : "");
}

static void chain_print(struct rs_list *l, const struct rs_chain *c)
{
	const struct rs_rule *r;

	strbuf_printf(l->out, "\tchain %s {", c->name);
	rs_list_handle(l, c->handle);
	strbuf_putc(l->out, '\n');
	if (c->comment)
		strbuf_printf(l->out, "\t\tcomment \"%s\"\n", c->comment);
	if (c->type)
		hook_print(l, c);
	list_for_each(r, &c->rules, node)
		rule_print(l, r);
	strbuf_puts(l->out, "\t}\n");
}

/* --- tables -------------------------------------------------------------- */

static void object_print(struct rs_list *l, const struct rs_object *o)
{
	strbuf_printf(l->out, "\t%s %s {", list_object_word(o->type), o->name);
	rs_list_handle(l, o->handle);
	strbuf_putc(l->out, '\n');
	if (o->comment)
		strbuf_printf(l->out, "\t\tcomment \"%s\"\n", o->comment);
	if (l->view->object_state)
		l->view->object_state(l->view->data, o->nftnl);
	list_object(o->nftnl, l->view->stateless, l->out);
	strbuf_puts(l->out, "\t}\n");
}

static void flowtable_print(struct rs_list *l, const struct rs_flowtable *f)
{
	strbuf_printf(l->out, "\tflowtable %s {", f->name);
	rs_list_handle(l, f->handle);
	strbuf_puts(l->out, "\n\t\thook ingress priority ");
	priority_print(l, NFPROTO_NETDEV, NF_NETDEV_INGRESS, f->priority);
	strbuf_putc(l->out, '\n');
	if (f->devices) {
		strbuf_puts(l->out, "\t\t");
		devices_print(f->devices, l->out);
		strbuf_putc(l->out, '\n');
	}
	if (f->flags & NFT_FLOWTABLE_HW_OFFLOAD)
		strbuf_puts(l->out, "\t\tflags offload\n");
	if (f->flags & NFT_FLOWTABLE_COUNTER)
		strbuf_puts(l->out, "\t\tcounter\n");
	strbuf_puts(l->out, "\t}\n");
}

static void table_print(struct rs_list *l, const struct rs_table *t)
{
	const struct rs_flowtable *f;
	const struct rs_object *o;
	const struct rs_chain *c;
	const struct rs_set *s;
	const char *gap = "";

	strbuf_printf(l->out, "table %s %s {", rs_family_name(t->family),
		      t->name);
	rs_list_handle(l, t->handle);
	strbuf_putc(l->out, '\n');
	if (t->flags & NFT_TABLE_F_DORMANT) {
		strbuf_puts(l->out, "\tflags dormant\n");
		gap = "\n";
	}
	if (t->comment)
		strbuf_printf(l->out, "\tcomment \"%s\"\n", t->comment);
	list_for_each(o, &t->objects, node) {
		strbuf_puts(l->out, gap);
		object_print(l, o);
		gap = "\n";
	}
	list_for_each(s, &t->sets, node) {
		if (s->anonymous)
			continue;
		strbuf_puts(l->out, gap);
		rs_list_set(l, s);
		gap = "\n";
	}
	list_for_each(f, &t->flowtables, node) {
		strbuf_puts(l->out, gap);
		flowtable_print(l, f);
		gap = "\n";
	}
	list_for_each(c, &t->chains, node) {
		if (c->id)
			continue;
		strbuf_puts(l->out, gap);
		chain_print(l, c);
		gap = "\n";
	}
	strbuf_puts(l->out, "}\n");
}

void ruleset_list(const struct ruleset *rs, struct parser *p,
		  const struct ruleset_view *view, struct strbuf *out)
{
	struct rs_list l = { .view = view, .p = p, .out = out };
	const struct rs_table *t;

	list_for_each(t, &rs->tables, node)
		table_print(&l, t);
}
