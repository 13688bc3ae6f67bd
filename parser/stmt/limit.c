/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limit rate: a token bucket of packets or bytes. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/object.h"
#include "parser/print.h"
#include "parser/raise.h"

static int limit_check(struct check *c, struct stmt *s)
{
	check_emit(c, arena_memdup(c->arena, s, sizeof(struct limit_stmt)));
	return 0;
}

static void limit_lower(struct lower *l, const struct stmt *s)
{
	const struct limit_stmt *m = stmt_as_const(s, limit_stmt);
	struct nftnl_expr *n = lower_add(l, "limit");

	nftnl_expr_set_u64(n, NFTNL_EXPR_LIMIT_RATE, m->rate);
	nftnl_expr_set_u64(n, NFTNL_EXPR_LIMIT_UNIT, m->unit);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LIMIT_TYPE,
			   m->bytes ? NFT_LIMIT_PKT_BYTES : NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LIMIT_BURST, m->burst);
	nftnl_expr_set_u32(n, NFTNL_EXPR_LIMIT_FLAGS,
			   m->over ? NFT_LIMIT_F_INV : 0);
}

static const char *unit_name(uint64_t unit)
{
	switch (unit) {
	case 1:
		return "second";
	case 60:
		return "minute";
	case 3600:
		return "hour";
	case 86400:
		return "day";
	default:
		return "week";
	}
}

static void print_rate(const struct limit_stmt *m, struct strbuf *out)
{
	strbuf_printf(out, "rate %s", m->over ? "over " : "");
	if (m->bytes)
		print_size(m->rate, out);
	else
		strbuf_printf(out, "%llu", (unsigned long long)m->rate);
	strbuf_printf(out, "/%s", unit_name(m->unit));
	if (m->bytes && m->burst) {
		strbuf_puts(out, " burst ");
		print_size(m->burst, out);
	} else if (!m->bytes && m->burst && m->burst != 5) {
		strbuf_printf(out, " burst %u packets", m->burst);
	}
}

static void limit_print(struct printer *pr, const struct stmt *s)
{
	strbuf_puts(pr->out, "limit ");
	print_rate(stmt_as_const(s, limit_stmt), pr->out);
}

static bool limit_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct limit_stmt *m = raise_stmt(r, &stmt_limit, sizeof(*m));

	m->rate = nftnl_expr_get_u64(n, NFTNL_EXPR_LIMIT_RATE);
	m->unit = nftnl_expr_get_u64(n, NFTNL_EXPR_LIMIT_UNIT);
	m->burst = nftnl_expr_get_u32(n, NFTNL_EXPR_LIMIT_BURST);
	m->bytes = nftnl_expr_get_u32(n, NFTNL_EXPR_LIMIT_TYPE) ==
		   NFT_LIMIT_PKT_BYTES;
	m->over = nftnl_expr_get_u32(n, NFTNL_EXPR_LIMIT_FLAGS) &
		  NFT_LIMIT_F_INV;
	return true;
}

/* Only statements say a burst of no bytes at all. */
static void put_rate(json_t *o, const struct limit_stmt *m, bool always)
{
	if (m->bytes) {
		json_put_size(o, "rate", "rate_unit", m->rate);
		if (m->burst || always)
			json_put_size(o, "burst", "burst_unit", m->burst);
	} else {
		json_object_set_new(o, "rate",
				    json_integer((json_int_t)m->rate));
		json_object_set_new(o, "burst", json_integer(m->burst));
	}
	json_object_set_new(o, "per", json_string(unit_name(m->unit)));
	if (m->over)
		json_object_set_new(o, "inv", json_true());
}

static json_t *limit_json(struct printer *pr, const struct stmt *s)
{
	json_t *o = json_object();

	put_rate(o, stmt_as_const(s, limit_stmt), true);
	return json_one("limit", o);
}

const struct stmt_ops stmt_limit = {
	.name = "limit",
	.stateful = true,
	.check = limit_check,
	.lower = limit_lower,
	.print = limit_print,
	.json = limit_json,
	.nftnl = "limit",
	.raise = limit_raise,
};

static void object_put(struct nftnl_obj *o, const struct stmt *s)
{
	const struct limit_stmt *m = stmt_as_const(s, limit_stmt);

	nftnl_obj_set_u64(o, NFTNL_OBJ_LIMIT_RATE, m->rate);
	nftnl_obj_set_u64(o, NFTNL_OBJ_LIMIT_UNIT, m->unit);
	nftnl_obj_set_u32(o, NFTNL_OBJ_LIMIT_BURST, m->burst);
	nftnl_obj_set_u32(o, NFTNL_OBJ_LIMIT_TYPE,
			  m->bytes ? NFT_LIMIT_PKT_BYTES : NFT_LIMIT_PKTS);
	nftnl_obj_set_u32(o, NFTNL_OBJ_LIMIT_FLAGS,
			  m->over ? NFT_LIMIT_F_INV : 0);
}

static struct limit_stmt limit_of(const struct nftnl_obj *obj)
{
	struct nftnl_obj *o = (struct nftnl_obj *)(uintptr_t)obj;

	return (struct limit_stmt){
		.rate = nftnl_obj_get_u64(o, NFTNL_OBJ_LIMIT_RATE),
		.unit = nftnl_obj_get_u64(o, NFTNL_OBJ_LIMIT_UNIT),
		.burst = nftnl_obj_get_u32(o, NFTNL_OBJ_LIMIT_BURST),
		.bytes = nftnl_obj_get_u32(o, NFTNL_OBJ_LIMIT_TYPE) ==
			 NFT_LIMIT_PKT_BYTES,
		.over = nftnl_obj_get_u32(o, NFTNL_OBJ_LIMIT_FLAGS) &
			NFT_LIMIT_F_INV,
	};
}

static void object_print(const struct nftnl_obj *o, bool stateless,
			 struct strbuf *out)
{
	const struct limit_stmt m = limit_of(o);

	strbuf_puts(out, "\t\t");
	print_rate(&m, out);
	strbuf_putc(out, '\n');
}

static void object_json(const struct nftnl_obj *o, bool stateless, json_t *to)
{
	const struct limit_stmt m = limit_of(o);

	put_rate(to, &m, false);
}

const struct object_ops object_limit = {
	.word = "limit",
	.type = NFT_OBJECT_LIMIT,
	.put = object_put,
	.print = object_print,
	.json = object_json,
};
