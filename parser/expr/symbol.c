/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A word, number or quoted text: what it is depends on what is wanted. */
#include "parser/check.h"

/* "eth*": the bytes before the star, as a prefix. */
static struct expr *wildcard(struct check *c, struct symbol_expr *s)
{
	struct prefix_expr *e;
	struct symbol_expr stem = *s;
	u128 v;

	stem.text.len--;
	if (!stem.text.len) {
		diag_error(c->diags, &s->e.loc,
			   "\"*\" alone matches every name");
		return NULL;
	}
	if (datatype_parse(c, c->want.dtype, c->want.len, &stem, &v))
		return NULL;
	e = arena_new_of(c->arena, struct prefix_expr);
	e->e = s->e;
	e->e.ops = &expr_prefix;
	e->e.dtype = c->want.dtype;
	e->e.len = c->want.len;
	e->e.byteorder = c->want.byteorder;
	e->v = v;
	e->bits = 8 * stem.text.len;
	return &e->e;
}

static bool is_wildcard(const struct check *c, const struct symbol_expr *s)
{
	uint32_t n = s->text.len;

	return datatype_is_string(c->want.dtype) && n &&
	       s->text.s[n - 1] == '*' && !(n > 1 && s->text.s[n - 2] == '\\');
}

static bool is_boolean(const struct symbol_expr *s)
{
	return !s->quoted &&
	       (str_is(s->text, "exists") || str_is(s->text, "missing"));
}

static struct expr *symbol_check(struct check *c, struct expr *e)
{
	struct symbol_expr *s = expr_as(e, symbol_expr);
	u128 v;

	if (!c->want.dtype) {
		diag_error(c->diags, &e->loc, "a constant cannot stand here");
		return NULL;
	}
	if (is_boolean(s) && c->want.dtype != &type_boolean) {
		diag_error(c->diags, &e->loc,
			   "type mismatch: expected %s, this is a boolean",
			   c->want.dtype->name);
		return NULL;
	}
	if (is_wildcard(c, s))
		return wildcard(c, s);
	if (c->want.dtype->n_fields || c->want.dtype == &type_verdict) {
		diag_error(c->diags, &e->loc, "a %s is expected",
			   c->want.dtype->desc);
		return NULL;
	}
	if (datatype_parse(c, c->want.dtype, c->want.len, s, &v))
		return NULL;
	if (c->want.has_max && v > c->want.max) {
		diag_error(c->diags, &e->loc, "at most %llu",
			   (unsigned long long)c->want.max);
		return NULL;
	}
	return value_new(c->arena, &e->loc, c->want.dtype, c->want.len,
			 c->want.byteorder, v);
}

const struct expr_ops expr_symbol = {
	.name = "word",
	.check = symbol_check,
};
