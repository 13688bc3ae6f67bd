/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of sets and maps as JSON. */
#include "parser/elemdata.h"
#include "parser/json.h"

#include <linux/netfilter/nf_tables.h>

#include "parser/lower.h"
#include "parser/raise.h"

/* Flags one by one, other constants as they are. */
static json_t *one_json(const struct parser_env *env, const struct datatype *t,
			unsigned bits, u128 v)
{
	json_t *o = NULL, *flag;

	if (!raise_is_flags(t) || !(v & (v - 1)))
		return json_constant(env, t, v, bits);
	for (unsigned bit = 0; bit < 128; bit++) {
		if (!(v >> bit & 1))
			continue;
		flag = json_constant(env, t, (u128)1 << bit, bits);
		o = o ? json_pack("{s:[o, o]}", "|", o, flag) : flag;
	}
	return o;
}

json_t *json_bounds(const struct parser_env *env, const struct datatype *t,
		    unsigned bits, bool prefix, u128 from, u128 to)
{
	int len = print_prefix_bits(from, to, bits);
	uint8_t name[18] = { 0 };

	if (from == to)
		return one_json(env, t, bits, from);
	if (datatype_is_string(t) && len >= 0) {
		value_export(from, 16, BYTEORDER_BIG, name);
		name[len / 8] = '*';
		name[len / 8 + 1] = '\0';
		return json_text((char *)name);
	}
	if (prefix && len >= 0)
		return json_prefix(one_json(env, t, bits, from), (unsigned)len);
	return json_pack("{s:[o, o]}", "range", json_bound(env, t, from, bits),
			 json_bound(env, t, to, bits));
}

/* The fields of a key; @end NULL when it is no range. */
static json_t *fields_json(const struct parser_env *env,
			   const struct set_layout *l, bool interval,
			   const uint8_t *key, const uint8_t *end)
{
	json_t *a = json_array(), *one = NULL;

	for (unsigned i = 0; i < l->n; i++) {
		const struct set_field *f = &l->f[i];
		uint8_t order = interval ? BYTEORDER_BIG : f->byteorder;
		unsigned step = l->n == 1 ? 0 : 4 * lower_words(f->len);
		u128 from = value_import(key, f->bytes, order), to = from;

		if (end)
			to = value_import(end, f->bytes, order);
		one = json_bounds(env, f->dtype, f->len, f->dtype->prefix,
				  from >> f->shift, to >> f->shift);
		json_array_append_new(a, one);
		key += step;
		end = end ? end + step : NULL;
	}
	if (l->n != 1)
		return json_one("concat", a);
	json_incref(one);
	json_decref(a);
	return one;
}

json_t *set_key_json(struct parser *p, const struct set_type *type,
		     const struct elem_batch *elems, size_t row,
		     const struct elem_look *look)
{
	struct set_layout l;

	if (elems->flags[row] & ELEM_CATCHALL ||
	    !print_layout(p, type, look, &l))
		return json_string("*");
	return fields_json(&p->env, &l, type->flags & NFT_SET_INTERVAL,
			   elem_batch_key(elems, row),
			   elems->key_ends ? elem_batch_key_end(elems, row)
					   : NULL);
}

json_t *set_data_json(struct parser *p, const struct set_type *type,
		      const struct elem_batch *b, size_t row)
{
	const uint8_t *data = b->data ? b->data + row * b->data_len : NULL;
	struct set_layout l;

	if (!print_layout(p, type, NULL, &l))
		return json_null();
	if (b->objects && b->objects[row])
		return json_text(b->objects[row]);
	if (l.is_verdict && b->verdicts)
		return json_verdict(b->verdicts[row],
				    b->chains ? b->chains[row] : NULL);
	if (!data || !l.data.dtype)
		return json_null();
	if (l.data_interval || l.data.dtype->n_fields)
		return elemdata_json(&p->env, l.data.dtype, l.data_interval,
				     data);
	return json_constant(&p->env, l.data.dtype,
			     value_import(data, b->data_len, l.data.byteorder),
			     l.data.len);
}

/* The name of a concatenation is one string here, unlike a key's. */
static json_t *data_type_json(const struct datatype *t)
{
	struct strbuf name = STRBUF_INIT;
	json_t *o;

	strbuf_puts(&name, t->n_fields ? "" : t->name);
	for (unsigned i = 0; i < t->n_fields; i++)
		strbuf_printf(&name, "%s%s", i ? " . " : "",
			      t->fields[i]->name);
	o = json_string(strbuf_str(&name));
	strbuf_fini(&name);
	return o;
}

void set_type_json(struct parser *p, const struct set_type *type, json_t *to)
{
	json_t *names = json_array();
	struct set_layout l;

	if (print_layout(p, type, NULL, &l)) {
		for (unsigned i = 0; i < l.n; i++)
			json_array_append_new(names,
					      json_string(l.f[i].dtype->name));
		json_put_words(to, "type", json_incref(names));
		if (type->flags & NFT_SET_OBJECT)
			json_object_set_new(
				to, "map",
				json_string(list_object_word(type->obj_type)));
		else if (l.data.dtype)
			json_object_set_new(to, "map",
					    data_type_json(l.data.dtype));
	}
	json_decref(names);
}
