/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tproxy: to a socket of this host, whatever the packet's destination. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/nat.h"
#include "parser/print.h"
#include "parser/raise.h"

static const struct datatype *addr_type(uint8_t family)
{
	return family == NFPROTO_IPV6 ? &type_ipv6_addr : &type_ipv4_addr;
}

/* What nft asks of a rule before: stmt_evaluate_tproxy(). */
static int check_family(struct check *c, struct tproxy_stmt *t)
{
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	if (c->family != NFPROTO_INET && c->family != NFPROTO_IPV4 &&
	    c->family != NFPROTO_IPV6)
		return diag_error(c->diags, &t->s.loc,
				  "tproxy is for tables of ip, ip6 and inet");
	if (c->family != NFPROTO_INET && !t->family)
		t->family = c->family;
	if (!c->proto.at[PROTO_BASE_TRANSPORT])
		return diag_error(c->diags, &t->s.loc,
				  "tproxy needs a match of the transport "
				  "protocol before");
	if (net && net->nfproto != t->family)
		return diag_error(c->diags, &t->s.loc,
				  "the packet is %s here: say tproxy %s to",
				  net->name, net->name);
	if (c->family != NFPROTO_INET && t->family != c->family)
		return diag_error(c->diags, &t->s.loc,
				  "this is a table of the other IP version");
	if (t->addr && !t->family)
		return diag_error(c->diags, &t->s.loc,
				  "ip or ip6 must be said with an address in "
				  "inet tables");
	return 0;
}

static int check_addr(struct check *c, struct tproxy_stmt *t)
{
	const struct datatype *type = addr_type(t->family);
	struct expect old = c->want;
	struct loc loc = t->addr->loc;

	c->want = (struct expect){ .dtype = type,
				   .len = (uint16_t)type->size,
				   .byteorder = BYTEORDER_BIG };
	t->addr = expr_check(c, t->addr);
	c->want = old;
	if (!t->addr)
		return -1;
	if (!types_match(type, t->addr->dtype) || expr_is(t->addr, range) ||
	    expr_is(t->addr, prefix))
		return diag_error(c->diags, &loc, "one address of %s is wanted",
				  t->family == NFPROTO_IPV6 ? "ip6" : "ip");
	return 0;
}

static int tproxy_check(struct check *c, struct stmt *s)
{
	struct tproxy_stmt *t = arena_memdup(c->arena, s, sizeof(*t));

	if (check_family(c, t) || (t->addr && check_addr(c, t)))
		return -1;
	if (t->port) {
		if (nat_check_port(c, s, &t->port))
			return -1;
		if (expr_is(t->port, range))
			return diag_error(c->diags, &t->port->loc,
					  "one port is wanted");
	}
	check_emit(c, &t->s);
	return 0;
}

static void tproxy_lower(struct lower *l, const struct stmt *s)
{
	const struct tproxy_stmt *t = stmt_as_const(s, tproxy_stmt);
	uint32_t port = 0;
	struct nftnl_expr *n;
	unsigned reg = 0;

	if (t->addr)
		nat_lower_value(l, t->addr, &reg);
	if (t->port) {
		port = lower_reg(reg);
		nat_lower_value(l, t->port, &reg);
	}
	n = lower_add(l, "tproxy");
	nftnl_expr_set_u32(n, NFTNL_EXPR_TPROXY_FAMILY, t->family);
	if (t->addr)
		nftnl_expr_set_u32(n, NFTNL_EXPR_TPROXY_REG_ADDR, lower_reg(0));
	if (port)
		nftnl_expr_set_u32(n, NFTNL_EXPR_TPROXY_REG_PORT, port);
}

static void tproxy_print(struct printer *pr, const struct stmt *s)
{
	const struct tproxy_stmt *t = stmt_as_const(s, tproxy_stmt);
	bool brackets = t->addr && t->port && t->family == NFPROTO_IPV6 &&
			expr_is(t->addr, value);

	strbuf_puts(pr->out, "tproxy");
	if (t->shows_family && t->family)
		strbuf_puts(pr->out,
			    t->family == NFPROTO_IPV6 ? " ip6" : " ip");
	strbuf_puts(pr->out, " to");
	if (t->addr) {
		strbuf_puts(pr->out, brackets ? " [" : " ");
		expr_print(pr, t->addr);
		strbuf_puts(pr->out, brackets ? "]" : "");
	}
	/* a port that a map gives is not listed */
	if (!t->port || !expr_is(t->port, value))
		return;
	strbuf_puts(pr->out, t->addr ? ":" : " :");
	expr_print(pr, t->port);
}

static json_t *tproxy_json(struct printer *pr, const struct stmt *s)
{
	const struct tproxy_stmt *t = stmt_as_const(s, tproxy_stmt);
	json_t *o = json_object();

	if (t->shows_family && t->family)
		json_object_set_new(
			o, "family",
			json_string(t->family == NFPROTO_IPV6 ? "ip6" : "ip"));
	if (t->addr)
		json_object_set_new(o, "addr", expr_json(pr, t->addr));
	if (t->port)
		json_object_set_new(o, "port", expr_json(pr, t->port));
	return json_one("tproxy", o);
}

static bool tproxy_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct tproxy_stmt *t = raise_stmt(r, &stmt_tproxy, sizeof(*t));

	t->family = (uint8_t)nftnl_expr_get_u32(n, NFTNL_EXPR_TPROXY_FAMILY);
	t->shows_family = r->family == NFPROTO_INET;
	if (nftnl_expr_is_set(n, NFTNL_EXPR_TPROXY_REG_ADDR))
		t->addr = raise_typed(
			r, raise_get(r, n, NFTNL_EXPR_TPROXY_REG_ADDR),
			addr_type(t->family), BYTEORDER_BIG);
	t->port = nat_raise_port(r, n, NFTNL_EXPR_TPROXY_REG_PORT,
				 NFTNL_EXPR_TPROXY_REG_PORT);
	return true;
}

static void tproxy_complete(struct raise *r, struct stmt *s)
{
	struct tproxy_stmt *t = stmt_as(s, tproxy_stmt);

	if (t->addr)
		raise_complete(r, &t->addr);
	if (t->port)
		raise_complete(r, &t->port);
	raise_emit(r, s);
}

const struct stmt_ops stmt_tproxy = {
	.name = "tproxy",
	.check = tproxy_check,
	.lower = tproxy_lower,
	.print = tproxy_print,
	.json = tproxy_json,
	.nftnl = "tproxy",
	.raise = tproxy_raise,
	.complete = tproxy_complete,
};
