/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * left op right: does the packet's value equal, lie in, have these bits.
 *
 * Adjacent payload fields that are compared for the same thing are loaded and
 * compared together (merge.c).
 */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/keyword.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"
#include "parser/setdecl.h"

/* ---- check -------------------------------------------------------------- */

static struct expr *resolve(struct expr *e)
{
	while (expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	return e;
}

static struct expr *or_into(struct check *c, const struct expr *left,
			    struct expr *sum, struct expr *item)
{
	struct expr *v = check_const(c, left, item);

	if (!v)
		return NULL;
	if (!expr_is(v, value)) {
		diag_error(c->diags, &v->loc, "a flag is expected");
		return NULL;
	}
	if (sum)
		expr_as(v, value_expr)->v |= expr_as(sum, value_expr)->v;
	return v;
}

/* flags a,b / c,d : of the bits c and d, a and b are set and no others. */
static int split_mask(struct check *c, struct match_stmt *m,
		      const struct expr *left, struct expr *right)
{
	struct list_expr one = { 0 };
	struct list_expr *l = &one;
	struct expr **into = &m->right;

	if (expr_is(right, list))
		l = expr_as(right, list_expr);
	else
		arena_push(c->arena, &one.items, right);
	m->right = m->mask = NULL;
	for (size_t i = 0; i < l->items.len; i++) {
		struct expr *item = l->items.v[i];

		if (expr_is(item, prefix)) {
			struct prefix_expr *p = expr_as(item, prefix_expr);

			if (m->mask)
				return diag_error(c->diags, &item->loc,
						  "one mask is enough");
			m->right = or_into(c, left, m->right, p->base);
			if (!m->right)
				return -1;
			into = &m->mask;
			item = p->plen;
		}
		*into = or_into(c, left, *into, item);
		if (!*into)
			return -1;
	}
	return 0;
}

static bool has_mask(const struct expr *left, struct expr *right)
{
	const struct list_expr *l;

	if (!left->dtype->bitmask)
		return false;
	if (expr_is(right, prefix))
		return true;
	if (!expr_is(right, list))
		return false;
	l = expr_as(right, list_expr);
	for (size_t i = 0; i < l->items.len; i++)
		if (expr_is(l->items.v[i], prefix))
			return true;
	return false;
}

/* fib and exthdr answer `exists` and `missing` of themselves. */
static void presence(struct expr *left, struct expr *right)
{
	const struct symbol_expr *s;

	if (!expr_is(left, fib) || !expr_is(right, symbol))
		return;
	s = expr_as(right, symbol_expr);
	if (!str_is(s->text, "exists") && !str_is(s->text, "missing"))
		return;
	expr_as(left, key_expr)->present = true;
	left->dtype = &type_boolean;
	left->len = 1;
}

/* left ^ x == y is left == y ^ x */
static void transfer_xor(struct match_stmt *m)
{
	struct binop_expr *b;

	if (!expr_is(m->left, binop) || !expr_is(m->right, value))
		return;
	b = expr_as(m->left, binop_expr);
	if (b->op != BINOP_XOR || b->mask != u128_mask(b->e.len) ||
	    (m->op != OP_EQ && m->op != OP_NEQ))
		return;
	expr_as(m->right, value_expr)->v ^= b->xor ;
	m->left = b->left;
}

static int check_op(struct check *c, struct match_stmt *m)
{
	bool plain = expr_is(m->right, value);

	if (m->op == OP_NEG) {
		if (expr_is(m->left, binop))
			return diag_error2(c->diags, &m->right->loc,
					   &m->left->loc,
					   "'!' is for flags without a mask");
		if (!m->left->dtype->bitmask || !plain)
			return diag_error2(c->diags, &m->right->loc,
					   &m->left->loc, "'!' is for flags");
		m->flagcmp = true;
		m->op = OP_EQ;
		return 0;
	}
	if (m->op == OP_IMPLICIT) {
		m->flagcmp = plain && !m->mask && m->left->dtype->bitmask &&
			     !expr_is(m->left, binop);
		m->op = m->flagcmp ? OP_NEQ : OP_EQ;
	}
	if (expr_is(m->right, range) &&
	    expr_as(m->right, range_expr)->outside && m->op <= OP_NEQ)
		m->op = m->op == OP_EQ ? OP_NEQ : OP_EQ;
	if (m->op >= OP_LT && !plain)
		return diag_error2(c->diags, &m->right->loc, &m->left->loc,
				   "only a value is smaller or larger");
	return 0;
}

static int check_right(struct check *c, struct match_stmt *m)
{
	struct expr *right = resolve(m->right);

	if (expr_is(right, set)) {
		m->right = check_set_of(c, m->left, expr_as(right, set_expr));
		return m->right ? 0 : -1;
	}
	if (expr_is(right, setref)) {
		m->right = expr_check(c, right);
		if (!m->right || ct_check_field(c, m->left))
			return -1;
		return types_match(m->left->dtype, m->right->dtype)
			       ? 0
			       : check_mismatch(c, m->left, m->right);
	}
	if (m->left->dtype->n_fields)
		return diag_error2(c->diags, &m->right->loc, &m->left->loc,
				   "a concatenation is looked up in a set: put "
				   "braces around the value");
	presence(m->left, right);
	if (has_mask(m->left, right))
		return split_mask(c, m, m->left, right);
	m->right = check_const(c, m->left, m->right);
	if (m->right && expr_is(m->right, wildcard))
		return diag_error(c->diags, &m->right->loc,
				  "\"*\" stands only in a set");
	return m->right ? 0 : -1;
}

static bool is_shift(const struct expr *e)
{
	enum binop_kind op;

	if (!expr_is(e, binop))
		return false;
	op = expr_as_const(e, binop_expr)->op;
	return op == BINOP_LSHIFT || op == BINOP_RSHIFT;
}

/* `iifname tcp': a number, in nft's grammar, unless it is in quotes. */
static int check_word(struct check *c, const struct match_stmt *m)
{
	const struct symbol_expr *word;

	if (!expr_is(m->right, symbol) || !datatype_is_string(m->left->dtype))
		return 0;
	word = expr_as_const(m->right, symbol_expr);
	if (word->quoted || !keywords_is_number(word->text))
		return 0;
	return diag_error(c->diags, &word->e.loc,
			  "\"%.*s\" is the number of a protocol: quote it",
			  (int)word->text.len, word->text.s);
}

static int match_check(struct check *c, struct stmt *s)
{
	struct match_stmt *m = arena_memdup(c->arena, s, sizeof(*m));

	m->left = expr_check(c, m->left);
	if (!m->left)
		return -1;
	if (m->left->ops->is_const)
		return diag_error(c->diags, &m->left->loc,
				  "nothing of a packet is matched here");
	if (is_shift(m->left))
		return diag_error(c->diags, &m->left->loc,
				  "the result of a shift is not compared, only "
				  "set");
	if (check_word(c, m) || check_right(c, m) || check_op(c, m))
		return -1;
	transfer_xor(m);
	check_emit(c, &m->s);
	depend_learn(c, m);
	return 0;
}

/* ---- lower -------------------------------------------------------------- */

static uint32_t cmp_op(enum rel_op op)
{
	static const uint32_t ops[] = {
		[OP_EQ] = NFT_CMP_EQ,	[OP_NEQ] = NFT_CMP_NEQ,
		[OP_LT] = NFT_CMP_LT,	[OP_GT] = NFT_CMP_GT,
		[OP_LTE] = NFT_CMP_LTE, [OP_GTE] = NFT_CMP_GTE,
	};

	return ops[op];
}

static void export(const struct match_stmt *m, u128 v, uint8_t order,
		   uint8_t *out)
{
	value_export(v << expr_shift(m->left), expr_bytes(m->left), order, out);
}

/* Bits: the value masked, compared with what they should be. */
static void lower_flags(struct lower *l, const struct match_stmt *m, u128 mask,
			u128 want)
{
	unsigned bytes = expr_bytes(m->left);
	uint8_t order = expr_order(m->left);
	uint8_t buf[16], none[16] = { 0 };

	expr_lower_bits(l, m->left, 0);
	export(m, mask, order, buf);
	lower_bitwise(l, 0, bytes, buf, none);
	export(m, want, order, buf);
	lower_cmp(l, 0, cmp_op(m->op), buf, bytes);
}

static void lower_value(struct lower *l, const struct match_stmt *m)
{
	u128 v = expr_as_const(m->right, value_expr)->v;
	uint8_t order = expr_order(m->left), buf[16];

	if (m->flagcmp) {
		lower_flags(l, m, v, 0);
		return;
	}
	if (m->mask) {
		lower_flags(l, m, expr_as_const(m->mask, value_expr)->v, v);
		return;
	}
	expr_lower_bits(l, m->left, 0);
	if (m->op >= OP_LT) {
		lower_to_big(l, m->left, 0);
		order = BYTEORDER_BIG;
	}
	export(m, v, order, buf);
	lower_cmp(l, 0, cmp_op(m->op), buf, expr_bytes(m->left));
}

/* Prefixes of whole bytes compare fewer bytes, and load no more. */
static void lower_prefix(struct lower *l, const struct match_stmt *m)
{
	const struct prefix_expr *p = expr_as_const(m->right, prefix_expr);
	unsigned bytes = expr_bytes(m->left);
	uint8_t buf[16], mask[16], none[16] = { 0 };
	uint8_t order = expr_order(m->left);

	value_export(p->v, bytes, order, buf);
	if (p->bits && p->bits % 8 == 0 && order == BYTEORDER_BIG) {
		bytes = p->bits / 8;
		if (expr_is(m->left, payload)) {
			struct payload_expr part =
				*expr_as_const(m->left, payload_expr);

			part.e.len = (uint16_t)p->bits;
			expr_lower_bits(l, &part.e, 0);
		} else {
			expr_lower(l, m->left, 0);
		}
	} else {
		expr_lower(l, m->left, 0);
		value_export(u128_mask(m->left->len) &
				     ~u128_mask(m->left->len - p->bits),
			     bytes, order, mask);
		lower_bitwise(l, 0, bytes, mask, none);
	}
	lower_cmp(l, 0, cmp_op(m->op), buf, bytes);
}

static void lower_range(struct lower *l, const struct match_stmt *m)
{
	const struct range_expr *r = expr_as_const(m->right, range_expr);
	unsigned bytes = expr_bytes(m->left);
	uint8_t from[16], to[16];
	struct nftnl_expr *n;

	expr_lower_bits(l, m->left, 0);
	lower_to_big(l, m->left, 0);
	export(m, r->from, BYTEORDER_BIG, from);
	export(m, r->to, BYTEORDER_BIG, to);
	if (m->op == OP_EQ) {
		lower_cmp(l, 0, NFT_CMP_GTE, from, bytes);
		lower_cmp(l, 0, NFT_CMP_LTE, to, bytes);
		return;
	}
	n = lower_add(l, "range");
	nftnl_expr_set_u32(n, NFTNL_EXPR_RANGE_SREG, lower_reg(0));
	nftnl_expr_set_u32(n, NFTNL_EXPR_RANGE_OP, NFT_RANGE_NEQ);
	nftnl_expr_set(n, NFTNL_EXPR_RANGE_FROM_DATA, from, bytes);
	nftnl_expr_set(n, NFTNL_EXPR_RANGE_TO_DATA, to, bytes);
}

static void lower_lookup(struct lower *l, const struct match_stmt *m)
{
	bool anonymous = expr_is(m->right, set);
	const char *name = "__set%d";
	struct nftnl_expr *n;
	uint32_t id = 0, flags;

	if (anonymous) {
		id = expr_as_const(m->right, set_expr)->set->id;
		flags = expr_as_const(m->right, set_expr)->set->type.flags;
	} else {
		name = expr_as_const(m->right, setref_expr)->name;
		flags = expr_as_const(m->right, setref_expr)->type->flags;
	}
	lower_key(l, m->left, 0, flags & NFT_SET_INTERVAL, anonymous);
	n = lower_add(l, "lookup");
	nftnl_expr_set_u32(n, NFTNL_EXPR_LOOKUP_SREG, lower_reg(0));
	nftnl_expr_set_str(n, NFTNL_EXPR_LOOKUP_SET, name);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LOOKUP_SET_ID, id);
	if (m->op == OP_NEQ)
		nftnl_expr_set_u32(n, NFTNL_EXPR_LOOKUP_FLAGS,
				   NFT_LOOKUP_F_INV);
}

/* Several fields, one load. */
static void lower_merged(struct lower *l, const struct match_stmt *m)
{
	struct payload_expr all = *expr_as_const(m->left, payload_expr);
	uint8_t buf[64];
	unsigned bytes = 0;

	all.e.len = 0;
	for (const struct match_stmt *f = m; f; f = f->merged) {
		export(f, expr_as_const(f->right, value_expr)->v, BYTEORDER_BIG,
		       buf + bytes);
		bytes += expr_bytes(f->left);
		all.e.len = (uint16_t)(8 * bytes);
	}
	expr_lower_bits(l, &all.e, 0);
	lower_cmp(l, 0, cmp_op(m->op), buf, bytes);
}

static void match_lower(struct lower *l, const struct stmt *s)
{
	const struct match_stmt *m = stmt_as_const(s, match_stmt);

	if (m->merged)
		lower_merged(l, m);
	else if (expr_is(m->right, prefix))
		lower_prefix(l, m);
	else if (expr_is(m->right, range))
		lower_range(l, m);
	else if (expr_is(m->right, set) || expr_is(m->right, setref))
		lower_lookup(l, m);
	else
		lower_value(l, m);
}

/* ---- raise --------------------------------------------------------------- */

static struct match_stmt *raise_match(struct raise *r, enum rel_op op,
				      struct expr *left, struct expr *right)
{
	struct match_stmt *m = raise_stmt(r, &stmt_match, sizeof(*m));

	m->op = op;
	m->left = left;
	m->right = right;
	return m;
}

/* Fewer bytes than the value has: a prefix of it. */
static struct expr *prefix_of(struct raise *r, const struct expr *left,
			      const struct expr *right)
{
	struct prefix_expr *p = raise_expr(r, &expr_prefix, sizeof(*p), NULL,
					   left->len, BYTEORDER_INVALID);

	p->v = expr_as_const(right, value_expr)->v
	       << MIN(left->len - right->len, 127);
	p->bits = right->len;
	return &p->e;
}

/* Is a constant that is shorter than what it is compared with a prefix? nft
 * does not know how long an address is whose version the key does not say. */
static bool is_part(const struct expr *left, const struct expr *right)
{
	if (expr_is(left, ct) && expr_as_const(left, key_expr)->any)
		return false;
	return left->len > right->len && !datatype_is_string(left->dtype);
}

/* A constant for each register that the concatenation takes. */
static struct expr *split(struct raise *r, const struct list_expr *left,
			  const uint8_t *data, uint32_t len)
{
	struct list_expr *l = raise_expr(r, &expr_concat, sizeof(*l), NULL,
					 8 * len, BYTEORDER_INVALID);

	for (size_t i = 0; i < left->items.len; i++) {
		unsigned bytes = (left->items.v[i]->len + 7u) / 8;
		struct expr *v = raise_value(r, data, MIN(bytes, len));

		v = raise_typed(r, v, left->items.v[i]->dtype,
				left->items.v[i]->byteorder);
		arena_push(r->arena, &l->items, v);
		bytes = MIN(4 * lower_words(8 * bytes), len);
		data += bytes;
		len -= bytes;
	}
	return &l->e;
}

static bool raise_cmp(struct raise *r, const struct nftnl_expr *n)
{
	static const enum rel_op ops[] = {
		[NFT_CMP_EQ] = OP_EQ, [NFT_CMP_NEQ] = OP_NEQ,
		[NFT_CMP_LT] = OP_LT, [NFT_CMP_LTE] = OP_LTE,
		[NFT_CMP_GT] = OP_GT, [NFT_CMP_GTE] = OP_GTE,
	};
	uint32_t op = nftnl_expr_get_u32(n, NFTNL_EXPR_CMP_OP), len;
	const void *data = raise_data(n, NFTNL_EXPR_CMP_DATA, &len);
	struct expr *left, *right;

	if (op >= ARRAY_LEN(ops) || !data)
		return false;
	left = raise_get_key(r, n, NFTNL_EXPR_CMP_SREG, 8 * len);
	if (expr_is(left, concat)) {
		right = split(r, expr_as(left, list_expr), data, len);
	} else {
		right = raise_value(r, data, len);
		if (is_part(left, right))
			right = prefix_of(r, left, right);
	}
	raise_match(r, ops[op], left, right);
	return true;
}

static bool raise_range(struct raise *r, const struct nftnl_expr *n)
{
	uint32_t from_len, to_len;
	const void *from = raise_data(n, NFTNL_EXPR_RANGE_FROM_DATA, &from_len);
	const void *to = raise_data(n, NFTNL_EXPR_RANGE_TO_DATA, &to_len);
	struct range_expr *g;

	if (!from || !to)
		return false;
	g = raise_expr(r, &expr_range, sizeof(*g), NULL, 8 * from_len,
		       BYTEORDER_INVALID);
	g->lo = raise_value(r, from, from_len);
	g->hi = raise_value(r, to, to_len);
	raise_match(r,
		    nftnl_expr_get_u32(n, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_EQ
			    ? OP_EQ
			    : OP_NEQ,
		    raise_get(r, n, NFTNL_EXPR_RANGE_SREG), &g->e);
	return true;
}

static bool raise_lookup(struct raise *r, const struct nftnl_expr *n)
{
	struct expr *set =
		setref_node(r, nftnl_expr_get_str(n, NFTNL_EXPR_LOOKUP_SET));
	bool inverted = nftnl_expr_is_set(n, NFTNL_EXPR_LOOKUP_FLAGS) &&
			nftnl_expr_get_u32(n, NFTNL_EXPR_LOOKUP_FLAGS) &
				NFT_LOOKUP_F_INV;

	raise_match(r, inverted ? OP_NEQ : OP_EQ,
		    setref_look(set, raise_get_key(r, n, NFTNL_EXPR_LOOKUP_SREG,
						   set->len)),
		    set);
	return true;
}

static bool match_raise(struct raise *r, const struct nftnl_expr *n)
{
	static const struct {
		const char *name;
		bool (*raise)(struct raise *r, const struct nftnl_expr *n);
	} kinds[] = {
		{ "cmp", raise_cmp },
		{ "range", raise_range },
		{ "lookup", raise_lookup },
	};
	const char *name = nftnl_expr_get_str(n, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(name, kinds[i].name))
			return kinds[i].raise(r, n);
	return false;
}

/* ---- print --------------------------------------------------------------- */

static void print_op(struct printer *pr, const struct match_stmt *m)
{
	static const char *const words[] = {
		[OP_NEQ] = " != ", [OP_LT] = " < ",   [OP_GT] = " > ",
		[OP_LTE] = " <= ", [OP_GTE] = " >= ", [OP_NEG] = " ! ",
	};
	bool said =
		expr_is(m->left, binop) ||
		(raise_is_flags(m->right->dtype) && expr_is(m->right, value));

	if (m->op == OP_IMPLICIT || (m->op == OP_EQ && (m->mask || !said)))
		strbuf_putc(pr->out, ' ');
	else
		strbuf_puts(pr->out, m->op == OP_EQ ? " == " : words[m->op]);
}

static void match_print(struct printer *pr, const struct stmt *s)
{
	const struct match_stmt *m = stmt_as_const(s, match_stmt);

	expr_print(pr, m->left);
	print_op(pr, m);
	expr_print(pr, m->right);
	if (m->mask) {
		strbuf_puts(pr->out, " / ");
		expr_print(pr, m->mask);
	}
}

static size_t match_children(const struct stmt *s, const struct expr **out,
			     const char **word)
{
	static const char *const words[] = {
		[OP_EQ] = "eq", [OP_NEQ] = "ne",  [OP_LT] = "lt",
		[OP_GT] = "gt", [OP_LTE] = "lte", [OP_GTE] = "gte",
	};
	const struct match_stmt *m = stmt_as_const(s, match_stmt);

	*word = words[m->op];
	if (m->flagcmp)
		*word = m->op == OP_NEQ ? "any" : "none";
	out[0] = m->left;
	out[1] = m->right;
	out[2] = m->mask;
	return m->mask ? 3 : 2;
}

static json_t *match_json(struct printer *pr, const struct stmt *s)
{
	static const char *const words[] = {
		[OP_IMPLICIT] = "in", [OP_EQ] = "==", [OP_NEQ] = "!=",
		[OP_LT] = "<",	      [OP_GT] = ">",  [OP_LTE] = "<=",
		[OP_GTE] = ">=",      [OP_NEG] = "!",
	};
	const struct match_stmt *m = stmt_as_const(s, match_stmt);
	json_t *left = expr_json(pr, m->left);

	if (m->mask)
		left = json_pack("{s:[o, o]}", "&", left,
				 expr_json(pr, m->mask));
	return json_pack("{s:{s:s, s:o, s:o}}", "match", "op", words[m->op],
			 "left", left, "right", expr_json(pr, m->right));
}

const struct stmt_ops stmt_match = {
	.name = "match",
	.check = match_check,
	.lower = match_lower,
	.print = match_print,
	.json = match_json,
	.raise = match_raise,
	.complete = raise_match_complete,
	.children = match_children,
};
