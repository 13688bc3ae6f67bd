/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counter: packets and bytes that came here; or a named counter. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/object.h"
#include "parser/print.h"
#include "parser/raise.h"

static int counter_check(struct check *c, struct stmt *s)
{
	struct counter_stmt *ct = arena_memdup(c->arena, s, sizeof(*ct));

	check_emit(c, &ct->s);
	return 0;
}

static void counter_lower(struct lower *l, const struct stmt *s)
{
	const struct counter_stmt *c = stmt_as_const(s, counter_stmt);
	struct nftnl_expr *n = lower_add(l, "counter");

	nftnl_expr_set_u64(n, NFTNL_EXPR_CTR_PACKETS, c->packets);
	nftnl_expr_set_u64(n, NFTNL_EXPR_CTR_BYTES, c->bytes);
}

static void counter_print(struct printer *pr, const struct stmt *s)
{
	const struct counter_stmt *c = stmt_as_const(s, counter_stmt);

	if (pr->world->stateless)
		strbuf_puts(pr->out, "counter");
	else
		strbuf_printf(pr->out, "counter packets %llu bytes %llu",
			      (unsigned long long)c->packets,
			      (unsigned long long)c->bytes);
}

static bool counter_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct counter_stmt *c = raise_stmt(r, &stmt_counter, sizeof(*c));

	c->packets = nftnl_expr_get_u64(n, NFTNL_EXPR_CTR_PACKETS);
	c->bytes = nftnl_expr_get_u64(n, NFTNL_EXPR_CTR_BYTES);
	return true;
}

static json_t *counter_json(struct printer *pr, const struct stmt *s)
{
	const struct counter_stmt *c = stmt_as_const(s, counter_stmt);

	if (pr->world->stateless)
		return json_one("counter", json_null());
	return json_pack("{s:{s:I, s:I}}", "counter", "packets",
			 (json_int_t)c->packets, "bytes", (json_int_t)c->bytes);
}

const struct stmt_ops stmt_counter = {
	.name = "counter",
	.stateful = true,
	.check = counter_check,
	.lower = counter_lower,
	.print = counter_print,
	.json = counter_json,
	.nftnl = "counter",
	.raise = counter_raise,
};

static void object_put(struct nftnl_obj *o, const struct stmt *s)
{
	const struct counter_stmt *c = stmt_as_const(s, counter_stmt);

	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_PKTS, c->packets);
	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_BYTES, c->bytes);
}

static void object_print(const struct nftnl_obj *o, bool stateless,
			 struct strbuf *out)
{
	if (stateless)
		return;
	strbuf_printf(
		out, "\t\tpackets %llu bytes %llu\n",
		(unsigned long long)nftnl_obj_get_u64(
			(struct nftnl_obj *)(uintptr_t)o, NFTNL_OBJ_CTR_PKTS),
		(unsigned long long)nftnl_obj_get_u64(
			(struct nftnl_obj *)(uintptr_t)o, NFTNL_OBJ_CTR_BYTES));
}

static void object_json(const struct nftnl_obj *obj, bool stateless, json_t *to)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)obj;

	if (stateless)
		return;
	json_object_set_new(to, "packets",
			    json_integer((json_int_t)nftnl_obj_get_u64(
				    o, NFTNL_OBJ_CTR_PKTS)));
	json_object_set_new(to, "bytes",
			    json_integer((json_int_t)nftnl_obj_get_u64(
				    o, NFTNL_OBJ_CTR_BYTES)));
}

const struct object_ops object_counter = {
	.word = "counter",
	.type = NFT_OBJECT_COUNTER,
	.put = object_put,
	.print = object_print,
	.json = object_json,
};
