/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lookup: is a key in a set, and what does a map say (nft_lookup.c)? */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/core.h"

/**
 * struct lookup - @sreg in @set; a map's data to @dreg
 * @has_dreg:	a map; to the verdict register when dreg.nr is 0
 * @flags:	NFT_LOOKUP_F_INV
 */
struct lookup {
	struct vm_reg sreg, dreg;
	bool has_dreg;
	uint8_t flags;
	struct vm_set *set;
};

static int lower_dreg(struct vm_lower *lw, uint32_t dreg, struct lookup *l)
{
	const struct vm_set *s = l->set;

	if (l->flags & NFT_LOOKUP_F_INV)
		return vm_refuse(lw, -EINVAL, "a map cannot be inverted");
	if (!(s->flags & NFT_SET_MAP))
		return vm_refuse(lw, -EINVAL, "%s is no map", s->name);
	if (s->is_vmap != (dreg == NFT_REG_VERDICT))
		return vm_refuse(lw, -EINVAL,
				 "%s: data do not fit the register", s->name);
	l->has_dreg = true;
	if (!s->is_vmap)
		return vm_lower_store(lw, dreg, s->data_len, &l->dreg);
	lw->e->flags |= VM_EXPR_JUMPS;
	return 0;
}

static int lookup_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct lookup *l = priv;
	int ret;

	ret = vm_lower_set(lw, nftnl_expr_get_str(ne, NFTNL_EXPR_LOOKUP_SET),
			   &l->set);
	if (!ret)
		ret = vm_lower_load(
			lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_LOOKUP_SREG),
			l->set->key_len, &l->sreg);
	if (ret)
		return ret;
	l->flags = (uint8_t)nftnl_expr_get_u32(ne, NFTNL_EXPR_LOOKUP_FLAGS);
	if (l->flags & ~NFT_LOOKUP_F_INV)
		return vm_refuse(lw, -EINVAL, "lookup flags 0x%x", l->flags);
	if (nftnl_expr_is_set(ne, NFTNL_EXPR_LOOKUP_DREG))
		return lower_dreg(
			lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_LOOKUP_DREG), l);
	return 0;
}

static void lookup_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct lookup *l = vm_priv(e);
	const struct vm_set_data *d = cx->image->sets[l->set->slot];
	struct vm_hit hit = { 0 };
	bool found = vm_set_find_key(d, &regs->w[l->sreg.word],
				     cx->env->now.mono_ns, &hit);
	struct vm_verdict v;

	if (found == (bool)(l->flags & NFT_LOOKUP_F_INV))
		return vm_break(regs);
	if (l->has_dreg && l->dreg.nr) {
		uint32_t *dst = &regs->w[l->dreg.word];

		dst[(l->set->data_len - 1) / 4] = 0;
		memcpy(dst, hit.value, l->set->data_len);
	} else if (l->has_dreg) {
		memcpy(&v, hit.value, sizeof(v));
		regs->verdict = v.code;
		regs->chain = v.chain;
	}
	if (hit.ext)
		vm_elem_exec(hit.ext, regs, cx);
}

static void lookup_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct lookup *l = vm_priv(e);

	strbuf_printf(out, "reg %u set %s ", l->sreg.nr, l->set->name);
	if (l->has_dreg)
		strbuf_printf(out, "dreg %u ", l->dreg.nr);
	if (l->flags)
		strbuf_printf(out, "0x%x ", l->flags);
}

static void lookup_use(const struct vm_expr *e, int delta)
{
	const struct lookup *l = vm_priv(e);

	l->set->use += delta;
}

struct targets {
	const struct vm *vm;
	int (*fn)(struct vm_chain *to, void *arg);
	void *arg;
};

static int elem_target(const struct vm_elem *e, void *arg)
{
	const struct targets *t = arg;
	struct vm_verdict v;

	if (!e->value)
		return 0;
	memcpy(&v, e->value, sizeof(v));
	if (v.code != NFT_JUMP && v.code != NFT_GOTO)
		return 0;
	return t->fn(vm_chain_by_slot(t->vm, v.chain), t->arg);
}

static int lookup_targets(const struct vm_expr *e,
			  int (*fn)(struct vm_chain *to, void *arg), void *arg)
{
	const struct lookup *l = vm_priv(e);
	const struct vm_set *s = l->set;
	const struct vm_set_data *d = s->next ? s->next : s->data;
	struct vm_elem all = { .value = d->catchall };
	struct targets t = { s->vm, fn, arg };
	int ret;

	if (!s->is_vmap)
		return 0;
	ret = d->ops->walk(d, elem_target, &t);
	return ret ? ret : elem_target(&all, &t);
}

struct vm_set *vm_lookup_set(const struct vm_expr *e)
{
	const struct lookup *l = vm_priv(e);

	return e->ops == &vm_expr_lookup ? l->set : NULL;
}

const struct vm_expr_ops vm_expr_lookup = {
	.name = "lookup",
	.priv_size = sizeof(struct lookup),
	.lower = lookup_lower,
	.exec = lookup_exec,
	.describe = lookup_describe,
	.use = lookup_use,
	.targets = lookup_targets,
};
