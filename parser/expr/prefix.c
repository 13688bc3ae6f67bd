/* SPDX-License-Identifier: GPL-2.0-or-later */
/* value/length */
#include "parser/check.h"
#include "parser/json.h"
#include "parser/print.h"
#include "parser/raise.h"

static int prefix_length(struct check *c, struct expr *plen, unsigned max,
			 unsigned *bits)
{
	const struct symbol_expr *s;
	u128 n;

	while (expr_is(plen, var) && expr_as(plen, var_expr)->def)
		plen = expr_as(plen, var_expr)->def->init;
	if (!expr_is(plen, symbol))
		return diag_error(c->diags, &plen->loc,
				  "a prefix length is expected");
	s = expr_as(plen, symbol_expr);
	if (!str_number(s->text, &n))
		return diag_error(c->diags, &plen->loc,
				  "\"%.*s\" is not a prefix length",
				  (int)s->text.len, s->text.s);
	if (n > max)
		return diag_error(c->diags, &plen->loc,
				  "prefix length %.*s is more than %u bits",
				  (int)s->text.len, s->text.s, max);
	*bits = (unsigned)n;
	return 0;
}

static struct expr *prefix_check(struct check *c, struct expr *e)
{
	const struct prefix_expr *p = expr_as(e, prefix_expr);
	struct prefix_expr *r;
	struct expr *base;

	if (!p->base)
		return e; /* a name's wildcard, made by its check */
	base = expr_check(c, p->base);
	if (!base)
		return NULL;
	if (!expr_is(base, value) || base->dtype->bitmask ||
	    datatype_is_string(base->dtype)) {
		diag_error(c->diags, &e->loc, "no prefix can be taken of this");
		return NULL;
	}
	r = arena_memdup(c->arena, p, sizeof(*p));
	if (prefix_length(c, p->plen, base->len, &r->bits))
		return NULL;
	r->e = *base;
	r->e.ops = &expr_prefix;
	r->e.loc = e->loc;
	r->v = expr_as(base, value_expr)->v & ~u128_mask(base->len - r->bits) &
	       u128_mask(base->len);
	return &r->e;
}

static void prefix_print(struct printer *pr, const struct expr *e)
{
	const struct prefix_expr *p = expr_as_const(e, prefix_expr);

	if (datatype_is_string(e->dtype)) {
		uint8_t name[17] = { 0 };

		value_export(p->v, 16, BYTEORDER_BIG, name);
		strbuf_printf(pr->out, "\"%.*s*\"", (int)p->bits / 8,
			      (char *)name);
		return;
	}
	print_value(pr, e, p->v);
	if (p->bits != e->len)
		strbuf_printf(pr->out, "/%u", p->bits);
}

static json_t *prefix_json(struct printer *pr, const struct expr *e)
{
	const struct prefix_expr *p = expr_as_const(e, prefix_expr);
	struct strbuf name = STRBUF_INIT;
	struct printer quoted = { .env = pr->env, .out = &name };
	json_t *o;

	if (!datatype_is_string(e->dtype)) {
		o = json_constant(pr->env, e->dtype, p->v, e->len);
		return p->bits == e->len ? o : json_prefix(o, p->bits);
	}
	prefix_print(&quoted, e);
	name.s[name.len - 1] = '\0';
	o = json_text(name.s + 1);
	strbuf_fini(&name);
	return o;
}

const struct expr_ops expr_prefix = {
	.name = "prefix",
	.is_const = true,
	.check = prefix_check,
	.print = prefix_print,
	.json = prefix_json,
};
