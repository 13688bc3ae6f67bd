/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of `nft -j list ruleset`: an object per table, and behind it one per
 * named object, set and chain; then one per rule.
 *
 * Comments of tables and chains, and auto-merge of sets, are not in it.
 *
 * Ref: libnftables-json(5); table_print_json_full() and on, json.c of nft 1.0.6.
 */
#include "ruleset/list.h"

#include <jansson.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <libnftnl/rule.h>

#include "base/json_text.h"

/* struct json_list - a listing under way: all, and the rules for its end */
struct json_list {
	struct rs_list l;
	json_t *all, *rules;
};

static void put_text(json_t *o, const char *key, const char *text)
{
	if (text)
		json_object_set_new(o, key, json_text(text));
}

static void put_number(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

/* What everything in a table begins with. */
static json_t *thing(const struct rs_table *t, const char *name,
		     uint64_t handle)
{
	json_t *o = json_object();

	put_text(o, "family", rs_family_name(t->family));
	put_text(o, "table", t->name);
	put_text(o, "name", name);
	put_number(o, "handle", handle);
	return o;
}

static void put(json_t *list, const char *kind, json_t *o)
{
	json_array_append_new(list, json_pack("{s:o}", kind, o));
}

/* --- sets ----------------------------------------------------------------- */

/* struct json_elems - elements being listed into @out */
struct json_elems {
	const struct rs_list *l;
	const struct rs_set *s;
	const struct elem_look *look;
	json_t *out;
};

/* Statements of an element: nft has room for one. */
static void put_stmt(const struct rs_list *l, const struct rs_set *s,
		     const struct elem_batch *b, json_t *o)
{
	bool own = b->exprs && b->exprs_len[0];
	json_t *stmts = list_stmts_json(l->p, own ? b->exprs[0] : s->stmt,
					own ? b->exprs_len[0] : s->stmt_len,
					l->view->stateless);

	if (json_array_size(stmts))
		json_object_update_missing(o, json_array_get(stmts, 0));
	json_decref(stmts);
}

/* The key, alone or with what stands behind it. */
static json_t *key_json(const struct json_elems *j, const struct elem_batch *b)
{
	const struct rs_set *s = j->s;
	uint64_t timeout = b->timeouts_ms ? b->timeouts_ms[0] : 0;
	uint64_t left = b->expirations_ms ? b->expirations_ms[0] : 0;
	json_t *key = set_key_json(j->l->p, &s->type, b, 0, j->look);
	json_t *o = json_object();

	if (timeout && timeout != s->timeout_ms)
		put_number(o, "timeout", timeout / 1000);
	if (left)
		put_number(o, "expires", left / 1000);
	if (b->comments)
		put_text(o, "comment", b->comments[0]);
	put_stmt(j->l, s, b, o);
	if (json_object_size(o)) {
		json_object_set_new(o, "val", key);
		return json_pack("{s:o}", "elem", o);
	}
	json_decref(o);
	return key;
}

static void elem_json(void *data, const struct elem_batch *one, size_t i)
{
	const struct json_elems *j = data;
	json_t *o = key_json(j, one);

	if (j->s->type.flags & (NFT_SET_MAP | NFT_SET_OBJECT))
		o = json_pack("[o, o]", o,
			      set_data_json(j->l->p, &j->s->type, one, 0));
	json_array_append_new(j->out, o);
}

json_t *rs_list_anonymous_json(void *data, const char *name,
			       const struct elem_look *look)
{
	const struct rs_rule_list *rl = data;
	const struct rs_set *s = rs_set_find(rl->r->chain->table, name);
	struct json_elems j = { rl->l, s, look, json_array() };

	if (s)
		rs_list_each(&s->elems, elem_json, &j);
	return j.out;
}

static void put_flags(json_t *o, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ NFT_SET_CONSTANT, "constant" },
		{ NFT_SET_INTERVAL, "interval" },
		{ NFT_SET_TIMEOUT, "timeout" },
	};
	json_t *a = json_array();

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (flags & names[i].flag)
			json_array_append_new(a, json_string(names[i].name));
	if (json_array_size(a))
		json_object_set(o, "flags", a);
	json_decref(a);
}

static void set_json(struct json_list *list, const struct rs_set *s)
{
	const uint32_t is_map = NFT_SET_MAP | NFT_SET_OBJECT;
	bool is_constant = s->type.flags & NFT_SET_CONSTANT;
	struct json_elems j = { &list->l, s, NULL, json_array() };
	json_t *o = thing(s->table, s->name, s->handle);

	set_type_json(list->l.p, &s->type, o);
	put_text(o, "comment", s->comment);
	if (!is_constant && s->policy == NFT_SET_POL_MEMORY)
		put_text(o, "policy", "memory");
	if (!is_constant && s->size)
		put_number(o, "size", s->size);
	put_flags(o, s->type.flags);
	if (s->timeout_ms)
		put_number(o, "timeout", s->timeout_ms / 1000);
	if (s->gc_interval_ms)
		put_number(o, "gc-interval", s->gc_interval_ms / 1000);
	if (s->stmt_len)
		json_object_set_new(o, "stmt",
				    list_stmts_json(list->l.p, s->stmt,
						    s->stmt_len, true));
	if (rs_list_elems(&list->l, s, elem_json, &j))
		json_object_set(o, "elem", j.out);
	json_decref(j.out);
	put(list->all, s->type.flags & is_map ? "map" : "set", o);
}

/* --- the rest ------------------------------------------------------------- */

static void rule_json(struct json_list *list, const struct rs_rule *r)
{
	json_t *o = thing(r->chain->table, NULL, r->handle);
	struct nftnl_rule *rule = ruleset_rule_nftnl(r);
	struct rs_rule_list rl = { &list->l, r };
	struct list_world world;

	put_text(o, "chain", r->chain->name);
	put_text(o, "comment", r->comment);
	if (rule) {
		if (list->l.view->rule_state)
			list->l.view->rule_state(list->l.view->data, r, rule);
		rs_rule_world(&rl, &world);
		json_object_set_new(o, "expr",
				    list_rule_json(list->l.p, rule, &world));
		nftnl_rule_free(rule);
	}
	put(list->rules, "rule", o);
}

static void chain_json(struct json_list *list, const struct rs_chain *c)
{
	json_t *o = thing(c->table, c->name, c->handle);
	const struct rs_rule *r;

	/* the link of a hook is not told: nft 1.0.6 does not */
	if (c->type) {
		put_text(o, "type", c->type);
		put_text(o, "hook", c->hook_name);
		json_object_set_new(o, "prio", json_integer(c->priority));
		put_text(o, "policy", c->policy == NF_DROP ? "drop" : "accept");
	}
	put(list->all, "chain", o);
	list_for_each(r, &c->rules, node)
		rule_json(list, r);
}

static void object_json(struct json_list *list, const struct rs_object *x)
{
	const struct ruleset_view *view = list->l.view;
	json_t *o = thing(x->table, x->name, x->handle);

	put_text(o, "comment", x->comment);
	if (view->object_state)
		view->object_state(view->data, x->nftnl);
	list_object_json(x->nftnl, view->stateless, o);
	put(list->all, list_object_word(x->type), o);
}

static void flowtable_json(struct json_list *list, const struct rs_flowtable *f)
{
	json_t *o = thing(f->table, f->name, f->handle), *devices;

	put_text(o, "hook", "ingress");
	json_object_set_new(o, "prio", json_integer(f->priority));
	devices = json_array();
	for (char *const *d = f->devices; d && *d; d++)
		json_array_append_new(devices, json_text(*d));
	if (json_array_size(devices) == 1)
		json_object_set(o, "dev", json_array_get(devices, 0));
	else if (json_array_size(devices))
		json_object_set(o, "dev", devices);
	json_decref(devices);
	put(list->all, "flowtable", o);
}

static void table_json(struct json_list *list, const struct rs_table *t)
{
	json_t *o = json_object();
	const struct rs_flowtable *f;
	const struct rs_object *x;
	const struct rs_chain *c;
	const struct rs_set *s;

	put_text(o, "family", rs_family_name(t->family));
	put_text(o, "name", t->name);
	put_number(o, "handle", t->handle);
	if (t->flags & NFT_TABLE_F_DORMANT)
		put_text(o, "flags", "dormant");
	put(list->all, "table", o);
	list->rules = json_array();
	list_for_each(x, &t->objects, node)
		object_json(list, x);
	list_for_each(s, &t->sets, node)
		if (!s->anonymous)
			set_json(list, s);
	list_for_each(f, &t->flowtables, node)
		flowtable_json(list, f);
	list_for_each(c, &t->chains, node)
		if (!c->id)
			chain_json(list, c);
	json_array_extend(list->all, list->rules);
	json_decref(list->rules);
}

json_t *ruleset_list_json(const struct ruleset *rs, struct parser *p,
			  const struct ruleset_view *view)
{
	struct json_list list = {
		.l = { .view = view, .p = p },
		.all = json_array(),
	};
	const struct rs_table *t;

	list_for_each(t, &rs->tables, node)
		table_json(&list, t);
	return list.all;
}
