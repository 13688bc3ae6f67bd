/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of what changes a set: add, update, delete @set { }, meter. */
#include "parser/build.h"

struct stmt *build_dyn_new(struct parser *p)
{
	struct dynset_stmt *d = arena_new_of(p->arena, struct dynset_stmt);

	d->s.ops = &stmt_dynset;
	return &d->s;
}

struct stmt *build_dyn_opt(struct parser *p, struct stmt *s, struct str opt,
			   const struct loc *opt_loc, struct str value,
			   const struct loc *loc)
{
	uint64_t ms;

	if (!str_is(opt, "timeout") && !str_is(opt, "expires"))
		diag_error(p->diags, opt_loc,
			   "\"%.*s\" where timeout is expected", (int)opt.len,
			   opt.s);
	else if (!str_time(value, &ms))
		diag_error(p->diags, loc, "a time is expected, as in 1h30m");
	else if (str_is(opt, "timeout")) /* nft drops the other */
		stmt_as(s, dynset_stmt)->timeout_ms = ms;
	return s;
}

struct stmt *build_dyn_elem(struct expr *key, struct stmt *s,
			    struct stmt *stmts, struct expr *data)
{
	stmt_as(s, dynset_stmt)->key = key;
	stmt_as(s, dynset_stmt)->stmts = stmts;
	stmt_as(s, dynset_stmt)->data = data;
	return s;
}

struct stmt *build_dynset(struct parser *p, const struct loc *loc, int op,
			  struct str set, const struct loc *set_loc,
			  struct stmt *s)
{
	s->loc = *loc;
	stmt_as(s, dynset_stmt)->op = (uint32_t)op;
	stmt_as(s, dynset_stmt)->set = build_setref(p, set_loc, set);
	return s;
}

struct stmt *build_dynset_old(struct parser *p, const struct loc *loc, int op,
			      struct expr *key, struct str set,
			      const struct loc *set_loc)
{
	return build_dynset(p, loc, op, set, set_loc,
			    build_dyn_elem(key, build_dyn_new(p), NULL, NULL));
}

struct stmt *build_meter(struct parser *p, const struct loc *loc,
			 struct str name, const struct loc *name_loc,
			 const struct words *size, struct stmt *s)
{
	struct dynset_stmt *d = stmt_as(s, dynset_stmt);
	u128 n = 0;

	s->loc = *loc;
	name = build_name(p, name, name_loc);
	d->is_meter = true;
	d->set_name = arena_strndup(p->arena, name.s, name.len);
	if (size && (!str_number(size->word, &n) || n > UINT32_MAX))
		diag_error(p->diags, &size->loc, "no size of a meter");
	d->size = (uint32_t)n;
	return s;
}

struct words *build_meter_size(struct parser *p, struct str word,
			       const struct loc *word_loc, struct str size,
			       const struct loc *size_loc)
{
	if (!str_is(word, "size"))
		diag_error(p->diags, word_loc,
			   "\"%.*s\" where size is expected", (int)word.len,
			   word.s);
	return build_words(p, NULL, size, size_loc);
}
