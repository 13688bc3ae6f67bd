/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parser/stmt/divert.h"

#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>

const struct datatype *divert_addr_type(uint8_t family)
{
	return family == NFPROTO_IPV6 ? &type_ipv6_addr : &type_ipv4_addr;
}

int divert_check(struct check *c, struct expr **e, const struct datatype *t)
{
	struct expect old = c->want;
	struct loc loc = (*e)->loc;

	c->want = (struct expect){ .dtype = t,
				   .len = (uint16_t)t->size,
				   .byteorder = t->byteorder };
	*e = expr_check(c, *e);
	c->want = old;
	if (!*e)
		return -1;
	if (!types_match(t, (*e)->dtype))
		return diag_error(c->diags, &loc, "a value of %s is wanted",
				  t->name);
	return 0;
}

uint32_t divert_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	expr_lower(l, e, reg);
	return lower_reg(reg);
}

struct expr *divert_raise(struct raise *r, const struct nftnl_expr *n,
			  uint16_t attr, const struct datatype *t)
{
	if (!nftnl_expr_is_set(n, attr))
		return NULL;
	return raise_typed(r, raise_get(r, n, attr), t, t->byteorder);
}

void divert_complete(struct raise *r, struct stmt *s)
{
	struct divert_stmt *d = stmt_as(s, divert_stmt);

	if (d->addr)
		raise_complete(r, &d->addr);
	if (d->dev)
		raise_complete(r, &d->dev);
	raise_emit(r, s);
}
