/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of named objects. */
#include "parser/build.h"

#include <linux/netfilter/nf_synproxy.h>

#include "parser/object.h"

static const struct object_ops *kind_of(const struct keyword *kw)
{
	struct str word = { kw->word, (uint32_t)strlen(kw->word) };

	return object_by_word(word);
}

void build_object(struct parser *p, const struct loc *loc,
		  const struct keyword *kw, struct name_list *names)
{
	struct item *it = build_item(p, CMD_ADD, OBJ_OBJECT, loc, names);

	it->object_type = kind_of(kw)->type;
	/* A counter begins at nothing. */
	if (it->object_type == object_counter.type)
		it->object = build_counter_stmt(p, loc, NULL);
	build_open(p, it);
}

void build_object_cmd(struct parser *p, enum cmd_op op, const struct loc *loc,
		      const struct keyword *kw, struct name_list *names)
{
	build_cmd(p, op, OBJ_OBJECT, loc, names);
	p->last->object_type = kind_of(kw)->type;
}

void build_object_holds(struct parser *p, struct stmt *s)
{
	p->open->object = s;
}

void build_counter_value(struct parser *p, struct str what,
			 const struct loc *what_loc, struct str num,
			 const struct loc *loc)
{
	struct counter_stmt *c = stmt_as(p->open->object, counter_stmt);
	u128 v = 0;

	if (!str_number(num, &v) || v > UINT64_MAX)
		diag_error(p->diags, loc, "\"%.*s\" is too large", (int)num.len,
			   num.s);
	else if (str_is(what, "packets"))
		c->packets = (uint64_t)v;
	else if (str_is(what, "bytes"))
		c->bytes = (uint64_t)v;
	else
		diag_error(p->diags, what_loc,
			   "\"%.*s\" where packets or bytes is expected",
			   (int)what.len, what.s);
}

/* The last word of what was read as names, taken back. */
static struct str word_back(struct name_list *names, struct loc *loc)
{
	struct str word = { "", 0 };

	if (!names->n)
		return word;
	names->n--;
	*loc = names->loc[names->n];
	word.s = names->v[names->n];
	word.len = (uint32_t)strlen(word.s);
	return word;
}

void build_counter_tail(struct parser *p, struct name_list *names,
			struct str packets, const struct loc *packets_loc,
			struct str word, const struct loc *word_loc,
			struct str bytes, const struct loc *bytes_loc)
{
	struct loc loc = *packets_loc;
	struct str what = word_back(names, &loc);

	build_counter_value(p, what, &loc, packets, packets_loc);
	build_counter_value(p, word, word_loc, bytes, bytes_loc);
}

static bool is_mode(struct str word)
{
	return str_is(word, "over") || str_is(word, "until");
}

void build_quota_tail(struct parser *p, const struct loc *loc,
		      struct name_list *names, struct str n, struct str unit,
		      const struct loc *unit_loc, struct str *used,
		      struct str *used_unit)
{
	struct loc mode_loc;
	struct str mode = word_back(names, &mode_loc);
	bool said = is_mode(mode);

	if (!said)
		names->n++;
	build_object_holds(p, build_quota(p, loc, said ? &mode : NULL, n, unit,
					  unit_loc, used, used_unit));
}

void build_limit_tail(struct parser *p, const struct loc *loc,
		      struct name_list *names, struct limit_args *l)
{
	struct loc word_loc = *loc;
	struct str word = word_back(names, &word_loc);

	if (is_mode(word)) {
		l->over = str_is(word, "over");
		word = word_back(names, &word_loc);
	}
	if (!str_is(word, "rate"))
		diag_error(p->diags, &word_loc,
			   "\"%.*s\" where rate is expected", (int)word.len,
			   word.s);
	build_object_holds(p, build_limit(p, loc, l));
}

/* ---- synproxy ------------------------------------------------------------ */

struct stmt *build_synproxy(struct parser *p)
{
	struct synproxy_stmt *s = arena_new_of(p->arena, struct synproxy_stmt);

	s->s.ops = &stmt_synproxy;
	return &s->s;
}

static const struct {
	const char *word;
	uint32_t flag;
	bool number;
} synproxy_words[] = {
	{ "mss", NF_SYNPROXY_OPT_MSS, true },
	{ "wscale", NF_SYNPROXY_OPT_WSCALE, true },
	{ "timestamp", NF_SYNPROXY_OPT_TIMESTAMP, false },
	{ "sack-perm", NF_SYNPROXY_OPT_SACK_PERM, false },
};

struct stmt *build_synproxy_arg(struct parser *p, struct stmt *s,
				struct str word, const struct loc *loc,
				const struct str *num)
{
	struct synproxy_stmt *y = stmt_as(s, synproxy_stmt);
	size_t i = 0;
	u128 v = 0;

	while (i < ARRAY_LEN(synproxy_words) &&
	       (!str_is(word, synproxy_words[i].word) ||
		synproxy_words[i].number != !!num))
		i++;
	if (i == ARRAY_LEN(synproxy_words)) {
		diag_error(p->diags, loc,
			   "\"%.*s\" where mss NUMBER, wscale NUMBER, "
			   "timestamp or sack-perm is expected",
			   (int)word.len, word.s);
		return s;
	}
	y->flags |= synproxy_words[i].flag;
	if (!num)
		return s;
	if (!str_number(*num, &v) || v > UINT32_MAX)
		diag_error(p->diags, loc, "no number that fits");
	/* what is too large loses its upper bits, as in nft */
	if (synproxy_words[i].flag == NF_SYNPROXY_OPT_MSS)
		y->mss = (uint16_t)v;
	else
		y->wscale = (uint8_t)v;
	return s;
}

/* All of it, in this order; the last two may lack. */
void build_synproxy_line(struct parser *p, struct str word,
			 const struct loc *loc, const struct str *num)
{
	const struct synproxy_stmt *y;
	uint32_t had, is;

	if (!p->open->object)
		p->open->object = build_synproxy(p);
	y = stmt_as(p->open->object, synproxy_stmt);
	had = y->flags;
	build_synproxy_arg(p, p->open->object, word, loc, num);
	is = y->flags & ~had;
	if (!is)
		diag_error(p->diags, loc, "said twice");
	else if ((is == NF_SYNPROXY_OPT_MSS && had) ||
		 (is == NF_SYNPROXY_OPT_WSCALE && had != NF_SYNPROXY_OPT_MSS) ||
		 (!num && !(had & NF_SYNPROXY_OPT_WSCALE)) ||
		 (is == NF_SYNPROXY_OPT_TIMESTAMP &&
		  had & NF_SYNPROXY_OPT_SACK_PERM))
		diag_error(p->diags, loc,
			   "the order is mss, wscale, timestamp, sack-perm");
}

void build_synproxy_end(struct parser *p)
{
	const struct stmt *s = p->open->object;

	if (s &&
	    !(stmt_as_const(s, synproxy_stmt)->flags & NF_SYNPROXY_OPT_WSCALE))
		diag_error(p->diags, &p->open->loc,
			   "a synproxy has mss and wscale");
	build_end(p);
}

void build_synproxy_tail(struct parser *p, struct name_list *names,
			 struct str mss, const struct loc *mss_loc,
			 struct str word, const struct loc *word_loc,
			 struct str wscale, const struct words *words)
{
	struct loc loc = *mss_loc;
	struct str first = word_back(names, &loc);

	build_synproxy_line(p, first, &loc, &mss);
	build_synproxy_line(p, word, word_loc, &wscale);
	for (; words; words = words->next)
		build_synproxy_line(p, words->word, &words->loc, NULL);
}

struct stmt *build_objref(struct parser *p, const struct loc *loc,
			  const struct keyword *kw, struct str word,
			  const struct loc *word_loc, struct expr *ref)
{
	struct objref_stmt *o = arena_new_of(p->arena, struct objref_stmt);

	if (!str_is(word, "name"))
		diag_error(p->diags, word_loc,
			   "\"%.*s\" where name is expected", (int)word.len,
			   word.s);
	if (expr_is(ref, symbol) && !expr_as(ref, symbol_expr)->quoted)
		build_name_behind(p, kw->token, expr_as(ref, symbol_expr)->text,
				  &ref->loc);
	o->s.ops = &stmt_objref;
	o->s.loc = *loc;
	o->type = kind_of(kw)->type;
	o->e = ref;
	return &o->s;
}
