/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the statements of parser/nat.h share: builders, ports, flags. */
#include "parser/nat.h"

#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/grammar.h"
#include "parser/json.h"
#include "parser/lower.h"

/* ---- builders ------------------------------------------------------------ */

struct stmt *build_nat_to(struct parser *p, struct expr *addr,
			  struct expr *port)
{
	struct nat_stmt *n = arena_new_of(p->arena, struct nat_stmt);

	n->s.ops = &stmt_nat;
	n->addr = addr;
	n->port = port;
	return &n->s;
}

static bool is_one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

struct stmt *build_nat(struct parser *p, const struct loc *loc,
		       const struct keyword *kw, const struct keyword *family,
		       struct str *kind, const struct loc *kind_loc,
		       struct stmt *to)
{
	static const char *const kinds[] = { "prefix", "interval", "addr",
					     NULL };
	struct nat_stmt *n = stmt_as(to, nat_stmt);

	n->s.loc = *loc;
	n->is_dnat = kw->value == NFT_NAT_DNAT;
	if (family) {
		n->family = ((const struct proto_desc *)family->desc)->nfproto;
		if (family->desc != &proto_ip && family->desc != &proto_ip6)
			diag_error(p->diags, loc,
				   "NAT is for ip and ip6, not for %s",
				   family->word);
	}
	if (kind) {
		n->kind = *kind;
		n->kind_loc = *kind_loc;
		if (!is_one_of(*kind, kinds))
			diag_error(p->diags, kind_loc,
				   "\"%.*s\" where prefix, interval, addr . "
				   "port or to is expected",
				   (int)kind->len, kind->s);
	}
	return &n->s;
}

static uint32_t *flags_of(struct stmt *s)
{
	if (stmt_is(s, nat))
		return &stmt_as(s, nat_stmt)->flags;
	return &stmt_as(s, masq_stmt)->flags;
}

static const struct {
	const char *name;
	uint32_t flag;
} flag_names[] = {
	{ "random", NF_NAT_RANGE_PROTO_RANDOM },
	{ "fully-random", NF_NAT_RANGE_PROTO_RANDOM_FULLY },
	{ "persistent", NF_NAT_RANGE_PERSISTENT },
};

struct stmt *build_nat_flags(struct parser *p, struct stmt *s,
			     struct words *flags)
{
	for (; flags; flags = flags->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(flag_names) &&
		       !str_is(flags->word, flag_names[i].name))
			i++;
		if (i < ARRAY_LEN(flag_names))
			*flags_of(s) |= flag_names[i].flag;
		else
			diag_error(p->diags, &flags->loc,
				   "\"%.*s\" where random, fully-random or "
				   "persistent is expected",
				   (int)flags->word.len, flags->word.s);
	}
	return s;
}

struct stmt *build_nat_port(struct parser *p, const struct loc *loc,
			    const struct keyword *kw, struct expr *port)
{
	struct masq_stmt *m = arena_new_of(p->arena, struct masq_stmt);

	m->s.ops = kw->token == MASQ ? &stmt_masquerade : &stmt_redirect;
	m->s.loc = *loc;
	m->port = port;
	return &m->s;
}

struct stmt *build_reject(struct parser *p, const struct loc *loc,
			  struct str *with, const struct loc *with_loc,
			  struct str *kind, const struct loc *kind_loc,
			  struct expr *code)
{
	static const char *const kinds[] = { "icmp", "icmpv6", "icmpx", NULL };
	struct reject_stmt *r = arena_new_of(p->arena, struct reject_stmt);

	r->s.ops = &stmt_reject;
	r->s.loc = *loc;
	r->expr = code;
	if (with && !str_is(*with, "with"))
		diag_error(p->diags, with_loc,
			   "\"%.*s\" where with is expected", (int)with->len,
			   with->s);
	if (!kind)
		return &r->s;
	r->kind = *kind;
	r->kind_loc = *kind_loc;
	if (code ? !is_one_of(*kind, kinds) : !str_is(*kind, "tcp"))
		diag_error(p->diags, kind_loc,
			   "\"%.*s\" where icmp, icmpv6, icmpx or tcp reset is "
			   "expected",
			   (int)kind->len, kind->s);
	return &r->s;
}

/* ---- ports --------------------------------------------------------------- */

static bool has_ports(const struct check *c)
{
	const struct proto_desc *t = c->proto.at[PROTO_BASE_TRANSPORT];

	return t && t->number;
}

int nat_check_port(struct check *c, const struct stmt *s, struct expr **port)
{
	struct expect old = c->want;
	struct loc loc = (*port)->loc;
	struct expr *e;

	if (!has_ports(c))
		return diag_error2(c->diags, &loc, &s->loc,
				   "ports need a match of the transport "
				   "protocol before");
	c->want.dtype = &type_inet_service;
	c->want.len = 16;
	c->want.byteorder = BYTEORDER_BIG;
	e = expr_check(c, *port);
	c->want = old;
	if (!e)
		return -1;
	if (!types_match(&type_inet_service, e->dtype))
		return diag_error(c->diags, &loc, "this is no port");
	*port = e;
	return 0;
}

/* ---- registers ----------------------------------------------------------- */

static void lower_number(struct lower *l, const struct expr *like, u128 v,
			 unsigned reg)
{
	uint8_t bytes[16];

	value_export(v, like->len / 8u, BYTEORDER_BIG, bytes);
	lower_immediate(l, reg, bytes, like->len / 8u);
}

uint32_t nat_lower_value(struct lower *l, const struct expr *e, unsigned *reg)
{
	u128 from, to;

	if (expr_is(e, range)) {
		from = expr_as_const(e, range_expr)->from;
		to = expr_as_const(e, range_expr)->to;
	} else if (expr_is(e, prefix)) {
		const struct prefix_expr *p = expr_as_const(e, prefix_expr);

		from = p->v;
		to = p->v | u128_mask(e->len - p->bits);
	} else {
		expr_lower(l, e, *reg);
		*reg += 4;
		return 0;
	}
	lower_number(l, e, from, *reg);
	lower_number(l, e, to, *reg + 4);
	*reg += 8;
	return lower_reg(*reg - 4);
}

/* ---- listing ------------------------------------------------------------- */

void nat_print_flags(uint32_t flags, struct strbuf *out)
{
	char sep = ' ';

	for (size_t i = 0; i < ARRAY_LEN(flag_names); i++) {
		if (!(flags & flag_names[i].flag))
			continue;
		strbuf_printf(out, "%c%s", sep, flag_names[i].name);
		sep = ',';
	}
}

json_t *nat_flags_json(uint32_t flags)
{
	json_t *a = json_array();

	for (size_t i = 0; i < ARRAY_LEN(flag_names); i++)
		if (flags & flag_names[i].flag)
			json_array_append_new(a,
					      json_string(flag_names[i].name));
	if (flags & NF_NAT_RANGE_NETMAP)
		json_array_append_new(a, json_string("netmap"));
	return a;
}

/* The length of the prefix that @lo to @hi is; -1: it is none. */
static int prefix_bits(const struct value_expr *lo, const struct value_expr *hi)
{
	u128 host = lo->v ^ hi->v;
	int bits = lo->e.len;

	if (lo->v & host || host & (host + 1))
		return -1;
	for (; host; host >>= 1)
		bits--;
	return bits;
}

struct expr *nat_range(struct raise *r, struct expr *lo, struct expr *hi)
{
	struct prefix_expr *p;
	struct range_expr *g;
	int bits = -1;

	if (expr_is(lo, value) && expr_is(hi, value) &&
	    lo->dtype != &type_inet_service)
		bits = prefix_bits(expr_as(lo, value_expr),
				   expr_as(hi, value_expr));
	if (bits >= 0) {
		p = raise_expr(r, &expr_prefix, sizeof(*p), lo->dtype, lo->len,
			       lo->byteorder);
		p->v = expr_as(lo, value_expr)->v;
		p->bits = (unsigned)bits;
		return &p->e;
	}
	g = raise_expr(r, &expr_range, sizeof(*g), lo->dtype, lo->len,
		       lo->byteorder);
	g->lo = lo;
	g->hi = hi;
	return &g->e;
}

struct expr *nat_raise_port(struct raise *r, const struct nftnl_expr *n,
			    uint16_t min_attr, uint16_t max_attr)
{
	struct expr *lo, *hi;

	if (!nftnl_expr_is_set(n, min_attr))
		return NULL;
	lo = raise_typed(r, raise_get(r, n, min_attr), &type_inet_service,
			 BYTEORDER_BIG);
	if (!nftnl_expr_is_set(n, max_attr) ||
	    nftnl_expr_get_u32(n, max_attr) == nftnl_expr_get_u32(n, min_attr))
		return lo;
	hi = raise_typed(r, raise_get(r, n, max_attr), &type_inet_service,
			 BYTEORDER_BIG);
	return nat_range(r, lo, hi);
}
