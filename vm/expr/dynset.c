/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dynset: packets add to sets, update and delete (nft_dynset.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/core.h"

/**
 * struct dynset - @op on @set with the key at @sreg
 * @timeout_ms:	as the rule has it; 0: the set's
 * @given:	how many of how.exprs the rule has itself
 * @how:	what new elements get
 */
struct dynset {
	struct vm_set *set;
	struct vm_reg sreg, sreg_data;
	uint8_t op, given;
	bool has_data, invert;
	uint64_t timeout_ms;
	struct vm_dynset_how how;
};

static int lower_data(struct vm_lower *lw, const struct nftnl_expr *ne,
		      struct dynset *d)
{
	d->has_data = nftnl_expr_is_set(ne, NFTNL_EXPR_DYNSET_SREG_DATA);
	if (!d->has_data && d->set->flags & NFT_SET_MAP)
		return vm_refuse(lw, -EINVAL, "map %s wants data",
				 d->set->name);
	if (!d->has_data)
		return 0;
	if (!(d->set->flags & NFT_SET_MAP) || d->set->is_vmap)
		return vm_refuse(lw, -EOPNOTSUPP, "%s takes no data",
				 d->set->name);
	return vm_lower_load(
		lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_DYNSET_SREG_DATA),
		d->set->data_len, &d->sreg_data);
}

struct nested {
	struct vm_lower *lw;
	struct dynset *d;
};

static int lower_expr(struct nftnl_expr *ne, void *data)
{
	struct nested *n = data;
	struct vm_dynset_how *how = &n->d->how;
	struct vm_expr *e;

	if (how->n_exprs == ARRAY_LEN(how->exprs))
		return vm_refuse(n->lw, -E2BIG, "more than two statements");
	e = vm_lower_nested(n->lw, ne);
	if (!e)
		return -EOPNOTSUPP;
	how->exprs[how->n_exprs++] = e;
	n->lw->e->flags |= e->flags & (VM_EXPR_NEED_CT | VM_EXPR_NEED_ACCT);
	return 0;
}

/* Statements of the rule; they must be the set's own kinds, if it has any. */
static int lower_exprs(struct vm_lower *lw, const struct nftnl_expr *ne,
		       struct dynset *d)
{
	struct nested n = { lw, d };
	struct vm_dynset_how *how = &d->how;
	const struct vm_set *s = d->set;
	int ret = nftnl_expr_expr_foreach(ne, lower_expr, &n);

	d->given = (uint8_t)how->n_exprs;
	if (ret < 0)
		return ret;
	if (how->n_exprs && s->n_exprs && how->n_exprs != s->n_exprs)
		return vm_refuse(lw, -EOPNOTSUPP, "set %s has other statements",
				 s->name);
	for (unsigned i = 0; i < MIN(how->n_exprs, s->n_exprs); i++)
		if (how->exprs[i]->ops != s->exprs[i]->ops)
			return vm_refuse(lw, -EOPNOTSUPP,
					 "set %s has other statements",
					 s->name);
	for (; how->n_exprs < s->n_exprs; how->n_exprs++)
		how->exprs[how->n_exprs] =
			vm_expr_clone(s->exprs[how->n_exprs]);
	return 0;
}

static int lower_set(struct vm_lower *lw, const struct nftnl_expr *ne,
		     struct dynset *d)
{
	int ret = vm_lower_set(
		lw, nftnl_expr_get_str(ne, NFTNL_EXPR_DYNSET_SET_NAME),
		&d->set);

	if (ret)
		return ret;
	if (!d->set->ops->update)
		return vm_refuse(lw, -EOPNOTSUPP, "set %s is not dynamic",
				 d->set->name);
	if (!d->set->size)
		d->set->size = UINT16_MAX;
	if (d->set->flags & NFT_SET_CONSTANT)
		return vm_refuse(lw, -EBUSY, "set %s is constant",
				 d->set->name);
	d->timeout_ms = nftnl_expr_get_u64(ne, NFTNL_EXPR_DYNSET_TIMEOUT);
	if (d->timeout_ms && !(d->set->flags & NFT_SET_TIMEOUT))
		return vm_refuse(lw, -EOPNOTSUPP, "set %s has no timeouts",
				 d->set->name);
	d->how.timeout_ns = d->timeout_ms ? d->timeout_ms * NS_PER_MS
					  : d->set->timeout_ns;
	return vm_lower_load(lw,
			     nftnl_expr_get_u32(ne, NFTNL_EXPR_DYNSET_SREG_KEY),
			     d->set->key_len, &d->sreg);
}

static int dynset_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct dynset *d = priv;
	uint32_t op = nftnl_expr_get_u32(ne, NFTNL_EXPR_DYNSET_OP);
	uint32_t flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_DYNSET_FLAGS);
	int ret;

	if (op > NFT_DYNSET_OP_DELETE)
		return vm_refuse(lw, -EOPNOTSUPP, "no dynset operation %u", op);
	if (flags & ~(uint32_t)(NFT_DYNSET_F_INV | NFT_DYNSET_F_EXPR))
		return vm_refuse(lw, -EOPNOTSUPP, "dynset flags 0x%x", flags);
	d->op = (uint8_t)op;
	d->invert = flags & NFT_DYNSET_F_INV;
	d->how.refresh = op == NFT_DYNSET_OP_UPDATE;
	ret = lower_set(lw, ne, d);
	if (!ret)
		ret = lower_data(lw, ne, d);
	return ret ? ret : lower_exprs(lw, ne, d);
}

static void dynset_fini(void *priv)
{
	struct dynset *d = priv;

	for (unsigned i = 0; i < d->how.n_exprs; i++)
		vm_expr_free(d->how.exprs[i]);
}

static void dynset_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct dynset *d = vm_priv(e);
	struct vm_set_data *data = cx->image->sets[d->set->slot];
	const void *key = &regs->w[d->sreg.word];
	uint64_t now_ns = cx->env->now.mono_ns;
	struct vm_hit hit;
	bool done;

	if (d->op == NFT_DYNSET_OP_DELETE)
		return data->ops->erase(data, key, now_ns);
	done = data->ops->update(data, key, &regs->w[d->sreg_data.word],
				 &d->how, now_ns, &hit);
	if (done && hit.ext)
		vm_elem_exec(hit.ext, regs, cx);
	if (done == d->invert)
		vm_break(regs);
}

static void dynset_describe(const struct vm_expr *e, struct strbuf *out)
{
	static const char *const ops[] = { "add", "update", "delete" };
	const struct dynset *d = vm_priv(e);

	strbuf_printf(out, "%s reg_key %u set %s ", ops[d->op], d->sreg.nr,
		      d->set->name);
	if (d->has_data)
		strbuf_printf(out, "sreg_data %u ", d->sreg_data.nr);
	if (d->timeout_ms)
		strbuf_printf(out, "timeout %llums ",
			      (unsigned long long)d->timeout_ms);
	for (unsigned i = 0; i < d->given; i++) {
		const struct vm_expr *x = d->how.exprs[i];

		strbuf_printf(out, "expr [ %s ", x->ops->name);
		x->ops->describe(x, out);
		strbuf_puts(out, "] ");
	}
}

static void dynset_use(const struct vm_expr *e, int delta)
{
	const struct dynset *d = vm_priv(e);

	d->set->use += delta;
}

const struct vm_expr_ops vm_expr_dynset = {
	.name = "dynset",
	.priv_size = sizeof(struct dynset),
	.lower = dynset_lower,
	.fini = dynset_fini,
	.exec = dynset_exec,
	.describe = dynset_describe,
	.use = dynset_use,
};
