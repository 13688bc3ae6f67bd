/* SPDX-License-Identifier: GPL-2.0-or-later */
/* a . b . c: of a packet's fields, or of constants for them */
#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

static struct list_expr *concat_new(struct check *c, const struct expr *e)
{
	struct list_expr *r = arena_new_of(c->arena, struct list_expr);

	r->e.ops = &expr_concat;
	r->e.loc = e->loc;
	return r;
}

/* The constants of a concatenated key: each of its field's type. */
static struct expr *const_check(struct check *c, struct expr *e)
{
	const struct list_expr *l = expr_as(e, list_expr);
	const struct datatype *t = c->want.dtype;
	struct list_expr *r = concat_new(c, e);
	struct expect old = c->want;

	if (l->items.len != t->n_fields) {
		diag_error(c->diags, &e->loc,
			   "%zu fields where %u are expected", l->items.len,
			   t->n_fields);
		return NULL;
	}
	for (size_t i = 0; i < l->items.len; i++) {
		struct expr *item;

		c->want.dtype = t->fields[i];
		c->want.len = t->fields[i]->size;
		c->want.byteorder = t->fields[i]->byteorder;
		item = expr_check(c, l->items.v[i]);
		if (!item)
			return NULL;
		arena_push(c->arena, &r->items, item);
	}
	c->want = old;
	r->e.dtype = t;
	r->e.len = old.len;
	return &r->e;
}

static struct expr *concat_check(struct check *c, struct expr *e)
{
	const struct list_expr *l = expr_as(e, list_expr);
	const struct datatype *fields[SET_MAX_FIELDS];
	struct list_expr *r;
	unsigned bits = 0;

	if (c->want.dtype && c->want.dtype->n_fields)
		return const_check(c, e);
	if (l->items.len > SET_MAX_FIELDS) {
		diag_error(c->diags, &e->loc, "more than %d fields",
			   SET_MAX_FIELDS);
		return NULL;
	}
	r = concat_new(c, e);
	for (size_t i = 0; i < l->items.len; i++) {
		struct expr *item = expr_check(c, l->items.v[i]);

		if (!item || ct_check_field(c, item))
			return NULL;
		if (c->rule && item->dtype == &type_string)
			return diag_error(c->diags, &item->loc,
					  "text of any length in a "
					  "concatenation"),
			       NULL;
		fields[i] = item->dtype;
		bits += 32 * lower_words(item->len);
		arena_push(c->arena, &r->items, item);
	}
	if (bits > 512) {
		diag_error(c->diags, &e->loc,
			   "%u bits do not fit the registers (512 bits)", bits);
		return NULL;
	}
	r->e.dtype = concat_type(c->arena, fields, (unsigned)l->items.len);
	r->e.len = (uint16_t)bits;
	return &r->e;
}

static void concat_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct list_expr *c = expr_as_const(e, list_expr);

	for (size_t i = 0; i < c->items.len; i++) {
		expr_lower(l, c->items.v[i], reg);
		reg += lower_words(c->items.v[i]->len);
	}
}

static void concat_print(struct printer *pr, const struct expr *e)
{
	const struct list_expr *c = expr_as_const(e, list_expr);

	for (size_t i = 0; i < c->items.len; i++) {
		if (i)
			strbuf_puts(pr->out, " . ");
		expr_print(pr, c->items.v[i]);
	}
}

static void concat_complete(struct raise *r, struct expr **e)
{
	struct list_expr *c = raise_copy(r, *e, list_expr);
	struct expr **items = c->items.v;
	bool trims = r->trims;

	*e = &c->e;
	c->items.v = arena_array(r->arena, struct expr *, c->items.len);
	r->trims = true;
	for (size_t i = 0; i < c->items.len; i++) {
		c->items.v[i] = items[i];
		raise_complete(r, &c->items.v[i]);
	}
	r->trims = trims;
}

static size_t concat_children(const struct expr *e, const struct expr **out)
{
	const struct list_expr *c = expr_as_const(e, list_expr);
	size_t n = MIN(c->items.len, (size_t)EXPR_CHILDREN);

	for (size_t i = 0; i < n; i++)
		out[i] = c->items.v[i];
	return n;
}

static json_t *concat_json(struct printer *pr, const struct expr *e)
{
	const struct list_expr *c = expr_as_const(e, list_expr);
	json_t *a = json_array();

	for (size_t i = 0; i < c->items.len; i++)
		json_array_append_new(a, expr_json(pr, c->items.v[i]));
	return json_one("concat", a);
}

const struct expr_ops expr_concat = {
	.name = "concatenation",
	.check = concat_check,
	.lower = concat_lower,
	.print = concat_print,
	.json = concat_json,
	.complete = concat_complete,
	.children = concat_children,
};
