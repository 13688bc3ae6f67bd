/* SPDX-License-Identifier: GPL-2.0-or-later */
/* key map { ... } and key vmap @name: a value looked up by another. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

static struct expr *resolve(struct expr *e)
{
	while (expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	return e;
}

/* The data's type is the one that is wanted where the map stands. */
static struct expr *literal(struct check *c, const struct expr *key,
			    struct set_expr *e)
{
	struct set_layout l;
	struct set_expr *r;

	if (set_layout_of_key(c, key, &l))
		return NULL;
	l.is_verdict = c->want.dtype == &type_verdict;
	l.data.dtype = c->want.dtype;
	l.data.len = c->want.len;
	l.data.byteorder = c->want.byteorder;
	l.data.bytes = (uint16_t)((c->want.len + 7) / 8);
	l.data_interval = c->want_range;
	if (l.data_interval)
		l.data.bytes *= 2;
	r = arena_memdup(c->arena, e, sizeof(*e));
	r->e.dtype = c->want.dtype;
	r->e.len = c->want.len;
	r->set = set_literal(c, e, &l, NFT_SET_MAP, 0);
	return r->set ? &r->e : NULL;
}

static struct expr *declared(struct check *c, const struct expr *key,
			     struct expr *e)
{
	struct expr *map = expr_check(c, e);
	struct set_layout l;

	if (!map || ct_check_field(c, key))
		return NULL;
	if (!types_match(key->dtype, map->dtype)) {
		check_mismatch(c, key, map);
		return NULL;
	}
	if (set_layout_of_type(c, expr_as(map, setref_expr)->type, &e->loc, &l))
		return NULL;
	if (!l.data.dtype && !l.is_verdict) {
		diag_error(c->diags, &e->loc, "@%s is a set, not a map",
			   expr_as(map, setref_expr)->name);
		return NULL;
	}
	map->dtype = l.is_verdict ? &type_verdict : l.data.dtype;
	if (!types_match(c->want.dtype, map->dtype)) {
		struct value_expr want = { .e = *map };

		want.e.dtype = c->want.dtype;
		check_mismatch(c, &want.e, map);
		return NULL;
	}
	return map;
}

static struct expr *map_check(struct check *c, struct expr *e)
{
	struct map_expr *m = arena_memdup(c->arena, e, sizeof(*m));
	struct expect old = c->want;
	struct expr *map = resolve(m->map);

	c->want.dtype = NULL;
	m->key = expr_check(c, m->key);
	c->want = old;
	if (!m->key)
		return NULL;
	if (expr_is(map, set))
		m->map = literal(c, m->key, expr_as(map, set_expr));
	else if (expr_is(map, setref))
		m->map = declared(c, m->key, map);
	else
		return NULL;
	if (!m->map)
		return NULL;
	m->verdict = old.dtype == &type_verdict;
	m->e.dtype = old.dtype;
	m->e.len = old.len;
	m->e.byteorder = old.byteorder;
	return &m->e;
}

static void map_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct map_expr *m = expr_as_const(e, map_expr);
	bool verdict = e->dtype == &type_verdict;
	struct nftnl_expr *n;
	const char *name;
	uint32_t flags;

	if (expr_is(m->map, set)) {
		flags = expr_as_const(m->map, set_expr)->set->type.flags;
		name = "__map%d";
	} else {
		flags = expr_as_const(m->map, setref_expr)->type->flags;
		name = expr_as_const(m->map, setref_expr)->name;
	}
	lower_key(l, m->key, reg, flags & NFT_SET_INTERVAL,
		  expr_is(m->map, set));
	n = lower_add(l, "lookup");
	nftnl_expr_set_u32(n, NFTNL_EXPR_LOOKUP_SREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_LOOKUP_DREG,
			   verdict ? NFT_REG_VERDICT : lower_reg(reg));
	nftnl_expr_set_str(n, NFTNL_EXPR_LOOKUP_SET, name);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LOOKUP_SET_ID,
			   expr_is(m->map, set)
				   ? expr_as_const(m->map, set_expr)->set->id
				   : 0);
}

static void map_print(struct printer *pr, const struct expr *e)
{
	const struct map_expr *m = expr_as_const(e, map_expr);

	expr_print(pr, m->key);
	strbuf_puts(pr->out, m->verdict ? " vmap " : " map ");
	expr_print(pr, m->map);
}

static bool map_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct map_expr *m;
	struct expr *set;

	if (!nftnl_expr_is_set(n, NFTNL_EXPR_LOOKUP_DREG))
		return false;
	set = setref_node(r, nftnl_expr_get_str(n, NFTNL_EXPR_LOOKUP_SET));
	m = raise_expr(r, &expr_map, sizeof(*m), NULL,
		       8 * expr_as(set, setref_expr)->type->data_len,
		       BYTEORDER_INVALID);
	m->map = set;
	m->key = setref_look(set, raise_get_key(r, n, NFTNL_EXPR_LOOKUP_SREG,
						set->len));
	m->verdict = nftnl_expr_get_u32(n, NFTNL_EXPR_LOOKUP_DREG) ==
		     NFT_REG_VERDICT;
	if (m->verdict)
		((struct verdict_stmt *)raise_stmt(r, &stmt_verdict,
						   sizeof(struct verdict_stmt)))
			->e = &m->e;
	else
		raise_set(r, n, NFTNL_EXPR_LOOKUP_DREG, &m->e);
	return true;
}

static void map_complete(struct raise *r, struct expr **e)
{
	struct map_expr *m = raise_copy(r, *e, map_expr);

	*e = &m->e;
	if (expr_is(m->key, binop) &&
	    expr_is(expr_as(m->key, binop_expr)->left, payload))
		raise_mask(r, &m->key, &m->map);
	raise_complete(r, &m->key);
}

static size_t map_children(const struct expr *e, const struct expr **out)
{
	const struct map_expr *m = expr_as_const(e, map_expr);

	out[0] = m->key;
	out[1] = m->map;
	return 2;
}

static json_t *map_json(struct printer *pr, const struct expr *e)
{
	const struct map_expr *m = expr_as_const(e, map_expr);

	return json_pack("{s:{s:o, s:o}}", m->verdict ? "vmap" : "map", "key",
			 expr_json(pr, m->key), "data", expr_json(pr, m->map));
}

const struct expr_ops expr_map = {
	.name = "map",
	.check = map_check,
	.lower = map_lower,
	.print = map_print,
	.json = map_json,
	.nftnl = "lookup",
	.raise = map_raise,
	.complete = map_complete,
	.children = map_children,
};
