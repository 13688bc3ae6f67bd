/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values, elements and sets as nft's listing has them.
 */
#include "parser/elemdata.h"
#include "parser/print.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "parser/lower.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

void print_value(struct printer *pr, const struct expr *like, u128 v)
{
	datatype_print(pr->env, like->dtype, v, like->len, pr->out);
}

const char *size_unit(uint64_t *bytes)
{
	static const char *const units[] = { "bytes", "kbytes", "mbytes" };
	unsigned u = 0;

	while (*bytes && u < 2 && *bytes % 1024 == 0) {
		*bytes /= 1024;
		u++;
	}
	return units[u];
}

void print_size(uint64_t bytes, struct strbuf *out)
{
	const char *unit = size_unit(&bytes);

	strbuf_printf(out, "%llu %s", (unsigned long long)bytes, unit);
}

static void print_name(u128 v, unsigned bytes, bool star, struct strbuf *out)
{
	uint8_t name[17] = { 0 };

	value_export(v, 16, BYTEORDER_BIG, name);
	strbuf_printf(out, "\"%.*s%s\"", (int)bytes, (char *)name,
		      star ? "*" : "");
}

int print_prefix_bits(u128 from, u128 to, unsigned len)
{
	u128 diff = from ^ to;
	unsigned host = 0;

	while (host < len && diff >> host & 1)
		host++;
	if (diff != u128_mask(host) || from & diff)
		return -1;
	return (int)(len - host);
}

/* Flags one by one, other constants as they are. */
static void print_one(const struct parser_env *env, const struct set_field *f,
		      u128 v, struct strbuf *out)
{
	const char *sep = "";

	if (!raise_is_flags(f->dtype) || !(v & (v - 1))) {
		datatype_print(env, f->dtype, v, f->len, out);
		return;
	}
	for (unsigned bit = 0; bit < 128; bit++) {
		if (!(v >> bit & 1))
			continue;
		strbuf_puts(out, sep);
		datatype_print(env, f->dtype, (u128)1 << bit, f->len, out);
		sep = " | ";
	}
}

static void print_bounds(const struct parser_env *env,
			 const struct set_field *f, u128 from, u128 to,
			 struct strbuf *out)
{
	int bits;

	from >>= f->shift;
	to >>= f->shift;
	bits = print_prefix_bits(from, to, f->len);
	if (from == to) {
		print_one(env, f, from, out);
	} else if (datatype_is_string(f->dtype) && bits >= 0) {
		print_name(from, (unsigned)bits / 8, true, out);
	} else {
		struct parser_env numeric = *env;

		numeric.numeric = true; /* nft's ranges are of numbers */
		print_one(&numeric, f, from, out);
		if (f->dtype->prefix && bits >= 0) {
			strbuf_printf(out, "/%d", bits);
			return;
		}
		strbuf_putc(out, '-');
		print_one(&numeric, f, to, out);
	}
}

/* The fields of a key; @end NULL when it is no range. */
static void print_key(const struct parser_env *env, const struct set_layout *l,
		      bool interval, const uint8_t *key, const uint8_t *end,
		      struct strbuf *out)
{
	for (unsigned i = 0; i < l->n; i++) {
		const struct set_field *f = &l->f[i];
		uint8_t order = interval ? BYTEORDER_BIG : f->byteorder;
		unsigned step = l->n == 1 ? 0 : 4 * lower_words(f->len);
		u128 from = value_import(key, f->bytes, order), to = from;

		if (end)
			to = value_import(end, f->bytes, order);
		if (i)
			strbuf_puts(out, " . ");
		print_bounds(env, f, from, to, out);
		key += step;
		end = end ? end + step : NULL;
	}
}

const char *verdict_word(int32_t code)
{
	switch (code) {
	case NF_ACCEPT:
		return "accept";
	case NF_DROP:
		return "drop";
	case NFT_CONTINUE:
		return "continue";
	case NFT_RETURN:
		return "return";
	case NFT_JUMP:
		return "jump";
	default:
		return "goto";
	}
}

static void print_verdict(int32_t code, const char *chain, struct strbuf *out)
{
	strbuf_puts(out, verdict_word(code));
	if (chain)
		strbuf_printf(out, " %s", chain);
}

static void print_data(const struct parser_env *env, const struct set_layout *l,
		       const struct elem_batch *b, size_t row,
		       struct strbuf *out)
{
	if (b->objects && b->objects[row])
		strbuf_printf(out, "\"%s\"", b->objects[row]);
	else if (l->is_verdict && b->verdicts)
		print_verdict(b->verdicts[row],
			      b->chains ? b->chains[row] : NULL, out);
	else if (b->data && l->data.dtype &&
		 (l->data_interval || l->data.dtype->n_fields))
		elemdata_print(env, l->data.dtype, l->data_interval,
			       b->data + row * b->data_len, out);
	else if (b->data && l->data.dtype)
		datatype_print(env, l->data.dtype,
			       value_import(b->data + row * b->data_len,
					    b->data_len, l->data.byteorder),
			       l->data.len, out);
}

/* ---- declared sets ------------------------------------------------------- */

/* Fields whose type says no size have that of what is looked up. */
static void look_at_fields(struct set_layout *l, const struct list_expr *key)
{
	for (unsigned i = 0; i < MIN(l->n, key->items.len); i++) {
		const struct expr *e = key->items.v[i];

		if (l->f[i].dtype->size || !e->len)
			continue;
		l->f[i].len = e->len;
		l->f[i].bytes = (uint16_t)((e->len + 7) / 8);
		l->f[i].byteorder = e->byteorder;
	}
}

bool print_layout(struct parser *p, const struct set_type *type,
		  const struct elem_look *look, struct set_layout *l)
{
	struct loc nowhere = { 0 };
	struct check c;

	check_init(&c, p, NFPROTO_INET, NULL, NULL);
	if (set_layout_of_type(&c, type, &nowhere, l))
		return false;
	if (look)
		l->f[0].shift = (uint8_t)look->shift;
	if (look && look->type && l->n == 1)
		l->f[0].dtype = look->type;
	if (look && look->key)
		look_at_fields(l, look->key);
	return true;
}

void set_key_print(struct parser *p, const struct set_type *type,
		   const struct elem_batch *elems, size_t row,
		   const struct elem_look *look, struct strbuf *out)
{
	struct set_layout l;

	if (elems->flags[row] & ELEM_CATCHALL) {
		strbuf_putc(out, '*');
		return;
	}
	if (!print_layout(p, type, look, &l))
		return;
	print_key(&p->env, &l, type->flags & NFT_SET_INTERVAL,
		  elem_batch_key(elems, row),
		  elems->key_ends ? elem_batch_key_end(elems, row) : NULL, out);
}

void set_data_print(struct parser *p, const struct set_type *type,
		    const struct elem_batch *elems, size_t row,
		    struct strbuf *out)
{
	struct set_layout l;

	if (print_layout(p, type, NULL, &l))
		print_data(&p->env, &l, elems, row, out);
}

void set_type_print(struct parser *p, const struct set_type *type,
		    struct strbuf *out)
{
	struct set_layout l;

	if (type->key_typeof) {
		strbuf_printf(out, "typeof %s", type->key_typeof);
		if (type->data_typeof)
			strbuf_printf(out, " : %s", type->data_typeof);
		return;
	}
	if (!print_layout(p, type, NULL, &l))
		return;
	strbuf_puts(out, "type ");
	for (unsigned i = 0; i < l.n; i++)
		strbuf_printf(out, "%s%s", i ? " . " : "", l.f[i].dtype->name);
	if (type->flags & NFT_SET_OBJECT)
		strbuf_printf(out, " : %s", list_object_word(type->obj_type));
	else if (l.data.dtype)
		elemdata_print_type(l.data.dtype, l.data_interval, out);
}
