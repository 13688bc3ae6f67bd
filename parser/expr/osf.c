/* SPDX-License-Identifier: GPL-2.0-or-later */
/* osf: which system a SYN comes from, by name or with its version. */
#include <netinet/in.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

/* clang-format off */
const struct key_desc osf_keys[] = {
	{ "name", 0, &type_string, 128, BYTEORDER_HOST },
	{ "version", NFT_OSF_F_VERSION, &type_string, 128, BYTEORDER_HOST },
	{ NULL },
};
/* clang-format on */

/* How the time to live is compared: key_expr.flags */
const char *const osf_ttls[OSF_TTLS] = { "", "loose", "skip" };

static struct expr *osf_check(struct check *c, struct expr *e)
{
	struct key_expr *k = arena_memdup(c->arena, e, sizeof(*k));

	k->e.dtype = k->key->type;
	k->e.len = k->key->len;
	k->e.byteorder = k->key->byteorder;
	return &k->e;
}

static void osf_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	struct nftnl_expr *n = lower_add(l, "osf");

	nftnl_expr_set_u32(n, NFTNL_EXPR_OSF_DREG, lower_reg(reg));
	nftnl_expr_set_u8(n, NFTNL_EXPR_OSF_TTL, (uint8_t)k->flags);
	nftnl_expr_set_u32(n, NFTNL_EXPR_OSF_FLAGS, k->key->key);
}

static void osf_print(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);

	strbuf_puts(pr->out, "osf ");
	if (k->flags)
		strbuf_printf(pr->out, "ttl %s ", osf_ttls[k->flags]);
	strbuf_puts(pr->out, k->key->name);
}

static bool osf_raise(struct raise *r, const struct nftnl_expr *n)
{
	uint8_t ttl = nftnl_expr_get_u8(n, NFTNL_EXPR_OSF_TTL);
	const struct key_desc *k = key_by_number(
		osf_keys, nftnl_expr_get_u32(n, NFTNL_EXPR_OSF_FLAGS));
	struct key_expr *e;

	if (!k || ttl >= OSF_TTLS)
		return false;
	e = raise_expr(r, &expr_osf, sizeof(*e), k->type, k->len, k->byteorder);
	e->key = k;
	e->flags = ttl;
	raise_set(r, n, NFTNL_EXPR_OSF_DREG, &e->e);
	return true;
}

static json_t *osf_json(struct printer *pr, const struct expr *e)
{
	const struct key_expr *k = expr_as_const(e, key_expr);
	json_t *o = json_pack("{s:s}", "key", k->key->name);

	if (k->flags)
		json_object_set_new(o, "ttl", json_string(osf_ttls[k->flags]));
	return json_one("osf", o);
}

static bool osf_same(const struct expr *a, const struct expr *b)
{
	return expr_as_const(a, key_expr)->key ==
		       expr_as_const(b, key_expr)->key &&
	       expr_as_const(a, key_expr)->flags ==
		       expr_as_const(b, key_expr)->flags;
}

const struct expr_ops expr_osf = {
	.name = "osf",
	.check = osf_check,
	.lower = osf_lower,
	.print = osf_print,
	.json = osf_json,
	.same = osf_same,
	.nftnl = "osf",
	.raise = osf_raise,
};
