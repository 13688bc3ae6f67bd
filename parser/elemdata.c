/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data of maps: concatenations and ranges. */
#include "parser/elemdata.h"
#include "parser/json.h"

#include "parser/lower.h"

/* The fields of a type: of one that is no concatenation, itself. */
static const struct datatype *field_at(const struct datatype *t, unsigned i)
{
	return t->n_fields ? t->fields[i] : t;
}

static unsigned fields_of(const struct datatype *t)
{
	return t->n_fields ? t->n_fields : 1;
}

static unsigned padded(const struct datatype *t)
{
	return 4 * lower_words(t->size);
}

struct set_field elemdata_field(const struct datatype *t)
{
	struct set_field f = { .dtype = t, .byteorder = BYTEORDER_BIG };

	for (unsigned i = 0; i < t->n_fields; i++)
		f.bytes = (uint16_t)(f.bytes + padded(t->fields[i]));
	f.len = (uint16_t)(8 * f.bytes);
	return f;
}

/* Both ends of one field. */
static int put_field(struct check *c, const struct set_layout *l,
		     const struct datatype *t, const struct expr *e,
		     uint8_t *from, uint8_t *to)
{
	const unsigned bytes = (t->size + 7u) / 8;
	const uint8_t order = t->byteorder ? t->byteorder : BYTEORDER_BIG;
	u128 lo, hi;

	if (expr_is(e, value)) {
		lo = hi = expr_as_const(e, value_expr)->v;
	} else if (l->data_interval && expr_is(e, range)) {
		lo = expr_as_const(e, range_expr)->from;
		hi = expr_as_const(e, range_expr)->to;
	} else if (l->data_interval && expr_is(e, prefix)) {
		lo = expr_as_const(e, prefix_expr)->v;
		hi = lo |
		     u128_mask(e->len - expr_as_const(e, prefix_expr)->bits);
	} else {
		return diag_error(c->diags, &e->loc, "one value is expected");
	}
	value_export(lo, bytes, order, from);
	if (l->data_interval)
		value_export(hi, bytes, order, to);
	return 0;
}

static bool is_ranged(const struct expr *e)
{
	const struct list_expr *items = expr_as_const(e, list_expr);

	if (!expr_is(e, concat))
		return expr_is(e, range) || expr_is(e, prefix);
	for (size_t i = 0; i < items->items.len; i++)
		if (is_ranged(items->items.v[i]))
			return true;
	return false;
}

int elemdata_put(struct check *c, const struct set_layout *l,
		 const struct expr *e, uint8_t *out)
{
	const struct list_expr *items = expr_as_const(e, list_expr);
	const struct datatype *t = l->data.dtype;
	uint8_t *to = out + l->data.bytes / 2;

	if (t->n_fields &&
	    (!expr_is(e, concat) || items->items.len != t->n_fields))
		return diag_error(c->diags, &e->loc, "%u fields are expected",
				  t->n_fields);
	if (l->data_interval && !is_ranged(e))
		return diag_error(c->diags, &e->loc,
				  "a range or prefix is expected: the map's "
				  "data are such");
	for (unsigned i = 0; i < fields_of(t); i++) {
		const struct datatype *f = field_at(t, i);

		if (put_field(c, l, f, t->n_fields ? items->items.v[i] : e, out,
			      to))
			return -1;
		out += padded(f);
		to += padded(f);
	}
	return 0;
}

static u128 number_at(const struct datatype *t, const uint8_t *p)
{
	return value_import(p, (t->size + 7u) / 8,
			    t->byteorder ? t->byteorder : BYTEORDER_BIG);
}

static void print_number(const struct parser_env *env, const struct datatype *t,
			 u128 v, struct strbuf *out)
{
	datatype_print(env, t, v, t->size, out);
}

/* A range, as the prefix that it is where it is one of addresses. */
static void print_range(const struct parser_env *env, const struct datatype *t,
			u128 lo, u128 hi, struct strbuf *out)
{
	u128 host = lo ^ hi;
	unsigned bits = t->size;

	print_number(env, t, lo, out);
	if (lo == hi)
		return;
	if ((t->id == TYPE_IPADDR || t->id == TYPE_IP6ADDR) && !(lo & host) &&
	    !(host & (host + 1))) {
		for (; host; host >>= 1)
			bits--;
		strbuf_printf(out, "/%u", bits);
		return;
	}
	strbuf_putc(out, '-');
	print_number(env, t, hi, out);
}

void elemdata_print(const struct parser_env *env, const struct datatype *t,
		    bool interval, const uint8_t *bytes, struct strbuf *out)
{
	struct parser_env numeric = *env;
	const uint8_t *to = bytes;

	numeric.numeric = true;
	for (unsigned i = 0; i < fields_of(t); i++)
		to += padded(field_at(t, i));
	for (unsigned i = 0; i < fields_of(t); i++) {
		const struct datatype *f = field_at(t, i);
		u128 lo = number_at(f, bytes);

		if (i)
			strbuf_puts(out, " . ");
		print_range(&numeric, f, lo, interval ? number_at(f, to) : lo,
			    out);
		bytes += padded(f);
		to += padded(f);
	}
}

void elemdata_print_type(const struct datatype *t, bool interval,
			 struct strbuf *out)
{
	strbuf_printf(out, " : %s", interval ? "interval " : "");
	for (unsigned i = 0; i < fields_of(t); i++)
		strbuf_printf(out, "%s%s", i ? " . " : "",
			      field_at(t, i)->name);
}

json_t *elemdata_json(const struct parser_env *env, const struct datatype *t,
		      bool interval, const uint8_t *bytes)
{
	json_t *a = json_array(), *one;
	const uint8_t *to = bytes;

	for (unsigned i = 0; i < fields_of(t); i++)
		to += padded(field_at(t, i));
	for (unsigned i = 0; i < fields_of(t); i++) {
		const struct datatype *f = field_at(t, i);
		bool is_addr = f->id == TYPE_IPADDR || f->id == TYPE_IP6ADDR;
		u128 lo = number_at(f, bytes);

		one = json_bounds(env, f, f->size, is_addr, lo,
				  interval ? number_at(f, to) : lo);
		json_array_append_new(a, one);
		bytes += padded(f);
		to += padded(f);
	}
	if (t->n_fields)
		return json_one("concat", a);
	one = json_incref(json_array_get(a, 0));
	json_decref(a);
	return one;
}
