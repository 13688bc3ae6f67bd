/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading test files: lines to statements; packets stay text until they are
 * sent, since what they may name depends on the host. */
#include "lab/scenario.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/**
 * struct reader - a file being read
 * @at:		of the next byte
 * @test:	the one that is open, or NULL; @step: where its next step goes
 */
struct reader {
	struct scenario *s;
	const char *text;
	uint32_t at, len;
	struct scenario_test *test, **next_test;
	struct scenario_step **next_step;
};

/* ---- words --------------------------------------------------------------- */

static void skip_blanks(const char *text, struct loc *l)
{
	while (l->start < l->end && isspace((unsigned char)text[l->start]))
		l->start++;
}

struct scenario_word scenario_word(struct scenario *s, struct loc *rest)
{
	const char *text = diag_source_text(s->diags, s->source, NULL);
	struct scenario_word w = { NULL, *rest };
	uint32_t from;

	skip_blanks(text, rest);
	w.loc = *rest;
	from = rest->start;
	if (from == rest->end)
		return w;
	if (text[from] == '"') {
		do
			rest->start++;
		while (rest->start < rest->end && text[rest->start] != '"');
		w.text = arena_strndup(s->arena, text + from + 1,
				       rest->start - from - 1);
		rest->start += rest->start < rest->end;
	} else {
		while (rest->start < rest->end &&
		       !isspace((unsigned char)text[rest->start]))
			rest->start++;
		w.text = arena_strndup(s->arena, text + from,
				       rest->start - from);
	}
	w.loc.end = rest->start;
	return w;
}

/* ---- statements ---------------------------------------------------------- */

static int wanted(struct reader *r, const struct loc *loc, const char *what)
{
	return diag_error(r->s->diags, loc, "%s is expected here", what);
}

static const char *beside(struct scenario *s, const char *file)
{
	return file[0] == '/' ? file
			      : arena_printf(s->arena, "%s%s", s->dir, file);
}

/* "+30s", "2m", "500ms", "1h" */
static bool read_time(const char *text, uint64_t *ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {
		{ "ms", NS_PER_SEC / 1000 }, { "s", NS_PER_SEC },
		{ "m", 60 * NS_PER_SEC },    { "h", 3600 * NS_PER_SEC },
		{ "d", 86400 * NS_PER_SEC },
	};
	char *end;
	unsigned long n;

	text += *text == '+';
	if (!isdigit((unsigned char)*text))
		return false;
	n = strtoul(text, &end, 10);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (!strcmp(end, units[i].unit) &&
		    n < UINT64_MAX / 4 / units[i].ns) {
			*ns = n * units[i].ns;
			return true;
		}
	return false;
}

static struct scenario_step *add_step(struct reader *r, const struct loc *loc,
				      enum scenario_step_kind kind,
				      const struct loc *rest)
{
	struct scenario_step *st =
		arena_new_of(r->s->arena, struct scenario_step);

	st->kind = kind;
	st->loc = *loc;
	st->rest = *rest;
	*r->next_step = st;
	r->next_step = &st->next;
	return st;
}

static int read_tcp(struct reader *r, const struct loc *loc, struct loc *rest)
{
	struct scenario_word w = scenario_word(r->s, rest);

	if (w.text && !strcmp(w.text, "handshake"))
		add_step(r, loc, SCENARIO_HANDSHAKE, rest);
	else if (w.text && !strcmp(w.text, "close"))
		add_step(r, loc, SCENARIO_CLOSE, rest);
	else
		return wanted(r, &w.loc, "handshake or close");
	return 0;
}

static int read_step(struct reader *r, const struct scenario_word *verb,
		     const struct loc *loc, struct loc *rest)
{
	static const char *const words[] = { "send", "reply",  "tcp",
					     "time", "reload", "expect" };
	struct scenario_step *st;
	struct scenario_word w;
	const char *near;

	if (!strcmp(verb->text, "send"))
		add_step(r, loc, SCENARIO_SEND, rest);
	else if (!strcmp(verb->text, "reply"))
		add_step(r, loc, SCENARIO_REPLY, rest);
	else if (!strcmp(verb->text, "expect"))
		add_step(r, loc, SCENARIO_EXPECT, rest);
	else if (!strcmp(verb->text, "tcp"))
		return read_tcp(r, loc, rest);
	else if (!strcmp(verb->text, "time")) {
		w = scenario_word(r->s, rest);
		st = add_step(r, loc, SCENARIO_TIME, rest);
		if (!w.text || !read_time(w.text, &st->ns))
			return wanted(r, &w.loc, "a time like +30s");
	} else if (!strcmp(verb->text, "reload")) {
		w = scenario_word(r->s, rest);
		if (!w.text)
			return wanted(r, &w.loc, "a ruleset's file");
		st = add_step(r, loc, SCENARIO_RELOAD, rest);
		st->file = beside(r->s, w.text);
	} else {
		near = diag_nearest(verb->text, words, ARRAY_LEN(words));
		diag_error(r->s->diags, &verb->loc,
			   "no statement of a test begins with this");
		if (near)
			diag_hint(r->s->diags, "did you mean \"%s\"?", near);
		return -1;
	}
	return 0;
}

static int open_test(struct reader *r, struct loc *rest)
{
	struct scenario_word name = scenario_word(r->s, rest);
	struct scenario_word brace = scenario_word(r->s, rest);
	struct scenario_test *t;

	if (!name.text)
		return wanted(r, &name.loc, "the test's name");
	if (!brace.text || strcmp(brace.text, "{"))
		return wanted(r, &brace.loc, "{");
	t = arena_new_of(r->s->arena, struct scenario_test);
	t->name = name.text;
	t->loc = name.loc;
	*r->next_test = t;
	r->next_test = &t->next;
	r->test = t;
	r->next_step = &t->steps;
	return 0;
}

static int read_setting(struct reader *r, const struct scenario_word *verb,
			struct loc *rest)
{
	static const char *const words[] = { "ruleset", "host", "define",
					     "test" };
	struct scenario *s = r->s;
	struct scenario_word w;
	const char *near;

	if (!strcmp(verb->text, "test"))
		return open_test(r, rest);
	w = scenario_word(s, rest);
	if (!w.text)
		return wanted(r, &w.loc, "something");
	if (!strcmp(verb->text, "ruleset")) {
		vec_push(&s->rulesets, beside(s, w.text));
	} else if (!strcmp(verb->text, "host")) {
		s->host = beside(s, w.text);
	} else if (!strcmp(verb->text, "define")) {
		vec_push(&s->defines, w.text);
	} else {
		near = diag_nearest(verb->text, words, ARRAY_LEN(words));
		diag_error(s->diags, &verb->loc,
			   "a test file has no such statement");
		if (near)
			diag_hint(s->diags, "did you mean \"%s\"?", near);
		return -1;
	}
	return 0;
}

/* ---- lines --------------------------------------------------------------- */

/* To the end of the line, or of the braces that are open there; comments and
 * quotes are minded. */
static struct loc next_line(struct reader *r)
{
	struct loc l = { r->s->source, r->at, r->at };
	unsigned open = 0;
	bool quoted = false;
	bool is_test = !strncmp(
		r->text + r->at + strspn(r->text + r->at, " \t"), "test", 4);

	for (; r->at < r->len; r->at++) {
		char c = r->text[r->at];

		if (c == '#' && !quoted && !open)
			break;
		if (c == '#' && !quoted) /* the packet's own comment */
			while (r->at + 1 < r->len && r->text[r->at + 1] != '\n')
				r->at++;
		if (c == '\n' && !open)
			break;
		if (c == '"')
			quoted = !quoted;
		else if (c == '{' && !quoted && !is_test)
			open++;
		else if (c == '}' && !quoted && open)
			open--;
	}
	l.end = r->at;
	while (r->at < r->len && r->text[r->at] != '\n')
		r->at++;
	r->at += r->at < r->len;
	while (l.end > l.start && isspace((unsigned char)r->text[l.end - 1]))
		l.end--;
	skip_blanks(r->text, &l);
	return l;
}

static int read_line(struct reader *r)
{
	struct loc line = next_line(r), rest = line;
	struct scenario_word verb;

	if (line.start == line.end)
		return 0;
	verb = scenario_word(r->s, &rest);
	if (r->test && !strcmp(verb.text, "}")) {
		r->test = NULL;
		return 0;
	}
	skip_blanks(r->text, &rest);
	if (r->test)
		return read_step(r, &verb, &line, &rest);
	return read_setting(r, &verb, &rest);
}

static void set_dir(struct scenario *s)
{
	const char *slash = strrchr(s->path, '/');

	s->dir = slash ? arena_strndup(s->arena, s->path,
				       (size_t)(slash - s->path) + 1)
		       : "";
}

int scenario_read(struct scenario *s, const char *path)
{
	struct reader r = { .s = s };
	int64_t source;
	size_t len;
	int err = 0;

	*s = (struct scenario){ .diags = diags_new(),
				.arena = arena_new(),
				.path = path };
	source = diag_source_file(s->diags, path, NULL);
	if (source < 0)
		return diag_error(s->diags, NULL, "cannot read \"%s\": %s",
				  path, strerror((int)-source));
	s->source = (uint32_t)source;
	set_dir(s);
	r.text = diag_source_text(s->diags, s->source, &len);
	r.len = (uint32_t)len;
	r.next_test = &s->tests;
	while (r.at < r.len)
		err |= read_line(&r);
	if (r.test)
		err = diag_error(s->diags, &r.test->loc,
				 "this test does not end: } is missing");
	if (!err && !s->rulesets.len)
		err = diag_error(s->diags, NULL, "%s: no ruleset is named",
				 path);
	return err ? -1 : 0;
}

void scenario_fini(struct scenario *s)
{
	vec_fini(&s->rulesets);
	vec_fini(&s->defines);
	arena_free(s->arena);
	diags_free(s->diags);
}
