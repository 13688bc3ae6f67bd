/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Matches of bytecode: what is compared gets its name, the constant its type;
 * fields that were compared together are taken apart; masks become prefixes,
 * flags, or vanish where they only cut out a field of bits; two comparisons
 * that bound a value become a range.
 */
#include <linux/netfilter/nf_tables.h>

#include "parser/key.h"
#include "parser/raise.h"

/* ---- masks of fields of bits --------------------------------------------- */

static void shift_down(struct raise *r, struct expr **e, unsigned shift,
		       unsigned bits)
{
	if (expr_is(*e, value)) {
		struct value_expr *v = raise_copy(r, *e, value_expr);

		v->v >>= shift;
		v->e.len = (uint16_t)bits;
		*e = &v->e;
	} else if (expr_is(*e, range)) {
		struct range_expr *g = raise_copy(r, *e, range_expr);

		shift_down(r, &g->lo, shift, bits);
		shift_down(r, &g->hi, shift, bits);
		*e = &g->e;
	} else if (expr_is(*e, setref)) {
		struct setref_expr *s = raise_copy(r, *e, setref_expr);

		s->shift += shift;
		*e = &s->e;
	}
}

/* The field that is left of the load under a mask, nameless if it is one of a
 * header that is not known. */
static struct expr *trimmed(struct raise *r, const struct expr *left, u128 mask,
			    unsigned *shift)
{
	struct payload_expr *p;

	if (expr_is(left, exthdr))
		return exthdr_trim(r, left, mask, shift);
	if (!expr_is(left, payload))
		return NULL;
	p = raise_trim(r, expr_as_const(left, payload_expr), mask, shift);
	return p ? &p->e : NULL;
}

bool raise_mask(struct raise *r, struct expr **binop, struct expr **right)
{
	struct binop_expr *b = expr_as(*binop, binop_expr);
	unsigned shift;
	struct expr *field;

	if (b->op != BINOP_AND || !expr_is(b->right, value))
		return false;
	field = trimmed(r, b->left, expr_as(b->right, value_expr)->v, &shift);
	if (!field)
		return false;
	if (right)
		shift_down(r, right, shift, field->len);
	*binop = field;
	return true;
}

/* ---- fields -------------------------------------------------------------- */

/* The first of an anonymous set's ICMP types stands for all of them. */
static void learn_icmp_set(struct raise *r, struct match_stmt *m,
			   const struct payload_expr *p)
{
	const struct setref_expr *s = expr_as_const(m->right, setref_expr);
	const struct proto_desc *d = r->proto[PROTO_BASE_TRANSPORT];
	const uint8_t *key = NULL;

	if (p->base != PROTO_BASE_TRANSPORT || p->offset || p->e.len != 8 ||
	    r->icmp_type || (d != &proto_icmp && d != &proto_icmpv6))
		return;
	if (r->world->first_key && s->type->flags & NFT_SET_ANONYMOUS &&
	    !(s->type->flags & NFT_SET_INTERVAL))
		key = r->world->first_key(r->world->data, s->name);
	if (key)
		r->icmp_type = *key;
}

static void emit_piece(struct raise *r, const struct match_stmt *m,
		       struct payload_expr *p, struct expr *right)
{
	struct match_stmt *n = arena_memdup(r->arena, m, sizeof(*m));
	unsigned base = p->base;
	size_t at;

	n->left = &p->e;
	n->right = right;
	if (m->op == OP_EQ && expr_is(right, value))
		raise_learn_payload(r, p, expr_as(right, value_expr)->v);
	at = raise_emit(r, &n->s);
	/* A header within the layer (vlan) stays with the layer. */
	if (m->op == OP_EQ && raise_is_key(p) && base == PROTO_BASE_LL &&
	    r->proto[base] == &proto_vlan && expr_is(right, value) &&
	    raise_upper(&proto_vlan, (unsigned)expr_as(right, value_expr)->v) ==
		    &proto_vlan)
		base--;
	raise_uses(r, p);
	if (m->op == OP_EQ && raise_is_key(p))
		raise_depends(r, at, base);
}

/* The constant's highest @bits bits, of @len; typed as @p. */
static struct expr *piece_value(struct raise *r, const struct expr *right,
				unsigned len, unsigned bits,
				const struct payload_expr *p)
{
	struct value_expr *v = raise_copy(r, right, value_expr);
	struct expr *e = &v->e;

	v->v = v->v >> (len - bits) & u128_mask(bits);
	v->e.len = (uint16_t)bits;
	v->e.dtype = p->e.dtype;
	v->e.byteorder = BYTEORDER_BIG;
	return e;
}

/* The beginning of a field: a prefix. */
static void emit_part(struct raise *r, const struct match_stmt *m,
		      struct payload_expr *p, const struct expr *right,
		      unsigned len, unsigned bits)
{
	struct prefix_expr *pre = raise_expr(r, &expr_prefix, sizeof(*pre),
					     p->e.dtype, p->e.len,
					     BYTEORDER_BIG);

	pre->v = expr_as_const(right, value_expr)->v << (p->e.len - bits);
	pre->v &= u128_mask(p->e.len);
	pre->bits = bits;
	if (len != bits)
		pre->v = 0; /* only the last piece can be a part */
	emit_piece(r, m, p, &pre->e);
}

static struct payload_expr *piece(struct raise *r, const struct payload_expr *p,
				  unsigned skip, const struct proto_desc *d,
				  const struct proto_field *f)
{
	struct payload_expr *n = arena_memdup(r->arena, p, sizeof(*p));

	n->proto = d;
	n->field = f;
	n->raw = false;
	n->offset = f->offset + skip;
	n->e.dtype = f->type;
	n->e.len = f->len;
	n->e.byteorder = BYTEORDER_BIG;
	return n;
}

/* Fields that follow each other were loaded and compared as one. */
static void expand(struct raise *r, const struct match_stmt *m,
		   const struct payload_expr *load)
{
	struct payload_expr *rest = arena_memdup(r->arena, load, sizeof(*load));
	unsigned skip, left = m->right->len;
	const struct proto_desc *d = raise_header(r, load, &skip);
	struct payload_expr *p;

	for (const struct proto_field *f = d ? d->fields : NULL; f && f->name;
	     f++) {
		if (f->offset + skip != rest->offset ||
		    !raise_has_field(r, d, f))
			continue;
		p = piece(r, load, skip, d, f);
		if (f->len > rest->e.len) {
			emit_part(r, m, p, m->right, left, rest->e.len);
			return;
		}
		emit_piece(r, m, p, piece_value(r, m->right, left, f->len, p));
		left -= f->len;
		rest->offset += f->len;
		rest->e.len -= f->len;
		if (!rest->e.len)
			return;
	}
	rest = payload_raw(r->arena, rest->base, rest->offset - skip,
			   rest->e.len);
	emit_piece(r, m, rest,
		   piece_value(r, m->right, left, rest->e.len, rest));
}

static void complete_field(struct raise *r, struct match_stmt *m)
{
	const struct payload_expr *p = expr_as(m->left, payload_expr);

	if ((m->op == OP_EQ || m->op == OP_NEQ) && expr_is(m->right, value)) {
		expand(r, m, p);
		return;
	}
	if ((m->op == OP_EQ || m->op == OP_NEQ) && expr_is(m->right, setref))
		learn_icmp_set(r, m, p);
	raise_complete(r, &m->left);
	m->right = raise_typed(r, m->right, m->left->dtype, m->left->byteorder);
	raise_emit(r, &m->s);
}

/* ---- masks --------------------------------------------------------------- */

/* a | b | c as a list. */
static void flatten(struct raise *r, struct list_expr *l, struct expr *e)
{
	struct binop_expr *b;

	if (expr_is(e, binop) && expr_as(e, binop_expr)->op == BINOP_OR) {
		b = expr_as(e, binop_expr);
		flatten(r, l, b->left);
		flatten(r, l, b->right);
		return;
	}
	arena_push(r->arena, &l->items, e);
}

static struct expr *list_of(struct raise *r, struct expr *e)
{
	struct list_expr *l;

	if (!expr_is(e, binop) || expr_as(e, binop_expr)->op != BINOP_OR)
		return e;
	l = raise_expr(r, &expr_list, sizeof(*l), e->dtype, e->len,
		       e->byteorder);
	flatten(r, l, e);
	return &l->e;
}

static bool is_number(const struct expr *e, u128 *v)
{
	if (!expr_is(e, value))
		return false;
	*v = expr_as_const(e, value_expr)->v;
	return true;
}

/* flags & mask compared: any of these, none of these, or exactly so. */
static void complete_flags(struct raise *r, struct match_stmt *m,
			   struct binop_expr *b)
{
	u128 want = 0, mask = 0;
	bool one = is_number(m->right, &want);

	if (one && !want) {
		m->op = m->op == OP_NEQ ? OP_IMPLICIT : OP_NEG;
		m->left = b->left;
		m->right = list_of(r, b->right);
	} else if (one && is_number(b->right, &mask) && mask == want) {
		return;
	} else if (one || expr_is(m->right, binop)) {
		m->left = b->left;
		m->mask = list_of(r, b->right);
		m->right = list_of(r, m->right);
	}
}

/* Are the ones of a mask those from the top down? */
static bool is_prefix_mask(u128 mask, unsigned len, unsigned *bits)
{
	unsigned low = 0;

	*bits = 0;
	if (!mask)
		return true;
	while (!(mask >> low & 1))
		low++;
	*bits = len - low;
	return mask == (u128_mask(len) & ~u128_mask(low));
}

static bool complete_prefix(struct raise *r, struct match_stmt *m,
			    struct binop_expr *b)
{
	struct prefix_expr *p;
	unsigned bits;

	if (!b->left->dtype || !b->left->dtype->prefix ||
	    !expr_is(m->right, value) || !expr_is(b->right, value) ||
	    !is_prefix_mask(expr_as(b->right, value_expr)->v, b->right->len,
			    &bits))
		return false;
	p = raise_expr(r, &expr_prefix, sizeof(*p), m->right->dtype,
		       m->right->len, m->right->byteorder);
	p->v = expr_as(m->right, value_expr)->v;
	p->bits = bits;
	m->left = b->left;
	m->right = &p->e;
	return true;
}

/* A field of bits that a set looks up is shifted down; nft shifts back. */
static void complete_shift(struct raise *r, struct match_stmt *m,
			   struct binop_expr *b)
{
	struct binop_expr *n = raise_copy(r, &b->e, binop_expr);

	if (!expr_is(b->left, binop) || !raise_mask(r, &n->left, NULL)) {
		raise_emit(r, &m->s);
		return;
	}
	if (expr_is(n->left, payload))
		raise_complete(r, &n->left);
	m->left = n->left;
	raise_emit(r, &m->s);
}

static void complete_binop(struct raise *r, struct match_stmt *m)
{
	struct binop_expr *b = expr_as(m->left, binop_expr);
	bool equal = m->op == OP_EQ || m->op == OP_NEQ;

	if (b->op == BINOP_AND && equal && raise_is_flags(m->left->dtype)) {
		complete_flags(r, m, b);
	} else if (b->op == BINOP_AND && complete_prefix(r, m, b)) {
		;
	} else if (b->op == BINOP_AND && raise_mask(r, &m->left, &m->right)) {
		if (expr_is(m->left, payload)) {
			complete_field(r, m);
			return;
		}
		m->right = raise_typed(r, m->right, m->left->dtype,
				       m->left->byteorder);
	} else if (b->op == BINOP_RSHIFT) {
		complete_shift(r, m, b);
		return;
	} else if (b->op == BINOP_AND && expr_is(b->left, exthdr)) {
		b = raise_copy(r, m->left, binop_expr);
		b->left = exthdr_nameless(r, b->left);
		m->left = &b->e;
	}
	raise_emit(r, &m->s);
}

/* ---- keys ---------------------------------------------------------------- */

static void complete_key(struct raise *r, struct match_stmt *m)
{
	size_t at;

	/* Ports of a tuple have no type until their protocol is known: nft
	 * lists the set that it made of them so. */
	if (expr_is(m->left, ct) && expr_is(m->right, setref) &&
	    m->left->dtype == &type_inet_service) {
		m->right =
			raise_typed(r, m->right, &type_invalid, BYTEORDER_BIG);
	}
	at = raise_emit(r, &m->s);
	if (m->op == OP_EQ && expr_is(m->right, value))
		raise_learn_key(r, expr_as(m->left, key_expr),
				expr_as(m->right, value_expr)->v, at);
}

/* ---- ranges -------------------------------------------------------------- */

static const struct expr *inner(const struct expr *e)
{
	return expr_is(e, byteorder) ? expr_as_const(e, byteorder_expr)->arg
				     : e;
}

/* Any two bounds, one after the other, of things of one kind: nft does not ask
 * whether they are of the same thing. */
static void merge_range(struct raise *r, size_t prev)
{
	struct match_stmt *m, *p;
	struct range_expr *g;
	enum rel_op op;

	if (!prev || !r->out.len || r->out.v[prev - 1].dropped)
		return;
	m = stmt_as(r->out.v[r->out.len - 1].s, match_stmt);
	p = stmt_as(r->out.v[prev - 1].s, match_stmt);
	if (!stmt_is(&p->s, match) || !stmt_is(&m->s, match) ||
	    inner(m->left)->ops != inner(p->left)->ops)
		return;
	if (m->op == OP_LTE && p->op == OP_GTE)
		op = OP_EQ;
	else if (m->op == OP_GT && p->op == OP_LT)
		op = OP_NEQ;
	else
		return;
	g = raise_expr(r, &expr_range, sizeof(*g), m->right->dtype,
		       m->right->len, m->right->byteorder);
	g->lo = p->right;
	g->hi = m->right;
	m = arena_memdup(r->arena, m, sizeof(*m));
	m->op = op;
	m->right = &g->e;
	r->out.v[r->out.len - 1].s = &m->s;
	r->out.v[prev - 1].dropped = true;
}

/* Raw bits are hexadecimal; but a set that some bits of a load are looked up in
 * keeps the type that it was made with. */
static const struct datatype *right_type(const struct match_stmt *m)
{
	const struct expr *e = m->left;

	if (expr_is(m->right, setref) && expr_is(e, binop)) {
		e = expr_as_const(e, binop_expr)->left;
		if (expr_is(e, payload) && expr_as_const(e, payload_expr)->raw)
			return &type_integer;
	}
	return m->left->dtype;
}

void raise_match_complete(struct raise *r, struct stmt *s)
{
	struct match_stmt *m = arena_memdup(r->arena, s, sizeof(*m));
	size_t prev = r->prev, before = r->out.len;

	r->prev = 0;
	if (expr_is(m->left, payload)) {
		complete_field(r, m);
	} else {
		raise_complete(r, &m->left);
		m->right = raise_typed(r, m->right, right_type(m),
				       m->left->byteorder);
		raise_complete(r, &m->right);
		if (expr_is(m->left, meta) || expr_is(m->left, ct))
			complete_key(r, m);
		else if (expr_is(m->left, binop))
			complete_binop(r, m);
		else
			raise_emit(r, &m->s);
	}
	if (r->out.len != before + 1)
		return;
	merge_range(r, prev);
	r->prev = r->out.len;
}
