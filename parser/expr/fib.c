/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fib: what the routing table says of the packet's addresses. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

/* clang-format off */
const struct key_desc fib_keys[] = {
	{ "oif", NFT_FIB_RESULT_OIF, &type_iface_index, 32, BYTEORDER_HOST },
	{ "oifname", NFT_FIB_RESULT_OIFNAME, &type_ifname, 128,
	  BYTEORDER_HOST },
	{ "type", NFT_FIB_RESULT_ADDRTYPE, &type_fib_addrtype, 32,
	  BYTEORDER_HOST },
	{ NULL },
};
/* clang-format on */

static struct expr *fib_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));
	uint32_t addr = k->flags & (NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR);
	uint32_t link = k->flags & (NFTA_FIB_F_IIF | NFTA_FIB_F_OIF);

	if (!addr || addr == (NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR) ||
	    link == (NFTA_FIB_F_IIF | NFTA_FIB_F_OIF)) {
		diag_error(c->diags, &e->loc,
			   addr && link == (NFTA_FIB_F_IIF | NFTA_FIB_F_OIF)
				   ? "fib takes iif or oif, not both"
				   : "fib needs saddr or daddr, one of them");
		return NULL;
	}
	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	return &k->e;
}

static void fib_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	struct nftnl_expr *n = lower_add(l, "fib");

	nftnl_expr_set_u32(n, NFTNL_EXPR_FIB_DREG, lower_reg(reg));
	nftnl_expr_set_u32(n, NFTNL_EXPR_FIB_RESULT, k->key->key);
	nftnl_expr_set_u32(n, NFTNL_EXPR_FIB_FLAGS,
			   k->flags | (k->present ? NFTA_FIB_F_PRESENT : 0));
}

static const struct {
	uint32_t flag;
	const char *name;
} flags[] = {
	{ NFTA_FIB_F_SADDR, "saddr" }, { NFTA_FIB_F_DADDR, "daddr" },
	{ NFTA_FIB_F_MARK, "mark" },   { NFTA_FIB_F_IIF, "iif" },
	{ NFTA_FIB_F_OIF, "oif" },
};

static void fib_print(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	const char *sep = "fib ";

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (k->flags & flags[i].flag) {
			strbuf_printf(pr->out, "%s%s", sep, flags[i].name);
			sep = " . ";
		}
	strbuf_printf(pr->out, " %s", k->key->name);
}

static bool fib_raise(struct raise *r, const struct nftnl_expr *n)
{
	const struct key_desc *k = key_by_number(
		fib_keys, nftnl_expr_get_u32(n, NFTNL_EXPR_FIB_RESULT));
	struct key_expr *e;

	if (!k)
		return false;
	e = raise_expr(r, &expr_fib, sizeof(*e), k->type, k->len, k->byteorder);
	e->key = k;
	e->flags = nftnl_expr_get_u32(n, NFTNL_EXPR_FIB_FLAGS);
	if (e->flags & NFTA_FIB_F_PRESENT) {
		e->present = true;
		e->e.dtype = &type_boolean;
		e->e.len = 8;
	}
	raise_set(r, n, NFTNL_EXPR_FIB_DREG, &e->e);
	return true;
}

static json_t *fib_json(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	json_t *words = json_array();

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (k->flags & flags[i].flag)
			json_array_append_new(words,
					      json_string(flags[i].name));
	return json_pack("{s:{s:s, s:o}}", "fib", "result", k->key->name,
			 "flags", words);
}

const struct expr_ops expr_fib = {
	.name = "fib",
	.check = fib_check,
	.lower = fib_lower,
	.print = fib_print,
	.json = fib_json,
	.nftnl = "fib",
	.raise = fib_raise,
};
