/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reject: drop it, and tell its sender by an ICMP error or a TCP reset. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/nat.h"

enum {
	PORT_UNREACH4 = 3, /* ICMP_PORT_UNREACH */
	PORT_UNREACH6 = 4, /* ICMPV6_PORT_UNREACH */
};

/* stmt_evaluate_reject_default() */
static void check_default(const struct check *c, struct reject_stmt *r)
{
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	r->type = NFT_REJECT_ICMPX_UNREACH;
	r->code = NFT_REJECT_ICMPX_PORT_UNREACH;
	if (net != &proto_ip && net != &proto_ip6)
		return;
	r->type = NFT_REJECT_ICMP_UNREACH;
	r->code = net == &proto_ip ? PORT_UNREACH4 : PORT_UNREACH6;
}

static int check_reset(struct check *c, struct reject_stmt *r)
{
	const struct proto_desc *now = c->proto.at[PROTO_BASE_TRANSPORT];
	const struct payload_expr tcp = {
		.e.loc = r->s.loc,
		.proto = &proto_tcp,
		.field = proto_tcp.fields,
		.base = PROTO_BASE_TRANSPORT,
	};

	r->type = NFT_REJECT_TCP_RST;
	if (now && now != &proto_tcp)
		return diag_error(c->diags, &r->kind_loc,
				  "no tcp reset answers %s", now->name);
	return depend_payload(c, &tcp);
}

static int check_code(struct check *c, struct reject_stmt *r,
		      const struct datatype *t)
{
	struct expect old = c->want;
	struct expr *e;

	c->want.dtype = t;
	c->want.len = 8;
	c->want.byteorder = BYTEORDER_BIG;
	e = expr_check(c, r->expr);
	c->want = old;
	if (!e)
		return -1;
	if (!expr_is(e, value))
		return diag_error(c->diags, &e->loc, "one code is expected");
	r->code = (uint8_t)expr_as(e, value_expr)->v;
	/* nft sends none then, and the kernel refuses a reject without one */
	if (r->code == UINT8_MAX)
		return diag_error(c->diags, &e->loc, "255 is no code");
	return 0;
}

static int check_icmp(struct check *c, struct reject_stmt *r)
{
	bool v4 = str_is(r->kind, "icmp");
	const struct expr at = { .loc = r->s.loc };

	r->type = NFT_REJECT_ICMP_UNREACH;
	if (check_code(c, r, v4 ? &type_icmp_code : &type_icmpv6_code))
		return -1;
	return depend_network(c, &at, v4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

static int check_icmpx(struct check *c, struct reject_stmt *r)
{
	r->type = NFT_REJECT_ICMPX_UNREACH;
	if (c->family != NFPROTO_INET)
		return diag_error(c->diags, &r->kind_loc,
				  "icmpx is for tables of both IP versions");
	if (check_code(c, r, &type_icmpx_code))
		return -1;
	if (r->code > NFT_REJECT_ICMPX_MAX)
		return diag_error(c->diags, &r->expr->loc,
				  "icmpx has no code %u", r->code);
	return 0;
}

/* What the answer needs to know of the packet is asked first of all, so that
 * nothing before it (a log, say) happens to others: the match that was added
 * behind @before goes to the front. */
static void to_front(struct check *c, struct stmt *before)
{
	struct stmt *dep = c->tail;

	if (!before || dep == before)
		return;
	before->next = NULL;
	c->tail = before;
	dep->next = c->rule->checked;
	c->rule->checked = dep;
}

static int reject_check(struct check *c, struct stmt *s)
{
	struct reject_stmt *r = arena_memdup(c->arena, s, sizeof(*r));
	struct stmt *before = c->tail;
	int err = 0;

	if (!r->kind.len)
		check_default(c, r);
	else if (!r->expr)
		err = check_reset(c, r);
	else if (str_is(r->kind, "icmpx"))
		err = check_icmpx(c, r);
	else
		err = check_icmp(c, r);
	if (err)
		return err;
	to_front(c, before);
	check_emit(c, &r->s);
	return 0;
}

static void reject_lower(struct lower *l, const struct stmt *s)
{
	const struct reject_stmt *r = stmt_as_const(s, reject_stmt);
	struct nftnl_expr *n = lower_add(l, "reject");

	nftnl_expr_set_u32(n, NFTNL_EXPR_REJECT_TYPE, r->type);
	nftnl_expr_set_u8(n, NFTNL_EXPR_REJECT_CODE, r->code);
}

/* A code that the listing leaves out: what plain `reject' means here. */
static bool is_default(const struct printer *pr, const struct reject_stmt *r)
{
	if (r->type == NFT_REJECT_ICMPX_UNREACH)
		return r->code == NFT_REJECT_ICMPX_PORT_UNREACH;
	if (pr->family == NFPROTO_INET)
		return false;
	return r->code ==
	       (r->family == NFPROTO_IPV4 ? PORT_UNREACH4 : PORT_UNREACH6);
}

/* Whose code it is, and the code's type. */
static const char *kind_of(const struct reject_stmt *r,
			   const struct datatype **type)
{
	if (r->type != NFT_REJECT_ICMP_UNREACH) {
		*type = &type_icmpx_code;
		return "icmpx";
	}
	*type = r->family == NFPROTO_IPV4 ? &type_icmp_code : &type_icmpv6_code;
	return r->family == NFPROTO_IPV4 ? "icmp" : "icmpv6";
}

static void reject_print(struct printer *pr, const struct stmt *s)
{
	const struct reject_stmt *r = stmt_as_const(s, reject_stmt);
	struct expr code = { .len = 8 };
	const char *kind = kind_of(r, &code.dtype);

	strbuf_puts(pr->out, "reject");
	if (r->type == NFT_REJECT_TCP_RST) {
		strbuf_puts(pr->out, " with tcp reset");
		return;
	}
	if (is_default(pr, r))
		return;
	strbuf_printf(pr->out, " with %s ", kind);
	print_value(pr, &code, r->code);
}

static bool reject_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct reject_stmt *s = raise_stmt(r, &stmt_reject, sizeof(*s));

	s->type = nftnl_expr_get_u32(n, NFTNL_EXPR_REJECT_TYPE);
	s->code = nftnl_expr_get_u8(n, NFTNL_EXPR_REJECT_CODE);
	return true;
}

/* stmt_reject_postprocess(): what the answer implies need not be listed. */
static void reject_complete(struct raise *r, struct stmt *s)
{
	struct reject_stmt *j = stmt_as(s, reject_stmt);
	const struct proto_desc *net = r->proto[PROTO_BASE_NETWORK];

	j->family = net ? net->nfproto : 0;
	if (r->family != NFPROTO_INET) {
		if (j->type == NFT_REJECT_TCP_RST)
			raise_uses_layer(r, PROTO_BASE_TRANSPORT);
	} else if (j->type != NFT_REJECT_ICMPX_UNREACH) {
		raise_uses_layer(r, PROTO_BASE_NETWORK);
	}
	raise_emit(r, s);
}

static json_t *reject_json(struct printer *pr, const struct stmt *s)
{
	const struct reject_stmt *r = stmt_as_const(s, reject_stmt);
	const struct datatype *type;
	const char *kind = kind_of(r, &type);

	if (r->type == NFT_REJECT_TCP_RST)
		return json_pack("{s:{s:s}}", "reject", "type", "tcp reset");
	return json_pack("{s:{s:s, s:o}}", "reject", "type", kind, "expr",
			 json_constant(pr->env, type, r->code, 8));
}

const struct stmt_ops stmt_reject = {
	.name = "reject",
	.check = reject_check,
	.lower = reject_lower,
	.print = reject_print,
	.json = reject_json,
	.nftnl = "reject",
	.raise = reject_raise,
	.complete = reject_complete,
};
