/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket keys: the local socket that the packet is for. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

/* clang-format off */
const struct key_desc socket_keys[] = {
	{ "transparent", NFT_SOCKET_TRANSPARENT, &type_integer, 8,
	  BYTEORDER_HOST },
	{ "mark", NFT_SOCKET_MARK, &type_mark, 32, BYTEORDER_HOST },
	{ "wildcard", NFT_SOCKET_WILDCARD, &type_integer, 8, BYTEORDER_HOST },
	{ NULL },
};
/* clang-format on */

static struct expr *socket_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));

	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	return &k->e;
}

static void socket_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	struct nftnl_expr *n = lower_add(l, "socket");

	nftnl_expr_set_u32(n, NFTNL_EXPR_SOCKET_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_SOCKET_KEY,
			   expr_as_const(e, key_expr)->key->key);
}

static void socket_print(struct printer *pr, const struct expr *e)
{
	strbuf_printf(pr->out, "socket %s",
		      expr_as_const(e, key_expr)->key->name);
}

static bool socket_raise(struct raise *r, const struct nftnl_expr *n)
{
	const struct key_desc *k = key_by_number(
		socket_keys, nftnl_expr_get_u32(n, NFTNL_EXPR_SOCKET_KEY));
	struct key_expr *e;

	if (!k)
		return false;
	e = raise_expr(r, &expr_socket, sizeof(*e), k->type, k->len,
		       k->byteorder);
	e->key = k;
	raise_set(r, n, NFTNL_EXPR_SOCKET_DREG, &e->e);
	return true;
}

static json_t *socket_json(struct printer *pr, const struct expr *e)
{
	return json_pack("{s:{s:s}}", "socket", "key",
			 expr_as_const(e, key_expr)->key->name);
}

const struct expr_ops expr_socket = {
	.name = "socket",
	.check = socket_check,
	.lower = socket_lower,
	.print = socket_print,
	.json = socket_json,
	.nftnl = "socket",
	.raise = socket_raise,
};
