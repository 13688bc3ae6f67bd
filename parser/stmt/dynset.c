/* SPDX-License-Identifier: GPL-2.0-or-later */
/* add/update/delete @set { key timeout T counter limit ... : data } */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strbuf.h"
#include "parser/json.h"
#include "parser/listing.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

/** struct nested - the statements of a dynset, being raised */
struct nested {
	struct raise *r;
	struct stmt **tail;
};

static int check_data(struct check *c, struct dynset_stmt *d,
		      const struct set_layout *l)
{
	struct expect old = c->want;

	if (!d->data)
		return l->data.dtype || l->is_verdict
			       ? diag_error(c->diags, &d->s.loc,
					    "@%s is a map: its data is missing",
					    d->set_name)
			       : 0;
	if (!l->data.dtype)
		return diag_error(c->diags, &d->data->loc,
				  "@%s is not a map of values", d->set_name);
	c->want.dtype = l->data.dtype;
	c->want.len = l->data.len;
	c->want.byteorder = l->data.byteorder;
	d->data = expr_check(c, d->data);
	c->want = old;
	if (!d->data)
		return -1;
	return 0;
}

/* What a meter keeps is of its key alone: one statement. */
static int meter_check(struct check *c, struct dynset_stmt *d)
{
	struct set_layout l;

	d->key = expr_check(c, d->key);
	if (!d->key || set_layout_of_key(c, d->key, &l) ||
	    stmts_check(c, &d->stmts))
		return -1;
	if (d->key->ops->is_const)
		return diag_error(c->diags, &d->key->loc,
				  "the key of a meter is of the packet");
	if (!d->stmts || d->stmts->next || d->data)
		return diag_error(c->diags, &d->s.loc,
				  "a meter has one statement behind its key");
	d->op = d->timeout_ms ? NFT_DYNSET_OP_UPDATE : NFT_DYNSET_OP_ADD;
	d->own = set_meter(c, d, &l);
	check_emit(c, &d->s);
	return 0;
}

/* A constant in a key is of the set's field. */
static struct expr *field_check(struct check *c, struct expr *e,
				const struct set_field *f)
{
	struct expect old = c->want;

	if (!expr_is(e, symbol) && !expr_is(e, var))
		return e;
	c->want.dtype = f->dtype;
	c->want.len = f->len;
	c->want.byteorder = f->byteorder;
	e = expr_check(c, e);
	c->want = old;
	return e;
}

static struct expr *key_check(struct check *c, struct expr *e,
			      const struct set_layout *l)
{
	struct list_expr *key;
	struct expr **items;

	if (!expr_is(e, concat)) {
		e = field_check(c, e, &l->f[0]);
		return e ? expr_check(c, e) : NULL;
	}
	key = arena_memdup(c->arena, e, sizeof(*key));
	items = key->items.v;
	key->items.v = arena_array(c->arena, struct expr *, key->items.len);
	key->items.cap = key->items.len;
	for (size_t i = 0; i < key->items.len; i++) {
		key->items.v[i] = i < l->n ? field_check(c, items[i], &l->f[i])
					   : items[i];
		if (!key->items.v[i])
			return NULL;
	}
	return expr_check(c, &key->e);
}

static int dynset_check(struct check *c, struct stmt *s)
{
	struct dynset_stmt *d = arena_memdup(c->arena, s, sizeof(*d));
	struct set_layout l;
	struct expr *set;

	if (d->is_meter)
		return meter_check(c, d);
	set = expr_check(c, d->set);
	if (!set)
		return -1;
	d->set_name = expr_as(set, setref_expr)->name;
	if (set_layout_of_type(c, expr_as(set, setref_expr)->type, &set->loc,
			       &l))
		return -1;
	d->key = key_check(c, d->key, &l);
	if (!d->key)
		return -1;
	if (!types_match(d->key->dtype, set->dtype))
		return check_mismatch(c, set, d->key);
	d->set = set;
	if (check_data(c, d, &l) || stmts_check(c, &d->stmts))
		return -1;
	check_emit(c, &d->s);
	return 0;
}

static unsigned align4(unsigned words)
{
	return (words + 3) & ~3u;
}

static void add_stateful(struct lower *l, struct nftnl_expr *n,
			 const struct dynset_stmt *d)
{
	struct nftnl_expr *exprs[STMTS_IN_SET];

	l->nested = exprs;
	l->n_nested = 0;
	for (const struct stmt *s = d->stmts; s; s = s->next)
		s->ops->lower(l, s);
	l->nested = NULL;
	if (l->n_nested > 1)
		nftnl_expr_set_u32(n, NFTNL_EXPR_DYNSET_FLAGS,
				   NFT_DYNSET_F_EXPR);
	for (size_t i = 0; i < l->n_nested; i++) {
		if (l->n_nested == 1)
			nftnl_expr_set(n, NFTNL_EXPR_DYNSET_EXPR, exprs[i], 0);
		else
			nftnl_expr_add_expr(n, NFTNL_EXPR_DYNSET_EXPRESSIONS,
					    exprs[i]);
	}
}

static void dynset_lower(struct lower *l, const struct stmt *s)
{
	const struct dynset_stmt *d = stmt_as_const(s, dynset_stmt);
	unsigned data = align4(lower_words(d->key->len));
	struct nftnl_expr *n;

	expr_lower(l, d->key, 0);
	if (d->data)
		expr_lower(l, d->data, data);
	n = lower_add(l, "dynset");
	nftnl_expr_set_u32(n, NFTNL_EXPR_DYNSET_SREG_KEY, lower_reg(0));
	if (d->data)
		nftnl_expr_set_u32(n, NFTNL_EXPR_DYNSET_SREG_DATA,
				   lower_reg(data));
	nftnl_expr_set_u32(n, NFTNL_EXPR_DYNSET_OP, d->op);
	if (d->timeout_ms)
		nftnl_expr_set_u64(n, NFTNL_EXPR_DYNSET_TIMEOUT, d->timeout_ms);
	nftnl_expr_set_str(n, NFTNL_EXPR_DYNSET_SET_NAME, d->set_name);
	nftnl_expr_set_u32(n, NFTNL_EXPR_DYNSET_SET_ID,
			   d->own ? d->own->id : 0);
	add_stateful(l, n, d);
}

static const char *const ops[] = { "add", "update", "delete" };

static void head_print(const struct dynset_stmt *d, struct strbuf *out)
{
	if (!d->is_meter)
		strbuf_printf(out, "%s @%s { ", ops[d->op], d->set_name);
	else if (d->size)
		strbuf_printf(out, "meter %s size %u { ", d->set_name, d->size);
	else
		strbuf_printf(out, "meter %s { ", d->set_name);
}

static void dynset_print(struct printer *pr, const struct stmt *s)
{
	const struct dynset_stmt *d = stmt_as_const(s, dynset_stmt);
	const struct list_world *world = pr->world;
	struct list_world calm = *world;

	head_print(d, pr->out);
	expr_print(pr, d->key);
	if (d->timeout_ms) {
		strbuf_puts(pr->out, " timeout ");
		time_print(pr->env && pr->env->numeric, d->timeout_ms, pr->out);
	}
	calm.stateless = true;
	pr->world = &calm;
	for (const struct stmt *st = d->stmts; st; st = st->next) {
		strbuf_putc(pr->out, ' ');
		st->ops->print(pr, st);
	}
	pr->world = world;
	if (d->data) {
		strbuf_puts(pr->out, " : ");
		expr_print(pr, d->data);
	}
	strbuf_puts(pr->out, " }");
}

static int raise_nested(struct nftnl_expr *n, void *data)
{
	struct nested *in = data;
	struct stmt *s = raise_one(in->r, n);

	if (!s)
		return 0;
	*in->tail = s;
	in->tail = &s->next;
	return 0;
}

static bool dynset_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct dynset_stmt d = { .s.ops = &stmt_dynset }, *made;
	struct nested in = { r, &d.stmts };
	uint32_t len;

	d.set = setref_node(r,
			    nftnl_expr_get_str(n, NFTNL_EXPR_DYNSET_SET_NAME));
	d.set_name = expr_as(d.set, setref_expr)->name;
	d.is_meter = expr_as(d.set, setref_expr)->type->flags &
		     NFT_SET_ANONYMOUS;
	if (d.is_meter)
		d.size = r->world->set_size(r->world->data, d.set_name);
	d.op = nftnl_expr_get_u32(n, NFTNL_EXPR_DYNSET_OP);
	d.timeout_ms = nftnl_expr_get_u64(n, NFTNL_EXPR_DYNSET_TIMEOUT);
	d.key = raise_get_key(r, n, NFTNL_EXPR_DYNSET_SREG_KEY, d.set->len);
	if (nftnl_expr_is_set(n, NFTNL_EXPR_DYNSET_SREG_DATA))
		d.data = raise_get(r, n, NFTNL_EXPR_DYNSET_SREG_DATA);
	if (nftnl_expr_is_set(n, NFTNL_EXPR_DYNSET_EXPR))
		raise_nested((struct nftnl_expr *)(uintptr_t)nftnl_expr_get(
				     n, NFTNL_EXPR_DYNSET_EXPR, &len),
			     &in);
	else if (nftnl_expr_is_set(n, NFTNL_EXPR_DYNSET_EXPRESSIONS))
		nftnl_expr_expr_foreach(n, raise_nested, &in);
	made = raise_stmt(r, &stmt_dynset, sizeof(*made));
	*made = d;
	return true;
}

static void dynset_complete(struct raise *r, struct stmt *s)
{
	struct dynset_stmt *d = stmt_as(s, dynset_stmt);
	const struct set_type *t = expr_as(d->set, setref_expr)->type;
	const struct datatype *key = datatype_of_id(r->arena, t->key_type);

	if (expr_is(d->key, concat))
		d->key = raise_typed(r, d->key, key, BYTEORDER_INVALID);
	else if (expr_is(d->key, value)) /* nft asks the set of fields alone */
		d->key = raise_typed(r, d->key, &type_invalid, BYTEORDER_BIG);
	raise_complete(r, &d->key);
	if (t->stmts[0])
		d->stmts = NULL; /* the kernel gives the set's alone */
	if (d->data) {
		key = datatype_of_id(r->arena, t->data_type);
		d->data = raise_typed(r, d->data, key, t->data_byteorder);
		raise_complete(r, &d->data);
	}
	raise_emit(r, s);
}

static size_t dynset_children(const struct stmt *s, const struct expr **out,
			      const char **word)
{
	const struct dynset_stmt *d = stmt_as_const(s, dynset_stmt);

	*word = d->set_name;
	out[0] = d->key;
	out[1] = d->data;
	return d->data ? 2 : 1;
}

/* The key, and what stands behind it. */
static json_t *dynset_elem_json(struct printer *pr, const struct dynset_stmt *d)
{
	json_t *key = expr_json(pr, d->key);

	if (!d->timeout_ms)
		return key;
	return json_pack("{s:{s:o, s:I}}", "elem", "val", key, "timeout",
			 (json_int_t)(d->timeout_ms / 1000));
}

static json_t *meter_json(struct printer *pr, const struct dynset_stmt *d)
{
	const struct list_world *world = pr->world;
	struct list_world calm = *world;
	json_t *o = json_object();

	calm.stateless = true;
	pr->world = &calm;
	json_object_set_new(o, "key", dynset_elem_json(pr, d));
	json_object_set_new(o, "stmt", d->stmts->ops->json(pr, d->stmts));
	json_object_set_new(o, "size", json_integer(d->size));
	json_object_set_new(o, "name", json_string(d->set_name));
	pr->world = world;
	return json_one("meter", o);
}

/* nft has no JSON for maps that change, and gives their text. */
static json_t *map_json(const struct printer *pr, const struct stmt *s)
{
	struct strbuf text = STRBUF_INIT;
	struct printer to = *pr;
	json_t *j;

	to.out = &text;
	dynset_print(&to, s);
	j = json_string(strbuf_str(&text));
	strbuf_fini(&text);
	return j;
}

static json_t *dynset_json(struct printer *pr, const struct stmt *s)
{
	const struct dynset_stmt *d = stmt_as_const(s, dynset_stmt);
	const struct list_world *world = pr->world;
	struct list_world calm = *world;
	json_t *o;

	if (d->is_meter)
		return meter_json(pr, d);
	if (d->data)
		return map_json(pr, s);
	o = json_object();
	json_object_set_new(o, "op", json_string(ops[d->op]));
	json_object_set_new(o, "elem", dynset_elem_json(pr, d));
	json_object_set_new(o, "set", json_sprintf("@%s", d->set_name));
	calm.stateless = true;
	pr->world = &calm;
	if (d->stmts)
		json_object_set_new(o, "stmt", json_stmts(pr, d->stmts));
	pr->world = world;
	return json_one("set", o);
}

const struct stmt_ops stmt_dynset = {
	.name = "dynset",
	.check = dynset_check,
	.lower = dynset_lower,
	.print = dynset_print,
	.json = dynset_json,
	.nftnl = "dynset",
	.raise = dynset_raise,
	.complete = dynset_complete,
	.children = dynset_children,
};
