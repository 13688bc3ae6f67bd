/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Literals to batches of elements.
 *
 * Elements may be a million: a plain word is parsed straight into the rows,
 * without a node of its own; only ranges, variables and the like are checked
 * as expressions.
 */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "parser/elemdata.h"
#include "parser/interval.h"
#include "parser/lower.h"

static int gather(struct fill *f, struct expr *e);

#define INNER_MAX (4u << 20)
#define DEPTH_MAX 1000u

/* ---- reading ------------------------------------------------------------- */

/* A checked constant as bounds. */
static int bounds_of(struct fill *f, const struct expr *e, struct bound *b)
{
	if (expr_is(e, value)) {
		b->from = b->to = expr_as_const(e, value_expr)->v;
	} else if (expr_is(e, range)) {
		b->from = expr_as_const(e, range_expr)->from;
		b->to = expr_as_const(e, range_expr)->to;
		f->in.ranged = true;
	} else if (expr_is(e, prefix)) {
		const struct prefix_expr *p = expr_as_const(e, prefix_expr);

		b->from = p->v;
		b->to = p->v | u128_mask(e->len - p->bits);
		f->in.ranged |= p->bits != e->len ||
				!datatype_is_string(e->dtype);
	} else {
		return diag_error(f->c->diags, &e->loc,
				  "this cannot be an element");
	}
	return 0;
}

static void want_field(struct check *c, const struct set_field *f)
{
	c->want.dtype = f->dtype;
	c->want.len = f->len;
	c->want.byteorder = f->byteorder;
}

static int read_field(struct fill *f, const struct set_field *field,
		      struct expr *e, struct bound *b)
{
	const struct symbol_expr *s;

	want_field(f->c, field);
	if (expr_is(e, symbol) && !datatype_is_string(field->dtype)) {
		s = expr_as(e, symbol_expr);
		if (datatype_parse(f->c, field->dtype, field->len, s, &b->from))
			return -1;
		b->to = b->from;
		return 0;
	}
	e = expr_check(f->c, e);
	return e ? bounds_of(f, e, b) : -1;
}

static int read_concat(struct fill *f, struct expr *e)
{
	struct list_expr *l;

	while (expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	if (expr_is(e, var))
		return -1;
	if (!expr_is(e, concat) || expr_as(e, list_expr)->items.len != f->l->n)
		return diag_error(f->c->diags, &e->loc,
				  "%zu fields where the set has %u",
				  expr_is(e, concat)
					  ? expr_as(e, list_expr)->items.len
					  : 1,
				  f->l->n);
	l = expr_as(e, list_expr);
	for (unsigned i = 0; i < f->l->n; i++) {
		struct bound b;

		if (read_field(f, &f->l->f[i], l->items.v[i], &b))
			return -1;
		bounds_push(&f->in, &b);
	}
	return 0;
}

static int read_key(struct fill *f, struct expr *e)
{
	struct bound b;

	if (f->l->n > 1)
		return read_concat(f, e);
	if (expr_is(e, concat))
		return diag_error(f->c->diags, &e->loc,
				  "%zu fields where the set has one",
				  expr_as(e, list_expr)->items.len);
	if (read_field(f, &f->l->f[0], e, &b))
		return -1;
	bounds_push(&f->in, &b);
	return 0;
}

static int check_data(struct fill *f, const struct elem *el)
{
	bool map = f->set->type.flags & (NFT_SET_MAP | NFT_SET_OBJECT);

	if (!map && el->data)
		return diag_error(f->c->diags, &el->data->loc,
				  "data in a set: only maps have it");
	if (map && !el->data && !f->deleting)
		return diag_error(f->c->diags, &el->key->loc,
				  "an element of a map needs data");
	return 0;
}

/* Is the element a set in itself: a variable that holds one, or a literal? */
static struct expr *nested(struct expr *key)
{
	while (expr_is(key, var) && expr_as(key, var_expr)->def)
		key = expr_as(key, var_expr)->def->init;
	return expr_is(key, set) || expr_is(key, list) ? key : NULL;
}

/* Sets within sets: variables of a few lines can hold one another so that all
 * memory would not hold what they stand for. */
static int gather_nested(struct fill *f, const struct elem *el,
			 struct expr *inner)
{
	int err;

	if (f->inner > INNER_MAX || f->depth >= DEPTH_MAX) {
		/* Told once: whoever is on the way up comes here, too. */
		if (f->inner != UINT64_MAX)
			diag_error(f->c->diags, &el->key->loc,
				   "more than %u elements, or %u sets, within "
				   "one another",
				   INNER_MAX, DEPTH_MAX);
		f->inner = UINT64_MAX;
		return -1;
	}
	f->depth++;
	err = gather(f, inner);
	f->depth--;
	return err;
}

static int gather_elem(struct fill *f, const struct elem *el)
{
	static const struct bound none = { 0 };
	size_t n = f->in.from.len;
	struct expr *inner = nested(el->key);

	if (inner && !el->data)
		return gather_nested(f, el, inner);
	/* What one variable holds stands in the text. */
	if (f->depth > 1 && f->inner <= INNER_MAX)
		f->inner++;
	if (check_data(f, el))
		return -1;
	vec_push(&f->in.rows, el);
	if (elem_is_catchall(el)) {
		for (unsigned i = 0; i < f->l->n; i++)
			bounds_push(&f->in, &none);
		return 0;
	}
	if (!read_key(f, el->key))
		return 0;
	f->in.rows.len--;
	bounds_cut(&f->in, n);
	return -1;
}

static int gather_set(struct fill *f, const struct set_expr *s)
{
	int err = 0;

	for (size_t i = 0; i < s->elems.len; i++)
		err |= gather_elem(f, &s->elems.v[i]);
	return err ? -1 : 0;
}

static int gather(struct fill *f, struct expr *e)
{
	while (expr_is(e, var)) {
		if (!expr_as(e, var_expr)->def)
			return -1;
		e = expr_as(e, var_expr)->def->init;
	}
	if (expr_is(e, set))
		return gather_set(f, expr_as(e, set_expr));
	if (expr_is(e, list)) {
		struct list_expr *l = expr_as(e, list_expr);
		int err = 0;

		for (size_t i = 0; i < l->items.len; i++) {
			struct elem *el =
				arena_new_of(f->c->arena, struct elem);

			el->key = l->items.v[i];
			err |= gather_elem(f, el);
		}
		return err ? -1 : 0;
	} else {
		struct elem *el = arena_new_of(f->c->arena, struct elem);

		el->key = e;
		return gather_elem(f, el);
	}
}

/* ---- writing ------------------------------------------------------------- */

static int put_data(struct fill *f, size_t row, const struct elem *el)
{
	const struct set_layout *l = f->l;
	struct check *c = f->c;
	struct expect old = c->want;
	struct expr *e;

	want_field(c, &l->data);
	if (l->is_verdict) {
		c->want.dtype = &type_verdict;
		c->want.len = 32;
	}
	e = expr_check(c, el->data);
	c->want = old;
	if (!e)
		return -1;
	if (l->is_verdict) {
		const struct verdict_expr *v;

		if (!expr_is(e, verdict))
			return diag_error(c->diags, &e->loc,
					  "a verdict is expected");
		v = expr_as(e, verdict_expr);
		elem_batch_verdicts(f->out)[row] = v->code;
		if (v->chain)
			elem_batch_chains(f->out)[row] = v->chain;
		return 0;
	}
	if (l->data_interval || l->data.dtype->n_fields)
		return elemdata_put(c, l, e,
				    elem_batch_data(f->out) +
					    row * f->out->data_len);
	if (!expr_is(e, value))
		return diag_error(c->diags, &e->loc, "one value is expected");
	value_export(expr_as(e, value_expr)->v, l->data.bytes,
		     l->data.byteorder,
		     elem_batch_data(f->out) + row * f->out->data_len);
	return 0;
}

static int put_object(struct fill *f, size_t row, const struct elem *el)
{
	const struct symbol_expr *s;

	if (!expr_is(el->data, symbol))
		return diag_error(f->c->diags, &el->data->loc,
				  "the name of an object is expected");
	s = expr_as(el->data, symbol_expr);
	elem_batch_objects(f->out)[row] =
		arena_strndup(f->c->arena, s->text.s, s->text.len);
	return 0;
}

/* Statements of an element, as the netlink attribute has them. */
static int put_stmts(struct fill *f, size_t row, struct stmt *stmts)
{
	struct nftnl_expr *exprs[STMTS_IN_SET];
	struct lower l = { .parser = f->c->parser, .nested = exprs };
	char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	if (stmts_check(f->c, &stmts))
		return -1;
	for (const struct stmt *s = stmts; s; s = s->next)
		s->ops->lower(&l, s);
	for (size_t i = 0; i < l.n_nested; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);

		nftnl_expr_build_payload(nlh, exprs[i]);
		mnl_attr_nest_end(nlh, nest);
		nftnl_expr_free(exprs[i]);
	}
	elem_batch_exprs(f->out)[row] =
		arena_memdup(f->c->arena, mnl_nlmsg_get_payload(nlh),
			     mnl_nlmsg_get_payload_len(nlh));
	f->out->exprs_len[row] = (uint32_t)mnl_nlmsg_get_payload_len(nlh);
	return 0;
}

/* What an element keeps is what its set says that elements keep. */
static int check_stmts_fit(struct fill *f, const struct stmt *has)
{
	const char *const *want = f->set->type.stmts;
	unsigned n = 0, n_want = 0;

	while (n_want < STMTS_IN_SET && want[n_want])
		n_want++;
	for (const struct stmt *s = has; s; s = s->next, n++)
		if (n < n_want && strcmp(s->ops->nftnl, want[n]))
			return diag_error(f->c->diags, &s->loc,
					  "%s, where the elements of this set "
					  "have a %s",
					  s->ops->name, want[n]);
	if (n != n_want)
		return diag_error(f->c->diags, &has->loc,
				  "as many statements as the set has are "
				  "expected");
	return 0;
}

static int put_opts(struct fill *f, size_t row, const struct elem_opts *o)
{
	if ((o->has_timeout || o->has_expires) && !f->set->anonymous &&
	    !(f->set->type.flags & NFT_SET_TIMEOUT))
		return diag_error(f->c->diags,
				  &f->in.rows.v[f->in.rows.len - 1]->key->loc,
				  "the set has no 'flags timeout'");
	if (o->has_timeout)
		elem_batch_timeouts_ms(f->out)[row] = o->timeout_ms;
	if (o->has_expires)
		elem_batch_expirations_ms(f->out)[row] = o->expires_ms;
	if (o->comment)
		elem_batch_comments(f->out)[row] = o->comment;
	if (o->stmts && !f->set->anonymous && check_stmts_fit(f, o->stmts))
		return -1;
	return o->stmts ? put_stmts(f, row, o->stmts) : 0;
}

int fill_row(struct fill *f, size_t i, size_t *row)
{
	const struct elem *el = f->in.rows.v[i];

	*row = elem_batch_add(f->out);
	if (el->opts && put_opts(f, *row, el->opts))
		return -1;
	if (!el->data)
		return 0;
	if (f->set->type.flags & NFT_SET_OBJECT)
		return put_object(f, *row, el);
	return put_data(f, *row, el);
}

static void put_fields(struct fill *f, size_t i, size_t row, bool interval)
{
	uint8_t *key = elem_batch_key(f->out, row), *end = NULL;
	if (interval)
		end = elem_batch_key_ends(f->out) + row * f->out->key_len;
	for (unsigned k = 0; k < f->l->n; k++) {
		const struct set_field *field = &f->l->f[k];
		struct bound b = bounds_at(&f->in, i * f->l->n + k);
		uint8_t order = interval ? BYTEORDER_BIG : field->byteorder;

		value_export(b.from << field->shift, field->bytes, order, key);
		key += 4 * lower_words(field->len);
		if (!interval)
			continue;
		value_export(b.to << field->shift, field->bytes, order, end);
		end += 4 * lower_words(field->len);
	}
}

static int fill_plain(struct fill *f, bool concat_interval)
{
	for (size_t i = 0; i < f->in.rows.len; i++) {
		size_t row;

		if (fill_row(f, i, &row))
			return -1;
		if (elem_is_catchall(f->in.rows.v[i]))
			f->out->flags[row] = ELEM_CATCHALL;
		else
			put_fields(f, i, row, concat_interval);
	}
	return 0;
}

/* Behind the intervals, wherever they were written. */
static int fill_catchall(struct fill *f)
{
	size_t row;

	for (size_t i = 0; i < f->in.rows.len; i++) {
		if (!elem_is_catchall(f->in.rows.v[i]))
			continue;
		if (fill_row(f, i, &row))
			return -1;
		f->out->flags[row] = ELEM_CATCHALL;
	}
	return 0;
}

static int lay_out(struct fill *f)
{
	uint32_t *flags = &f->set->type.flags;

	if (f->in.ranged && !(*flags & NFT_SET_INTERVAL)) {
		if (!f->set->anonymous)
			return diag_error(f->c->diags,
					  &f->in.rows.v[0]->key->loc,
					  "ranges need 'flags interval' in the "
					  "set's declaration");
		*flags |= NFT_SET_INTERVAL;
		if (f->l->n > 1)
			*flags |= NFT_SET_CONCAT;
	}
	if (f->l->n > 1 || !(*flags & NFT_SET_INTERVAL))
		return fill_plain(f, *flags & NFT_SET_INTERVAL);
	return interval_fill(f) ? -1 : fill_catchall(f);
}

int set_fill(struct check *c, struct cmd_set *set, const struct set_layout *l,
	     struct expr *const *literals, size_t n, bool deleting)
{
	struct fill f = { c, set, l, .deleting = deleting };
	struct expect old = c->want;
	bool in_set = c->in_set;
	int err = 0;

	c->in_set = true;
	for (size_t i = 0; i < n; i++)
		err |= gather(&f, literals[i]);
	set->elems = f.out = xzalloc(sizeof(*f.out));
	elem_batch_init(f.out, (uint16_t)set_layout_key_len(l), l->data.bytes);
	if (!err && f.in.rows.len)
		err = lay_out(&f);
	else if (!err && set->anonymous)
		err = diag_error(c->diags, &literals[0]->loc,
				 "an empty set matches nothing");
	vec_fini(&f.in.rows);
	bounds_cut(&f.in, 0);
	c->in_set = in_set;
	c->want = old;
	if (!f.out->len) {
		free(f.out);
		set->elems = NULL;
	}
	return err ? -1 : 0;
}
