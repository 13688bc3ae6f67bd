/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snat, dnat: another source, another destination.
 *
 * The address may be a value, a range, a prefix, or what a map gives; a map may
 * give the port, too, and both ends of ranges. Its data then lie in registers
 * one behind the other, each padded to 32 bits: addr, port, or addr, port, end
 * of the addresses, end of the ports.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/nat.h"
#include "parser/setdecl.h"

static const struct datatype *addr_type(uint8_t family)
{
	return family == NFPROTO_IPV4 ? &type_ipv4_addr : &type_ipv6_addr;
}

/* nat_evaluate_family() */
static int check_family(struct check *c, struct nat_stmt *n)
{
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	if (c->family == NFPROTO_IPV4 || c->family == NFPROTO_IPV6) {
		if (n->family && n->family != c->family)
			return diag_error(c->diags, &n->s.loc,
					  "this is a table of the other IP "
					  "version");
		n->family = c->family;
		return 0;
	}
	if (c->family != NFPROTO_INET)
		return diag_error(c->diags, &n->s.loc,
				  "NAT is for tables of ip, ip6 and inet");
	if (!n->addr)
		n->family = NFPROTO_INET;
	if (n->family)
		return 0;
	if (!net)
		return diag_error(c->diags, &n->s.loc,
				  "ip or ip6 must be said with an address in "
				  "inet tables");
	n->family = net->nfproto;
	return 0;
}

/* stmt_evaluate_l3proto(): what the rule knows of the packet agrees. */
static int check_network(struct check *c, const struct nat_stmt *n)
{
	const struct proto_desc *net = c->proto.at[PROTO_BASE_NETWORK];

	if (!net || !n->addr || net->nfproto == n->family)
		return 0;
	return diag_error(c->diags, &n->s.loc,
			  "conflicting protocols: the packet is %s here",
			  net->name);
}

static struct expr *behind_var(struct expr *e)
{
	while (expr_is(e, var) && expr_as(e, var_expr)->def)
		e = expr_as(e, var_expr)->def->init;
	return e;
}

/* What a map's data are, before types are known. */
static void look_at_data(struct expr *data, struct nat_stmt *n)
{
	struct list_expr *l;

	data = behind_var(data);
	if (expr_is(data, range) || expr_is(data, prefix))
		n->data_range = true;
	if (!expr_is(data, concat))
		return;
	n->with_port = true;
	l = expr_as(data, list_expr);
	for (size_t i = 0; i < l->items.len; i++)
		if (expr_is(l->items.v[i], range) ||
		    expr_is(l->items.v[i], prefix))
			n->data_range = true;
}

static void look_at_map(struct check *c, struct nat_stmt *n)
{
	struct expr *map = behind_var(expr_as(n->addr, map_expr)->map);

	if (expr_is(map, set)) {
		const struct set_expr *s = expr_as(map, set_expr);

		for (size_t i = 0; i < s->elems.len; i++)
			if (s->elems.v[i].data)
				look_at_data(s->elems.v[i].data, n);
		return;
	}
	map = expr_is(map, setref) ? expr_check(c, map) : NULL;
	if (map) {
		const struct set_type *t = expr_as(map, setref_expr)->type;

		n->with_port = t->data_type >> TYPE_BITS &&
			       t->data_type != NFT_DATA_VERDICT;
		n->data_range = t->data_interval;
	}
}

static const struct datatype *map_type(struct check *c,
				       const struct nat_stmt *n)
{
	const struct datatype *fields[2] = { addr_type(n->family),
					     &type_inet_service };

	return n->with_port ? concat_type(c->arena, fields, 2) : fields[0];
}

static int check_addr(struct check *c, struct nat_stmt *n)
{
	struct expect old = c->want;
	struct expr *e = behind_var(n->addr);
	const struct datatype *t;

	n->addr = e;
	if (expr_is(e, map))
		look_at_map(c, n);
	t = map_type(c, n);
	c->want.dtype = t;
	c->want.len = n->family == NFPROTO_IPV4 ? 32 : 128;
	c->want.byteorder = BYTEORDER_BIG;
	if (n->with_port)
		c->want.len += 32;
	c->want_range = n->data_range;
	e = expr_check(c, n->addr);
	c->want = old;
	c->want_range = false;
	if (!e)
		return -1;
	if (!types_match(t, e->dtype))
		return diag_error(c->diags, &n->addr->loc,
				  "this is no address of %s",
				  n->family == NFPROTO_IPV4 ? "ip" : "ip6");
	n->addr = e;
	return 0;
}

/* nft's grammar lets flags that are said take the place of this one. */
static void take_kind(struct nat_stmt *n)
{
	if (str_is(n->kind, "prefix") && !n->flags)
		n->flags = NF_NAT_RANGE_NETMAP;
}

static int nat_check(struct check *c, struct stmt *s)
{
	struct nat_stmt *n = arena_memdup(c->arena, s, sizeof(*n));

	if (check_family(c, n) || check_network(c, n) ||
	    (n->addr && check_addr(c, n)))
		return -1;
	take_kind(n);
	if (n->port) {
		if (nat_check_port(c, s, &n->port))
			return -1;
		n->flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	}
	check_emit(c, &n->s);
	return 0;
}

/* Where a map's data begin and end: words behind its first register. */
static void set_map_regs(const struct nat_stmt *n, struct nftnl_expr *e)
{
	unsigned addr = n->family == NFPROTO_IPV4 ? 1 : 4;
	unsigned end = addr + n->with_port;

	if (n->data_range)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX,
				   lower_reg(end));
	if (!n->with_port)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, lower_reg(addr));
	if (n->data_range)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MAX,
				   lower_reg(end + addr));
}

static void nat_lower(struct lower *l, const struct stmt *s)
{
	const struct nat_stmt *n = stmt_as_const(s, nat_stmt);
	uint32_t addr_max = 0, port_max = 0, port_reg = 0;
	unsigned reg = 0;
	struct nftnl_expr *e;

	if (n->addr)
		addr_max = nat_lower_value(l, n->addr, &reg);
	if (n->port) {
		port_reg = lower_reg(reg);
		port_max = nat_lower_value(l, n->port, &reg);
	}
	e = lower_add(l, "nat");
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE,
			   n->is_dnat ? NFT_NAT_DNAT : NFT_NAT_SNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY, n->family);
	if (n->flags)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, n->flags);
	if (n->addr)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN,
				   lower_reg(0));
	if (n->addr && expr_is(n->addr, map))
		set_map_regs(n, e);
	if (addr_max)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX, addr_max);
	if (port_reg)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, port_reg);
	if (port_max)
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MAX, port_max);
}

/* ---- listing ------------------------------------------------------------- */

static bool needs_brackets(const struct nat_stmt *n)
{
	return n->port && n->addr->dtype && n->addr->dtype->id == TYPE_IP6ADDR;
}

static void print_in_brackets(struct printer *pr, const struct expr *e)
{
	strbuf_putc(pr->out, '[');
	expr_print(pr, e);
	strbuf_putc(pr->out, ']');
}

static void print_addr(struct printer *pr, const struct nat_stmt *n)
{
	const struct range_expr *g = expr_as_const(n->addr, range_expr);

	if (needs_brackets(n) && expr_is(n->addr, value)) {
		print_in_brackets(pr, n->addr);
	} else if (needs_brackets(n) && expr_is(n->addr, range)) {
		print_in_brackets(pr, g->lo);
		strbuf_putc(pr->out, '-');
		print_in_brackets(pr, g->hi);
	} else {
		expr_print(pr, n->addr);
	}
}

static void nat_print(struct printer *pr, const struct stmt *s)
{
	const struct nat_stmt *n = stmt_as_const(s, nat_stmt);

	strbuf_puts(pr->out, n->is_dnat ? "dnat" : "snat");
	if (n->addr || n->port) {
		if (n->shows_family && n->family == NFPROTO_IPV4)
			strbuf_puts(pr->out, " ip");
		else if (n->shows_family && n->family == NFPROTO_IPV6)
			strbuf_puts(pr->out, " ip6");
		if (n->flags & NF_NAT_RANGE_NETMAP)
			strbuf_puts(pr->out, " prefix");
		strbuf_puts(pr->out, " to ");
	}
	if (n->addr)
		print_addr(pr, n);
	if (n->port) {
		strbuf_putc(pr->out, ':');
		expr_print(pr, n->port);
	}
	nat_print_flags(n->flags, pr->out);
}

/* A map whose data are more than one address. */
static bool is_wide_map(const struct raise *r, const struct nat_stmt *n)
{
	unsigned addr = n->family == NFPROTO_IPV4 ? 32 : 128;

	return expr_is(n->addr, map) && n->addr->len > addr;
}

static void raise_addr(struct raise *r, const struct nftnl_expr *e,
		       struct nat_stmt *n)
{
	const struct datatype *t = addr_type(n->family);
	struct expr *hi;

	n->addr = raise_typed(r, raise_get(r, e, NFTNL_EXPR_NAT_REG_ADDR_MIN),
			      t, BYTEORDER_BIG);
	if (is_wide_map(r, n) ||
	    !nftnl_expr_is_set(e, NFTNL_EXPR_NAT_REG_ADDR_MAX) ||
	    nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX) ==
		    nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN))
		return;
	hi = raise_typed(r, raise_get(r, e, NFTNL_EXPR_NAT_REG_ADDR_MAX), t,
			 BYTEORDER_BIG);
	n->addr = nat_range(r, n->addr, hi);
}

static bool nat_raise(struct raise *r, const struct nftnl_expr *e)
{
	struct nat_stmt *n = raise_stmt(r, &stmt_nat, sizeof(*n));

	n->is_dnat = nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT;
	n->family = (uint8_t)nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_FAMILY);
	n->flags = nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_FLAGS);
	n->shows_family = r->family == NFPROTO_INET;
	if (nftnl_expr_is_set(e, NFTNL_EXPR_NAT_REG_ADDR_MIN)) {
		raise_addr(r, e, n);
		if (is_wide_map(r, n)) {
			n->shows_family = true;
			return true;
		}
	}
	n->port = nat_raise_port(r, e, NFTNL_EXPR_NAT_REG_PROTO_MIN,
				 NFTNL_EXPR_NAT_REG_PROTO_MAX);
	return true;
}

static void nat_complete(struct raise *r, struct stmt *s)
{
	struct nat_stmt *n = stmt_as(s, nat_stmt);

	if (n->addr)
		raise_complete(r, &n->addr);
	if (n->port)
		raise_complete(r, &n->port);
	raise_emit(r, s);
}

static json_t *nat_json(struct printer *pr, const struct stmt *s)
{
	const struct nat_stmt *n = stmt_as_const(s, nat_stmt);
	json_t *o = json_object();

	if (n->shows_family && n->family)
		json_object_set_new(
			o, "family",
			json_string(n->family == NFPROTO_IPV6 ? "ip6" : "ip"));
	if (n->addr)
		json_object_set_new(o, "addr", expr_json(pr, n->addr));
	if (n->port)
		json_object_set_new(o, "port", expr_json(pr, n->port));
	json_put_words(o, "flags", nat_flags_json(n->flags));
	if (n->flags & NF_NAT_RANGE_NETMAP)
		json_object_set_new(o, "type_flags", json_string("prefix"));
	return json_empty_or(n->is_dnat ? "dnat" : "snat", o);
}

const struct stmt_ops stmt_nat = {
	.name = "nat",
	.check = nat_check,
	.lower = nat_lower,
	.print = nat_print,
	.json = nat_json,
	.nftnl = "nat",
	.raise = nat_raise,
	.complete = nat_complete,
};
