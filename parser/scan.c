/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * The scanner gives raw tokens, the grammar wants sense. Between them:
 *
 * Words become keywords where they are one. What a word means must not depend
 * on what the grammar expects (its lookahead would be in the way), so the
 * grammar says instead where a keyword may stand for a name.
 *
 * Braces are of three kinds (enum brace). In the braces of a set literal a
 * newline means nothing; in those of a block it ends a statement. The kind
 * follows from the first word of the statement that opens it; the rules behind
 * `jump` are a block wherever they stand.
 *
 * `include` is done here: the file's tokens come in its place. Like nft, a
 * name with wildcards may match nothing, others must exist; a path without a
 * leading / or ./ is looked up in the include directories.
 *
 * After a syntax error the rest of the statement is skipped, with all braces
 * that it opens, and the grammar sees a separator: one mistake, one message.
 */
#include "parser/scan.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "parser/proto.h"

#define INCLUDE_DEPTH_MAX 16

void scan_place(struct parser *p, struct loc *loc, int len)
{
	struct input *in = &p->scan.inputs.v[p->scan.inputs.len - 1];

	loc->source = in->source;
	loc->start = in->offset;
	loc->end = in->offset += (uint32_t)len;
}

/* The token's text without @skip bytes at either end, where it stands. */
void scan_text(struct parser *p, const struct loc *loc, unsigned skip,
	       struct str *out)
{
	const struct input *in = &p->scan.inputs.v[p->scan.inputs.len - 1];

	out->s = in->text + loc->start + skip;
	out->len = loc->end - loc->start - 2 * skip;
}

void scan_error(struct parser *p, const struct loc *loc, const char *what)
{
	if (!p->scan.skipping)
		diag_error(p->diags, loc, "%s", what);
}

_Noreturn void scan_fatal(const char *msg)
{
	(void)msg;
	xalloc_failed(0);
}

static void input_push(struct parser *p, void *scanner, const struct loc *span)
{
	struct input *in = vec_add(&p->scan.inputs);

	in->source = span->source;
	in->offset = span->start;
	in->text = diag_source_text(p->diags, span->source, NULL);
	in->buffer = scan_buffer_push(scanner, in->text + span->start,
				      span->end - span->start);
}

/* All of a source. */
static struct loc whole(const struct parser *p, uint32_t source)
{
	size_t len;

	diag_source_text(p->diags, source, &len);
	return (struct loc){ source, 0, (uint32_t)len };
}

static void input_pop(struct parser *p, void *scanner)
{
	struct scan *s = &p->scan;
	struct input in = s->inputs.v[--s->inputs.len];

	scan_buffer_pop(scanner, in.buffer,
			s->inputs.len ? s->inputs.v[s->inputs.len - 1].buffer
				      : NULL);
}

/* ---- include ------------------------------------------------------------ */

static int include_file(struct parser *p, void *scanner, const char *path,
			const struct loc *loc)
{
	struct loc span;
	int64_t source;

	if (p->scan.inputs.len > INCLUDE_DEPTH_MAX)
		return diag_error(p->diags, loc,
				  "more than %d files included in each other",
				  INCLUDE_DEPTH_MAX);
	source = diag_source_file(p->diags, path, loc);
	if (source < 0)
		return diag_error(p->diags, loc, "cannot read \"%s\": %s", path,
				  strerror((int)-source));
	span = whole(p, (uint32_t)source);
	input_push(p, scanner, &span);
	return 0;
}

static bool has_wildcard(const char *path)
{
	return strpbrk(path, "*?[") != NULL;
}

/* All matches of a pattern: pushed last first, so that they are read in
 * order. Return: how many, or -1. */
static int include_glob(struct parser *p, void *scanner, const char *path,
			const struct loc *loc)
{
	int n = 0, err = 0;
	struct stat st;
	glob_t g;

	if (glob(path, has_wildcard(path) ? GLOB_MARK : GLOB_NOMAGIC, NULL, &g))
		return 0;
	for (size_t i = g.gl_pathc; i-- > 0 && !err;) {
		const char *one = g.gl_pathv[i];

		if (one[strlen(one) - 1] == '/')
			continue;
		if (!has_wildcard(path) && stat(one, &st))
			continue;
		err = include_file(p, scanner, one, loc);
		n++;
	}
	globfree(&g);
	return err ? -1 : n;
}

static int include(struct parser *p, void *scanner, struct str name,
		   const struct loc *loc)
{
	const char *file = arena_strndup(p->arena, name.s, name.len);
	const char *const *dir = p->env.include_dirs;
	int n = 0;

	if (file[0] == '/' || file[0] == '.') {
		n = include_glob(p, scanner, file, loc);
	} else {
		for (; dir && *dir && !n; dir++)
			n = include_glob(p, scanner,
					 arena_printf(p->arena, "%s/%s", *dir,
						      file),
					 loc);
		if (!n)
			n = include_glob(p, scanner, file, loc);
	}
	if (n < 0)
		return -1;
	if (!n && !has_wildcard(file))
		return diag_error(p->diags, loc, "no file \"%s\" to include",
				  file);
	return 0;
}

/* ---- braces ------------------------------------------------------------- */

static enum brace brace_now(const struct scan *s)
{
	return s->braces.len ? s->braces.v[s->braces.len - 1] : BRACE_TOP;
}

static bool opens_leaf(int first)
{
	static const int leaves[] = { CHAIN, SET,   MAP, COUNTER,   OBJECT,
				      LIMIT, QUOTA, CT,	 FLOWTABLE, SYNPROXY };

	for (size_t i = 0; i < ARRAY_LEN(leaves); i++)
		if (first == leaves[i])
			return true;
	return false;
}

static void brace_open(struct scan *s)
{
	enum brace up = brace_now(s), kind = BRACE_VALUE;

	if (s->prev == JUMP || s->prev == GOTO)
		kind = BRACE_RULES;
	else if (up == BRACE_TOP && s->first == TABLE)
		kind = BRACE_TABLE;
	else if (up < BRACE_LEAF && opens_leaf(s->first))
		kind = s->first == COUNTER || s->first == QUOTA ||
				       s->first == LIMIT || s->first == SYNPROXY
			       ? BRACE_OBJECT
			       : BRACE_LEAF;
	vec_push(&s->braces, kind);
	if (kind != BRACE_VALUE) {
		s->stmt_depth = s->braces.len;
		s->first = 0;
	}
}

static void brace_close(struct scan *s)
{
	if (!s->braces.len)
		return;
	s->value_closed = brace_now(s) == BRACE_VALUE;
	/* what follows is still the rule that they are of */
	if (brace_now(s) == BRACE_RULES)
		s->first = RULE;
	s->braces.len--;
	if (!s->value_closed && s->stmt_depth > s->braces.len)
		s->stmt_depth = s->braces.len;
}

static bool needs_separator(const struct scan *s)
{
	enum brace now = brace_now(s);

	if (now != BRACE_TABLE && now != BRACE_LEAF && now != BRACE_RULES)
		return false;
	return s->prev != SEP && !(s->prev == '{' && !s->first);
}

/* ---- tokens ------------------------------------------------------------- */

/* What makes words keywords that are names without it. */
enum opener {
	OPENS_TO = 1,
	OPENS_BURST = 2,
	OPENS_CT = 4,
	OPENS_HASH = 8,
	OPENS_SPNUM = 16,
	OPENS_OPTION = 32,
};

static unsigned opens(int token)
{
	switch (token) {
	case NAT:
	case MASQ:
	case REDIRECT:
	case QUEUE:
	case TPROXY:
	case DUP:
	case FWD:
		return OPENS_TO;
	case LIMIT:
		return OPENS_BURST;
	case CT:
		return OPENS_CT;
	case NUMGEN:
	case JHASH:
	case SYMHASH:
		return OPENS_HASH;
	case IPSEC:
		return OPENS_SPNUM;
	case PROTO:
		return OPENS_OPTION;
	}
	return 0;
}

/* Is this keyword one without anything, or behind what was seen? */
static bool is_open(const struct scan *s, int token)
{
	static const struct {
		int token;
		enum opener by;
	} scoped[] = {
		{ TO, OPENS_TO },	  { ADDR, OPENS_TO },
		{ BURST, OPENS_BURST },	  { CTCOUNT, OPENS_CT },
		{ ORIGINAL, OPENS_CT },	  { REPLY, OPENS_CT },
		{ MOD, OPENS_HASH },	  { SEED, OPENS_HASH },
		{ OFFSET, OPENS_HASH },	  { SPNUM, OPENS_SPNUM },
		{ OPTION, OPENS_OPTION },
	};

	for (size_t i = 0; i < ARRAY_LEN(scoped); i++)
		if (scoped[i].token == token)
			return s->opened & scoped[i].by;
	return true;
}

/* A raw token that is a keyword, or what it was. */
static int as_keyword(struct parser *p, int raw, NFTVM_GRAMMAR_STYPE *value)
{
	static const int operators[] = { EQ,  NEQ, LT,	GT,	LTE,   GTE,
					 AND, OR,  XOR, LSHIFT, RSHIFT };
	const struct keyword *kw;

	if (raw == WORD) {
		kw = keywords_find(p->keywords, value->str.s, value->str.len);
		if (!kw || !is_open(&p->scan, kw->token))
			return WORD;
		value->kw = kw;
		return kw->token;
	}
	if (raw >= RAW_EQ && raw <= RAW_RSHIFT)
		return operators[raw - RAW_EQ];
	return raw;
}

/* `arp saddr ip': what follows arp, and ends with a protocol's word. */
static bool is_arp_addr(const struct scan *s, int raw, struct str word)
{
	return raw == WORD && s->after_arp &&
	       (str_is(word, "saddr") || str_is(word, "daddr"));
}

static void statement_begins(struct scan *s)
{
	s->first = 0;
	s->stmt_depth = s->braces.len;
	if (brace_now(s) != BRACE_OBJECT)
		s->opened = 0;
}

static int give(struct scan *s, int token)
{
	if (s->prev == SEP)
		s->told = false;
	s->prev = token;
	s->opened |= opens(token);
	if (token == SEP)
		statement_begins(s);
	else if (token != '{' && token != '}' &&
		 (!s->first || s->first == ADD || s->first == CREATE))
		s->first = token;
	return token;
}

/* A separator that the text lacks, and then @token. */
static int give_separator(struct scan *s, int token, struct loc *loc)
{
	s->held = token;
	s->held_loc = *loc;
	loc->end = loc->start;
	return give(s, SEP);
}

/* End of a text: on with the one that includes it. */
static int end_of_text(struct parser *p, void *scanner, struct loc *loc)
{
	struct scan *s = &p->scan;
	const struct input *in = &s->inputs.v[s->inputs.len - 1];

	*loc = (struct loc){ in->source, in->offset, in->offset };
	if (s->prev != SEP && s->prev) {
		s->skipping = false;
		return give(s, SEP);
	}
	if (s->inputs.len == 1)
		return END;
	input_pop(p, scanner);
	return -1;
}

static int close_brace(struct parser *p, struct loc *loc)
{
	struct scan *s = &p->scan;

	if (s->skipping && s->braces.len == s->stmt_depth) {
		s->skipping = false;
		if (s->braces.len)
			return give_separator(s, '}', loc);
	}
	if (needs_separator(s) && !s->skipping) {
		if (!(s->prev == '}' && s->value_closed &&
		      s->first == ELEMENTS))
			diag_error(p->diags, loc,
				   "a ';' or a newline is needed before '}'");
		return give_separator(s, '}', loc);
	}
	brace_close(s);
	return s->skipping ? -1 : give(s, '}');
}

static int separator(struct parser *p)
{
	struct scan *s = &p->scan;

	if (s->skipping) {
		if (s->braces.len > s->stmt_depth)
			return -1;
		s->skipping = false;
	}
	return give(s, SEP);
}

/* `include "FILE"`: its name must follow. */
static int include_word(struct parser *p, void *scanner,
			NFTVM_GRAMMAR_STYPE *value, struct loc *loc)
{
	struct loc word = *loc;
	int raw = nftvm_scan_lex(value, loc, scanner);

	if (raw != QUOTED) {
		diag_error(p->diags, &word,
			   "include wants a file name in quotes");
		p->scan.skipping = true;
		if (raw == RAW_NEWLINE || raw == ';')
			return separator(p);
		return -1;
	}
	include(p, scanner, value->str, loc);
	return -1;
}

static int filter(struct parser *p, void *scanner, int raw,
		  NFTVM_GRAMMAR_STYPE *value, struct loc *loc)
{
	struct scan *s = &p->scan;

	switch (raw) {
	case 0:
		return end_of_text(p, scanner, loc);
	case '}':
		return close_brace(p, loc);
	case RAW_NEWLINE:
		if (brace_now(s) == BRACE_VALUE)
			return -1;
		return separator(p);
	case ';':
		return separator(p);
	}
	if (raw == '{')
		brace_open(s);
	if (s->skipping)
		return -1;
	if (raw == RAW_BAD) {
		s->told = s->skipping = true;
		return -1;
	}
	if (raw == WORD && !s->first &&
	    (s->prev == SEP || s->prev == '{' || !s->prev) &&
	    str_is(value->str, "include"))
		return include_word(p, scanner, value, loc);
	if (raw == WORD && s->prev == OSF && str_is(value->str, "ttl"))
		return give(s, OSFTTL);
	if (raw == WORD && s->prev == SYNPROXY && str_is(value->str, "name") &&
	    brace_now(s) != BRACE_TABLE)
		return give(s, NAMED);
	if (is_arp_addr(s, raw, value->str)) {
		s->after_arp = false;
		return give(s, ARPADDR);
	}
	raw = as_keyword(p, raw, value);
	s->after_arp = raw == PROTO && value->kw->desc == &proto_arp;
	return give(s, raw);
}

int scan_next(struct parser *p, void *scanner, NFTVM_GRAMMAR_STYPE *value,
	      struct loc *loc)
{
	struct scan *s = &p->scan;
	int token;

	if (s->begin_packet) {
		s->begin_packet = false;
		vec_push(&s->braces, BRACE_VALUE);
		return BEGIN_PACKET;
	}
	if (s->held) {
		token = s->held;
		*loc = s->held_loc;
		s->held = 0;
		if (token == '}')
			brace_close(s);
		return give(s, token);
	}
	do
		token = filter(p, scanner, nftvm_scan_lex(value, loc, scanner),
			       value, loc);
	while (token < 0);
	return token;
}

void scan_recover(struct parser *p, int token)
{
	if (token != SEP && token != END)
		p->scan.skipping = true;
}

int parser_scan(struct parser *p, uint32_t source)
{
	const struct loc span = whole(p, source);

	return parser_scan_span(p, &span);
}

int parser_scan_span(struct parser *p, const struct loc *span)
{
	unsigned errors = diags_errors(p->diags);
	struct scan *s = &p->scan;
	void *scanner;

	if (nftvm_scan_lex_init_extra(p, &scanner))
		xalloc_failed(0);
	s->prev = s->first = s->held = 0;
	s->opened = 0;
	s->stmt_depth = 0;
	s->skipping = false;
	input_push(p, scanner, span);
	nftvm_grammar_parse(p, scanner);
	while (s->inputs.len)
		input_pop(p, scanner);
	nftvm_scan_lex_destroy(scanner);
	s->braces.len = 0;
	return diags_errors(p->diags) == errors ? 0 : -1;
}
