/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets and maps in the words, order and line breaks of nft's listing.
 *
 * Elements come from the ruleset, or, where the view has living ones (packets
 * add, count and expire), from those; these come in the VM's order and are
 * sorted first, by going through a store of their own.
 */
#include "ruleset/list.h"

#include <linux/netfilter/nf_tables.h>
#include <limits.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "parser/listing.h"

/* --- times --------------------------------------------------------------- */

/* The kernel keeps timeouts in jiffies of 4 ms and gives them back so. */
static uint64_t grain(uint64_t ms)
{
	return ms / 4 * 4;
}

/* --- declaration --------------------------------------------------------- */

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{ NFT_SET_CONSTANT, "constant" },
	{ NFT_SET_EVAL, "dynamic" },
	{ NFT_SET_INTERVAL, "interval" },
	{ NFT_SET_TIMEOUT, "timeout" },
};

static void flags_print(const struct rs_list *l, const struct rs_set *s)
{
	uint32_t flags = s->type.flags;
	const char *comma = "\t\tflags ";

	/* A default timeout tells of the flag already, if it is alone. */
	if (s->timeout_ms &&
	    !(flags & (NFT_SET_CONSTANT | NFT_SET_EVAL | NFT_SET_INTERVAL)))
		return;
	for (size_t i = 0; i < ARRAY_LEN(flag_names); i++) {
		if (!(flags & flag_names[i].flag))
			continue;
		strbuf_printf(l->out, "%s%s", comma, flag_names[i].name);
		comma = ",";
	}
	if (*comma == ',')
		strbuf_putc(l->out, '\n');
}

static void declaration_print(struct rs_list *l, const struct rs_set *s)
{
	bool is_constant = s->type.flags & NFT_SET_CONSTANT;

	strbuf_puts(l->out, "\t\t");
	set_type_print(l->p, &s->type, l->out);
	strbuf_putc(l->out, '\n');
	if (!is_constant && s->policy == NFT_SET_POL_MEMORY)
		strbuf_puts(l->out, "\t\tpolicy memory\n");
	if (!is_constant && s->size)
		strbuf_printf(l->out, "\t\tsize %u\n", s->size);
	flags_print(l, s);
	if (s->stmt_len) {
		strbuf_puts(l->out, "\t\t");
		list_stmts(l->p, s->stmt, s->stmt_len, true, " ", l->out);
		strbuf_putc(l->out, '\n');
	}
	if (s->auto_merge)
		strbuf_puts(l->out, "\t\tauto-merge\n");
	if (s->timeout_ms) {
		strbuf_puts(l->out, "\t\ttimeout ");
		time_print(l->view->numeric, grain(s->timeout_ms), l->out);
		strbuf_putc(l->out, '\n');
	}
	if (s->gc_interval_ms) {
		strbuf_puts(l->out, "\t\tgc-interval ");
		time_print(l->view->numeric, s->gc_interval_ms, l->out);
		strbuf_putc(l->out, '\n');
	}
	if (s->comment)
		strbuf_printf(l->out, "\t\tcomment \"%s\"\n", s->comment);
}

/* --- elements ------------------------------------------------------------ */

/* How many elements of a key's type nft puts on a line; others get one. The
 * numbers are nft's datatype ids. */
static const uint8_t per_line[] = {
	[2] = 5,  /* nf_proto */
	[4] = 5,  /* integer */
	[7] = 2,  /* ipv4_addr */
	[11] = 5, /* arp_op */
	[12] = 5, /* inet_proto */
	[13] = 5, /* inet_service */
	[15] = 5, /* tcp_flag */
	[16] = 5, /* dccp_pkttype */
	[19] = 5, /* mark */
	[23] = 5, /* classid */
	[24] = 5, /* uid */
	[25] = 5, /* gid */
	[26] = 2, /* ct_state */
	[27] = 5, /* ct_dir */
	[28] = 2, /* ct_status */
	[31] = 2, /* pkt_type */
};

static unsigned elems_per_line(const struct rs_set *s)
{
	uint32_t type = s->type.key_type;

	return type < ARRAY_LEN(per_line) && per_line[type] ? per_line[type]
							    : 1;
}

static void elem_stmts(const struct rs_list *l, const struct rs_set *s,
		       const struct elem_batch *b, size_t row)
{
	bool own = b->exprs && b->exprs_len[row];

	/* An element without statements of its own has the set's. */
	if (own || s->stmt_len)
		strbuf_putc(l->out, ' ');
	list_stmts(l->p, own ? b->exprs[row] : s->stmt,
		   own ? b->exprs_len[row] : s->stmt_len, l->view->stateless,
		   " ", l->out);
}

static void elem_print(struct rs_list *l, const struct rs_set *s,
		       const struct elem_batch *b, size_t row,
		       const struct elem_look *look)
{
	uint64_t timeout = b->timeouts_ms ? b->timeouts_ms[row] : 0;
	uint64_t left = b->expirations_ms ? b->expirations_ms[row] : 0;

	set_key_print(l->p, &s->type, b, row, look, l->out);
	elem_stmts(l, s, b, row);
	if (timeout && timeout != s->timeout_ms) {
		strbuf_puts(l->out, " timeout ");
		time_print(l->view->numeric, grain(timeout), l->out);
	}
	if (!l->view->stateless && left) {
		strbuf_puts(l->out, " expires ");
		time_print(l->view->numeric, grain(left), l->out);
	}
	if (b->comments && b->comments[row])
		strbuf_printf(l->out, " comment \"%s\"", b->comments[row]);
	if (s->type.flags & (NFT_SET_MAP | NFT_SET_OBJECT)) {
		strbuf_puts(l->out, " : ");
		set_data_print(l->p, &s->type, b, row, l->out);
	}
}

/* A row of a store in the order of listing: by @weight, then @arrival. */
struct place {
	const struct elem_batch *b;
	size_t row;
	unsigned weight;
	int64_t arrival;
};

static int place_cmp(const void *a, const void *b)
{
	const struct place *pa = a, *pb = b;

	if (pa->weight != pb->weight)
		return pa->weight < pb->weight ? -1 : 1;
	return (pa->arrival > pb->arrival) - (pa->arrival < pb->arrival);
}

/* 1 + the number of a key's lowest flag; 0: it has none. */
static unsigned low_bit(const struct rs_elems *e, const uint8_t *key)
{
	for (unsigned i = 0; i < e->key_len; i++) {
		uint8_t v =
			key[e->order == RS_ORDER_HOST ? i : e->key_len - 1 - i];

		if (v)
			return 8 * i + (unsigned)__builtin_ffs(v);
	}
	return 0;
}

static void place_weigh(const struct rs_elems *e, struct place *p)
{
	p->arrival = rs_elems_arrival(p->b, p->row);
	if (e->listing != RS_LIST_LOW_BITS)
		return;
	p->weight = p->b->flags[p->row] & ELEM_CATCHALL
			    ? UINT_MAX
			    : low_bit(e, elem_batch_key(p->b, p->row));
	p->arrival = -p->arrival;
}

static void places_sort(const struct rs_elems *e, struct place *places,
			size_t n)
{
	if (e->listing == RS_LIST_KEYS)
		return;
	for (size_t i = 0; i < n; i++)
		place_weigh(e, &places[i]);
	qsort(places, n, sizeof(*places), place_cmp);
}

/* The set's rows without the number of arrival, which is no data. */
static void row_view(const struct rs_elems *e, const struct place *at,
		     struct elem_batch *one)
{
	one->len = 0;
	one->key_len = e->key_len;
	rs_batch_put(one, at->b, at->row);
}

size_t rs_list_each(const struct rs_elems *e, rs_elem_fn *fn, void *data)
{
	struct place *places = xcalloc(e->len ? e->len : 1, sizeof(*places));
	struct elem_batch one;
	size_t n = 0;

	for (size_t i = 0; i < e->n_chunks; i++)
		for (size_t row = 0; row < e->chunks[i]->len; row++)
			places[n++] =
				(struct place){ .b = e->chunks[i], .row = row };
	places_sort(e, places, n);
	elem_batch_init(&one, e->key_len,
			e->data_len - (e->listing ? sizeof(uint32_t) : 0));
	for (size_t i = 0; i < n; i++) {
		row_view(e, &places[i], &one);
		fn(data, &one, i);
	}
	elem_batch_fini(&one);
	free(places);
	return n;
}

/**
 * struct elems_text - elements being printed
 * @first:	before the first one
 * @line:	elements on a line, then comes @wrap
 */
struct elems_text {
	struct rs_list *l;
	const struct rs_set *s;
	const struct elem_look *look;
	const char *first, *wrap;
	unsigned line, on_line;
};

static void elem_text(void *data, const struct elem_batch *one, size_t i)
{
	struct elems_text *t = data;

	if (!i) {
		strbuf_puts(t->l->out, t->first);
	} else if (t->on_line == t->line) {
		strbuf_puts(t->l->out, t->wrap);
		t->on_line = 0;
	} else {
		strbuf_puts(t->l->out, ", ");
	}
	t->on_line++;
	elem_print(t->l, t->s, one, 0, t->look);
}

void rs_list_anonymous(struct rs_list *l, const struct rs_set *s,
		       const struct elem_look *look, struct strbuf *out)
{
	struct rs_list to = *l;
	struct elems_text t = {
		.l = &to, .s = s, .look = look, .first = "", .line = UINT_MAX
	};

	to.out = out;
	strbuf_puts(out, "{ ");
	rs_list_each(&s->elems, elem_text, &t);
	strbuf_puts(out, " }");
}

/* --- living elements ----------------------------------------------------- */

/* The VM has no use for comments: they come from the ruleset's row. So do
 * statements, as they were loaded, if the VM does not tell of them. */
static void loaded_add(const struct rs_set *s, struct elem_batch *one)
{
	const struct elem_batch *b;
	struct rs_pos at;

	if (!rs_elems_seek(&s->elems, one->keys, one->key_ends,
			   one->flags[0] & ELEM_CATCHALL, &at))
		return;
	b = rs_elems_at(&s->elems, &at);
	if (b->comments)
		elem_batch_comments(one)[0] = b->comments[at.row];
	if (one->exprs || !b->exprs)
		return;
	one->exprs = xcalloc(one->cap, sizeof(*one->exprs));
	one->exprs_len = xcalloc(one->cap, sizeof(*one->exprs_len));
	one->exprs[0] = b->exprs[at.row];
	one->exprs_len[0] = b->exprs_len[at.row];
}

static void living_put(const struct rs_set *s, struct rs_elems *to,
		       struct elem_batch *one)
{
	struct rs_pos at;

	loaded_add(s, one);
	if (!rs_elems_seek(to, one->keys, one->key_ends,
			   one->flags[0] & ELEM_CATCHALL, &at))
		rs_elems_insert(to, &at, one, 0);
}

static void living_sort(const struct rs_set *s, const struct elem_batch *live,
			struct rs_elems *to)
{
	struct elem_batch one;
	size_t row = 0;

	rs_elems_init(to, live->key_len, live->data_len, s->elems.order,
		      s->elems.listing);
	while (row < live->len) {
		uint8_t flags = live->flags[row];

		if (flags & ELEM_INTERVAL_END) {
			row++;
			continue;
		}
		elem_batch_init(&one, live->key_len, live->data_len);
		if (rs_set_is_interval(s) && !(flags & ELEM_CATCHALL))
			row = rs_batch_range(&one, live, row);
		else
			rs_batch_put(&one, live, row++);
		living_put(s, to, &one);
		elem_batch_fini(&one);
	}
}

size_t rs_list_elems(const struct rs_list *l, const struct rs_set *s,
		     rs_elem_fn *fn, void *data)
{
	struct elem_batch live;
	struct rs_elems sorted;
	size_t n;

	if (!l->view->set_elems || !l->view->set_elems(l->view->data, s, &live))
		return rs_list_each(&s->elems, fn, data);
	living_sort(s, &live, &sorted);
	n = rs_list_each(&sorted, fn, data);
	rs_elems_fini(&sorted);
	elem_batch_fini(&live);
	return n;
}

void rs_list_set(struct rs_list *l, const struct rs_set *s)
{
	bool is_map = s->type.flags & (NFT_SET_MAP | NFT_SET_OBJECT);
	struct elems_text t = {
		.l = l,
		.s = s,
		.first = "\t\telements = { ",
		.wrap = ",\n\t\t\t     ",
		.line = elems_per_line(s),
	};

	strbuf_printf(l->out, "\t%s %s {", is_map ? "map" : "set", s->name);
	rs_list_handle(l, s->handle);
	strbuf_putc(l->out, '\n');
	declaration_print(l, s);
	if (rs_list_elems(l, s, elem_text, &t))
		strbuf_puts(l->out, " }\n");
	strbuf_puts(l->out, "\t}\n");
}
