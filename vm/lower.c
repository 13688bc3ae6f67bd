/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lowering: libnftnl objects to rules of the VM.
 *
 * A rule's expressions are lowered into a buffer of fixed slots first, since
 * only then their number is known, and packed into one piece of memory after.
 * The state of all of them is one piece too; each rule's begins with its hits.
 * A rule may be shared by programs of several generations, so nothing in it
 * changes but through `hits` and `state`.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "vm/core.h"

enum {
	/* NFT_RULE_MAXEXPRS */
	MAX_EXPRS = 128,
};

int vm_refuse(struct vm_lower *lw, int code, const char *fmt, ...)
{
	if (lw->err && !lw->err->code) {
		va_list ap;

		va_start(ap, fmt);
		vsnprintf(lw->err->message, sizeof(lw->err->message), fmt, ap);
		va_end(ap);
		lw->err->code = code;
	}
	return code;
}

/* Word of register @nr, or -1 (nft_parse_register()). */
static int reg_word(uint32_t nr)
{
	if (nr >= NFT_REG_1 && nr <= NFT_REG_4)
		return (int)nr * 4;
	if (nr >= NFT_REG32_00 && nr <= NFT_REG32_15)
		return (int)(nr - NFT_REG32_00) + 4;
	return -1;
}

static int reg_parse(struct vm_lower *lw, uint32_t nr, uint32_t len,
		     struct vm_reg *reg, uint32_t *mask)
{
	int word = reg_word(nr);
	uint32_t words = DIV_ROUND_UP(len, 4);

	if (word < 0)
		return vm_refuse(lw, -EINVAL, "no data register %u", nr);
	if (!len)
		return vm_refuse(lw, -EINVAL, "register %u of no bytes", nr);
	if (len > VM_REG_BYTES || word + words > VM_REG_WORDS)
		return vm_refuse(lw, -ERANGE,
				 "%u bytes do not fit from register %u on", len,
				 nr);
	*reg = (struct vm_reg){ .word = (uint8_t)word, .nr = (uint8_t)nr };
	*mask |= ((1u << words) - 1) << word;
	return 0;
}

int vm_lower_load(struct vm_lower *lw, uint32_t nr, uint32_t len,
		  struct vm_reg *reg)
{
	return reg_parse(lw, nr, len, reg, &lw->e->reads);
}

int vm_lower_store(struct vm_lower *lw, uint32_t nr, uint32_t len,
		   struct vm_reg *reg)
{
	return reg_parse(lw, nr, len, reg, &lw->e->writes);
}

void vm_lower_used(struct vm_lower *lw, size_t bytes)
{
	lw->e->size =
		(uint16_t)(sizeof(struct vm_expr) + ALIGN_UP(bytes, (size_t)8));
}

int vm_lower_chain(struct vm_lower *lw, const char *name, struct vm_chain **out)
{
	struct vm_chain *c;

	if (!name)
		return vm_refuse(lw, -EINVAL, "jump without a chain");
	c = strmap_get(lw->table->chain_by_name, name);
	if (!c)
		return vm_refuse(lw, -ENOENT, "no chain %s in table %s", name,
				 lw->table->name);
	if (c->spec.is_base)
		return vm_refuse(lw, -EOPNOTSUPP,
				 "%s is a base chain: nothing "
				 "may jump to it",
				 name);
	*out = c;
	return 0;
}

int vm_lower_set(struct vm_lower *lw, const char *name, struct vm_set **out)
{
	struct vm_set *s;

	if (!name)
		return vm_refuse(lw, -EINVAL, "lookup without a set");
	s = strmap_get(lw->table->set_by_name, name);
	if (!s)
		return vm_refuse(lw, -ENOENT, "no set %s in table %s", name,
				 lw->table->name);
	*out = s;
	return 0;
}

static size_t expr_size(const struct vm_expr_ops *ops)
{
	return sizeof(struct vm_expr) + ALIGN_UP(ops->priv_size, (size_t)8);
}

static size_t state_size(const struct vm_expr_ops *ops)
{
	return ALIGN_UP(ops->state_size, (size_t)8);
}

static const struct vm_expr_ops *ops_of(struct vm_lower *lw,
					const struct nftnl_expr *ne)
{
	const char *name = nftnl_expr_get_str(ne, NFTNL_EXPR_NAME);
	const struct vm_expr_ops *ops = name ? vm_expr_find(name) : NULL;

	if (!ops)
		vm_refuse(lw, -ENOSYS, "expression %s is not run here",
			  name ? name : "without a name");
	return ops;
}

/* Lower @ne into the zeroed @e, its state to be at @state. */
static int lower_one(struct vm_lower *lw, const struct nftnl_expr *ne,
		     const struct vm_expr_ops *ops, struct vm_expr *e,
		     void *state)
{
	int ret;

	lw->e = e;
	e->ops = ops;
	e->size = (uint16_t)expr_size(ops);
	e->state = ops->state_size ? state : NULL;
	ret = ops->lower(lw, ne, e->priv);
	if (ret < 0)
		return vm_refuse(lw, ret, "%s: not valid", ops->name);
	if (ops->init)
		ops->init(e, e->state);
	return 0;
}

struct vm_expr *vm_expr_new(const struct vm_expr_ops *ops)
{
	struct vm_expr *e = xzalloc(expr_size(ops));

	e->ops = ops;
	e->size = (uint16_t)expr_size(ops);
	e->state = ops->state_size ? xzalloc(ops->state_size) : NULL;
	return e;
}

struct vm_expr *vm_lower_expr(struct vm_lower *lw, const struct nftnl_expr *ne)
{
	const struct vm_expr_ops *ops = ops_of(lw, ne);
	struct vm_expr *outer = lw->e, *e;
	void *state;
	int ret;

	if (!ops)
		return NULL;
	e = xzalloc(expr_size(ops));
	state = ops->state_size ? xzalloc(ops->state_size) : NULL;
	ret = lower_one(lw, ne, ops, e, state);
	lw->e = outer;
	if (!ret)
		return e;
	e->state = state;
	vm_expr_free(e);
	return NULL;
}

struct vm_expr *vm_lower_nested(struct vm_lower *lw,
				const struct nftnl_expr *ne)
{
	struct vm_expr *e = vm_lower_expr(lw, ne);

	if (!e || e->ops->state_size)
		return e;
	vm_refuse(lw, -EOPNOTSUPP, "%s cannot be the statement of an element",
		  e->ops->name);
	vm_expr_free(e);
	return NULL;
}

struct vm_expr *vm_expr_clone(const struct vm_expr *e)
{
	struct vm_expr *c = xmemdup(e, e->size);

	c->state = xzalloc(e->ops->state_size);
	if (c->ops->init)
		c->ops->init(c, c->state);
	return c;
}

/* What the private part and the state own. */
static void expr_fini(struct vm_expr *e)
{
	if (e->ops->fini)
		e->ops->fini(e->priv);
	if (e->ops->done && e->state)
		e->ops->done(e->state);
}

void vm_expr_free(struct vm_expr *e)
{
	if (!e)
		return;
	expr_fini(e);
	free(e->state);
	free(e);
}

/* What a first walk over the expressions finds out. */
struct sizes {
	struct vm_lower *lw;
	size_t exprs, state;
	unsigned n;
	const struct vm_expr_ops *ops[MAX_EXPRS];
};

static int size_up(struct nftnl_expr *ne, void *data)
{
	struct sizes *sz = data;
	const struct vm_expr_ops *ops = ops_of(sz->lw, ne);

	if (!ops)
		return -1;
	sz->exprs += expr_size(ops);
	sz->state += state_size(ops);
	if (sz->n < MAX_EXPRS) {
		sz->ops[sz->n++] = ops;
		return 0;
	}
	vm_refuse(sz->lw, -EINVAL, "more than %d expressions", MAX_EXPRS);
	return -1;
}

struct lowering {
	struct vm_lower *lw;
	const struct sizes *sizes;
	struct vm_rule *r;
	struct vm_expr *e;
	char *state;
};

static int lower_next(struct nftnl_expr *ne, void *data)
{
	struct lowering *l = data;
	struct vm_expr *e = l->e;
	const struct vm_expr_ops *ops = l->sizes->ops[l->r->n];

	if (lower_one(l->lw, ne, ops, e, l->state) < 0) {
		if (ops->fini)
			ops->fini(e->priv);
		return -1;
	}
	l->r->flags |= e->flags & ~VM_EXPR_PURE;
	l->r->n++;
	l->state += state_size(ops);
	l->e = (void *)((char *)e + e->size);
	return 0;
}

struct vm_rule *vm_rule_lower(struct vm_tx *tx, struct vm_chain *chain,
			      const struct nftnl_rule *nr, uint64_t cookie,
			      struct vm_error *err)
{
	struct vm_lower lw = { .tx = tx,
			       .table = chain->table,
			       .chain = chain,
			       .family = chain->spec.family,
			       .err = err };
	struct sizes sz;
	struct lowering l = { .lw = &lw, .sizes = &sz };
	struct nftnl_rule *walk = (struct nftnl_rule *)(uintptr_t)nr;
	struct vm_rule *r;

	sz.lw = &lw;
	sz.exprs = sz.state = sz.n = 0;
	if (nftnl_expr_foreach(walk, size_up, &sz) < 0) {
		if (err)
			err->expr = (int)sz.n;
		return NULL;
	}
	r = xzalloc(sizeof(*r));
	r->chain = chain;
	r->handle = nftnl_rule_get_u64(nr, NFTNL_RULE_HANDLE);
	r->cookie = cookie;
	r->exprs = xzalloc(MAX(sz.exprs, (size_t)1));
	r->size = (uint32_t)sz.exprs;
	r->hits = xzalloc(sizeof(*r->hits) + sz.state);
	r->state = r->hits + 1;
	l.r = r;
	l.e = r->exprs;
	l.state = r->state;
	if (nftnl_expr_foreach(walk, lower_next, &l) < 0) {
		if (err)
			err->expr = r->n;
		vm_rule_free(r);
		return NULL;
	}
	r->size = (uint32_t)((const char *)l.e - (const char *)r->exprs);
	r->exprs = xrealloc_array(r->exprs, MAX(r->size, 1u), 1);
	return r;
}

void vm_rule_free(void *rule)
{
	struct vm_rule *r = rule;

	struct vm_expr *e;

	if (!r)
		return;
	e = r->exprs;
	for (unsigned i = 0; i < r->n; i++) {
		expr_fini(e);
		e = (void *)((char *)e + e->size);
	}
	free(r->exprs);
	free(r->hits);
	free(r);
}

void vm_rule_use(const struct vm_rule *r, int delta)
{
	const struct vm_expr *e = r->exprs;

	for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e))
		if (e->ops->use)
			e->ops->use(e, delta);
}
