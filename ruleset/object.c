/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named objects (nf_tables_newobj(), nf_tables_delobj()). */
#include "ruleset/internal.h"

#include <errno.h>
#include <stdio.h>
#include <libnftnl/object.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/listing.h"

struct rs_object *rs_object_find(const struct rs_table *t, uint32_t type,
				 const char *name)
{
	struct rs_object *o;

	list_for_each(o, &t->objects, node)
		if (o->type == type && !strcmp(o->name, name))
			return o;
	return NULL;
}

void rs_object_free(struct rs_object *o)
{
	nftnl_obj_free(o->nftnl);
	free(o->name);
	free(o->comment);
	free(o);
}

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_object *o = u->thing;

	list_del(&o->node);
	rs_object_free(o);
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_object *o = u->thing;

	rs_relink(u, &o->node);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_object_free(u->thing);
}

static const struct rs_undo_ops add_ops = { .undo = add_undo };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };

/* The parser's goes with the parser. */
static struct nftnl_obj *copy(const struct nftnl_obj *from)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)from, *to;
	uint32_t len;

	to = nftnl_obj_alloc();
	if (!to)
		xalloc_failed(0);
	nftnl_obj_set_u32(to, NFTNL_OBJ_TYPE,
			  nftnl_obj_get_u32(o, NFTNL_OBJ_TYPE));
	for (uint16_t attr = 0; attr <= NFTNL_OBJ_MAX + 8; attr++) {
		const void *data;

		if (attr == NFTNL_OBJ_TYPE || !nftnl_obj_is_set(o, attr))
			continue;
		data = nftnl_obj_get_data(o, attr, &len);
		if (data)
			nftnl_obj_set_data(to, attr, data, len);
	}
	return to;
}

int rs_object_add(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	const struct cmd_object *co = cmd->object;
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_object *o;

	if (!t)
		return -1;
	o = rs_object_find(t, co->type, cmd->h.obj);
	if (o && cmd->op == CMD_CREATE)
		return rs_refuse(rs, &cmd->h.obj_loc, &cmd->loc, EEXIST,
				 "%s '%s'", list_object_word(co->type),
				 cmd->h.obj);
	if (o)
		return 0;
	o = xzalloc(sizeof(*o));
	o->table = t;
	o->type = co->type;
	o->name = xstrdup(cmd->h.obj);
	o->comment = xstrdup(co->comment);
	o->handle = rs_new_handle(t);
	o->nftnl = copy(co->nftnl);
	list_add_tail(&t->objects, &o->node);
	rs_undo_push(rs, &add_ops, o);
	return rs_event(rs, object_add, o);
}

static struct rs_object *named(struct ruleset *rs, const struct rs_table *t,
			       const struct cmd *cmd)
{
	const struct cmd_handle *h = &cmd->h;
	struct rs_object *o;

	if (h->obj) {
		o = rs_object_find(t, cmd->object->type, h->obj);
		if (!o)
			rs_refuse(rs, &h->obj_loc, &cmd->loc, ENOENT,
				  "%s '%s' in table %s '%s'",
				  list_object_word(cmd->object->type), h->obj,
				  rs_family_name(t->family), t->name);
		return o;
	}
	list_for_each(o, &t->objects, node)
		if (o->type == cmd->object->type && o->handle == h->handle)
			return o;
	rs_refuse(rs, &h->handle_loc, &cmd->loc, ENOENT,
		  "no %s with handle %llu in table '%s'",
		  list_object_word(cmd->object->type),
		  (unsigned long long)h->handle, t->name);
	return NULL;
}

/* Elements name their objects; who deletes one looks through all of them. */
static bool elements_use(const struct rs_set *s, const struct rs_object *o)
{
	if (!(s->type.flags & NFT_SET_OBJECT) || s->type.obj_type != o->type)
		return false;
	for (size_t i = 0; i < s->elems.n_chunks; i++) {
		const struct elem_batch *b = s->elems.chunks[i];

		for (size_t row = 0; b->objects && row < b->len; row++)
			if (b->objects[row] &&
			    !strcmp(b->objects[row], o->name))
				return true;
	}
	return false;
}

static bool is_used(const struct rs_object *o)
{
	const struct rs_set *s;

	if (o->use)
		return true;
	list_for_each(s, &o->table->sets, node)
		if (elements_use(s, o))
			return true;
	return false;
}

int rs_object_delete(struct ruleset *rs, struct parser *p,
		     const struct cmd *cmd)
{
	struct rs_table *t = rs_cmd_table(rs, cmd);
	struct rs_object *o = t ? named(rs, t, cmd) : NULL;
	struct rs_undo *u;

	if (!o)
		return -1;
	if (is_used(o))
		return rs_refuse(rs, &cmd->h.obj_loc, &cmd->loc, EBUSY,
				 "%s '%s' is used", list_object_word(o->type),
				 o->name);
	u = rs_undo_push(rs, &del_ops, o);
	rs_unlink(u, &o->node);
	return rs_event(rs, object_del, o);
}
