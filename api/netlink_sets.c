/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nft sends for intervals of a set that the same text declares.
 *
 * Theory of operation
 *
 * nft looks for overlaps in one list of all elements of a set (set_overlap()),
 * and that is the list that the declaration is sent with: only at the end, so
 * that it has what later commands add. The first command for the set also takes
 * along the elements of the declaration, as nft does not know yet that these
 * are sent; so a deletion that comes first adds them anew, and deletes nothing.
 *
 * Here a range is its printed rows and its key, to sort by.
 */
#include "api/netlink.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct range - one element of a set
 * @last:	the catch-all element: behind all others
 * @sent:	a command took it along
 */
struct range {
	char *rows;
	uint8_t key[16], end[16];
	bool last, sent, gone;
};

/**
 * struct netlink_set - a set that the text declares
 * @at:	where its elements belong in the text
 * @first:	the row that says that the space before them is empty
 */
struct netlink_set {
	uint8_t family;
	char *table, *name, *first;
	size_t at;
	uint16_t key_len;
	VEC(struct range) ranges;
};

static int range_cmp(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->last != y->last)
		return x->last - y->last;
	return memcmp(x->key, y->key, sizeof(x->key));
}

static struct netlink_set *find(struct netlink_text *t, const struct cmd *cmd)
{
	struct netlink_set **s;

	vec_foreach(&t->sets, s)
		if ((*s)->family == cmd->h.family &&
		    !strcmp((*s)->table, cmd->h.table) &&
		    !strcmp((*s)->name, cmd->h.set))
			return *s;
	return NULL;
}

/* The range that starts at @row. Return: the row behind it. */
static size_t range_read(struct range *r, const struct cmd_set *cs, size_t row)
{
	const struct elem_batch *b = cs->elems;
	struct strbuf rows = STRBUF_INIT;

	memset(r, 0, sizeof(*r));
	r->last = b->flags[row] & ELEM_CATCHALL;
	memcpy(r->key, elem_batch_key(b, row), b->key_len);
	netlink_row(b, row++, cs, &rows);
	if (row < b->len && b->flags[row] & ELEM_INTERVAL_END) {
		memcpy(r->end, elem_batch_key(b, row), b->key_len);
		netlink_row(b, row++, cs, &rows);
	}
	r->rows = strbuf_take(&rows);
	return row;
}

/* The ranges of @cs, behind those that @s has. */
static void ranges_add(struct netlink_set *s, const struct cmd_set *cs)
{
	const struct elem_batch *b = cs->elems;
	size_t row = 0;

	if (b && b->len && b->flags[0] & ELEM_INTERVAL_END)
		row++;
	while (b && row < b->len)
		row = range_read(vec_add(&s->ranges), cs, row);
}

static void first_row(struct netlink_set *s, const struct cmd_set *cs)
{
	struct strbuf out = STRBUF_INIT;
	struct elem_batch b;
	size_t row;

	elem_batch_init(&b, s->key_len, 0);
	row = elem_batch_add(&b);
	b.flags[row] = ELEM_INTERVAL_END;
	netlink_row(&b, row, cs, &out);
	elem_batch_fini(&b);
	s->first = strbuf_take(&out);
}

bool netlink_set(struct netlink_text *t, const struct cmd *cmd)
{
	struct netlink_set *s = find(t, cmd);
	size_t had = s ? s->ranges.len : 0;

	if (s) {
		ranges_add(s, cmd->set);
		for (size_t i = had; i < s->ranges.len; i++)
			s->ranges.v[i].sent = true;
		return false;
	}
	s = xzalloc(sizeof(*s));
	s->family = cmd->h.family;
	s->table = xstrdup(cmd->h.table);
	s->name = xstrdup(cmd->h.set);
	s->key_len = (uint16_t)cmd->set->type.key_len;
	s->at = t->out.len;
	first_row(s, cmd->set);
	ranges_add(s, cmd->set);
	vec_push(&t->sets, s);
	return true;
}

static void head(const struct netlink_set *s, struct strbuf *out)
{
	strbuf_printf(out, "%s %s 0\n", s->name, s->table);
}

static void sort(struct netlink_set *s)
{
	if (s->ranges.len)
		qsort(s->ranges.v, s->ranges.len, sizeof(*s->ranges.v),
		      range_cmp);
}

/* All that was not sent yet, in one message. */
static void tell(struct netlink_set *s, struct strbuf *out)
{
	struct range *r;

	sort(s);
	head(s, out);
	vec_foreach(&s->ranges, r) {
		if (!r->sent)
			strbuf_puts(out, r->rows);
		r->sent = true;
	}
	strbuf_putc(out, '\n');
}

static bool has_unsent(const struct netlink_set *s)
{
	for (size_t i = 0; i < s->ranges.len; i++)
		if (!s->ranges.v[i].sent)
			return true;
	return false;
}

static bool same(const struct range *a, const struct range *b)
{
	return !range_cmp(a, b) && !memcmp(a->end, b->end, sizeof(a->end));
}

/* What was sent is deleted; the rest is not there for nft, and sent. */
static void elems_delete(struct netlink_set *s, const struct cmd_set *cs,
			 struct strbuf *out)
{
	const struct elem_batch *b = cs->elems;
	struct range one, *r;
	size_t row = 0, len;

	head(s, out);
	len = out->len;
	while (b && row < b->len) {
		row = range_read(&one, cs, row);
		vec_foreach(&s->ranges, r) {
			if (!r->sent || r->gone || !same(r, &one))
				continue;
			r->gone = true;
			strbuf_puts(out, r->rows);
			break;
		}
		free(one.rows);
	}
	if (out->len > len)
		strbuf_putc(out, '\n');
	if (has_unsent(s))
		tell(s, out);
}

bool netlink_elems(struct netlink_text *t, const struct cmd *cmd)
{
	struct netlink_set *s = find(t, cmd);

	if (!s)
		return false;
	if (cmd->op == CMD_DELETE) {
		elems_delete(s, cmd->set, &t->out);
		return true;
	}
	ranges_add(s, cmd->set);
	tell(s, &t->out);
	return true;
}

/* The elements of the declaration: all that are there at the end. */
static void declared(struct netlink_set *s, struct strbuf *out)
{
	static const uint8_t zero[16];
	bool any = false;
	struct range *r;

	sort(s);
	vec_foreach(&s->ranges, r) {
		if (r->gone)
			continue;
		if (!any) {
			head(s, out);
			if (!r->last && memcmp(r->key, zero, s->key_len))
				strbuf_puts(out, s->first);
		}
		any = true;
		strbuf_puts(out, r->rows);
	}
	if (any)
		strbuf_putc(out, '\n');
}

static void set_free(struct netlink_set *s)
{
	struct range *r;

	vec_foreach(&s->ranges, r)
		free(r->rows);
	vec_fini(&s->ranges);
	free(s->table);
	free(s->name);
	free(s->first);
	free(s);
}

void engine_netlink_done(struct netlink_text *t, struct strbuf *out)
{
	struct netlink_set **s;
	size_t at = 0;

	vec_foreach(&t->sets, s) {
		strbuf_add(out, strbuf_str(&t->out) + at, (*s)->at - at);
		at = (*s)->at;
		declared(*s, out);
		set_free(*s);
	}
	strbuf_puts(out, strbuf_str(&t->out) + at);
	vec_fini(&t->sets);
	strbuf_fini(&t->out);
}
