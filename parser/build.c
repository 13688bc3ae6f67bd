/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builders of commands and blocks. A block that is being read is p->open, and
 * what stands in it is added to it; p->last is the command made last, for the
 * word in front of it (`add`, `create`).
 */
#include "parser/build.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/grammar.h"

struct loc build_loc_join(const struct loc *rhs, int n)
{
	struct loc l = n ? rhs[1] : rhs[0];

	if (!n)
		l.start = l.end;
	else if (rhs[n].source == l.source && rhs[n].end > l.end)
		l.end = rhs[n].end;
	return l;
}

struct str build_word(const struct keyword *kw)
{
	return (struct str){ kw->word, (uint32_t)strlen(kw->word) };
}

/* Back to the block that the error stood in: blocks that were not finished
 * are ended by their own braces. */
void build_recovered(struct parser *p)
{
	build_at_none(p);
}

static const char *source_word(struct parser *p, const struct loc *loc)
{
	const char *text = diag_source_text(p->diags, loc->source, NULL);

	return arena_strndup(p->arena, text + loc->start,
			     loc->end - loc->start);
}

static const char *nearest_keyword(struct parser *p, const char *word)
{
	const char *names[512];
	const struct keyword *k;
	size_t n = 0;

	for (size_t i = 0; (k = keywords_each(p->keywords, i)) && n < 512; i++)
		names[n++] = k->word;
	return diag_nearest(word, names, n);
}

void build_syntax_error(struct parser *p, const struct loc *loc,
			const char *const *names, int n, bool at_end)
{
	struct strbuf b = STRBUF_INIT;
	const char *word, *near;

	if (p->scan.told)
		return;
	if (at_end)
		strbuf_puts(&b, "syntax error: the statement ends too early");
	else
		strbuf_printf(&b, "syntax error at \"%s\"",
			      source_word(p, loc));
	if (n > 0 && n <= 4) {
		for (int i = 0; i < n; i++)
			strbuf_printf(&b, "%s%s", i ? " or " : ", expected ",
				      names[i]);
	}
	diag_error(p->diags, loc, "%s", strbuf_str(&b));
	strbuf_fini(&b);
	if (at_end)
		return;
	word = source_word(p, loc);
	near = nearest_keyword(p, word);
	if (near && strlen(word) > 1)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
}

/* ---- variables ---------------------------------------------------------- */

static struct define *define_find(struct parser *p, struct str name)
{
	return strmap_get(p->defines,
			  arena_strndup(p->arena, name.s, name.len));
}

/* It is no more: its name is what it was outside of its block. */
static void define_drop(struct parser *p, const struct define *d)
{
	if (d->outer)
		strmap_put(p->defines, d->name, d->outer);
	else
		strmap_del(p->defines, d->name);
}

static struct str not_reserved(struct parser *p, bool reserved, struct str name,
			       const struct loc *loc)
{
	if (reserved)
		diag_error(p->diags, loc,
			   "\"%.*s\" is a word of the language, not a name",
			   (int)name.len, name.s);
	return name;
}

struct str build_name(struct parser *p, struct str name, const struct loc *loc)
{
	return not_reserved(p, keywords_reserve(p->keywords, name), name, loc);
}

struct str build_name_behind(struct parser *p, int token, struct str name,
			     const struct loc *loc)
{
	return not_reserved(p,
			    keywords_reserve_behind(p->keywords, token, name),
			    name, loc);
}

struct expr *build_constant(struct parser *p, const struct loc *loc,
			    struct str name)
{
	not_reserved(p, keywords_reserve_constant(p->keywords, name), name,
		     loc);
	return build_symbol(p, loc, name, false);
}

void build_define(struct parser *p, const struct loc *loc, struct str name,
		  const struct loc *name_loc, struct expr *init, bool redefine)
{
	struct define *old = define_find(p, name), *d;
	bool is_here = old && old->scope == p->scope;

	build_name(p, name, name_loc);
	if (old && !redefine) {
		diag_error2(
			p->diags, name_loc,
			old->loc.source == name_loc->source ? &old->loc : NULL,
			"\"%.*s\" is defined already", (int)name.len, name.s);
		return;
	}
	d = arena_new_of(p->arena, struct define);
	d->name = arena_strndup(p->arena, name.s, name.len);
	d->loc = *name_loc;
	d->init = init;
	d->scope = p->scope;
	d->outer = is_here ? old->outer : old;
	list_add(&p->scope->defines, &d->node);
	strmap_put(p->defines, d->name, d);
}

static int unknown_variable(struct parser *p, struct str name,
			    const struct loc *loc)
{
	char *word = arena_strndup(p->arena, name.s, name.len);
	const char *names[64], *near;
	size_t n = 0, pos = 0;

	diag_error(p->diags, loc, "unknown variable \"%s\"", word);
	while (n < ARRAY_LEN(names) && strmap_next(p->defines, &pos, &names[n]))
		n++;
	near = n ? diag_nearest(word, names, n) : NULL;
	if (near)
		diag_hint(p->diags, "did you mean \"$%s\"?", near);
	return -1;
}

void build_undefine(struct parser *p, struct str name)
{
	const struct define *d = define_find(p, name);

	if (d && d->scope == p->scope)
		define_drop(p, d);
}

struct expr *build_var(struct parser *p, const struct loc *loc, struct str name)
{
	struct define *d = define_find(p, name);
	struct var_expr *v = arena_new_of(p->arena, struct var_expr);

	v->e.ops = &expr_var;
	v->e.loc = *loc;
	v->def = d;
	if (!d)
		unknown_variable(p, name, loc);
	return &v->e;
}

struct str build_var_text(struct parser *p, struct str name,
			  const struct loc *loc)
{
	const struct define *d = define_find(p, name);

	if (!d)
		unknown_variable(p, name, loc);
	else if (expr_is(d->init, symbol))
		return expr_as(d->init, symbol_expr)->text;
	else
		diag_error2(p->diags, loc, &d->loc, "\"%s\" is no single word",
			    d->name);
	return (struct str){ "", 0 };
}

static void scope_push(struct parser *p)
{
	struct scope *s = arena_new_of(p->arena, struct scope);

	list_init(&s->defines);
	s->up = p->scope;
	p->scope = s;
}

void build_scope_pop(struct parser *p)
{
	const struct define *d;

	list_for_each(d, &p->scope->defines, node)
		if (strmap_get(p->defines, d->name) == d)
			define_drop(p, d);
	p->scope = p->scope->up;
}

/* ---- names -------------------------------------------------------------- */

struct name_list *build_names_add(struct parser *p, struct name_list *l,
				  struct str name, const struct loc *loc)
{
	if (!l)
		l = arena_new_of(p->arena, struct name_list);
	if (l->n == ARRAY_LEN(l->v)) {
		diag_error(p->diags, loc, "one name too many");
		return l;
	}
	l->v[l->n] = arena_strndup(p->arena, name.s, name.len);
	l->loc[l->n++] = *loc;
	return l;
}

struct name_list *build_names2(struct parser *p, struct str a,
			       const struct loc *a_loc, struct str b,
			       const struct loc *b_loc)
{
	return build_names_add(p, build_names_add(p, NULL, a, a_loc), b, b_loc);
}

struct words *build_words(struct parser *p, struct words *l, struct str word,
			  const struct loc *loc)
{
	struct words *w = arena_new_of(p->arena, struct words);

	w->word = word;
	w->loc = *loc;
	if (!l)
		return w->last = w;
	l->last->next = w;
	l->last = w;
	return l;
}

struct words *build_words_before(struct parser *p, struct str word,
				 const struct loc *loc, struct words *l)
{
	struct words *w = build_words(p, NULL, word, loc);

	w->next = l;
	w->last = l->last;
	return w;
}

/* ---- commands ----------------------------------------------------------- */

struct item *build_item(struct parser *p, enum cmd_op op, enum cmd_obj obj,
			const struct loc *loc, struct name_list *names)
{
	struct item *it = arena_new_of(p->arena, struct item);
	struct item *up = p->open;

	it->op = op;
	it->obj = obj;
	it->loc = *loc;
	it->names = names;
	it->up = up;
	list_init(&it->children);
	list_add_tail(up ? &up->children : &p->pending, &it->node);
	p->last = it;
	return it;
}

void build_op(struct parser *p, enum cmd_op op, const struct loc *loc)
{
	if (!p->last)
		return;
	p->last->op = op;
	p->last->loc = *loc;
}

static uint64_t number64(struct parser *p, struct str num,
			 const struct loc *loc)
{
	u128 v = 0;

	if (!str_number(num, &v) || v > UINT64_MAX) {
		diag_error(p->diags, loc, "\"%.*s\" is too large", (int)num.len,
			   num.s);
		return 0;
	}
	return (uint64_t)v;
}

void build_at_none(struct parser *p)
{
	memset(&p->at, 0, sizeof(p->at));
}

void build_rule_at(struct parser *p, struct name_list *names)
{
	build_at_none(p);
	p->at.names = names;
}

void build_at(struct parser *p, int what, struct str num, const struct loc *loc)
{
	uint64_t n = number64(p, num, loc);

	p->at.handle_loc = *loc;
	p->at.has_handle = true;
	if (what == HANDLE)
		p->at.handle = n;
	else if (what == POSITION)
		p->at.position = n;
	else
		p->at.index = (uint32_t)n + 1;
}

void build_item_take_at(struct parser *p, struct item *it)
{
	it->handle = p->at.handle;
	it->position = p->at.position;
	it->index = p->at.index;
	it->handle_loc = p->at.handle_loc;
	it->has_handle = p->at.has_handle;
	build_at_none(p);
}

void build_cmd(struct parser *p, enum cmd_op op, enum cmd_obj obj,
	       const struct loc *loc, struct name_list *names)
{
	struct item *it = build_item(p, op, obj, loc, names);

	build_item_take_at(p, it);
}

void build_flush(struct parser *p, const struct loc *loc,
		 struct name_list *names, bool is_map)
{
	build_cmd(p, CMD_FLUSH, OBJ_SET, loc, names);
	p->last->list_what = is_map ? "map" : "set";
}

void build_list_all(struct parser *p, const struct loc *loc, struct str what,
		    const struct loc *what_loc)
{
	static const struct {
		const char *word;
		enum cmd_obj obj;
	} kinds[] = {
		{ "tables", OBJ_TABLE },    { "chains", OBJ_CHAIN },
		{ "sets", OBJ_SET },	    { "maps", OBJ_SET },
		{ "counters", OBJ_OBJECT }, { "quotas", OBJ_OBJECT },
		{ "limits", OBJ_OBJECT },   { "flowtables", OBJ_FLOWTABLE },
		{ "meters", OBJ_SET },	    { "synproxys", OBJ_OBJECT },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(what, kinds[i].word)) {
			build_cmd(p, CMD_LIST, kinds[i].obj, loc, NULL);
			p->last->list_what = kinds[i].word;
			return;
		}
	diag_error(p->diags, what_loc, "\"%.*s\" cannot be listed",
		   (int)what.len, what.s);
}

void build_rename(struct parser *p, const struct loc *loc,
		  struct name_list *names)
{
	build_cmd(p, CMD_RENAME, OBJ_CHAIN, loc, names);
}

void build_elements(struct parser *p, enum cmd_op op, const struct loc *loc,
		    struct name_list *names, struct expr *elems)
{
	struct item *it = build_item(p, op, OBJ_ELEMENTS, loc, names);

	it->elems = elems;
}

void build_rule_cmd(struct parser *p, enum cmd_op op, const struct loc *loc,
		    struct rule_ast *rule)
{
	struct item *it = build_item(p, op, OBJ_RULE, loc, p->at.names);

	build_item_take_at(p, it);
	it->rule = rule;
}

/* ---- blocks ------------------------------------------------------------- */

void build_open(struct parser *p, struct item *it)
{
	p->open = it;
	scope_push(p);
}

void build_end(struct parser *p)
{
	p->last = p->open;
	p->open = p->open->up;
	build_scope_pop(p);
}

void build_table(struct parser *p, const struct loc *loc,
		 struct name_list *names)
{
	build_open(p, build_item(p, CMD_ADD, OBJ_TABLE, loc, names));
}

void build_chain(struct parser *p, const struct loc *loc,
		 struct name_list *names)
{
	struct item *it = build_item(p, CMD_ADD, OBJ_CHAIN, loc, names);

	it->chain = arena_new_of(p->arena, struct chain_item);
	it->chain->policy = -1;
	build_open(p, it);
}

void build_set(struct parser *p, const struct loc *loc, struct name_list *names,
	       bool is_map)
{
	struct item *it = build_item(p, CMD_ADD, OBJ_SET, loc, names);

	it->set = arena_new_of(p->arena, struct set_item);
	it->set->is_map = is_map;
	build_open(p, it);
}

void build_unsupported(struct parser *p, const struct loc *loc,
		       const struct keyword *kw)
{
	diag_error(p->diags, loc, "'%s' objects are not supported yet",
		   kw->word);
	p->last = NULL;
}

#define COMMENT_MAX 128

void build_comment(struct parser *p, struct str text, const struct loc *loc)
{
	if (text.len > COMMENT_MAX)
		diag_error(p->diags, loc, "comment longer than %d characters",
			   COMMENT_MAX);
	else
		p->open->comment = arena_strndup(p->arena, text.s, text.len);
}

void build_table_flags(struct parser *p, const struct loc *loc,
		       struct words *flags)
{
	for (; flags; flags = flags->next) {
		if (str_is(flags->word, "dormant"))
			p->open->flags |= NFT_TABLE_F_DORMANT;
		else if (str_is(flags->word, "owner"))
			p->open->flags |= 2; /* NFT_TABLE_F_OWNER */
		else
			diag_error(p->diags, &flags->loc,
				   "\"%.*s\" is not a table flag",
				   (int)flags->word.len, flags->word.s);
	}
}

/* ---- chains ------------------------------------------------------------- */

void build_rule(struct parser *p, struct rule_ast *rule)
{
	arena_push(p->arena, &p->open->chain->rules, rule);
}

void build_hook(struct parser *p, struct str type, const struct loc *type_loc,
		struct str hook, const struct loc *hook_loc, struct prio *prio,
		const struct loc *prio_loc)
{
	struct chain_item *c = p->open->chain;

	c->type = type;
	c->type_loc = *type_loc;
	c->hook = hook;
	c->hook_loc = *hook_loc;
	c->prio = prio;
	c->prio_loc = *prio_loc;
}

void build_policy(struct parser *p, const struct keyword *kw,
		  const struct loc *loc)
{
	struct chain_item *c = p->open->chain;

	c->policy_loc = *loc;
	if (kw->value != NF_ACCEPT && kw->value != NF_DROP)
		diag_error(p->diags, loc, "a policy is accept or drop");
	else
		c->policy = kw->value;
}

void build_policy_var(struct parser *p, struct str name, const struct loc *loc)
{
	p->open->chain->policy_var = build_var(p, loc, name);
	p->open->chain->policy_loc = *loc;
}

void build_devices(struct parser *p, const struct loc *loc, struct expr *names)
{
	p->open->chain->devices = names;
	p->open->chain->device_loc = *loc;
}

void build_chain_flags(struct parser *p, const struct words *flags)
{
	if (flags->next || !str_is(flags->word, "offload"))
		diag_error(p->diags, &flags->loc,
			   "the only flag of a chain is offload");
	p->open->chain->flags_loc = flags->loc;
	p->open->chain->offloads = true;
}

struct prio *build_prio(struct parser *p, struct str *name, int sign,
			struct str *offset)
{
	struct prio *prio = arena_new_of(p->arena, struct prio);

	if (name) {
		prio->name = *name;
		prio->has_name = true;
	}
	prio->sign = sign;
	if (offset)
		prio->offset = *offset;
	return prio;
}

struct prio *build_prio_var(struct parser *p, struct str name,
			    const struct loc *loc)
{
	struct prio *prio = arena_new_of(p->arena, struct prio);

	prio->sign = 1;
	prio->var = build_var(p, loc, name);
	return prio;
}

/* ---- sets --------------------------------------------------------------- */

void build_set_type(struct parser *p, struct words *key, struct words *data)
{
	p->open->set->key = key;
	p->open->set->data = data;
	p->open->set->type_loc = key->loc;
}

void build_set_typeof(struct parser *p, struct expr *key, struct expr *data,
		      struct str *word)
{
	p->open->set->key_expr = key;
	p->open->set->data_expr = data;
	p->open->set->type_loc = key->loc;
	if (word)
		p->open->set->data_word = *word;
}

void build_set_flags(struct parser *p, struct words *flags)
{
	static const struct {
		const char *word;
		uint32_t flag;
	} known[] = {
		{ "constant", NFT_SET_CONSTANT },
		{ "interval", NFT_SET_INTERVAL },
		{ "timeout", NFT_SET_TIMEOUT },
		{ "dynamic", NFT_SET_EVAL },
	};
	const char *names[] = { "constant", "interval", "timeout", "dynamic" };

	p->open->set->flags_loc = flags->loc;
	/* nft: the last line counts for a set, all of them for a map */
	if (!p->open->set->is_map)
		p->open->set->flags = 0;
	for (; flags; flags = flags->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(known) &&
		       !str_is(flags->word, known[i].word))
			i++;
		if (i < ARRAY_LEN(known)) {
			p->open->set->flags |= known[i].flag;
			continue;
		}
		diag_error(p->diags, &flags->loc, "\"%.*s\" is not a set flag",
			   (int)flags->word.len, flags->word.s);
		if (diag_nearest(arena_strndup(p->arena, flags->word.s,
					       flags->word.len),
				 names, ARRAY_LEN(names)))
			diag_hint(p->diags, "did you mean \"%s\"?",
				  diag_nearest(arena_strndup(p->arena,
							     flags->word.s,
							     flags->word.len),
					       names, ARRAY_LEN(names)));
	}
}

static void bad_option(struct parser *p, struct str name, const struct loc *loc)
{
	static const char *const names[] = {
		"type",	      "typeof", "flags",  "timeout",  "gc-interval",
		"auto-merge", "size",	"policy", "elements", "comment",
	};
	const char *word = arena_strndup(p->arena, name.s, name.len), *near;

	diag_error(p->diags, loc, "\"%s\" is not a property of a set", word);
	near = diag_nearest(word, names, ARRAY_LEN(names));
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
}

static uint64_t time_value(struct parser *p, struct str *value,
			   const struct loc *loc)
{
	uint64_t ms = 0;
	u128 number;

	if (!value || str_number(*value, &number) || !str_time(*value, &ms))
		diag_error(p->diags, loc, "a time is expected, as in 1h30m");
	return ms;
}

void build_set_option(struct parser *p, struct str name, const struct loc *loc,
		      struct str *value, const struct loc *value_loc)
{
	struct set_item *s = p->open->set;

	if (str_is(name, "auto-merge") && !value && !s->is_map) {
		s->auto_merge = true;
	} else if (str_is(name, "timeout")) {
		s->has_timeout = true;
		s->timeout_ms = time_value(p, value, value ? value_loc : loc);
	} else if (str_is(name, "gc-interval")) {
		s->has_gc = true;
		s->gc_interval_ms =
			time_value(p, value, value ? value_loc : loc);
	} else if (str_is(name, "size") && value) {
		s->has_size = true;
		s->size = (uint32_t)number64(p, *value, value_loc);
	} else if (str_is(name, "policy") && value &&
		   str_is(*value, "performance")) {
		s->has_policy = true;
		s->policy = NFT_SET_POL_PERFORMANCE;
	} else if (str_is(name, "policy") && value &&
		   str_is(*value, "memory")) {
		s->has_policy = true;
		s->policy = NFT_SET_POL_MEMORY;
	} else {
		bad_option(p, name, loc);
	}
}

void build_set_stmt(struct parser *p, struct stmt *s)
{
	p->open->set->stmts = build_stmt_add(p->open->set->stmts, s);
}

void build_set_elems(struct parser *p, struct expr *elems)
{
	if (expr_is(elems, set) && !expr_as(elems, set_expr)->elems.len)
		diag_error(p->diags, &elems->loc,
			   "no elements in these braces");
	arena_push(p->arena, &p->open->set->elems, elems);
}
