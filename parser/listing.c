/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * A loaded rule is bytecode: nft lists it without the dependencies that it
 * would add again when the listing is read, whether it had added them or the
 * text had said so. So a match that only says which protocol follows is held
 * back (struct deps) until a field of that protocol is seen; then it is left
 * out, otherwise it is listed.
 */
#include <libnftnl/rule.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "parser/key.h"
#include "parser/lower.h"
#include "parser/print.h"
#include "parser/proto.h"

#define STMTS_MAX 256

/**
 * struct deps - what is held back while walking a rule
 * @stmt:	for each layer, the match that says what is there: an index, or
 *		-1
 * @icmp_type:	a match on the type that the next field may need
 */
struct deps {
	int stmt[PROTO_BASE_COUNT];
	int icmp_type;
	uint8_t icmp_value;
	const struct proto_desc *transport;
	uint8_t family;
	bool hidden[STMTS_MAX];
	const struct stmt *stmts[STMTS_MAX];
	int n;
};

static const struct match_stmt *match_at(const struct deps *d, int i)
{
	return stmt_as_const(d->stmts[i], match_stmt);
}

/* `ip protocol` in inet also says that the packet is IPv4: it stays. */
static bool may_hide(const struct deps *d, int i)
{
	return d->family != NFPROTO_INET ||
	       !expr_is(match_at(d, i)->left, payload);
}

static void uses_layer(struct deps *d, unsigned base)
{
	int i = d->stmt[base];

	if (i < 0)
		return;
	if (may_hide(d, i))
		d->hidden[i] = true;
	d->stmt[base] = -1;
}

static bool needs_icmp_type(const struct deps *d, const struct proto_field *f)
{
	return f && f->n_types == 1 && f->types[0] == d->icmp_value;
}

static void uses(struct deps *d, const struct expr *e)
{
	const struct exthdr_desc *h;
	const struct payload_expr *p;

	if (!e)
		return;
	if (expr_is(e, payload)) {
		p = expr_as_const(e, payload_expr);
		uses_layer(d, p->base);
		if (d->icmp_type >= 0 && needs_icmp_type(d, p->field)) {
			d->hidden[d->icmp_type] = true;
			d->icmp_type = -1;
		}
	} else if (expr_is(e, exthdr)) {
		h = expr_as_const(e, key_expr)->hdr;
		if (h->op != NFT_EXTHDR_OP_TCPOPT)
			uses_layer(d, PROTO_BASE_NETWORK);
	} else if (expr_is(e, binop)) {
		uses(d, expr_as_const(e, binop_expr)->left);
	} else if (expr_is(e, concat)) {
		const struct list_expr *l = expr_as_const(e, list_expr);

		for (size_t i = 0; i < l->items.len; i++)
			uses(d, l->items.v[i]);
	} else if (expr_is(e, map)) {
		uses(d, expr_as_const(e, map_expr)->key);
	}
}

static void holds_back_meta(struct deps *d, int i, const struct key_expr *k,
			    u128 v)
{
	int net = d->stmt[PROTO_BASE_NETWORK];

	if (k->key->key == NFT_META_NFPROTO && d->family == NFPROTO_INET) {
		d->stmt[PROTO_BASE_NETWORK] = i;
	} else if (k->key->key == NFT_META_IIFTYPE) {
		d->stmt[PROTO_BASE_LL] = i;
	} else if (k->key->key == NFT_META_L4PROTO) {
		d->transport = proto_by_ipproto((unsigned)v);
		d->stmt[PROTO_BASE_TRANSPORT] = d->transport ? i : -1;
		if (net >= 0 && expr_is(match_at(d, net)->left, meta) &&
		    d->transport && d->transport->nfproto &&
		    expr_as_const(match_at(d, net)->right, value_expr)->v ==
			    d->transport->nfproto)
			uses_layer(d, PROTO_BASE_NETWORK);
	}
}

static void holds_back_payload(struct deps *d, int i,
			       const struct payload_expr *p, u128 v)
{
	if (!p->proto)
		return;
	if (p->proto->key && p->base == PROTO_BASE_NETWORK &&
	    !strcmp(p->field->name, p->proto->key)) {
		d->transport = proto_by_ipproto((unsigned)v);
		d->stmt[PROTO_BASE_TRANSPORT] = d->transport ? i : -1;
	}
	if ((p->proto == &proto_icmp || p->proto == &proto_icmpv6) &&
	    p->field == p->proto->fields) {
		d->icmp_type = i;
		d->icmp_value = (uint8_t)v;
	}
}

static void holds_back(struct deps *d, int i, const struct match_stmt *m)
{
	u128 v;

	if (m->op != OP_EQ || m->flagcmp || m->mask || m->merged ||
	    !expr_is(m->right, value))
		return;
	v = expr_as_const(m->right, value_expr)->v;
	if (expr_is(m->left, meta))
		holds_back_meta(d, i, expr_as_const(m->left, key_expr), v);
	else if (expr_is(m->left, payload))
		holds_back_payload(d, i, expr_as_const(m->left, payload_expr),
				   v);
}

static void walk_stmt(struct deps *d, int i)
{
	const struct stmt *s = d->stmts[i];

	if (stmt_is(s, match)) {
		for (const struct match_stmt *m = stmt_as_const(s, match_stmt);
		     m; m = m->merged)
			uses(d, m->left);
		holds_back(d, i, stmt_as_const(s, match_stmt));
	} else if (stmt_is(s, verdict)) {
		uses(d, stmt_as_const(s, verdict_stmt)->e);
	} else if (stmt_is(s, set)) {
		uses(d, stmt_as_const(s, set_stmt)->value);
	} else if (stmt_is(s, dynset)) {
		uses(d, stmt_as_const(s, dynset_stmt)->key);
		uses(d, stmt_as_const(s, dynset_stmt)->data);
	}
}

/* `th dport` behind `meta l4proto tcp` is listed as `tcp dport`. */
static void learn_transport(struct printer *pr, const struct stmt *s)
{
	const struct match_stmt *m = stmt_as_const(s, match_stmt);
	u128 v;

	if (!stmt_is(s, match) || m->op != OP_EQ || m->flagcmp ||
	    !expr_is(m->right, value))
		return;
	v = expr_as_const(m->right, value_expr)->v;
	if (expr_is(m->left, meta) &&
	    expr_as_const(m->left, key_expr)->key->key == NFT_META_L4PROTO)
		pr->transport = proto_by_ipproto((unsigned)v);
	if (expr_is(m->left, payload)) {
		const struct payload_expr *p =
			expr_as_const(m->left, payload_expr);

		if (p->proto && p->proto->key &&
		    !strcmp(p->field->name, p->proto->key))
			pr->transport = proto_by_ipproto((unsigned)v);
	}
}

/* Indexes of expressions, for the holes of the living state. */
static void number_expressions(struct parser *p, const struct cmd *cmd)
{
	const struct loc *locs;
	unsigned n;

	nftnl_rule_free(cmd_rule_lower(p, cmd, &locs, &n));
}

void cmd_rule_print(struct parser *p, const struct cmd *cmd, struct strbuf *out)
{
	struct printer pr = {
		.parser = p, .env = &p->env, .out = out, .family = cmd->h.family
	};
	struct deps d = { .stmt = { -1, -1, -1, -1, -1 },
			  .icmp_type = -1,
			  .family = cmd->h.family };
	const char *sep = "";

	number_expressions(p, cmd);
	for (const struct stmt *s = cmd->rule->checked; s && d.n < STMTS_MAX;
	     s = s->next) {
		d.stmts[d.n++] = s;
		walk_stmt(&d, d.n - 1);
	}
	for (int i = 0; i < d.n; i++) {
		learn_transport(&pr, d.stmts[i]);
		if (d.hidden[i])
			continue;
		strbuf_puts(out, sep);
		sep = " ";
		pr.index = d.stmts[i]->index;
		d.stmts[i]->ops->print(&pr, d.stmts[i]);
	}
	if (cmd->rule->comment)
		strbuf_printf(out, "%scomment \"%s\"", sep, cmd->rule->comment);
}
