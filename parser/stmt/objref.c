/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counter name "c", limit name tcp dport map { 22 : "l" }: a named object. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/names.h"
#include "parser/object.h"
#include "parser/print.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

static struct expr *resolve(struct expr *e)
{
	while (expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	return e;
}

static int check_name(struct check *c, struct objref_stmt *o)
{
	const struct symbol_expr *s;

	if (expr_is(o->e, var))
		return -1; /* unknown: has been said */
	if (!expr_is(o->e, symbol))
		return diag_error(c->diags, &o->e->loc,
				  "the name of a %s is expected",
				  object_by_type(o->type)->word);
	s = expr_as(o->e, symbol_expr);
	o->name = arena_strndup(c->arena, s->text.s, s->text.len);
	return 0;
}

static struct expr *literal(struct check *c, const struct objref_stmt *o,
			    const struct expr *key, struct set_expr *e)
{
	struct set_expr *r = arena_memdup(c->arena, e, sizeof(*e));
	struct set_layout l;

	if (set_layout_of_key(c, key, &l))
		return NULL;
	r->set = set_literal(c, e, &l, NFT_SET_OBJECT, o->type);
	return r->set ? &r->e : NULL;
}

static struct expr *declared(struct check *c, const struct objref_stmt *o,
			     const struct expr *key, struct expr *e)
{
	struct expr *map = expr_check(c, e);
	const struct set_type *t;

	if (!map)
		return NULL;
	t = expr_as(map, setref_expr)->type;
	if (!types_match(key->dtype, map->dtype)) {
		check_mismatch(c, key, map);
		return NULL;
	}
	if (t->flags & NFT_SET_OBJECT && t->obj_type == o->type)
		return map;
	diag_error(c->diags, &e->loc, "@%s is no map of %ss",
		   expr_as(map, setref_expr)->name,
		   object_by_type(o->type)->word);
	return NULL;
}

static int check_map(struct check *c, struct objref_stmt *o)
{
	struct map_expr *m =
		arena_memdup(c->arena, expr_as(o->e, map_expr), sizeof(*m));
	struct expr *map = resolve(m->map);

	o->e = &m->e;
	m->key = expr_check(c, m->key);
	if (!m->key)
		return -1;
	if (expr_is(map, set))
		m->map = literal(c, o, m->key, expr_as(map, set_expr));
	else if (expr_is(map, setref))
		m->map = declared(c, o, m->key, map);
	else
		return -1;
	return m->map ? 0 : -1;
}

static int objref_check(struct check *c, struct stmt *s)
{
	struct objref_stmt *o = arena_memdup(c->arena, s, sizeof(*o));

	o->e = resolve(o->e);
	if (expr_is(o->e, map) ? check_map(c, o) : check_name(c, o))
		return -1;
	check_emit(c, &o->s);
	return 0;
}

static void lower_map(struct lower *l, const struct map_expr *m)
{
	bool anonymous = expr_is(m->map, set);
	const struct set_type *t =
		anonymous ? &expr_as_const(m->map, set_expr)->set->type
			  : expr_as_const(m->map, setref_expr)->type;
	struct nftnl_expr *n;

	lower_key(l, m->key, 0, t->flags & NFT_SET_INTERVAL, anonymous);
	n = lower_add(l, "objref");
	nftnl_expr_set_u32(n, NFTNL_EXPR_OBJREF_SET_SREG, lower_reg(0));
	nftnl_expr_set_str(n, NFTNL_EXPR_OBJREF_SET_NAME,
			   anonymous
				   ? "__objmap%d"
				   : expr_as_const(m->map, setref_expr)->name);
	nftnl_expr_set_u32(n, NFTNL_EXPR_OBJREF_SET_ID,
			   anonymous ? expr_as_const(m->map, set_expr)->set->id
				     : 0);
}

static void objref_lower(struct lower *l, const struct stmt *s)
{
	const struct objref_stmt *o = stmt_as_const(s, objref_stmt);
	struct nftnl_expr *n;

	if (!o->name) {
		lower_map(l, expr_as_const(o->e, map_expr));
		return;
	}
	n = lower_add(l, "objref");
	nftnl_expr_set_u32(n, NFTNL_EXPR_OBJREF_IMM_TYPE, o->type);
	nftnl_expr_set_str(n, NFTNL_EXPR_OBJREF_IMM_NAME, o->name);
}

static bool objref_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct objref_stmt o = { .s.ops = &stmt_objref }, *made;
	struct map_expr *m;

	if (nftnl_expr_is_set(n, NFTNL_EXPR_OBJREF_SET_SREG)) {
		m = raise_expr(r, &expr_map, sizeof(*m), NULL, 0,
			       BYTEORDER_INVALID);
		m->map = setref_node(
			r, nftnl_expr_get_str(n, NFTNL_EXPR_OBJREF_SET_NAME));
		m->key = raise_get_key(r, n, NFTNL_EXPR_OBJREF_SET_SREG,
				       m->map->len);
		o.type = expr_as(m->map, setref_expr)->type->obj_type;
		o.e = &m->e;
	} else {
		o.type = nftnl_expr_get_u32(n, NFTNL_EXPR_OBJREF_IMM_TYPE);
		o.name = arena_strdup(
			r->arena,
			nftnl_expr_get_str(n, NFTNL_EXPR_OBJREF_IMM_NAME));
	}
	made = raise_stmt(r, &stmt_objref, sizeof(*made));
	*made = o;
	return true;
}

static void objref_complete(struct raise *r, struct stmt *s)
{
	struct objref_stmt *o = stmt_as(s, objref_stmt);

	if (o->e)
		raise_complete(r, &o->e);
	raise_emit(r, s);
}

static void objref_print(struct printer *pr, const struct stmt *s)
{
	const struct objref_stmt *o = stmt_as_const(s, objref_stmt);

	const struct object_ops *ops = object_by_type(o->type);

	if (ops && ops->ref)
		strbuf_printf(pr->out, "%s ", ops->ref);
	else
		strbuf_printf(pr->out, "%s name ", list_object_word(o->type));
	if (o->name)
		strbuf_printf(pr->out, "\"%s\"", o->name);
	else
		expr_print(pr, o->e);
}

static size_t objref_children(const struct stmt *s, const struct expr **out,
			      const char **word)
{
	const struct objref_stmt *o = stmt_as_const(s, objref_stmt);

	*word = o->name ? o->name : list_object_word(o->type);
	out[0] = o->e;
	return o->name ? 0 : 1;
}

static json_t *objref_json(struct printer *pr, const struct stmt *s)
{
	const struct objref_stmt *o = stmt_as_const(s, objref_stmt);

	return json_one(list_object_word(o->type),
			o->name ? json_text(o->name) : expr_json(pr, o->e));
}

const struct stmt_ops stmt_objref = {
	.name = "objref",
	.check = objref_check,
	.lower = objref_lower,
	.print = objref_print,
	.json = objref_json,
	.nftnl = "objref",
	.raise = objref_raise,
	.complete = objref_complete,
	.children = objref_children,
};
