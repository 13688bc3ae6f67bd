/* SPDX-License-Identifier: GPL-2.0-or-later */
/* quota: true until (over: once) so many bytes have passed. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/object.h"
#include "parser/print.h"
#include "parser/raise.h"

static int quota_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct quota_stmt)));
	return 0;
}

static void quota_lower(struct lower *l, const struct stmt *s)
{
	const struct quota_stmt *q = stmt_as_const(s, quota_stmt);
	struct nftnl_expr *n = lower_add(l, "quota");

	nftnl_expr_set_u64(n, NFTNL_EXPR_QUOTA_BYTES, q->bytes);
	nftnl_expr_set_u64(n, NFTNL_EXPR_QUOTA_CONSUMED, q->used);
	nftnl_expr_set_u32(n, NFTNL_EXPR_QUOTA_FLAGS,
			   q->over ? NFT_QUOTA_F_INV : 0);
}

static void print_quota(const struct quota_stmt *q, bool stateless,
			struct strbuf *out)
{
	strbuf_puts(out, q->over ? "over " : "");
	print_size(q->bytes, out);
	if (q->used && !stateless) {
		strbuf_puts(out, " used ");
		print_size(q->used, out);
	}
}

static void quota_print(struct printer *pr, const struct stmt *s)
{
	strbuf_puts(pr->out, "quota ");
	print_quota(stmt_as_const(s, quota_stmt), pr->world->stateless,
		    pr->out);
}

static bool quota_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct quota_stmt *q = raise_stmt(r, &stmt_quota, sizeof(*q));

	q->bytes = nftnl_expr_get_u64(n, NFTNL_EXPR_QUOTA_BYTES);
	q->used = nftnl_expr_get_u64(n, NFTNL_EXPR_QUOTA_CONSUMED);
	q->over = nftnl_expr_get_u32(n, NFTNL_EXPR_QUOTA_FLAGS) &
		  NFT_QUOTA_F_INV;
	return true;
}

static json_t *quota_json(struct printer *pr, const struct stmt *s)
{
	const struct quota_stmt *q = stmt_as_const(s, quota_stmt);
	json_t *o = json_object();

	json_put_size(o, "val", "val_unit", q->bytes);
	if (q->over)
		json_object_set_new(o, "inv", json_true());
	if (q->used && !pr->world->stateless)
		json_put_size(o, "used", "used_unit", q->used);
	return json_one("quota", o);
}

const struct stmt_ops stmt_quota = {
	.name = "quota",
	.stateful = true,
	.check = quota_check,
	.lower = quota_lower,
	.print = quota_print,
	.json = quota_json,
	.nftnl = "quota",
	.raise = quota_raise,
};

static void object_put(struct nftnl_obj *o, const struct stmt *s)
{
	const struct quota_stmt *q = stmt_as_const(s, quota_stmt);

	nftnl_obj_set_u64(o, NFTNL_OBJ_QUOTA_BYTES, q->bytes);
	nftnl_obj_set_u64(o, NFTNL_OBJ_QUOTA_CONSUMED, q->used);
	nftnl_obj_set_u32(o, NFTNL_OBJ_QUOTA_FLAGS,
			  q->over ? NFT_QUOTA_F_INV : 0);
}

static struct quota_stmt quota_of(const struct nftnl_obj *obj)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)obj;

	return (struct quota_stmt){
		.bytes = nftnl_obj_get_u64(o, NFTNL_OBJ_QUOTA_BYTES),
		.used = nftnl_obj_get_u64(o, NFTNL_OBJ_QUOTA_CONSUMED),
		.over = nftnl_obj_get_u32(o, NFTNL_OBJ_QUOTA_FLAGS) &
			NFT_QUOTA_F_INV,
	};
}

static void object_print(const struct nftnl_obj *o, bool stateless,
			 struct strbuf *out)
{
	const struct quota_stmt q = quota_of(o);

	strbuf_puts(out, "\t\t");
	print_quota(&q, stateless, out);
	strbuf_putc(out, '\n');
}

static void object_json(const struct nftnl_obj *o, bool stateless, json_t *to)
{
	const struct quota_stmt q = quota_of(o);

	json_object_set_new(to, "bytes", json_integer((json_int_t)q.bytes));
	json_object_set_new(to, "used", json_integer((json_int_t)q.used));
	json_object_set_new(to, "inv", json_boolean(q.over));
}

const struct object_ops object_quota = {
	.word = "quota",
	.type = NFT_OBJECT_QUOTA,
	.put = object_put,
	.print = object_print,
	.json = object_json,
};
