/* SPDX-License-Identifier: GPL-2.0-or-later */
/* objref: do what a named object does, by its name or as a map says
 * (nft_objref.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/core.h"

/**
 * struct objref - @obj; or, where @set is not NULL, the object that the set has
 * for @sreg
 */
struct objref {
	struct vm_obj *obj;
	struct vm_set *set;
	struct vm_reg sreg;
};

static int lower_map(struct vm_lower *lw, const struct nftnl_expr *ne,
		     struct objref *o)
{
	int ret = vm_lower_set(
		lw, nftnl_expr_get_str(ne, NFTNL_EXPR_OBJREF_SET_NAME),
		&o->set);

	if (ret)
		return ret;
	if (!(o->set->flags & NFT_SET_OBJECT))
		return vm_refuse(lw, -EINVAL, "%s is no map of objects",
				 o->set->name);
	return vm_lower_load(lw,
			     nftnl_expr_get_u32(ne, NFTNL_EXPR_OBJREF_SET_SREG),
			     o->set->key_len, &o->sreg);
}

static int objref_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct objref *o = priv;
	const char *name;

	if (nftnl_expr_is_set(ne, NFTNL_EXPR_OBJREF_SET_SREG))
		return lower_map(lw, ne, o);
	name = nftnl_expr_get_str(ne, NFTNL_EXPR_OBJREF_IMM_NAME);
	o->obj = vm_obj_find(lw->table,
			     nftnl_expr_get_u32(ne, NFTNL_EXPR_OBJREF_IMM_TYPE),
			     name);
	return o->obj ? 0
		      : vm_refuse(lw, -ENOENT, "no object %s in table %s",
				  name ? name : "", lw->table->name);
}

static void objref_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct objref *o = vm_priv(e);
	const struct vm_obj *obj = o->obj;
	struct vm_hit hit = { 0 };

	if (o->set) {
		if (!vm_set_find_key(cx->image->sets[o->set->slot],
				     &regs->w[o->sreg.word],
				     cx->env->now.mono_ns, &hit))
			return vm_break(regs);
		memcpy(&obj, hit.value, sizeof(obj));
	}
	obj->e->ops->exec(obj->e, regs, cx);
}

static void objref_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct objref *o = vm_priv(e);

	if (o->set)
		strbuf_printf(out, "sreg %u set %s ", o->sreg.nr, o->set->name);
	else
		strbuf_printf(out, "type %u name %s ", o->obj->type,
			      o->obj->name);
}

static void objref_use(const struct vm_expr *e, int delta)
{
	const struct objref *o = vm_priv(e);

	if (o->set)
		o->set->use += delta;
	else
		o->obj->use += delta;
}

struct vm_set *vm_objref_set(const struct vm_expr *e)
{
	const struct objref *o = vm_priv(e);

	return e->ops == &vm_expr_objref ? o->set : NULL;
}

const struct vm_expr_ops vm_expr_objref = {
	.name = "objref",
	.priv_size = sizeof(struct objref),
	.lower = objref_lower,
	.exec = objref_exec,
	.describe = objref_describe,
	.use = objref_use,
};
