/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adding and deleting elements (nf_tables_newsetelem(), nf_tables_delsetelem(),
 * and what nft does to intervals before the kernel sees them).
 *
 * Theory of operation
 *
 * Elements come as nft sends them. For hashes and for concatenated ranges a
 * row is an element. For intervals, rows are edges:
 *
 *	0.0.0.0 end, 10.0.0.0, 11.0.0.0 end, 224.0.0.0
 *
 * means 10.0.0.0-10.255.255.255 and 224.0.0.0-255.255.255.255: the end is the
 * first key outside, a leading end says that the space before is empty, and no
 * end means up to the last key. Here they are kept as ranges with both ends
 * inside, one row each, which is what is listed and what overlaps are found
 * in. Those who follow the changes get edges again.
 *
 * With auto-merge, a range that touches others takes them in: they are deleted
 * and the union is added (nft's set_automerge()). As the ranges of one batch
 * come sorted and apart, a union can only swallow the range added just before,
 * which then is never shown to anybody.
 */
#include "ruleset/internal.h"

#include "parser/listing.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strmap.h"

/**
 * struct fill - elements on their way into a set, or out of it
 * @one:	a row in the store's form
 * @added, @taken: rows that came and went, for undo; pointers borrowed in the
 *		first, owned in the second
 * @edges_add, @edges_del: the same as edges, when merging made other ones
 *		than those that were given
 * @merged:	it did
 */
struct fill {
	struct ruleset *rs;
	struct rs_set *s;
	const struct cmd *cmd;
	struct elem_batch one, added, taken, edges_add, edges_del;
	bool merged;
};

static const struct loc *place(const struct cmd *cmd)
{
	return cmd->h.set_loc.source ? &cmd->h.set_loc : &cmd->loc;
}

/* Who looks at an undo log needs none for a set that goes as a whole. */
static bool needs_undo(const struct fill *f)
{
	return f->s->tx != f->rs->tx;
}

/* --- chains -------------------------------------------------------------- */

void rs_set_use_chains(struct rs_set *s, int by)
{
	for (size_t i = 0; i < s->n_chains; i++)
		s->chains[i]->use += by;
	for (size_t i = 0; i < s->elems.n_chunks; i++) {
		const struct elem_batch *b = s->elems.chunks[i];

		for (size_t row = 0; b->chains && row < b->len; row++)
			if (b->chains[row])
				rs_chain_find(s->table, b->chains[row])->use +=
					by;
	}
}

static struct rs_chain *chain_of(struct fill *f, const char *name)
{
	struct rs_chain *c = rs_chain_named(f->s->table, name);

	if (c && !c->type)
		return c;
	rs_refuse(f->rs, place(f->cmd), &f->cmd->loc, c ? EOPNOTSUPP : ENOENT,
		  c ? "a jump to chain '%s', which has a hook" : "chain '%s'",
		  name);
	if (!c)
		rs_hint_names(f->rs, f->s->table->chain_names, name);
	return NULL;
}

/* Nothing will be listed: only what the elements jump to is kept. */
static int anonymous_fill(struct fill *f, const struct elem_batch *elems)
{
	struct rs_set *s = f->s;

	if (!elems->chains)
		return 0;
	s->chains = xcalloc(elems->len, sizeof(struct rs_chain *));
	for (size_t row = 0; row < elems->len; row++) {
		struct rs_chain *c;

		if (!elems->chains[row])
			continue;
		c = chain_of(f, elems->chains[row]);
		if (!c)
			return -1;
		c->use++;
		s->chains[s->n_chains++] = c;
	}
	return 0;
}

/* --- keys as big-endian numbers ------------------------------------------ */

/* Do ranges that end at @a and begin at @b touch or overlap? */
static bool touches(const struct rs_elems *store, const uint8_t *a,
		    const uint8_t *b)
{
	uint8_t next[RS_KEY_MAX];

	memcpy(next, a, store->key_len);
	return !rs_key_step(next, store->key_len, 1) ||
	       rs_key_cmp(store, next, b) >= 0;
}

static void edges_put(struct elem_batch *edges, const struct elem_batch *from,
		      size_t row)
{
	uint8_t *end = elem_batch_key_end(from, row);
	uint8_t next[RS_KEY_MAX];
	size_t at;

	rs_batch_put(edges, from, row);
	memcpy(next, end, edges->key_len);
	if (!rs_key_step(next, edges->key_len, 1))
		return;
	at = elem_batch_add(edges);
	memcpy(elem_batch_key(edges, at), next, edges->key_len);
	edges->flags[at] = ELEM_INTERVAL_END;
}

/* --- one element --------------------------------------------------------- */

static bool same_data(const struct elem_batch *a, size_t row,
		      const struct elem_batch *b, size_t b_row)
{
	const char *a_chain = a->chains ? a->chains[row] : NULL;
	const char *b_chain = b->chains ? b->chains[b_row] : NULL;

	if (a->data && b->data &&
	    memcmp(a->data + row * a->data_len, b->data + b_row * b->data_len,
		   MIN(a->data_len, b->data_len)))
		return false;
	if (a->verdicts && b->verdicts &&
	    a->verdicts[row] != b->verdicts[b_row])
		return false;
	return a_chain == b_chain ||
	       (a_chain && b_chain && !strcmp(a_chain, b_chain));
}

/* An element like this is there: no fault when it is the same. */
static int existing(struct fill *f, const struct rs_pos *at)
{
	const struct elem_batch *b = rs_elems_at(&f->s->elems, at);

	if (f->cmd->op != CMD_CREATE && same_data(b, at->row, &f->one, 0))
		return 0;
	return rs_refuse(f->rs, place(f->cmd), &f->cmd->loc, EEXIST,
			 "an element of set '%s'", f->s->name);
}

/* Insert the row f->one at @at. */
/* A map of objects has only objects that there are. */
static int object_check(struct fill *f)
{
	const struct set_type *t = &f->s->type;
	const char *name = f->one.objects ? f->one.objects[0] : NULL;

	if (!name || rs_object_find(f->s->table, t->obj_type, name))
		return 0;
	return rs_refuse(f->rs, place(f->cmd), &f->cmd->loc, ENOENT, "%s '%s'",
			 list_object_word(t->obj_type), name);
}

static int row_insert(struct fill *f, const struct rs_pos *at)
{
	struct rs_set *s = f->s;

	if (s->size && s->elems.len >= s->size)
		return rs_refuse(f->rs, place(f->cmd), &f->cmd->loc, ENFILE,
				 "set '%s' has its size of %u elements",
				 s->name, s->size);
	if (object_check(f))
		return -1;
	if (f->one.chains && f->one.chains[0]) {
		struct rs_chain *c = chain_of(f, f->one.chains[0]);

		if (!c)
			return -1;
		f->one.chains[0] = c->name;
		c->use++;
	}
	rs_elems_insert(&s->elems, at, &f->one, 0);
	if (needs_undo(f))
		rs_batch_put(&f->added, &f->one, 0);
	return 0;
}

static void row_take(struct fill *f, const struct rs_pos *at)
{
	struct elem_batch *b = rs_elems_at(&f->s->elems, at);

	if (b->chains && b->chains[at->row])
		rs_chain_find(f->s->table, b->chains[at->row])->use--;
	rs_elems_take(&f->s->elems, at, needs_undo(f) ? &f->taken : NULL);
}

static int point_add(struct fill *f)
{
	bool catchall = f->one.flags[0] & ELEM_CATCHALL;
	struct rs_elems *store = &f->s->elems;
	struct rs_pos at;

	if (rs_elems_seek(store, f->one.keys, f->one.key_ends, catchall, &at))
		return existing(f, &at);
	return row_insert(f, &at);
}

/* --- ranges -------------------------------------------------------------- */

static int overlap(struct fill *f)
{
	return diag_error(f->rs->diags, place(f->cmd),
			  "an interval overlaps with an existing one of set "
			  "'%s'",
			  f->s->name);
}

static int range_add(struct fill *f)
{
	struct rs_elems *store = &f->s->elems;
	const uint8_t *low = f->one.keys, *high = f->one.key_ends;
	const struct elem_batch *b;
	struct rs_pos at, before;

	if (rs_elems_seek(store, low, NULL, false, &at)) {
		b = rs_elems_at(store, &at);
		if (!rs_key_cmp(store, elem_batch_key_end(b, at.row), high))
			return existing(f, &at);
		return overlap(f);
	}
	b = rs_elems_at(store, &at);
	if (b && !(b->flags[at.row] & ELEM_CATCHALL) &&
	    rs_key_cmp(store, elem_batch_key(b, at.row), high) <= 0)
		return overlap(f);
	before = at;
	if (rs_elems_prev(store, &before)) {
		b = rs_elems_at(store, &before);
		if (rs_key_cmp(store, elem_batch_key_end(b, before.row), low) >=
		    0)
			return overlap(f);
	}
	return row_insert(f, &at);
}

/* Is the range that was added last the one that begins at @low? Then it goes
 * as if it had never been. */
static bool unadd(struct fill *f, const uint8_t *low)
{
	const struct rs_elems *store = &f->s->elems;
	struct elem_batch *edges = &f->edges_add;
	size_t last = edges->len;

	while (last && (edges->flags[last - 1] & ELEM_INTERVAL_END))
		last--;
	if (!last || rs_key_cmp(store, elem_batch_key(edges, last - 1), low))
		return false;
	edges->len = last - 1;
	if (f->added.len)
		f->added.len--;
	return true;
}

/* Take the range at @at into f->one. */
static void swallow(struct fill *f, const struct rs_pos *at)
{
	struct rs_elems *store = &f->s->elems;
	struct elem_batch *b = rs_elems_at(store, at);
	uint8_t *low = elem_batch_key(b, at->row);
	uint8_t *high = elem_batch_key_end(b, at->row);
	bool was_added = unadd(f, low);

	f->merged = true;
	if (!was_added)
		edges_put(&f->edges_del, b, at->row);
	if (rs_key_cmp(store, low, f->one.keys) < 0)
		memcpy(f->one.keys, low, store->key_len);
	if (rs_key_cmp(store, high, f->one.key_ends) > 0)
		memcpy(f->one.key_ends, high, store->key_len);
	rs_elems_take(store, at,
		      needs_undo(f) && !was_added ? &f->taken : NULL);
}

static int range_merge(struct fill *f)
{
	struct rs_elems *store = &f->s->elems;
	const struct elem_batch *b;
	struct rs_pos at, before;
	int err;

	for (;;) {
		rs_elems_seek(store, f->one.keys, NULL, false, &at);
		before = at;
		b = rs_elems_at(store, &at);
		if (b && !(b->flags[at.row] & ELEM_CATCHALL) &&
		    touches(store, f->one.key_ends,
			    elem_batch_key(b, at.row))) {
			swallow(f, &at);
			continue;
		}
		if (!rs_elems_prev(store, &before))
			break;
		b = rs_elems_at(store, &before);
		if (!touches(store, elem_batch_key_end(b, before.row),
			     f->one.keys))
			break;
		swallow(f, &before);
	}
	err = row_insert(f, &at);
	if (!err)
		edges_put(&f->edges_add, &f->one, 0);
	return err;
}

static int range_delete(struct fill *f)
{
	struct rs_elems *store = &f->s->elems;
	const struct elem_batch *b;
	struct rs_pos at;

	if (rs_elems_seek(store, f->one.keys, NULL, false, &at)) {
		b = rs_elems_at(store, &at);
		if (!rs_key_cmp(store, elem_batch_key_end(b, at.row),
				f->one.key_ends)) {
			if (!f->cmd->set->stays)
				row_take(f, &at);
			return 0;
		}
	}
	return rs_refuse(f->rs, place(f->cmd), &f->cmd->loc, ENOENT,
			 "an element of set '%s'", f->s->name);
}

/* Packets add elements that only the VM knows; it answers for them. */
static int point_delete(struct fill *f)
{
	bool catchall = f->one.flags[0] & ELEM_CATCHALL;
	struct rs_pos at;

	if (rs_elems_seek(&f->s->elems, f->one.keys, f->one.key_ends, catchall,
			  &at)) {
		row_take(f, &at);
		return 0;
	}
	if (f->s->type.flags & NFT_SET_EVAL)
		return 0;
	return rs_refuse(f->rs, place(f->cmd), &f->cmd->loc, ENOENT,
			 "an element of set '%s'", f->s->name);
}

/* --- batches ------------------------------------------------------------- */

typedef int row_fn(struct fill *f);

static void one_set(struct fill *f, const struct elem_batch *elems, size_t row)
{
	f->one.len = 0;
	rs_batch_put(&f->one, elems, row);
}

static int each_point(struct fill *f, const struct elem_batch *elems,
		      row_fn *fn)
{
	int err = 0;

	if (f->s->elems.listing)
		elem_batch_key_ends(&f->one);
	for (size_t row = 0; !err && row < elems->len; row++) {
		one_set(f, elems, row);
		err = fn(f);
	}
	return err;
}

static int each_range(struct fill *f, const struct elem_batch *elems,
		      row_fn *on_range, row_fn *on_catchall)
{
	size_t row = 0;
	int err = 0;

	while (!err && row < elems->len) {
		if (elems->flags[row] & ELEM_CATCHALL) {
			one_set(f, elems, row++);
			err = on_catchall(f);
		} else if (elems->flags[row] & ELEM_INTERVAL_END) {
			row++;
		} else {
			f->one.len = 0;
			row = rs_batch_range(&f->one, elems, row);
			err = on_range(f);
		}
	}
	return err;
}

/* --- undo ---------------------------------------------------------------- */

static void rows_forget(struct rs_set *s, const struct elem_batch *rows)
{
	struct rs_pos at;

	for (size_t row = 0; row < rows->len; row++) {
		const uint8_t *end =
			rows->key_ends ? elem_batch_key_end(rows, row) : NULL;

		if (rs_elems_seek(&s->elems, elem_batch_key(rows, row), end,
				  rows->flags[row] & ELEM_CATCHALL, &at))
			rs_elems_take(&s->elems, &at, NULL);
		if (rows->chains && rows->chains[row])
			rs_chain_find(s->table, rows->chains[row])->use--;
	}
}

static void rows_return(struct rs_set *s, const struct elem_batch *rows)
{
	struct rs_pos at;

	for (size_t row = 0; row < rows->len; row++) {
		const uint8_t *end =
			rows->key_ends ? elem_batch_key_end(rows, row) : NULL;

		rs_elems_seek(&s->elems, elem_batch_key(rows, row), end,
			      rows->flags[row] & ELEM_CATCHALL, &at);
		rs_elems_insert(&s->elems, &at, rows, row);
		if (rows->chains && rows->chains[row])
			rs_chain_find(s->table, rows->chains[row])->use++;
	}
}

static void add_done(struct ruleset *rs, struct rs_undo *u)
{
	elem_batch_fini(u->rows);
	free(u->rows);
}

static void add_undo(struct ruleset *rs, struct rs_undo *u)
{
	rows_forget(u->thing, u->rows);
	add_done(rs, u);
}

static void del_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_batch_fini(u->rows);
	free(u->rows);
}

static void del_undo(struct ruleset *rs, struct rs_undo *u)
{
	rows_return(u->thing, u->rows);
	del_done(rs, u);
}

static void flush_undo(struct ruleset *rs, struct rs_undo *u)
{
	struct rs_set *s = u->thing;

	rs_set_use_chains(s, -1);
	rs_elems_fini(&s->elems);
	s->elems = *u->store;
	free(u->store);
	rs_set_use_chains(s, 1);
}

static void flush_done(struct ruleset *rs, struct rs_undo *u)
{
	rs_elems_fini(u->store);
	free(u->store);
}

static const struct rs_undo_ops add_ops = { .undo = add_undo,
					    .done = add_done };
static const struct rs_undo_ops del_ops = { .undo = del_undo,
					    .done = del_done };
static const struct rs_undo_ops flush_ops = { .undo = flush_undo,
					      .done = flush_done };

void rs_set_empty(struct ruleset *rs, struct rs_set *s)
{
	struct rs_undo *u = rs_undo_push(rs, &flush_ops, s);
	struct rs_elems *e = &s->elems;

	rs_set_use_chains(s, -1);
	u->store = xmemdup(e, sizeof(*e));
	e->chunks = NULL;
	e->firsts = NULL;
	e->n_chunks = e->cap_chunks = e->len = 0;
}

/* --- commands ------------------------------------------------------------ */

static void fill_init(struct fill *f, struct ruleset *rs, struct rs_set *s,
		      const struct cmd *cmd)
{
	const struct rs_elems *e = &s->elems;
	uint16_t data_len = e->data_len;

	if (e->listing)
		data_len -= sizeof(uint32_t);
	memset(f, 0, sizeof(*f));
	f->rs = rs;
	f->s = s;
	f->cmd = cmd;
	elem_batch_init(&f->one, e->key_len, data_len);
	elem_batch_init(&f->added, e->key_len, data_len);
	elem_batch_init(&f->taken, e->key_len, e->data_len);
	elem_batch_init(&f->edges_add, e->key_len, data_len);
	elem_batch_init(&f->edges_del, e->key_len, data_len);
}

/* What came and went goes to the undo log: first what went, as it came back
 * last. */
static void fill_fini(struct fill *f)
{
	if (f->taken.len)
		rs_undo_push(f->rs, &del_ops, f->s)->rows =
			xmemdup(&f->taken, sizeof(f->taken));
	else
		elem_batch_fini(&f->taken);
	if (f->added.len)
		rs_undo_push(f->rs, &add_ops, f->s)->rows =
			xmemdup(&f->added, sizeof(f->added));
	else
		elem_batch_fini(&f->added);
	elem_batch_fini(&f->one);
	elem_batch_fini(&f->edges_add);
	elem_batch_fini(&f->edges_del);
}

static int fill_tell(struct fill *f, const struct elem_batch *elems)
{
	if (f->edges_del.len && rs_event(f->rs, elems_del, f->s, &f->edges_del))
		return -1;
	return rs_event(f->rs, elems_add, f->s,
			f->merged ? &f->edges_add : elems);
}

int rs_set_fill(struct ruleset *rs, struct rs_set *s, const struct cmd *cmd,
		const struct elem_batch *elems)
{
	bool merges = s->auto_merge && !(s->type.flags & NFT_SET_MAP);
	struct fill f;
	int err;

	fill_init(&f, rs, s, cmd);
	if (s->anonymous && !rs->lists)
		err = anonymous_fill(&f, elems);
	else if (rs_set_is_interval(s))
		err = each_range(&f, elems, merges ? range_merge : range_add,
				 point_add);
	else
		err = each_point(&f, elems, point_add);
	if (!err)
		err = fill_tell(&f, elems);
	fill_fini(&f);
	return err;
}

int rs_elements_add(struct ruleset *rs, struct parser *p, const struct cmd *cmd)
{
	struct rs_set *s = rs_cmd_set(rs, cmd);

	if (!s)
		return -1;
	if (!cmd->set || !cmd->set->elems)
		return 0;
	return rs_set_fill(rs, s, cmd, cmd->set->elems);
}

int rs_elements_delete(struct ruleset *rs, struct parser *p,
		       const struct cmd *cmd)
{
	struct rs_set *s = rs_cmd_set(rs, cmd);
	struct fill f;
	int err;

	if (!s)
		return -1;
	if (!cmd->set || !cmd->set->elems)
		return 0;
	fill_init(&f, rs, s, cmd);
	if (rs_set_is_interval(s))
		err = each_range(&f, cmd->set->elems, range_delete,
				 point_delete);
	else
		err = each_point(&f, cmd->set->elems, point_delete);
	if (!err && !cmd->set->stays)
		err = rs_event(rs, elems_del, s, cmd->set->elems);
	fill_fini(&f);
	return err;
}
