/* SPDX-License-Identifier: GPL-2.0-or-later */
/* @name: a declared set or map. */
#include <linux/netfilter/nf_tables.h>

#include "parser/check.h"
#include "parser/json.h"
#include "parser/names.h"
#include "parser/print.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

static struct expr *setref_check(struct check *c, struct expr *e)
{
	struct setref_expr *r = arena_memdup(c->arena, e, sizeof(*r));
	struct set_layout l;

	r->type = names_set(c->parser, c->family, c->table, r->name);
	if (!r->type) {
		names_unknown_set(c, &e->loc, r->name);
		return NULL;
	}
	if (set_layout_of_type(c, r->type, &e->loc, &l))
		return NULL;
	if (l.n > 1) {
		const struct datatype *fields[SET_MAX_FIELDS];

		for (unsigned i = 0; i < l.n; i++)
			fields[i] = l.f[i].dtype;
		r->e.dtype = concat_type(c->arena, fields, l.n);
	} else {
		r->e.dtype = l.f[0].dtype;
	}
	r->e.len = (uint16_t)(8 * set_layout_key_len(&l));
	return &r->e;
}

static void setref_print(struct printer *pr, const struct expr *e)
{
	const struct setref_expr *s = expr_as_const(e, setref_expr);
	const struct elem_look look = { s->shift, e->dtype, s->key };

	if (!(s->type->flags & NFT_SET_ANONYMOUS))
		strbuf_printf(pr->out, "@%s", s->name);
	else if (s->type->flags & NFT_SET_EVAL)
		strbuf_puts(pr->out, s->name);
	else if (pr->world->print_set)
		pr->world->print_set(pr->world->data, s->name, &look, pr->out);
}

struct expr *setref_node(struct raise *r, const char *name)
{
	static const struct set_type none = { 0 };
	struct setref_expr *s = raise_expr(r, &expr_setref, sizeof(*s), NULL, 0,
					   BYTEORDER_INVALID);

	s->name = arena_strdup(r->arena, name ? name : "");
	if (r->world->set)
		s->type = r->world->set(r->world->data, s->name);
	if (!s->type)
		s->type = &none;
	s->e.len = (uint16_t)(8 * s->type->key_len);
	return &s->e;
}

struct expr *setref_look(struct expr *set, struct expr *key)
{
	if (expr_is(key, concat))
		expr_as(set, setref_expr)->key = expr_as(key, list_expr);
	return key;
}

static json_t *setref_json(struct printer *pr, const struct expr *e)
{
	const struct setref_expr *s = expr_as_const(e, setref_expr);
	const struct elem_look look = { s->shift, e->dtype, s->key };
	const uint32_t own = NFT_SET_ANONYMOUS;

	if ((s->type->flags & own) && !(s->type->flags & NFT_SET_EVAL))
		return json_one("set", pr->world->json_set(pr->world->data,
							   s->name, &look));
	return json_sprintf("@%s", s->name);
}

const struct expr_ops expr_setref = {
	.name = "set reference",
	.is_const = true,
	.check = setref_check,
	.print = setref_print,
	.json = setref_json,
};
