/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta KEY set VALUE, ct KEY set VALUE */
#include <stdio.h>
#include <libnftnl/expr.h>

#include "parser/json.h"
#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static int settable(struct check *c, const struct expr *left)
{
	if ((expr_is(left, meta) || expr_is(left, ct)) &&
	    expr_as_const(left, key_expr)->key->can_set)
		return 0;
	return diag_error(c->diags, &left->loc, "this cannot be set");
}

static int set_stmt_check(struct check *c, struct stmt *s)
{
	struct set_stmt *st = arena_memdup(c->arena, s, sizeof(*st));
	struct proto_state proto = c->proto;
	struct expect old;

	if (expr_is(st->left, payload) || expr_is(st->left, exthdr))
		return stmt_write.check(c, s);
	if (!expr_is(st->left, var) && settable(c, st->left))
		return -1;
	st->left = expr_check(c, st->left);
	if (!st->left)
		return -1;
	c->proto = proto;
	old = check_want(c, st->left);
	st->value = expr_check(c, st->value);
	c->want = old;
	if (!st->value)
		return -1;
	if ((st->value->dtype->id != TYPE_INTEGER ||
	     expr_is(st->value, payload)) &&
	    !types_match(st->left->dtype, st->value->dtype))
		return check_mismatch(c, st->left, st->value);
	if (st->value->ops->is_const && !expr_is(st->value, value))
		return diag_error(c->diags, &st->value->loc,
				  "one value is expected");
	check_emit(c, &st->s);
	return 0;
}

static void set_stmt_lower(struct lower *l, const struct stmt *s)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);
	const struct key_expr *k = expr_as_const(st->left, key_expr);
	struct nftnl_expr *n;

	expr_lower(l, st->value, 0);
	if (expr_is(st->left, meta)) {
		n = lower_add(l, "meta");
		nftnl_expr_set_u32(n, NFTNL_EXPR_META_KEY, k->key->key);
		nftnl_expr_set_u32(n, NFTNL_EXPR_META_SREG, lower_reg(0));
		return;
	}
	n = lower_add(l, "ct");
	nftnl_expr_set_u32(n, NFTNL_EXPR_CT_KEY, k->key->key);
	nftnl_expr_set_u32(n, NFTNL_EXPR_CT_SREG, lower_reg(0));
	if (k->dir >= 0)
		nftnl_expr_set_u8(n, NFTNL_EXPR_CT_DIR, (uint8_t)k->dir);
}

static void set_stmt_print(struct printer *pr, const struct stmt *s)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	expr_print(pr, st->left);
	strbuf_puts(pr->out, " set ");
	expr_print(pr, st->value);
}

static bool set_stmt_raise(struct raise *r, const struct nftnl_expr *n)
{
	bool meta = !strcmp(nftnl_expr_get_str(n, NFTNL_EXPR_NAME), "meta");
	struct expr *left, *value;
	struct set_stmt *st;
	int dir = -1;

	if (meta) {
		if (!nftnl_expr_is_set(n, NFTNL_EXPR_META_SREG))
			return false;
		left = meta_node(r, nftnl_expr_get_u32(n, NFTNL_EXPR_META_KEY));
		value = raise_get(r, n, NFTNL_EXPR_META_SREG);
	} else {
		if (strcmp(nftnl_expr_get_str(n, NFTNL_EXPR_NAME), "ct") ||
		    !nftnl_expr_is_set(n, NFTNL_EXPR_CT_SREG))
			return false;
		if (nftnl_expr_is_set(n, NFTNL_EXPR_CT_DIR))
			dir = nftnl_expr_get_u8(n, NFTNL_EXPR_CT_DIR);
		left = ct_node(r, nftnl_expr_get_u32(n, NFTNL_EXPR_CT_KEY),
			       dir);
		value = raise_get(r, n, NFTNL_EXPR_CT_SREG);
	}
	if (!left)
		return false;
	st = raise_stmt(r, &stmt_set, sizeof(*st));
	st->left = left;
	st->value = raise_typed(r, value, left->dtype, left->byteorder);
	return true;
}

static void set_stmt_complete(struct raise *r, struct stmt *s)
{
	struct set_stmt *st = stmt_as(s, set_stmt);

	raise_complete(r, &st->value);
	raise_emit(r, s);
}

static size_t set_stmt_children(const struct stmt *s, const struct expr **out,
				const char **word)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	out[0] = st->left;
	out[1] = st->value;
	return 2;
}

static json_t *set_stmt_json(struct printer *pr, const struct stmt *s)
{
	const struct set_stmt *st = stmt_as_const(s, set_stmt);

	return json_pack("{s:{s:o, s:o}}", "mangle", "key",
			 expr_json(pr, st->left), "value",
			 expr_json(pr, st->value));
}

const struct stmt_ops stmt_set = {
	.name = "set",
	.check = set_stmt_check,
	.lower = set_stmt_lower,
	.print = set_stmt_print,
	.json = set_stmt_json,
	.raise = set_stmt_raise,
	.complete = set_stmt_complete,
	.children = set_stmt_children,
};
