/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flowtables (nf_tables_newflowtable(), nf_tables_delflowtable()). */
#include "ruleset/internal.h"

#include <errno.h>

struct rs_flowtable *rs_flowtable_find(const struct rs_table *t,
				       const char *name)
{
	struct rs_flowtable *f;

	list_for_each(f, &t->flowtables, node)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

void rs_flowtable_free(struct rs_flowtable *f)
{
	rs_names_free(f->devices);
	free(f->name);
	free(f);
}

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_flowtable *f = u->thing;

	list_del(&f->node);
	rs_flowtable_free(f);
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_flowtable *f = u->thing;

	rs_relink(u, &f->node);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_flowtable_free(u->thing);
}

static void devices_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_flowtable *f = u->thing;

	rs_names_free(f->devices);
	f->devices = (char **)(uintptr_t)u->old;
}

static void devices_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_names_free((char **)(uintptr_t)u->old);
}

static const struct rs_undo_ops add_ops = { .undo = add_undo };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };
static const struct rs_undo_ops devices_ops = { .undo = devices_undo,
						.done = devices_done };

/* nft_flowtable_update(): more links; other flags are refused. */
static int update(struct ruleset *rs, struct rs_flowtable *f,
		  const struct cmd *cmd)
{
	const struct cmd_flowtable *cf = cmd->flowtable;

	if (cmd->op == CMD_CREATE)
		return rs_refuse(rs, &cmd->h.obj_loc, &cmd->loc, EEXIST,
				 "flowtable '%s'", f->name);
	if (f->flags != cf->flags || f->priority != cf->priority)
		return rs_refuse(rs, &cmd->h.obj_loc, &cmd->loc, EOPNOTSUPP,
				 "flowtable '%s' with another declaration",
				 f->name);
	rs_undo_push(rs, &devices_ops, f)->old = (uintptr_t)f->devices;
	f->devices = rs_names_join(f->devices, cf->devices, cf->n_devices);
	return 0;
}

int rs_flowtable_add(struct ruleset *rs, struct parser *p,
		     const struct cmd *cmd)
{
	const struct cmd_flowtable *cf = cmd->flowtable;
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_flowtable *f;

	if (!t)
		return -1;
	f = rs_flowtable_find(t, cmd->h.obj);
	if (f)
		return update(rs, f, cmd);
	f = xzalloc(sizeof(*f));
	f->table = t;
	f->name = xstrdup(cmd->h.obj);
	f->devices = rs_names_join(NULL, cf->devices, cf->n_devices);
	f->flags = cf->flags;
	f->priority = cf->priority;
	f->handle = rs_new_handle(t);
	list_add_tail(&t->flowtables, &f->node);
	rs_undo_push(rs, &add_ops, f);
	return 0;
}

static struct rs_flowtable *named(struct ruleset *rs, const struct rs_table *t,
				  const struct cmd *cmd)
{
	const struct cmd_handle *h = &cmd->h;
	struct rs_flowtable *f;

	list_for_each(f, &t->flowtables, node)
		if (h->obj ? !strcmp(f->name, h->obj) : f->handle == h->handle)
			return f;
	rs_refuse(rs, h->obj ? &h->obj_loc : &h->handle_loc, &cmd->loc, ENOENT,
		  "no such flowtable in table %s '%s'",
		  rs_family_name(t->family), t->name);
	return NULL;
}

int rs_flowtable_delete(struct ruleset *rs, struct parser *p,
			const struct cmd *cmd)
{
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_flowtable *f = t ? named(rs, t, cmd) : NULL;

	if (!f)
		return -1;
	if (f->use)
		return rs_refuse(rs, &cmd->h.obj_loc, &cmd->loc, EBUSY,
				 "flowtable '%s' is used", f->name);
	rs_unlink(rs_undo_push(rs, &del_ops, f), &f->node);
	return 0;
}
