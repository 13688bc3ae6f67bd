/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of statements. */
#include "parser/build.h"

#include <ctype.h>
#include <linux/netfilter/nf_log.h>
#include <linux/netfilter/nf_tables.h>

#include "base/strbuf.h"
#include "parser/key.h"

#define NODE(p, var, type, ops_, loc_)                            \
	struct type *var = arena_new_of((p)->arena, struct type); \
	var->s.ops = &(ops_);                                     \
	var->s.loc = *(loc_)

static void unexpected(struct parser *p, const struct loc *loc, struct str got,
		       const char *wanted)
{
	diag_error(p->diags, loc, "\"%.*s\" where %s is expected", (int)got.len,
		   got.s, wanted);
}

static uint64_t number64(struct parser *p, struct str num,
			 const struct loc *loc)
{
	u128 v = 0;

	if (!str_number(num, &v) || v > UINT64_MAX) {
		diag_error(p->diags, loc, "\"%.*s\" is not a number that fits",
			   (int)num.len, num.s);
		return 0;
	}
	return (uint64_t)v;
}

struct rule_ast *build_rule_ast(struct parser *p, struct stmt *stmts,
				struct str *comment, const struct loc *loc)
{
	struct rule_ast *r = arena_new_of(p->arena, struct rule_ast);

	r->written = stmts;
	if (!comment)
		return r;
	if (comment->len > 128)
		diag_error(p->diags, loc, "comment longer than 128 characters");
	r->comment = arena_strndup(p->arena, comment->s, comment->len);
	r->comment_loc = *loc;
	return r;
}

struct stmt *build_stmt_add(struct stmt *list, struct stmt *s)
{
	struct stmt *last = list;

	if (!list)
		return s;
	while (last->next)
		last = last->next;
	last->next = s;
	return list;
}

struct stmt *build_match(struct parser *p, const struct loc *loc,
			 struct expr *left, enum rel_op op, struct expr *right)
{
	NODE(p, m, match_stmt, stmt_match, loc);

	m->left = left;
	m->op = op;
	m->right = right;
	return &m->s;
}

struct stmt *build_counter_arg(struct parser *p, struct stmt *args,
			       struct str what, const struct loc *what_loc,
			       struct str n, const struct loc *loc)
{
	struct counter_stmt *c;

	if (!args)
		args = build_counter_stmt(p, what_loc, NULL);
	c = stmt_as(args, counter_stmt);
	if (str_is(what, "packets"))
		c->packets = number64(p, n, loc);
	else if (str_is(what, "bytes"))
		c->bytes = number64(p, n, loc);
	else
		unexpected(p, what_loc, what, "packets or bytes");
	return args;
}

struct stmt *build_counter_stmt(struct parser *p, const struct loc *loc,
				struct stmt *args)
{
	if (!args) {
		NODE(p, c, counter_stmt, stmt_counter, loc);

		return &c->s;
	}
	args->loc = *loc;
	return args;
}

/* ---- rates and sizes ---------------------------------------------------- */

struct unit {
	const char *name;
	uint64_t n;
};

static const struct unit time_units[] = {
	{ "second", 1 },  { "minute", 60 },   { "hour", 3600 },
	{ "day", 86400 }, { "week", 604800 }, { NULL, 0 },
};

static const struct unit size_units[] = {
	{ "bytes", 1 },
	{ "kbytes", 1024 },
	{ "mbytes", 1024 * 1024 },
	{ NULL, 0 },
};

static uint64_t unit_find(const struct unit *units, struct str word)
{
	for (; units->name; units++)
		if (str_is(word, units->name))
			return units->n;
	return 0;
}

static bool over_word(struct parser *p, struct str *word, const struct loc *loc)
{
	if (!word || str_is(*word, "until"))
		return false;
	if (!str_is(*word, "over"))
		unexpected(p, loc, *word, "over or until");
	return true;
}

/* "mbytes/second" is one word to the scanner. */
static bool split_slash(struct str word, struct str *size, struct str *unit)
{
	const char *slash = memchr(word.s, '/', word.len);

	if (!slash)
		return false;
	*size = (struct str){ word.s, (uint32_t)(slash - word.s) };
	*unit = (struct str){ slash + 1, word.len - size->len - 1 };
	return true;
}

struct limit_args *build_limit_numbers(struct parser *p, struct str rate,
				       struct str *size, struct str unit,
				       const struct loc *unit_loc)
{
	struct limit_args *l = arena_new_of(p->arena, struct limit_args);
	struct str first, rest;
	uint64_t scale = 1;

	if (!size && split_slash(unit, &first, &rest)) {
		size = &first;
		unit = rest;
	}
	if (size) {
		scale = unit_find(size_units, *size);
		l->bytes = true;
		if (!scale)
			unexpected(p, unit_loc, *size,
				   "bytes, kbytes or mbytes");
	}
	l->unit = unit_find(time_units, unit);
	if (!l->unit)
		unexpected(p, unit_loc, unit,
			   "second, minute, hour, day or week");
	l->rate = number64(p, rate, unit_loc) * scale;
	if (!l->rate)
		diag_error(p->diags, unit_loc, "a rate is more than 0");
	l->burst = l->bytes ? 0 : 5;
	return l;
}

struct limit_args *build_limit_args(struct parser *p, struct str word,
				    const struct loc *loc, struct str *over,
				    struct str rate, struct str *size,
				    struct str unit, const struct loc *unit_loc)
{
	struct limit_args *l;

	if (!str_is(word, "rate"))
		unexpected(p, loc, word, "rate");
	l = build_limit_numbers(p, rate, size, unit, unit_loc);
	if (over && str_is(*over, "until"))
		unexpected(p, loc, *over, "over");
	l->over = over_word(p, over, loc);
	return l;
}

struct limit_args *build_limit_burst(struct parser *p, struct limit_args *l,
				     struct str n, struct str unit,
				     const struct loc *unit_loc)
{
	uint64_t scale = str_is(unit, "packets") ? 1
						 : unit_find(size_units, unit);

	if (!scale || l->bytes == str_is(unit, "packets"))
		unexpected(p, unit_loc, unit,
			   l->bytes ? "bytes, kbytes or mbytes" : "packets");
	l->burst = (uint32_t)(number64(p, n, unit_loc) * scale);
	if (!l->bytes && !l->burst)
		diag_error(p->diags, unit_loc,
			   "a burst is of 1 packet at least");
	return l;
}

struct stmt *build_limit(struct parser *p, const struct loc *loc,
			 struct limit_args *l)
{
	NODE(p, s, limit_stmt, stmt_limit, loc);

	s->rate = l->rate;
	s->unit = l->unit;
	s->burst = l->burst;
	s->bytes = l->bytes;
	s->over = l->over;
	return &s->s;
}

static uint64_t size_value(struct parser *p, struct str n, struct str unit,
			   const struct loc *loc)
{
	uint64_t scale = unit_find(size_units, unit);

	if (!scale)
		unexpected(p, loc, unit, "bytes, kbytes or mbytes");
	return number64(p, n, loc) * scale;
}

struct stmt *build_quota(struct parser *p, const struct loc *loc,
			 struct str *over, struct str n, struct str unit,
			 const struct loc *unit_loc, struct str *used,
			 struct str *used_unit)
{
	NODE(p, q, quota_stmt, stmt_quota, loc);

	q->over = over_word(p, over, loc);
	q->bytes = size_value(p, n, unit, unit_loc);
	if (used)
		q->used = size_value(p, *used, *used_unit, unit_loc);
	return &q->s;
}

/* ---- log ---------------------------------------------------------------- */

enum {
	AUDIT = 8, /* NFT_LOGLEVEL_AUDIT */
};

static const struct unit log_levels[] = {
	{ "emerg", 0 },	    { "alert", 1 },  { "crit", 2 }, { "err", 3 },
	{ "warn", 4 },	    { "notice", 5 }, { "info", 6 }, { "debug", 7 },
	{ "audit", AUDIT }, { NULL, 0 },
};

struct stmt *build_log_new(struct parser *p)
{
	struct loc none = { 0 };
	NODE(p, l, log_stmt, stmt_log, &none);

	return &l->s;
}

static void log_level(struct parser *p, struct log_stmt *l, struct str value,
		      const struct loc *loc)
{
	const char *names[ARRAY_LEN(log_levels)];
	const char *word = arena_strndup(p->arena, value.s, value.len), *near;
	size_t i;

	l->has |= LOG_HAS_LEVEL;
	for (i = 0; log_levels[i].name; i++) {
		names[i] = log_levels[i].name;
		if (str_is(value, names[i])) {
			l->level = (uint32_t)log_levels[i].n;
			return;
		}
	}
	diag_error(p->diags, loc, "\"%s\" is not a log level", word);
	near = diag_nearest(word, names, i);
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
}

/* What is too large loses its upper bits: nft has fields of @max. */
static void log_number(struct parser *p, struct log_stmt *l, unsigned has,
		       uint32_t *field, uint32_t max, struct str value,
		       const struct loc *loc)
{
	l->has |= has;
	*field = (uint32_t)number64(p, value, loc) & max;
}

static size_t name_len(struct str s)
{
	size_t n = 0;

	while (n < s.len && (isalnum((unsigned char)s.s[n]) || s.s[n] == '_'))
		n++;
	return n;
}

/* A prefix: its variables are what they are defined as, within quotes, too. */
static const char *log_prefix(struct parser *p, struct str text,
			      const struct loc *loc)
{
	struct strbuf out = STRBUF_INIT;
	const char *s;

	while (text.len) {
		struct str name = { text.s + 1, text.len - 1 };
		size_t len = 1;

		if (*text.s == '$') {
			name.len = (uint32_t)name_len(name);
			len += name.len;
			name = build_var_text(p, name, loc);
			strbuf_add(&out, name.s, name.len);
		} else {
			strbuf_putc(&out, *text.s);
		}
		text.s += len;
		text.len -= (uint32_t)len;
	}
	if (out.len > 127)
		diag_error(p->diags, loc,
			   "log prefix longer than 127 characters");
	s = arena_strndup(p->arena, strbuf_str(&out), out.len);
	strbuf_fini(&out);
	return s;
}

struct stmt *build_log_opt(struct parser *p, struct stmt *s, struct str opt,
			   const struct loc *opt_loc, struct str value,
			   const struct loc *loc)
{
	struct log_stmt *l = stmt_as(s, log_stmt);

	if (str_is(opt, "prefix")) {
		l->has |= LOG_HAS_PREFIX;
		l->prefix = log_prefix(p, value, loc);
	} else if (str_is(opt, "level")) {
		log_level(p, l, value, loc);
	} else if (str_is(opt, "group")) {
		log_number(p, l, LOG_HAS_GROUP, &l->group, 65535, value, loc);
	} else if (str_is(opt, "snaplen")) {
		log_number(p, l, LOG_HAS_SNAPLEN, &l->snaplen, UINT32_MAX,
			   value, loc);
	} else if (str_is(opt, "queue-threshold")) {
		log_number(p, l, LOG_HAS_QTHRESHOLD, &l->qthreshold, 65535,
			   value, loc);
	} else {
		unexpected(p, opt_loc, opt,
			   "prefix, level, flags, group, snaplen or "
			   "queue-threshold");
	}
	return s;
}

struct stmt *build_log_flag(struct parser *p, struct stmt *s, struct str flag,
			    const struct loc *loc)
{
	static const struct unit flags[] = {
		{ "all", NF_LOG_MASK },
		{ "skuid", NF_LOG_UID },
		{ "ether", NF_LOG_MACDECODE },
		{ NULL, 0 },
	};
	uint64_t bits = unit_find(flags, flag);

	if (!bits)
		unexpected(p, loc, flag, "all, skuid, ether, tcp or ip");
	stmt_as(s, log_stmt)->logflags |= (uint32_t)bits;
	return s;
}

struct stmt *build_log_flags(struct parser *p, struct stmt *s,
			     const struct keyword *proto, struct words *flags)
{
	bool tcp = !strcmp(proto->word, "tcp");

	for (; flags; flags = flags->next) {
		uint32_t bits = 0;

		if (tcp && str_is(flags->word, "sequence"))
			bits = NF_LOG_TCPSEQ;
		else if (tcp && str_is(flags->word, "options"))
			bits = NF_LOG_TCPOPT;
		else if (!strcmp(proto->word, "ip") &&
			 str_is(flags->word, "options"))
			bits = NF_LOG_IPOPT;
		else
			unexpected(p, &flags->loc, flags->word,
				   "sequence or options");
		stmt_as(s, log_stmt)->logflags |= bits;
	}
	return s;
}

struct stmt *build_log(struct parser *p, const struct loc *loc, struct stmt *s)
{
	struct log_stmt *l = stmt_as(s, log_stmt);

	s->loc = *loc;
	if (l->has & LOG_HAS_GROUP && (l->has & LOG_HAS_LEVEL || l->logflags))
		diag_error(p->diags, loc,
			   "level and flags do not go with group");
	if (l->has & LOG_HAS_LEVEL && l->level == AUDIT &&
	    (l->has != LOG_HAS_LEVEL || l->logflags))
		diag_error(p->diags, loc,
			   "log level audit has no further options");
	return s;
}

/* ---- the others --------------------------------------------------------- */

struct stmt *build_notrack(struct parser *p, const struct loc *loc)
{
	NODE(p, s, notrack_stmt, stmt_notrack, loc);

	return &s->s;
}

struct stmt *build_verdict_stmt(struct parser *p, const struct loc *loc,
				struct expr *e)
{
	NODE(p, s, verdict_stmt, stmt_verdict, loc);

	s->e = e;
	return &s->s;
}

struct own_rules *build_own_rules_new(struct parser *p)
{
	return arena_new_of(p->arena, struct own_rules);
}

struct own_rules *build_own_rules_add(struct parser *p, struct own_rules *o,
				      struct rule_ast *rule)
{
	arena_push(p->arena, &o->rules, rule);
	return o;
}

struct stmt *build_own_rules(struct parser *p, const struct loc *loc, int code,
			     struct own_rules *o)
{
	struct expr *e = build_verdict(p, loc, code, NULL);

	expr_as(e, verdict_expr)->own = o;
	return build_verdict_stmt(p, loc, e);
}

struct stmt *build_set_value(struct parser *p, const struct loc *loc,
			     struct expr *left, struct expr *value)
{
	const struct key_expr *key = expr_is(left, ct) ? expr_as(left, key_expr)
						       : NULL;
	NODE(p, s, set_stmt, stmt_set, loc);

	/* no key of the connection, but an object given to it */
	if (key && key->key->key == NFT_CT_HELPER)
		return build_helper_set(p, loc, value);
	s->left = left;
	s->value = value;
	return &s->s;
}
