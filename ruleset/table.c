/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables (nf_tables_newtable(), nf_tables_deltable()). */
#include "ruleset/internal.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>

#include "base/strmap.h"

/* A table's key: its family in decimal, a space, its name. */
static const char *key_make(char *buf, size_t size, uint8_t family,
			    const char *name)
{
	snprintf(buf, size, "%u %s", family, name);
	return buf;
}

#define KEY_SIZE 300

struct rs_table *ruleset_table(const struct ruleset *rs, uint8_t family,
			       const char *name)
{
	char key[KEY_SIZE];

	return strmap_get(rs->table_names,
			  key_make(key, sizeof(key), family, name));
}

/* The tables of one family whose names are near. */
static void hint_table(struct ruleset *rs, uint8_t family, const char *name)
{
	struct strmap *names = strmap_new();
	struct rs_table *t;

	list_for_each(t, &rs->tables, node)
		if (t->family == family)
			strmap_put(names, t->name, t);
	rs_hint_names(rs, names, name);
	strmap_free(names);
}

struct rs_table *rs_cmd_table(struct ruleset *rs, const struct cmd *cmd)
{
	const struct cmd_handle *h = &cmd->h;
	struct rs_table *t = NULL;

	if (h->table) {
		t = ruleset_table(rs, h->family, h->table);
	} else {
		list_for_each(t, &rs->tables, node)
			if (t->family == h->family && t->handle == h->handle)
				return t;
		t = NULL;
	}
	if (t)
		return t;
	if (!h->table) {
		rs_refuse(rs, &h->handle_loc, &cmd->loc, ENOENT,
			  "no %s table with handle %llu",
			  rs_family_name(h->family),
			  (unsigned long long)h->handle);
		return NULL;
	}
	rs_refuse(rs, &h->table_loc, &cmd->loc, ENOENT, "table %s '%s'",
		  rs_family_name(h->family), h->table);
	hint_table(rs, h->family, h->table);
	return NULL;
}

uint64_t rs_new_handle(struct rs_table *t)
{
	return ++t->last_handle;
}

void rs_table_free(struct rs_table *t)
{
	struct rs_chain *c, *c_tmp;
	struct rs_set *s, *s_tmp;
	struct rs_object *o, *o_tmp;
	struct rs_flowtable *f, *f_tmp;

	list_for_each_safe(c, c_tmp, &t->chains, node)
		rs_chain_free(c);
	list_for_each_safe(s, s_tmp, &t->sets, node)
		rs_set_free(s);
	list_for_each_safe(o, o_tmp, &t->objects, node)
		rs_object_free(o);
	list_for_each_safe(f, f_tmp, &t->flowtables, node)
		rs_flowtable_free(f);
	strmap_free(t->chain_names);
	strmap_free(t->set_names);
	rs_handles_fini(&t->chain_handles);
	rs_handles_fini(&t->set_handles);
	rs_handles_fini(&t->rule_handles);
	free(t->name);
	free(t->comment);
	free(t);
}

static void name_put(struct ruleset *rs, struct rs_table *t)
{
	char key[KEY_SIZE];

	strmap_put(rs->table_names,
		   key_make(key, sizeof(key), t->family, t->name), t);
}

static void name_del(struct ruleset *rs, const struct rs_table *t)
{
	char key[KEY_SIZE];

	strmap_del(rs->table_names,
		   key_make(key, sizeof(key), t->family, t->name));
}

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_table *t = u->thing;

	list_del(&t->node);
	name_del(rs, t);
	rs_table_free(t);
}

static void flags_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_table *t = u->thing;

	t->flags = u->old;
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_table *t = u->thing;

	rs_relink(u, &t->node);
	name_put(rs, t);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_table_free(u->thing);
}

static const struct rs_undo_ops add_ops = { .undo = add_undo };
static const struct rs_undo_ops flags_ops = { .undo = flags_undo };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };

static struct rs_table *table_make(struct ruleset *rs, const struct cmd *cmd)
{
	struct rs_table *t = xzalloc(sizeof(*t));

	t->family = cmd->h.family;
	t->name = xstrdup(cmd->h.table);
	t->comment = xstrdup(cmd->comment);
	t->flags = cmd->table_flags;
	t->handle = ++rs->last_table_handle;
	list_init(&t->chains);
	list_init(&t->sets);
	list_init(&t->objects);
	list_init(&t->flowtables);
	t->chain_names = strmap_new();
	t->set_names = strmap_new();
	list_add_tail(&rs->tables, &t->node);
	name_put(rs, t);
	return t;
}

int rs_table_add(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_table *t = ruleset_table(rs, cmd->h.family, cmd->h.table);

	if (!t) {
		t = table_make(rs, cmd);
		rs_undo_push(rs, &add_ops, t);
		return rs_event(rs, table_add, t);
	}
	if (cmd->op == CMD_CREATE)
		return rs_refuse(rs, &cmd->h.table_loc, &cmd->loc, EEXIST,
				 "table %s '%s'", rs_family_name(t->family),
				 t->name);
	if (t->flags != cmd->table_flags) {
		rs_undo_push(rs, &flags_ops, t)->old = t->flags;
		t->flags = cmd->table_flags;
	}
	return 0;
}

static int table_remove(struct ruleset *rs, struct rs_table *t)
{
	struct rs_undo *u = rs_undo_push(rs, &del_ops, t);

	rs_unlink(u, &t->node);
	name_del(rs, t);
	return rs_event(rs, table_del, t);
}

int rs_table_delete(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_table *t = rs_cmd_table(rs, cmd);

	return t ? table_remove(rs, t) : -1;
}

int rs_table_flush(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_chain *c;

	if (!t)
		return -1;
	list_for_each(c, &t->chains, node)
		if (rs_chain_empty(rs, c))
			return -1;
	return 0;
}

int rs_ruleset_flush(struct ruleset *rs, struct parser *p,
		     const struct cmd *cmd)
{
	struct rs_table *t, *tmp;

	list_for_each_safe(t, tmp, &rs->tables, node)
		if (!cmd->h.family || cmd->h.family == t->family)
			if (table_remove(rs, t))
				return -1;
	return 0;
}
