/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue: a program decides, behind a netlink queue. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/raise.h"

static uint64_t largest(const struct expr *e)
{
	const struct hash_expr *h = expr_as_const(e, hash_expr);

	if (!expr_is(e, numgen) && !expr_is(e, hash))
		return 0;
	return (uint64_t)h->mod - 1 + h->offset;
}

static int check_to(struct check *c, struct queue_stmt *q)
{
	struct expect old = c->want;
	struct loc loc = q->to->loc;

	c->want = (struct expect){ .dtype = &type_integer,
				   .len = 16,
				   .byteorder = BYTEORDER_HOST };
	q->to = expr_check(c, q->to);
	c->want = old;
	if (!q->to)
		return -1;
	if (q->to->dtype->id != TYPE_INTEGER)
		return diag_error(c->diags, &loc, "this is no number");
	if (largest(q->to) > UINT16_MAX)
		return diag_error(c->diags, &loc,
				  "queues have numbers up to 65535");
	if (q->flags & NFT_QUEUE_FLAG_CPU_FANOUT && !expr_is(q->to, range))
		return diag_error(c->diags, &loc,
				  "fanout needs a range of numbers");
	return 0;
}

static int queue_check(struct check *c, struct stmt *s)
{
	struct queue_stmt *q = arena_memdup(c->arena, s, sizeof(*q));

	if (q->to && check_to(c, q))
		return -1;
	check_emit(c, &q->s);
	return 0;
}

/* Constant numbers: the first, and how many. false: what @e gives decides */
static bool numbers(const struct expr *e, uint16_t *num, uint16_t *total)
{
	*num = 0;
	*total = 1;
	if (!e)
		return true;
	if (expr_is(e, range)) {
		const struct range_expr *g = expr_as_const(e, range_expr);

		*num = (uint16_t)g->from;
		*total = (uint16_t)(g->to - g->from + 1);
		return true;
	}
	if (!expr_is(e, value))
		return false;
	*num = (uint16_t)expr_as_const(e, value_expr)->v;
	return true;
}

static void queue_lower(struct lower *l, const struct stmt *s)
{
	const struct queue_stmt *q = stmt_as_const(s, queue_stmt);
	uint16_t num, total;
	struct nftnl_expr *n;

	if (numbers(q->to, &num, &total)) {
		n = lower_add(l, "queue");
		nftnl_expr_set_u16(n, NFTNL_EXPR_QUEUE_NUM, num);
		nftnl_expr_set_u16(n, NFTNL_EXPR_QUEUE_TOTAL, total);
	} else {
		expr_lower(l, q->to, 0);
		n = lower_add(l, "queue");
		nftnl_expr_set_u32(n, NFTNL_EXPR_QUEUE_SREG_QNUM, lower_reg(0));
	}
	if (q->flags)
		nftnl_expr_set_u16(n, NFTNL_EXPR_QUEUE_FLAGS, q->flags);
}

static void queue_print(struct printer *pr, const struct stmt *s)
{
	const struct queue_stmt *q = stmt_as_const(s, queue_stmt);
	const char *sep = " flags ";

	strbuf_puts(pr->out, "queue");
	if (q->flags & NFT_QUEUE_FLAG_BYPASS) {
		strbuf_printf(pr->out, "%sbypass", sep);
		sep = ",";
	}
	if (q->flags & NFT_QUEUE_FLAG_CPU_FANOUT)
		strbuf_printf(pr->out, "%sfanout", sep);
	if (!q->to)
		return;
	strbuf_puts(pr->out, " to ");
	expr_print(pr, q->to);
}

static json_t *queue_json(struct printer *pr, const struct stmt *s)
{
	const struct queue_stmt *q = stmt_as_const(s, queue_stmt);
	json_t *o = json_object(), *flags = json_array();

	if (q->to)
		json_object_set_new(o, "num", expr_json(pr, q->to));
	if (q->flags & NFT_QUEUE_FLAG_BYPASS)
		json_array_append_new(flags, json_string("bypass"));
	if (q->flags & NFT_QUEUE_FLAG_CPU_FANOUT)
		json_array_append_new(flags, json_string("fanout"));
	json_put_words(o, "flags", flags);
	return json_empty_or("queue", o);
}

static struct expr *number(struct raise *r, uint32_t v)
{
	return raise_typed(r, raise_value(r, &v, sizeof(v)), &type_integer,
			   BYTEORDER_HOST);
}

static bool queue_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct queue_stmt *q = raise_stmt(r, &stmt_queue, sizeof(*q));
	uint32_t num = nftnl_expr_get_u16(n, NFTNL_EXPR_QUEUE_NUM);
	uint32_t total = nftnl_expr_get_u16(n, NFTNL_EXPR_QUEUE_TOTAL);
	struct range_expr *g;

	q->flags = nftnl_expr_get_u16(n, NFTNL_EXPR_QUEUE_FLAGS);
	if (nftnl_expr_is_set(n, NFTNL_EXPR_QUEUE_SREG_QNUM)) {
		q->to = raise_typed(r,
				    raise_get(r, n, NFTNL_EXPR_QUEUE_SREG_QNUM),
				    &type_integer, BYTEORDER_HOST);
		return true;
	}
	q->to = number(r, num);
	if (total <= 1)
		return true;
	g = raise_expr(r, &expr_range, sizeof(*g), &type_integer, 32,
		       BYTEORDER_HOST);
	g->lo = q->to;
	g->hi = number(r, num + total - 1);
	q->to = &g->e;
	return true;
}

static void queue_complete(struct raise *r, struct stmt *s)
{
	raise_complete(r, &stmt_as(s, queue_stmt)->to);
	raise_emit(r, s);
}

const struct stmt_ops stmt_queue = {
	.name = "queue",
	.check = queue_check,
	.lower = queue_lower,
	.print = queue_print,
	.json = queue_json,
	.nftnl = "queue",
	.raise = queue_raise,
	.complete = queue_complete,
};
