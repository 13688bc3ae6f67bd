/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payload fields that lie side by side and are compared alike are compared
 * together: `tcp sport 1 tcp dport 2` is one load of four bytes and one cmp.
 * The fields of the whole rule are considered, sorted by where they lie; the
 * match of the first one, by place, stays and takes the others in.
 *
 * nft merges `tcp flags syn` as well, and makes it `tcp flags == syn` by that.
 * The bytecode is nft's, so is this.
 */
#include "parser/merge.h"

#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "parser/key.h"
#include "parser/proto.h"

#define MERGE_MAX 32 /* fields of a rule that are considered */

static const struct payload_expr *field(const struct match_stmt *m)
{
	return expr_as_const(m->left, payload_expr);
}

static bool can_merge(const struct stmt *s)
{
	const struct match_stmt *m = stmt_as_const(s, match_stmt);

	return stmt_is(s, match) && expr_is(m->left, payload) &&
	       expr_is(m->right, value) && !m->mask &&
	       (m->op == OP_NEQ || (m->op == OP_EQ && !m->flagcmp)) &&
	       field(m)->offset % 8 == 0 && m->left->len % 8 == 0;
}

static bool fits(const struct payload_expr *a, unsigned a_bits,
		 const struct payload_expr *b)
{
	unsigned total = a_bits + b->e.len;

	if (a->base != b->base || a->offset + a_bits != b->offset)
		return false;
	return total <= 32 || (a->base == PROTO_BASE_LL && total <= 128);
}

/* What it compares for once it is merged. */
static enum rel_op merged_op(const struct match_stmt *m)
{
	return m->flagcmp ? OP_EQ : m->op;
}

static void join(struct match_stmt *m)
{
	m->op = merged_op(m);
	m->flagcmp = false;
}

static bool before(const struct match_stmt *a, const struct match_stmt *b)
{
	const struct payload_expr *x = field(a), *y = field(b);

	return x->base != y->base ? x->base < y->base : x->offset < y->offset;
}

static void unlink_stmt(struct rule_ast *r, const struct stmt *gone)
{
	struct stmt **p = &r->checked;

	while (*p && *p != gone)
		p = &(*p)->next;
	if (*p)
		*p = gone->next;
}

void merge_payloads(struct rule_ast *r)
{
	struct match_stmt *sorted[MERGE_MAX], *head, *last;
	unsigned n = 0, bits;

	for (struct stmt *s = r->checked; s && n < MERGE_MAX; s = s->next) {
		unsigned i = n;

		if (!can_merge(s))
			continue;
		for (; i && before(stmt_as(s, match_stmt), sorted[i - 1]); i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = stmt_as(s, match_stmt);
		n++;
	}
	if (n < 2)
		return;
	head = last = sorted[0];
	bits = head->left->len;
	for (unsigned i = 1; i < n; i++) {
		struct match_stmt *m = sorted[i];

		if (merged_op(m) == merged_op(head) &&
		    fits(field(head), bits, field(m))) {
			join(head);
			join(m);
			last->merged = m;
			last = m;
			bits += m->left->len;
			unlink_stmt(r, &m->s);
			continue;
		}
		head = last = m;
		bits = m->left->len;
	}
}

static bool says_family(const struct stmt *s, uint8_t family)
{
	const struct match_stmt *m = stmt_as_const(s, match_stmt);
	const struct proto_desc *net = proto_by_nfproto(family);

	return stmt_is(s, match) && m->op == OP_EQ && expr_is(m->left, meta) &&
	       expr_as_const(m->left, key_expr)->key->key ==
		       NFT_META_PROTOCOL &&
	       expr_is(m->right, value) && net &&
	       expr_as_const(m->right, value_expr)->v == net->number;
}

void drop_redundant(struct rule_ast *r, uint8_t family)
{
	struct stmt **p = &r->checked;

	if (family != NFPROTO_IPV4 && family != NFPROTO_IPV6)
		return;
	while (*p) {
		if ((*p)->next && says_family(*p, family))
			*p = (*p)->next;
		else
			p = &(*p)->next;
	}
}
