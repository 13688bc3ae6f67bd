/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dup: a copy of the packet goes elsewhere. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>

#include "parser/json.h"
#include "parser/print.h"
#include "parser/stmt/divert.h"

static int dup_check(struct check *c, struct stmt *s)
{
	struct divert_stmt *d = arena_memdup(c->arena, s, sizeof(*d));

	d->family = c->family;
	if (c->family == NFPROTO_NETDEV && d->dev)
		return diag_error(c->diags, &d->dev->loc,
				  "the link is all that is said in tables of "
				  "netdev");
	if (c->family == NFPROTO_NETDEV) {
		d->dev = d->addr;
		d->addr = NULL;
	} else if (c->family != NFPROTO_IPV4 && c->family != NFPROTO_IPV6) {
		return diag_error(c->diags, &d->s.loc,
				  "dup is for tables of ip, ip6 and netdev");
	}
	if (d->addr && divert_check(c, &d->addr, divert_addr_type(d->family)))
		return -1;
	if (d->dev && divert_check(c, &d->dev, &type_iface_index))
		return -1;
	check_emit(c, &d->s);
	return 0;
}

static void dup_lower(struct lower *l, const struct stmt *s)
{
	const struct divert_stmt *d = stmt_as_const(s, divert_stmt);
	uint32_t addr = 0, dev = 0;
	struct nftnl_expr *n;

	if (d->addr)
		addr = divert_lower(l, d->addr, 0);
	if (d->dev)
		dev = divert_lower(l, d->dev, d->addr ? 4 : 0);
	n = lower_add(l, "dup");
	if (addr)
		nftnl_expr_set_u32(n, NFTNL_EXPR_DUP_SREG_ADDR, addr);
	if (dev)
		nftnl_expr_set_u32(n, NFTNL_EXPR_DUP_SREG_DEV, dev);
}

static void dup_print(struct printer *pr, const struct stmt *s)
{
	const struct divert_stmt *d = stmt_as_const(s, divert_stmt);

	strbuf_puts(pr->out, "dup to ");
	expr_print(pr, d->addr ? d->addr : d->dev);
	if (!d->addr || !d->dev)
		return;
	strbuf_puts(pr->out, " device ");
	expr_print(pr, d->dev);
}

static json_t *dup_json(struct printer *pr, const struct stmt *s)
{
	const struct divert_stmt *d = stmt_as_const(s, divert_stmt);
	json_t *o = json_object();

	json_object_set_new(o, "addr",
			    expr_json(pr, d->addr ? d->addr : d->dev));
	if (d->addr && d->dev)
		json_object_set_new(o, "dev", expr_json(pr, d->dev));
	return json_one("dup", o);
}

static bool dup_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct divert_stmt *d = raise_stmt(r, &stmt_dup, sizeof(*d));

	d->addr = divert_raise(r, n, NFTNL_EXPR_DUP_SREG_ADDR,
			       divert_addr_type(r->family));
	d->dev = divert_raise(r, n, NFTNL_EXPR_DUP_SREG_DEV, &type_iface_index);
	return true;
}

const struct stmt_ops stmt_dup = {
	.name = "dup",
	.check = dup_check,
	.lower = dup_lower,
	.print = dup_print,
	.json = dup_json,
	.nftnl = "dup",
	.raise = dup_raise,
	.complete = divert_complete,
};
