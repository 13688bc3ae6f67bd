/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations of sets and maps. */
#include <libnftnl/set.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/build.h"
#include "parser/elemdata.h"
#include "parser/flatten.h"
#include "parser/lower.h"
#include "parser/object.h"
#include "parser/print.h"
#include "parser/setdecl.h"

/* Types that have a name for messages alone: sets of them say typeof. */
static bool is_nameless(const struct datatype *t)
{
	return t->id == TYPE_CT_LABEL || t->id == TYPE_CT_EVENTBIT ||
	       t == &type_hour || t == &type_day;
}

static const struct datatype *find_type(struct check *c, const struct words *w)
{
	const struct datatype *t = datatype_by_name(w->word);
	const char *names[TYPE_COUNT], *near, *word;

	if (t && !is_nameless(t))
		return t;
	word = arena_strndup(c->arena, w->word.s, w->word.len);
	diag_error(c->diags, &w->loc, "no datatype \"%s\"", word);
	datatype_names(names);
	near = diag_nearest(word, names, TYPE_COUNT);
	if (near)
		diag_hint(c->diags, "did you mean \"%s\"?", near);
	return NULL;
}

static struct set_field field_of(const struct datatype *t, unsigned len,
				 uint8_t order)
{
	struct set_field f = { .dtype = t, .len = (uint16_t)len };

	f.bytes = (uint16_t)((len + 7) / 8);
	f.byteorder = datatype_is_string(t) ? BYTEORDER_BIG : order;
	return f;
}

static int key_types(struct check *c, const struct words *w,
		     struct set_layout *l)
{
	for (; w; w = w->next) {
		const struct datatype *t = find_type(c, w);

		if (!t)
			return -1;
		if (!t->size || t == &type_verdict)
			return diag_error(c->diags, &w->loc,
					  "%s has no fixed size: say typeof "
					  "and an expression",
					  t->name);
		if (l->n == SET_MAX_FIELDS)
			return diag_error(c->diags, &w->loc,
					  "more than %d fields",
					  SET_MAX_FIELDS);
		l->f[l->n++] = field_of(t, t->size, t->byteorder);
	}
	return 0;
}

static int concat_data(struct check *c, const struct words *w,
		       struct set_layout *l)
{
	const struct datatype *fields[SET_MAX_FIELDS];
	unsigned n = 0;

	for (; w; w = w->next) {
		const struct datatype *t = find_type(c, w);

		if (!t)
			return -1;
		if (!t->size || t == &type_verdict || n == SET_MAX_FIELDS)
			return diag_error(c->diags, &w->loc,
					  "%s cannot be a part of data",
					  t->name);
		fields[n++] = t;
	}
	l->data = elemdata_field(concat_type(c->arena, fields, n));
	if (l->data_interval)
		l->data.bytes *= 2;
	return 0;
}

static int data_types(struct check *c, const struct words *w,
		      struct set_layout *l, struct cmd_set *set)
{
	const struct object_ops *object;
	const struct datatype *t;

	if (!w)
		return diag_error(c->diags, &set->type_loc,
				  "a map needs the type of its data: type KEY "
				  ": DATA");
	object = object_by_word(w->word);
	if (object) {
		set->type.flags |= NFT_SET_OBJECT;
		set->type.obj_type = object->type;
		return 0;
	}
	set->type.flags |= NFT_SET_MAP;
	if (str_is(w->word, "interval")) {
		l->data_interval = true;
		w = w->next;
	}
	if (w->next)
		return concat_data(c, w, l);
	t = find_type(c, w);
	if (!t)
		return -1;
	l->is_verdict = t == &type_verdict;
	l->data = field_of(t, t->size, t->byteorder);
	if (l->is_verdict)
		l->data.bytes = 0;
	if (l->data_interval)
		l->data.bytes *= 2;
	return 0;
}

/* typeof: the types of expressions, of whatever family. */
static struct expr *typeof_expr(struct check *c, struct expr *e)
{
	struct check any;
	struct expr *r;

	check_init(&any, c->parser, NFPROTO_INET, c->table, NULL);
	r = expr_check(&any, e);
	return r;
}

static const char *typeof_text(struct check *c, const struct expr *e)
{
	struct strbuf b = STRBUF_INIT;
	struct printer pr = { .parser = c->parser, .env = c->env, .out = &b };
	const char *text;

	expr_print(&pr, e);
	text = arena_strdup(c->arena, strbuf_str(&b));
	strbuf_fini(&b);
	return text;
}

static int typeof_key(struct check *c, struct expr *e, struct set_layout *l,
		      struct cmd_set *set)
{
	const struct list_expr *fields;

	e = typeof_expr(c, e);
	if (!e)
		return -1;
	set->type.key_typeof = typeof_text(c, e);
	if (!expr_is(e, concat)) {
		l->n = 1;
		l->f[0] = field_of(e->dtype, e->len, e->byteorder);
		return 0;
	}
	fields = expr_as(e, list_expr);
	l->n = (unsigned)fields->items.len;
	for (unsigned i = 0; i < l->n; i++) {
		e = fields->items.v[i];
		l->f[i] = field_of(e->dtype, e->len, e->byteorder);
	}
	return 0;
}

static int typeof_data(struct check *c, const struct set_item *si,
		       struct set_layout *l, struct cmd_set *set)
{
	struct expr *e = si->data_expr;

	set->type.flags |= NFT_SET_MAP;
	if (str_is(si->data_word, "verdict")) {
		l->is_verdict = true;
		l->data = field_of(&type_verdict, 32, BYTEORDER_HOST);
		l->data.bytes = 0;
		set->type.data_typeof = "verdict";
		return 0;
	}
	if (!e)
		return diag_error(c->diags, &si->type_loc,
				  "a map needs the type of its data");
	e = typeof_expr(c, e);
	if (!e)
		return -1;
	set->type.data_typeof = typeof_text(c, e);
	l->data = field_of(e->dtype, e->len, e->byteorder);
	return 0;
}

static int types(struct check *c, const struct item *it, struct set_layout *l,
		 struct cmd_set *set)
{
	const struct set_item *si = it->set;

	set->type_loc = si->type_loc;
	if (!si->key && !si->key_expr)
		return diag_error(c->diags, &it->loc,
				  "a %s needs a type or a typeof",
				  si->is_map ? "map" : "set");
	if (!si->is_map && (si->data || si->data_expr || si->data_word.len))
		return diag_error(c->diags, &si->type_loc,
				  "a set has no data: say map");
	if (si->key_expr)
		return typeof_key(c, si->key_expr, l, set) ||
				       (si->is_map &&
					typeof_data(c, si, l, set))
			       ? -1
			       : 0;
	return key_types(c, si->key, l) ||
			       (si->is_map && data_types(c, si->data, l, set))
		       ? -1
		       : 0;
}

static void options(const struct item *it, const struct set_layout *l,
		    struct cmd_set *set)
{
	const struct set_item *si = it->set;

	set->type.flags |= si->flags;
	set->comment = it->comment;
	set->timeout_ms = si->timeout_ms;
	set->timeout_ms_valid = si->has_timeout;
	set->gc_interval_ms = si->gc_interval_ms;
	set->size = si->size;
	set->policy = si->policy;
	set->auto_merge = set->type.auto_merge = si->auto_merge;
	if (si->has_timeout)
		set->type.flags |= NFT_SET_TIMEOUT;
	if (l->n > 1 && set->type.flags & NFT_SET_INTERVAL)
		set->type.flags |= NFT_SET_CONCAT;
}

/* What every element of the set does: `counter', `limit ...'. */
static void statements(struct parser *p, struct cmd_set *set,
		       const struct stmt *s)
{
	struct nftnl_expr *exprs[STMTS_IN_SET];
	struct lower l = { .parser = p, .nested = exprs };

	for (; s; s = s->next)
		s->ops->lower(&l, s);
	if (l.n_nested > 1)
		nftnl_set_set_u32(set->nftnl, NFTNL_SET_FLAGS,
				  set->type.flags | NFT_SET_EXPR);
	if (l.n_nested == 1)
		nftnl_set_set_data(set->nftnl, NFTNL_SET_EXPR, exprs[0], 0);
	for (size_t i = 0; l.n_nested > 1 && i < l.n_nested; i++)
		nftnl_set_add_expr(set->nftnl, exprs[i]);
}

struct cmd_set *declset_check(struct parser *p, const struct cmd_handle *h,
			      const struct item *it)
{
	struct cmd_set *set = arena_new_of(p->arena, struct cmd_set);
	struct set_item *si = it->set;
	struct set_layout l = { 0 };
	struct check c;
	unsigned n = 0;

	check_init(&c, p, h->family, h->table, NULL);
	vec_push(&p->all_sets, set);
	if (types(&c, it, &l, set))
		return NULL;
	options(it, &l, set);
	set->id = ++p->next_set_id;
	set->layout = set->type.layout = arena_memdup(p->arena, &l, sizeof(l));
	set_type_fill(set, &l);
	if (stmts_check(&c, &si->stmts))
		return NULL;
	for (const struct stmt *s = si->stmts; s; s = s->next)
		set->type.stmts[n++] = s->ops->nftnl;
	if (si->elems.len &&
	    set_fill(&c, set, &l, si->elems.v, si->elems.len, false))
		return NULL;
	set->type.has_elems = set->elems != NULL;
	set->type.unsent = set->elems && set_is_ranges(&set->type);
	if (set->type.flags & NFT_SET_CONSTANT && set->elems)
		set->size = (uint32_t)(set->elems->len + set->open_end);
	set_nftnl(&c, set, &l, h->set);
	statements(p, set, si->stmts);
	return set;
}
