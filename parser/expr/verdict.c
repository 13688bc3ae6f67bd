/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept, drop, jump CHAIN and the like. */
#include <stdio.h>
#include <libnftnl/expr.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/json.h"
#include "parser/lower.h"
#include "parser/names.h"
#include "parser/print.h"
#include "parser/raise.h"

static struct expr *verdict_check(struct check *c, struct expr *e)
{
	struct verdict_expr *v = arena_memdup(c->arena, e, sizeof(*v));
	struct expr *target = v->target;
	const struct symbol_expr *s;

	v->e.dtype = &type_verdict;
	v->e.len = 32;
	v->e.byteorder = BYTEORDER_HOST;
	if (v->own && c->in_rule) {
		diag_error(c->diags, &e->loc,
			   "rules within a rule do not lead to more of them");
		return NULL;
	}
	if (v->own) {
		v->own->id = ++c->parser->next_chain_id;
		v->own->n_sets = (unsigned)c->rule->sets.len;
	}
	if (!target)
		return &v->e;
	while (expr_is(target, var) && expr_as(target, var_expr)->def)
		target = expr_as(target, var_expr)->def->init;
	if (!expr_is(target, symbol)) {
		if (!expr_is(target, var))
			diag_error(c->diags, &e->loc,
				   "a chain's name is expected");
		return NULL;
	}
	s = expr_as(target, symbol_expr);
	v->chain = arena_strndup(c->arena, s->text.s, s->text.len);
	if (!names_has_chain(c->parser, c->family, c->table, v->chain)) {
		names_unknown_chain(c, &v->target->loc, v->chain);
		return NULL;
	}
	return &v->e;
}

static void verdict_lower(struct lower *l, const struct expr *e, unsigned reg)
{
	const struct verdict_expr *v = expr_as_const(e, verdict_expr);
	struct nftnl_expr *n = lower_add(l, "immediate");

	nftnl_expr_set_u32(n, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(n, NFTNL_EXPR_IMM_VERDICT, (uint32_t)v->code);
	if (v->chain)
		nftnl_expr_set_str(n, NFTNL_EXPR_IMM_CHAIN, v->chain);
	else if (v->own)
		nftnl_expr_set_u32(n, NFTNL_EXPR_IMM_CHAIN_ID, v->own->id);
}

static void verdict_print(struct printer *pr, const struct expr *e)
{
	const struct verdict_expr *v = expr_as_const(e, verdict_expr);

	strbuf_puts(pr->out, verdict_word(v->code));
	if (v->code != NFT_JUMP && v->code != NFT_GOTO)
		return;
	strbuf_putc(pr->out, ' ');
	if (v->own)
		strbuf_printf(pr->out, "(%u)", v->own->id);
	else if (!pr->world || !pr->world->print_chain || !v->chain ||
		 !pr->world->print_chain(pr->world->data, v->chain, pr->out))
		strbuf_puts(pr->out, v->chain ? v->chain : "");
}

static bool verdict_raise(struct raise *r, const struct nftnl_expr *n)
{
	struct verdict_stmt *s;
	struct verdict_expr *v;

	if (!nftnl_expr_is_set(n, NFTNL_EXPR_IMM_VERDICT))
		return false;
	v = raise_expr(r, &expr_verdict, sizeof(*v), &type_verdict, 32,
		       BYTEORDER_HOST);
	v->code = (int32_t)nftnl_expr_get_u32(n, NFTNL_EXPR_IMM_VERDICT);
	if (nftnl_expr_is_set(n, NFTNL_EXPR_IMM_CHAIN))
		v->chain = arena_strdup(
			r->arena, nftnl_expr_get_str(n, NFTNL_EXPR_IMM_CHAIN));
	s = raise_stmt(r, &stmt_verdict, sizeof(*s));
	s->e = &v->e;
	return true;
}

static json_t *verdict_json(struct printer *pr, const struct expr *e)
{
	const struct verdict_expr *v = expr_as_const(e, verdict_expr);

	struct strbuf text = STRBUF_INIT;
	json_t *o;

	if (!v->chain || !pr->world->print_chain ||
	    !pr->world->print_chain(pr->world->data, v->chain, &text))
		return json_verdict(v->code, v->chain);
	/* nft has no JSON of rules within a rule: it gives their text */
	o = json_sprintf("%s %s", verdict_word(v->code), strbuf_str(&text));
	strbuf_fini(&text);
	return o;
}

const struct expr_ops expr_verdict = {
	.name = "verdict",
	.is_const = true,
	.check = verdict_check,
	.lower = verdict_lower,
	.print = verdict_print,
	.json = verdict_json,
	.nftnl = "immediate",
	.raise = verdict_raise,
};
