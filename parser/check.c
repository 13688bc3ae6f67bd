/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of all kinds share: types and constants. */
#include "parser/check.h"

#include <netinet/in.h>
#include <linux/netfilter.h>

void check_init(struct check *c, struct parser *p, uint8_t family,
		const char *table, struct rule_ast *rule)
{
	memset(c, 0, sizeof(*c));
	c->parser = p;
	c->diags = p->diags;
	c->arena = p->arena;
	c->env = &p->env;
	c->family = family;
	c->table = table;
	c->rule = rule;
	if (family == NFPROTO_BRIDGE)
		c->proto.at[PROTO_BASE_LL] = &proto_ether;
	if (family == NFPROTO_IPV4 || family == NFPROTO_IPV6 ||
	    family == NFPROTO_ARP)
		c->proto.at[PROTO_BASE_NETWORK] = proto_by_nfproto(family);
}

void check_emit(struct check *c, struct stmt *s)
{
	s->next = NULL;
	if (c->tail)
		c->tail->next = s;
	else
		c->rule->checked = s;
	c->tail = s;
}

int stmts_check(struct check *c, struct stmt **list)
{
	struct rule_ast sub = { 0 };
	struct check inner = *c;
	unsigned n = 0;

	inner.rule = &sub;
	inner.tail = NULL;
	for (struct stmt *s = *list; s; s = s->next) {
		if (!s->ops->stateful)
			return diag_error(c->diags, &s->loc,
					  "this cannot be kept in an element");
		if (++n > STMTS_IN_SET)
			return diag_error(c->diags, &s->loc,
					  "an element has %d statements at "
					  "most",
					  STMTS_IN_SET);
		if (s->ops->check(&inner, s))
			return -1;
	}
	*list = sub.checked;
	return 0;
}

struct expr *value_new(struct arena *a, const struct loc *loc,
		       const struct datatype *t, unsigned len,
		       uint8_t byteorder, u128 v)
{
	struct value_expr *e = arena_new_of(a, struct value_expr);

	e->e.ops = &expr_value;
	e->e.loc = *loc;
	e->e.dtype = t;
	e->e.len = (uint16_t)len;
	e->e.byteorder = byteorder;
	e->v = v;
	return &e->e;
}

struct expect check_want(struct check *c, const struct expr *e)
{
	struct expect old = c->want;

	c->want.dtype = e->dtype;
	c->want.len = e->len;
	c->want.byteorder = e->byteorder;
	c->want.has_max = expr_is(e, numgen) || expr_is(e, hash);
	if (c->want.has_max)
		c->want.max = (uint64_t)expr_as_const(e, hash_expr)->mod - 1 +
			      expr_as_const(e, hash_expr)->offset;
	return old;
}

bool types_match(const struct datatype *a, const struct datatype *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->n_fields != b->n_fields)
		return false;
	if (!a->n_fields)
		return a->id == b->id;
	for (unsigned i = 0; i < a->n_fields; i++)
		if (a->fields[i]->id != b->fields[i]->id)
			return false;
	return true;
}

static const char *type_text(struct check *c, const struct datatype *t)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	for (unsigned i = 0; i < t->n_fields; i++)
		strbuf_printf(&b, "%s%s", i ? " . " : "", t->fields[i]->name);
	if (!t->n_fields)
		strbuf_puts(&b, t->name);
	text = arena_strdup(c->arena, strbuf_str(&b));
	strbuf_fini(&b);
	return text;
}

int check_mismatch(struct check *c, const struct expr *left,
		   const struct expr *right)
{
	return diag_error2(c->diags, &right->loc, &left->loc,
			   "type mismatch: expected %s, this is %s",
			   type_text(c, left->dtype),
			   type_text(c, right->dtype));
}

const struct datatype *
concat_type(struct arena *a, const struct datatype *const *fields, unsigned n)
{
	struct datatype *t = arena_new_of(a, struct datatype);

	t->fields = arena_memdup(a, fields, n * sizeof(*fields));
	t->n_fields = n;
	t->name = t->desc = "concatenation";
	t->byteorder = BYTEORDER_INVALID;
	for (unsigned i = 0; i < n; i++)
		t->id = t->id << TYPE_BITS | fields[i]->id;
	return t;
}

const struct datatype *datatype_of_id(struct arena *a, uint32_t id)
{
	const struct datatype *fields[TYPE_MAX_FIELD];
	unsigned n = 0;

	if (id < 1u << TYPE_BITS)
		return datatype_by_id(id);
	for (uint32_t rest = id; rest; rest >>= TYPE_BITS)
		n++;
	for (unsigned i = n; i-- > 0; id >>= TYPE_BITS) {
		fields[i] = datatype_by_id(id & ((1u << TYPE_BITS) - 1));
		if (!fields[i])
			return NULL;
	}
	return concat_type(a, fields, n);
}

struct expr *check_const(struct check *c, const struct expr *left,
			 struct expr *e)
{
	struct expect old = check_want(c, left);
	struct expr *r = expr_check(c, e);

	c->want = old;
	if (!r)
		return NULL;
	if (!r->ops->is_const) {
		diag_error2(c->diags, &r->loc, &left->loc,
			    "a constant is expected here");
		return NULL;
	}
	return r;
}
