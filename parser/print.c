/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values, elements and sets as nft's listing has them. Elements are printed in
 * the order nft sorts them into: by their numbers; strings and concatenations
 * by the number that their bytes make, last byte first.
 */
#include "parser/print.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "parser/lower.h"
#include "parser/setdecl.h"

void print_value(struct printer *pr, const struct expr *like, u128 v)
{
	datatype_print(pr->env, like->dtype, v, like->len, pr->out);
}

void print_size(uint64_t bytes, struct strbuf *out)
{
	static const char *const units[] = { "bytes", "kbytes", "mbytes" };
	unsigned u = 0;

	while (bytes && u < 2 && bytes % 1024 == 0) {
		bytes /= 1024;
		u++;
	}
	strbuf_printf(out, "%llu %s", (unsigned long long)bytes, units[u]);
}

static void print_name(u128 v, unsigned bytes, bool star, struct strbuf *out)
{
	uint8_t name[17] = { 0 };

	value_export(v, 16, BYTEORDER_BIG, name);
	strbuf_printf(out, "\"%.*s%s\"", (int)bytes, (char *)name,
		      star ? "*" : "");
}

/* Bits of the prefix that from-to is, or -1. */
static int prefix_bits(u128 from, u128 to, unsigned len)
{
	u128 diff = from ^ to;
	unsigned host = 0;

	while (host < len && diff >> host & 1)
		host++;
	if (diff != u128_mask(host) || from & diff)
		return -1;
	return (int)(len - host);
}

static void print_one(const struct parser_env *env, const struct set_field *f,
		      u128 v, struct strbuf *out)
{
	struct strbuf b = STRBUF_INIT;

	if (!f->dtype->bitmask) {
		datatype_print(env, f->dtype, v, f->len, out);
		return;
	}
	datatype_print(env, f->dtype, v, f->len, &b);
	for (const char *p = strbuf_str(&b); *p; p++)
		strbuf_printf(out, *p == ',' ? " | " : "%c", *p);
	strbuf_fini(&b);
}

static void print_bounds(const struct parser_env *env,
			 const struct set_field *f, u128 from, u128 to,
			 struct strbuf *out)
{
	int bits;

	from >>= f->shift;
	to >>= f->shift;
	bits = prefix_bits(from, to, f->len);
	if (from == to) {
		print_one(env, f, from, out);
	} else if (f->dtype->id == TYPE_IFNAME && bits >= 0) {
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

static void print_verdict(int32_t code, const char *chain, struct strbuf *out)
{
	static const struct {
		int32_t code;
		const char *word;
	} words[] = {
		{ NF_ACCEPT, "accept" },      { NF_DROP, "drop" },
		{ NFT_CONTINUE, "continue" }, { NFT_RETURN, "return" },
		{ NFT_JUMP, "jump" },	      { NFT_GOTO, "goto" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].code == code)
			strbuf_puts(out, words[i].word);
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
	else if (b->data && l->data.dtype)
		datatype_print(env, l->data.dtype,
			       value_import(b->data + row * b->data_len,
					    b->data_len, l->data.byteorder),
			       l->data.len, out);
}

/* ---- anonymous sets ------------------------------------------------------ */

/* One element: its row, and the last key when it is a range. */
struct shown {
	size_t row;
	uint8_t end[64];
	bool ranged;
};

struct sort_by {
	const struct elem_batch *b;
	bool reverse; /* bytes from the last one */
};

static int shown_cmp(const void *x, const void *y, void *arg)
{
	const struct sort_by *by = arg;
	const struct shown *a = x, *b = y;
	const uint8_t *ka = elem_batch_key(by->b, a->row);
	const uint8_t *kb = elem_batch_key(by->b, b->row);
	bool all_a = by->b->flags[a->row] & ELEM_CATCHALL;
	bool all_b = by->b->flags[b->row] & ELEM_CATCHALL;

	if (all_a != all_b)
		return all_a ? 1 : -1;
	for (unsigned i = 0; i < by->b->key_len; i++) {
		unsigned at = by->reverse ? by->b->key_len - 1 - i : i;

		if (ka[at] != kb[at])
			return ka[at] < kb[at] ? -1 : 1;
	}
	return a->row < b->row ? -1 : a->row > b->row;
}

static bool host_sorted(const struct set_layout *l)
{
	const struct datatype *t = l->f[0].dtype;

	return l->n > 1 || l->f[0].byteorder == BYTEORDER_HOST ||
	       t->id == TYPE_IFNAME || t->id == TYPE_STRING;
}

/* Where a range of single values ends: before its end row, before the next
 * range, or at the last value. */
static void find_end(const struct elem_batch *b, size_t row, struct shown *s)
{
	u128 last = u128_mask(8u * b->key_len);

	if (row + 1 < b->len && !(b->flags[row + 1] & ELEM_CATCHALL))
		last = value_import(elem_batch_key(b, row + 1), b->key_len,
				    BYTEORDER_BIG) -
		       1;
	value_export(last, b->key_len, BYTEORDER_BIG, s->end);
	s->ranged = true;
}

static size_t collect(const struct cmd_set *set, struct shown *v)
{
	const struct elem_batch *b = set->elems;
	bool pairs = set->type.flags & NFT_SET_INTERVAL && set->layout->n == 1;
	size_t n = 0;

	for (size_t row = 0; row < b->len; row++) {
		if (b->flags[row] & ELEM_INTERVAL_END)
			continue;
		v[n].row = row;
		if (b->key_ends) {
			memcpy(v[n].end, elem_batch_key_end(b, row),
			       MIN(b->key_len, (uint16_t)64));
			v[n].ranged = true;
		} else if (pairs && !(b->flags[row] & ELEM_CATCHALL)) {
			find_end(b, row, &v[n]);
		}
		n++;
	}
	return n;
}

static bool same_key(const struct elem_batch *b, const struct shown *x,
		     const struct shown *y)
{
	return !x->ranged && !y->ranged &&
	       !memcmp(elem_batch_key(b, x->row), elem_batch_key(b, y->row),
		       b->key_len);
}

void print_set(struct printer *pr, const struct cmd_set *set)
{
	const struct set_layout *l = set->layout;
	const struct elem_batch *b = set->elems;
	bool interval = set->type.flags & NFT_SET_INTERVAL;
	struct sort_by by = { b, (!interval || l->n > 1) && host_sorted(l) };
	struct shown *v;
	size_t n;

	if (!b) {
		strbuf_puts(pr->out, "{ }");
		return;
	}
	v = xcalloc(b->len, sizeof(*v));
	n = collect(set, v);
	/* Concatenated ranges stay in the order of the text, as pipapo's do. */
	if (!interval || l->n == 1)
		qsort_r(v, n, sizeof(*v), shown_cmp, &by);
	strbuf_puts(pr->out, "{ ");
	for (size_t i = 0; i < n; i++) {
		if (i && same_key(b, &v[i - 1], &v[i]) &&
		    !(b->flags[v[i].row] & ELEM_CATCHALL))
			continue;
		if (i)
			strbuf_puts(pr->out, ", ");
		if (b->flags[v[i].row] & ELEM_CATCHALL)
			strbuf_putc(pr->out, '*');
		else
			print_key(pr->env, l, interval,
				  elem_batch_key(b, v[i].row),
				  v[i].ranged ? v[i].end : NULL, pr->out);
		if (set->type.flags & NFT_SET_MAP) {
			strbuf_puts(pr->out, " : ");
			print_data(pr->env, l, b, v[i].row, pr->out);
		}
	}
	strbuf_puts(pr->out, " }");
	free(v);
}

/* ---- declared sets ------------------------------------------------------- */

static bool layout_of(struct parser *p, const struct set_type *type,
		      struct set_layout *l)
{
	struct loc nowhere = { 0 };
	struct check c;

	check_init(&c, p, NFPROTO_INET, NULL, NULL);
	return !set_layout_of_type(&c, type, &nowhere, l);
}

void set_key_print(struct parser *p, const struct set_type *type,
		   const struct elem_batch *elems, size_t row,
		   struct strbuf *out)
{
	struct set_layout l;

	if (elems->flags[row] & ELEM_CATCHALL) {
		strbuf_putc(out, '*');
		return;
	}
	if (layout_of(p, type, &l))
		print_key(&p->env, &l, type->flags & NFT_SET_INTERVAL,
			  elem_batch_key(elems, row),
			  elems->key_ends ? elem_batch_key_end(elems, row)
					  : NULL,
			  out);
}

void set_data_print(struct parser *p, const struct set_type *type,
		    const struct elem_batch *elems, size_t row,
		    struct strbuf *out)
{
	struct set_layout l;

	if (layout_of(p, type, &l))
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
	if (!layout_of(p, type, &l))
		return;
	strbuf_puts(out, "type ");
	for (unsigned i = 0; i < l.n; i++)
		strbuf_printf(out, "%s%s", i ? " . " : "", l.f[i].dtype->name);
	if (type->flags & NFT_SET_OBJECT)
		strbuf_puts(out, " : counter");
	else if (l.data.dtype)
		strbuf_printf(out, " : %s", l.data.dtype->name);
}
