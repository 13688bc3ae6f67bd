/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fwd: the packet leaves by another link at once. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>

#include "parser/json.h"
#include "parser/print.h"
#include "parser/stmt/divert.h"

static int fwd_check(struct check *c, struct stmt *s)
{
	struct divert_stmt *d = arena_memdup(c->arena, s, sizeof(*d));

	if (c->family != NFPROTO_NETDEV)
		return diag_error(c->diags, &d->s.loc,
				  "fwd is for tables of netdev");
	if (divert_check(c, &d->dev, &type_iface_index))
		return -1;
	if (d->addr && divert_check(c, &d->addr, divert_addr_type(d->family)))
		return -1;
	check_emit(c, &d->s);
	return 0;
}

static void fwd_lower(struct lower *l, const struct stmt *s)
{
	const struct divert_stmt *d = stmt_as_const(s, divert_stmt);
	uint32_t dev = divert_lower(l, d->dev, 0), addr = 0;
	struct nftnl_expr *n;

	if (d->addr)
		addr = divert_lower(l, d->addr, 4);
	n = lower_add(l, "fwd");
	nftnl_expr_set_u32(n, NFTNL_EXPR_FWD_SREG_DEV, dev);
	if (!d->addr)
		return;
	nftnl_expr_set_u32(n, NFTNL_EXPR_FWD_SREG_ADDR, addr);
	nftnl_expr_set_u32(n, NFTNL_EXPR_FWD_NFPROTO, d->family);
}

static const char *family_word(const struct divert_stmt *d)
{
	return d->family == NFPROTO_IPV6 ? "ip6" : "ip";
}

static void fwd_print(struct printer *pr, const struct stmt *s)
{
	const struct divert_stmt *d = stmt_as_const(s, divert_stmt);

	if (d->addr) {
		strbuf_printf(pr->out, "fwd %s to ", family_word(d));
		expr_print(pr, d->addr);
		strbuf_puts(pr->out, " device ");
	} else {
		strbuf_puts(pr->out, "fwd to ");
	}
	expr_print(pr, d->dev);
}

static json_t *fwd_json(struct printer *pr, const struct stmt *s)
{
	const struct divert_stmt *d = stmt_as_const(s, divert_stmt);
	json_t *o = json_object();

	json_object_set_new(o, "dev", expr_json(pr, d->dev));
	if (d->addr) {
		json_object_set_new(o, "family", json_string(family_word(d)));
		json_object_set_new(o, "addr", expr_json(pr, d->addr));
	}
	return json_one("fwd", o);
}

static bool fwd_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct divert_stmt *d = raise_stmt(r, &stmt_fwd, sizeof(*d));

	d->family = (uint8_t)nftnl_expr_get_u32(n, NFTNL_EXPR_FWD_NFPROTO);
	d->addr = divert_raise(r, n, NFTNL_EXPR_FWD_SREG_ADDR,
			       divert_addr_type(d->family));
	d->dev = divert_raise(r, n, NFTNL_EXPR_FWD_SREG_DEV, &type_iface_index);
	return true;
}

const struct stmt_ops stmt_fwd = {
	.name = "fwd",
	.check = fwd_check,
	.lower = fwd_lower,
	.print = fwd_print,
	.json = fwd_json,
	.nftnl = "fwd",
	.raise = fwd_raise,
	.complete = divert_complete,
};
