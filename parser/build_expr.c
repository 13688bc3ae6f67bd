/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of expressions. */
#include "parser/build.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/key.h"
#include "parser/proto.h"

#define NODE(p, var, type, ops_, loc_)                            \
	struct type *var = arena_new_of((p)->arena, struct type); \
	var->e.ops = &(ops_);                                     \
	var->e.loc = *(loc_)

/* Unknown NAME behind SUBJECT; @names are those there are. */
static void unknown_name(struct parser *p, const struct loc *loc,
			 const char *what, const char *subject, struct str name,
			 const char *const *names, size_t n)
{
	const char *word = arena_strndup(p->arena, name.s, name.len);
	const char *near = diag_nearest(word, names, n);

	diag_error(p->diags, loc, "%s has no %s \"%s\"", subject, what, word);
	if (near)
		diag_hint(p->diags, "did you mean \"%s\"?", near);
}

/* A node that has been complained about: checking it fails silently. */
static struct expr *bad_expr(struct parser *p, const struct loc *loc)
{
	NODE(p, v, var_expr, expr_var, loc);

	return &v->e;
}

struct expr *build_symbol(struct parser *p, const struct loc *loc,
			  struct str text, bool quoted)
{
	NODE(p, s, symbol_expr, expr_symbol, loc);

	s->text = text;
	s->quoted = quoted;
	return &s->e;
}

struct expr *build_negative(struct parser *p, const struct loc *loc,
			    struct str num)
{
	struct str text = { num.s - 1, num.len + 1 };

	if (text.s[0] != '-')
		text.s = arena_printf(p->arena, "-%.*s", (int)num.len, num.s);
	return build_symbol(p, loc, text, false);
}

struct expr *build_payload(struct parser *p, const struct loc *loc,
			   const struct keyword *kw, struct str name,
			   const struct loc *name_loc)
{
	const struct proto_desc *proto = kw->desc;
	const struct proto_field *f = proto_field_find(proto, name);
	const char *names[32];
	size_t n = 0;
	NODE(p, e, payload_expr, expr_payload, loc);

	if (!f) {
		for (f = proto->fields; f->name && n < ARRAY_LEN(names); f++)
			names[n++] = f->name;
		unknown_name(p, name_loc, "field", proto->name, name, names, n);
		return bad_expr(p, loc);
	}
	e->proto = proto;
	e->field = f;
	e->base = proto->base;
	e->offset = f->offset;
	e->name = name;
	e->name_loc = *name_loc;
	return &e->e;
}

struct expr *build_raw(struct parser *p, const struct loc *loc, struct str base,
		       const struct loc *base_loc, struct str offset,
		       struct str len)
{
	static const char *const bases[PROTO_BASE_COUNT] = {
		[PROTO_BASE_LL] = "ll",
		[PROTO_BASE_NETWORK] = "nh",
		[PROTO_BASE_TRANSPORT] = "th",
		[PROTO_BASE_INNER] = "ih",
	};
	NODE(p, e, payload_expr, expr_payload, loc);
	u128 off = 0, bits = 0;

	for (unsigned b = PROTO_BASE_LL; b < PROTO_BASE_COUNT; b++)
		if (str_is(base, bases[b]))
			e->base = b;
	str_number(offset, &off);
	str_number(len, &bits);
	if (!e->base) {
		diag_error(p->diags, base_loc,
			   "a header's base is ll, nh, th or ih");
		return bad_expr(p, loc);
	}
	if (!bits || bits > 128 || off > 65535) {
		diag_error(p->diags, loc,
			   "a raw payload has 1 to 128 bits at an offset of at "
			   "most 65535");
		return bad_expr(p, loc);
	}
	e->raw = true;
	e->offset = (unsigned)off;
	e->e.len = (uint16_t)bits;
	return &e->e;
}

static struct expr *exthdr_new(struct parser *p, const struct loc *loc,
			       const struct exthdr_desc *h,
			       const struct exthdr_field *f)
{
	NODE(p, e, key_expr, expr_exthdr, loc);

	e->hdr = h;
	e->field = f;
	e->present = !f;
	return &e->e;
}

static struct expr *exthdr_unknown(struct parser *p, const struct loc *loc,
				   const struct exthdr_desc *table,
				   const char *subject, struct str name)
{
	const char *names[32];
	size_t n = 0;

	for (; table->name && n < ARRAY_LEN(names); table++)
		names[n++] = table->name;
	unknown_name(p, loc, "option", subject, name, names, n);
	return bad_expr(p, loc);
}

static struct expr *exthdr_field(struct parser *p, const struct loc *loc,
				 const struct exthdr_desc *h, struct str name,
				 const struct loc *name_loc)
{
	const struct exthdr_field *f = exthdr_field_find(h, name);
	const char *names[32];
	size_t n = 0;

	if (f)
		return exthdr_new(p, loc, h, f);
	for (f = h->fields; f->name && n < ARRAY_LEN(names); f++)
		names[n++] = f->name;
	unknown_name(p, name_loc, "field", h->name, name, names, n);
	return bad_expr(p, loc);
}

struct expr *build_option(struct parser *p, const struct loc *loc,
			  const struct keyword *kw, struct str name,
			  const struct loc *name_loc, struct str *field,
			  const struct loc *field_loc)
{
	bool tcp = !strcmp(kw->word, "tcp");
	const struct exthdr_desc *table = tcp ? tcp_options : ip_options;
	const struct exthdr_desc *h;
	bool by_number;
	u128 number;

	if (!tcp && strcmp(kw->word, "ip") != 0) {
		diag_error(p->diags, loc, "%s has no options", kw->word);
		return bad_expr(p, loc);
	}
	h = exthdr_find(table, name);
	by_number = !h && tcp && str_number(name, &number) &&
		    number <= UINT8_MAX;
	if (by_number)
		h = tcp_option_of(p->arena, (uint8_t)number);
	if (!h)
		return exthdr_unknown(p, name_loc, table, kw->word, name);
	if (!field)
		return exthdr_new(p, loc, h, NULL);
	if (tcp && (str_is(*field, "kind") ||
		    (by_number && !str_is(*field, "length")))) {
		diag_error(p->diags, field_loc, "nft does not take %.*s here",
			   (int)field->len, field->s);
		return bad_expr(p, loc);
	}
	return exthdr_field(p, loc, h, *field, field_loc);
}

struct expr *build_exthdr(struct parser *p, const struct loc *loc,
			  const struct keyword *kw, struct str name,
			  const struct loc *name_loc)
{
	return exthdr_field(p, loc, kw->desc, name, name_loc);
}

struct expr *build_exthdr_any(struct parser *p, const struct loc *loc,
			      struct str name)
{
	const struct exthdr_desc *h = exthdr_find(ip6_exthdrs, name);

	return h ? exthdr_new(p, loc, h, NULL)
		 : exthdr_unknown(p, loc, ip6_exthdrs, "exthdr", name);
}

const struct key_desc *key_by_number(const struct key_desc *table, unsigned key)
{
	for (; table->name; table++)
		if (table->key == key)
			return table;
	return NULL;
}

const struct key_desc *key_find(const struct key_desc *table, struct str name)
{
	for (; table->name; table++)
		if (str_is(name, table->name))
			return table;
	return NULL;
}

static struct expr *key_new(struct parser *p, const struct loc *loc,
			    const struct expr_ops *ops, const char *subject,
			    const struct key_desc *table, struct str name,
			    const struct loc *name_loc)
{
	const struct key_desc *key = key_find(table, name);
	const char *names[64];
	size_t n = 0;
	NODE(p, e, key_expr, *ops, loc);

	if (!key) {
		for (; table->name && n < ARRAY_LEN(names); table++)
			names[n++] = table->name;
		unknown_name(p, name_loc, "key", subject, name, names, n);
		return bad_expr(p, loc);
	}
	e->key = key;
	e->name = name;
	e->name_loc = *name_loc;
	e->dir = -1;
	return &e->e;
}

struct expr *build_meta(struct parser *p, const struct loc *loc,
			struct str name, const struct loc *name_loc)
{
	return key_new(p, loc, &expr_meta, "meta", meta_keys, name, name_loc);
}

struct expr *build_ct(struct parser *p, const struct loc *loc, int dir,
		      const struct keyword *l3, struct str name,
		      const struct loc *name_loc)
{
	struct expr *e =
		key_new(p, loc, &expr_ct, "ct", ct_keys, name, name_loc);
	const struct proto_desc *proto = l3 ? l3->desc : NULL;
	struct key_expr *k;

	if (!expr_is(e, ct))
		return e;
	k = expr_as(e, key_expr);
	k->dir = (int8_t)dir;
	if (!proto)
		return e;
	if (proto->base != PROTO_BASE_NETWORK || !k->key->alt) {
		diag_error(p->diags, loc, "ct has no %s %s", l3->word,
			   k->key->name);
		return bad_expr(p, loc);
	}
	k->l3 = proto->nfproto;
	return e;
}

struct expr *build_rt(struct parser *p, const struct loc *loc,
		      const struct keyword *l3, struct str name,
		      const struct loc *name_loc)
{
	const struct proto_desc *proto = l3 ? l3->desc : NULL;
	const struct exthdr_desc *h =
		exthdr_find(ip6_exthdrs, (struct str){ "rt", 2 });
	struct expr *e;

	if (!l3 && exthdr_field_find(h, name))
		return exthdr_field(p, loc, h, name, name_loc);
	e = key_new(p, loc, &expr_rt, "rt", rt_keys, name, name_loc);
	if (expr_is(e, rt) && proto)
		expr_as(e, key_expr)->l3 = proto->nfproto;
	return e;
}

struct expr *build_socket(struct parser *p, const struct loc *loc,
			  struct str name, const struct loc *name_loc)
{
	return key_new(p, loc, &expr_socket, "socket", socket_keys, name,
		       name_loc);
}

struct expr *build_osf(struct parser *p, const struct loc *loc,
		       const struct str *ttl, const struct loc *ttl_loc,
		       struct str name, const struct loc *name_loc)
{
	struct expr *e =
		key_new(p, loc, &expr_osf, "osf", osf_keys, name, name_loc);

	for (unsigned i = 1; ttl && i < OSF_TTLS; i++)
		if (str_is(*ttl, osf_ttls[i]))
			expr_as(e, key_expr)->flags = i;
	if (ttl && !expr_as(e, key_expr)->flags)
		diag_error(p->diags, ttl_loc, "ttl is compared loose or skip");
	return e;
}

struct expr *build_xfrm(struct parser *p, const struct loc *loc, struct str dir,
			const struct loc *dir_loc, const struct words *num,
			const struct keyword *l3, struct str name,
			const struct loc *name_loc)
{
	struct expr *e;
	u128 n = 0;

	if (l3) {
		name.s = arena_printf(p->arena, "%s %.*s", l3->word,
				      (int)name.len, name.s);
		name.len = (uint32_t)strlen(name.s);
	}
	e = key_new(p, loc, &expr_xfrm, "ipsec", xfrm_keys, name, name_loc);
	if (!str_is(dir, "in") && !str_is(dir, "out"))
		diag_error(p->diags, dir_loc,
			   "\"%.*s\" where in or out is expected", (int)dir.len,
			   dir.s);
	if (num && (!str_number(num->word, &n) || n > UINT8_MAX))
		diag_error(p->diags, &num->loc, "spnum is 0 to 255");
	expr_as(e, key_expr)->dir = str_is(dir, "out");
	expr_as(e, key_expr)->flags = (uint32_t)n;
	return e;
}

struct expr *build_arp_addr(struct parser *p, const struct loc *loc,
			    const struct keyword *arp, struct str which,
			    const struct loc *which_loc,
			    const struct keyword *kind)
{
	struct str name;

	name.s = arena_printf(p->arena, "%.*s %s", (int)which.len, which.s,
			      kind->word);
	name.len = (uint32_t)strlen(name.s);
	return build_payload(p, loc, arp, name, which_loc);
}

struct expr *build_fib(struct parser *p, const struct loc *loc,
		       struct words *flags, struct str result,
		       const struct loc *result_loc)
{
	static const struct {
		const char *word;
		uint32_t flag;
	} known[] = {
		{ "saddr", NFTA_FIB_F_SADDR }, { "daddr", NFTA_FIB_F_DADDR },
		{ "mark", NFTA_FIB_F_MARK },   { "iif", NFTA_FIB_F_IIF },
		{ "oif", NFTA_FIB_F_OIF },
	};
	static const char *const names[] = { "saddr", "daddr", "mark", "iif",
					     "oif" };
	struct expr *e =
		key_new(p, loc, &expr_fib, "fib", fib_keys, result, result_loc);

	for (; flags && expr_is(e, fib); flags = flags->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(known) &&
		       !str_is(flags->word, known[i].word))
			i++;
		if (i == ARRAY_LEN(known)) {
			unknown_name(p, &flags->loc, "flag", "fib", flags->word,
				     names, ARRAY_LEN(names));
			return bad_expr(p, loc);
		}
		expr_as(e, key_expr)->flags |= known[i].flag;
	}
	return e;
}

/* Of how many operators it is, where a variable stands for its value. */
static unsigned operators(const struct expr *e)
{
	while (expr_is(e, var) && expr_as(e, var_expr)->def &&
	       expr_as(e, var_expr)->def->init)
		e = expr_as(e, var_expr)->def->init;
	return expr_is(e, binop) ? expr_as(e, binop_expr)->operators : 0;
}

struct expr *build_binop(struct parser *p, const struct loc *loc,
			 enum binop_kind op, struct expr *left,
			 struct expr *right)
{
	const unsigned n = 1 + operators(left) + operators(right);
	NODE(p, b, binop_expr, expr_binop, loc);

	/* Whoever walks the tree goes as deep as it is. */
	if (n > BINOP_MAX) {
		diag_error(p->diags, loc,
			   "more than %d operators in one expression",
			   BINOP_MAX);
		return bad_expr(p, loc);
	}
	b->operators = (uint16_t)n;
	b->op = op;
	b->left = left;
	b->right = right;
	return &b->e;
}

static struct expr *list_add_expr(struct parser *p, const struct loc *loc,
				  const struct expr_ops *ops, struct expr *left,
				  struct expr *right)
{
	struct list_expr *l;

	if (left->ops != ops) {
		NODE(p, fresh, list_expr, *ops, loc);

		l = fresh;
		arena_push(p->arena, &l->items, left);
	} else {
		l = expr_as(left, list_expr);
		l->e.loc = *loc;
	}
	arena_push(p->arena, &l->items, right);
	return &l->e;
}

struct expr *build_concat(struct parser *p, const struct loc *loc,
			  struct expr *left, struct expr *right)
{
	return list_add_expr(p, loc, &expr_concat, left, right);
}

struct expr *build_list(struct parser *p, const struct loc *loc,
			struct expr *left, struct expr *right)
{
	return list_add_expr(p, loc, &expr_list, left, right);
}

struct expr *build_prefix(struct parser *p, const struct loc *loc,
			  struct expr *base, struct expr *plen)
{
	NODE(p, e, prefix_expr, expr_prefix, loc);

	e->base = base;
	e->plen = plen;
	return &e->e;
}

struct expr *build_range(struct parser *p, const struct loc *loc,
			 struct expr *lo, struct expr *hi)
{
	NODE(p, e, range_expr, expr_range, loc);

	e->lo = lo;
	e->hi = hi;
	return &e->e;
}

struct expr *build_wildcard(struct parser *p, const struct loc *loc)
{
	NODE(p, e, wildcard_expr, expr_wildcard, loc);

	return &e->e;
}

struct expr *build_map(struct parser *p, const struct loc *loc,
		       struct expr *key, struct expr *map)
{
	NODE(p, e, map_expr, expr_map, loc);

	e->key = key;
	e->map = map;
	return &e->e;
}

struct expr *build_setref(struct parser *p, const struct loc *loc,
			  struct str name)
{
	NODE(p, e, setref_expr, expr_setref, loc);

	build_name_behind(p, '@', name, loc);
	e->name = arena_strndup(p->arena, name.s, name.len);
	return &e->e;
}

struct expr *build_verdict(struct parser *p, const struct loc *loc, int code,
			   struct expr *target)
{
	NODE(p, e, verdict_expr, expr_verdict, loc);

	e->code = code;
	e->target = target;
	return &e->e;
}

struct expr *build_set_new(struct parser *p, const struct loc *loc)
{
	NODE(p, e, set_expr, expr_set, loc);

	return &e->e;
}

struct expr *build_set_add(struct parser *p, struct expr *set,
			   const struct elem *elem)
{
	arena_push(p->arena, &expr_as(set, set_expr)->elems, *elem);
	return set;
}

struct expr *build_set_done(struct expr *set, const struct loc *loc)
{
	set->loc = *loc;
	return set;
}

struct elem build_elem(struct expr *key, struct elem_opts *opts,
		       struct expr *data)
{
	return (struct elem){ key, data, opts };
}

static struct elem_opts *opts_of(struct parser *p, struct elem_opts *o)
{
	return o ? o : arena_new_of(p->arena, struct elem_opts);
}

static void elem_counter_opt(struct parser *p, struct elem_opts *o,
			     struct str opt, struct str value,
			     const struct loc *loc)
{
	struct counter_stmt *c = NULL;
	u128 v = 0;

	for (struct stmt *s = o->stmts; s; s = s->next)
		if (stmt_is(s, counter))
			c = stmt_as(s, counter_stmt);
	if (!c || !str_number(value, &v)) {
		diag_error(p->diags, loc, "no counter to give a value");
		return;
	}
	if (str_is(opt, "packets"))
		c->packets = (uint64_t)v;
	else
		c->bytes = (uint64_t)v;
}

struct elem_opts *build_elem_opt(struct parser *p, struct elem_opts *o,
				 struct str opt, const struct loc *opt_loc,
				 struct str value, const struct loc *loc)
{
	bool timeout = str_is(opt, "timeout"), expires = str_is(opt, "expires");
	uint64_t ms;

	o = opts_of(p, o);
	if (str_is(opt, "packets") || str_is(opt, "bytes")) {
		elem_counter_opt(p, o, opt, value, loc);
		return o;
	}
	if (!timeout && !expires) {
		diag_error(p->diags, opt_loc,
			   "\"%.*s\" is not a property of an element",
			   (int)opt.len, opt.s);
		return o;
	}
	if (!str_time(value, &ms)) {
		diag_error(p->diags, loc, "a time is expected, as in 1h30m");
		return o;
	}
	if (timeout)
		o->timeout_ms = ms;
	else
		o->expires_ms = ms;
	o->has_timeout |= timeout;
	o->has_expires |= expires;
	return o;
}

struct elem_opts *build_elem_comment(struct parser *p, struct elem_opts *o,
				     struct str text, const struct loc *loc)
{
	o = opts_of(p, o);
	if (text.len > 128)
		diag_error(p->diags, loc, "comment longer than 128 characters");
	o->comment = arena_strndup(p->arena, text.s, text.len);
	return o;
}

struct elem_opts *build_elem_stmt(struct parser *p, struct elem_opts *o,
				  struct stmt *s)
{
	o = opts_of(p, o);
	o->stmts = build_stmt_add(o->stmts, s);
	return o;
}
