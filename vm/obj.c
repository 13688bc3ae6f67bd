/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named objects (nft_obj_type): state that rules share.
 *
 * An object of most kinds does what the expression of its name does, so it is
 * one: lowered from the expression with the object's numbers, with state of
 * its own. Other kinds bring an expression that only they have (vm/obj.h). Rules
 * hold a pointer to it (vm/expr/objref.c), elements of
 * object maps its slot; both count as use, so that it outlives them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libnftnl/expr.h>
#include <libnftnl/object.h>

#include "vm/core.h"
#include "vm/obj.h"

/* One number of an object, and of the expression. */
struct number {
	uint16_t obj, expr;
	bool wide;
};

static const struct number counter_numbers[] = {
	{ NFTNL_OBJ_CTR_PKTS, NFTNL_EXPR_CTR_PACKETS, true },
	{ NFTNL_OBJ_CTR_BYTES, NFTNL_EXPR_CTR_BYTES, true },
	{ 0 },
};

static const struct number quota_numbers[] = {
	{ NFTNL_OBJ_QUOTA_BYTES, NFTNL_EXPR_QUOTA_BYTES, true },
	{ NFTNL_OBJ_QUOTA_CONSUMED, NFTNL_EXPR_QUOTA_CONSUMED, true },
	{ NFTNL_OBJ_QUOTA_FLAGS, NFTNL_EXPR_QUOTA_FLAGS, false },
	{ 0 },
};

static const struct number limit_numbers[] = {
	{ NFTNL_OBJ_LIMIT_RATE, NFTNL_EXPR_LIMIT_RATE, true },
	{ NFTNL_OBJ_LIMIT_UNIT, NFTNL_EXPR_LIMIT_UNIT, true },
	{ NFTNL_OBJ_LIMIT_BURST, NFTNL_EXPR_LIMIT_BURST, false },
	{ NFTNL_OBJ_LIMIT_TYPE, NFTNL_EXPR_LIMIT_TYPE, false },
	{ NFTNL_OBJ_LIMIT_FLAGS, NFTNL_EXPR_LIMIT_FLAGS, false },
	{ 0 },
};

static const struct number no_numbers[] = { { 0 } };

/* A kind is @make's, and then @state's; or else the expression of its name. */
static const struct kind {
	uint32_t type;
	const char *name;
	const struct number *numbers;
	struct vm_expr *(*make)(struct vm_lower *lw, struct nftnl_obj *no);
	void (*state)(const struct vm_expr *e, struct nftnl_obj *into);
} kinds[] = {
	{ NFT_OBJECT_COUNTER, "counter", counter_numbers },
	{ NFT_OBJECT_QUOTA, "quota", quota_numbers },
	{ NFT_OBJECT_LIMIT, "limit", limit_numbers },
	{ NFT_OBJECT_CT_HELPER, "ct helper", no_numbers, vm_obj_helper,
	  vm_obj_helper_state },
};

static const struct kind *kind_of(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static struct nftnl_expr *as_expr(const struct kind *k, struct nftnl_obj *no)
{
	struct nftnl_expr *ne = nftnl_expr_alloc(k->name);

	if (!ne)
		xalloc_failed(0);
	for (const struct number *n = k->numbers; n->obj; n++)
		if (n->wide)
			nftnl_expr_set_u64(ne, n->expr,
					   nftnl_obj_get_u64(no, n->obj));
		else
			nftnl_expr_set_u32(ne, n->expr,
					   nftnl_obj_get_u32(no, n->obj));
	return ne;
}

void vm_obj_free(void *obj)
{
	struct vm_obj *o = obj;

	vm_expr_free(o->e);
	free(o->name);
	free(o);
}

struct vm_obj *vm_obj_find(const struct vm_table *t, uint32_t type,
			   const char *name)
{
	struct vm_obj *o;

	list_for_each(o, &t->objs, node)
		if (o->type == type && name && !strcmp(o->name, name))
			return o;
	return NULL;
}

/* --- transactions --------------------------------------------------------- */

static void node_out(struct vm_obj *o)
{
	o->node.prev->next = o->node.next;
	o->node.next->prev = o->node.prev;
}

/* A helper needs conntrack as soon as it is there, whether a rule gives it to
 * a connection or not. */
static void obj_needs(struct vm *vm, const struct vm_obj *o, int delta)
{
	if (o->e->flags & VM_EXPR_NEED_CT)
		vm_need_add(vm, o->family, VM_NEED_CT, delta);
}

static void add_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_obj *o = c->p;

	obj_needs(tx->vm, o, -1);
	node_out(o);
	vm_obj_free(o);
}

static void del_commit(struct vm_tx *tx, struct vm_change *c)
{
	vm_retire(tx->vm, vm_obj_free, c->p);
}

static void del_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_obj *o = c->p;

	o->node.prev->next = &o->node;
	o->node.next->prev = &o->node;
	obj_needs(tx->vm, o, 1);
}

static const struct vm_change_ops add_ops = { .abort = add_abort };
static const struct vm_change_ops del_ops = { .commit = del_commit,
					      .abort = del_abort };

static struct vm_table *table_of(struct vm *vm, struct nftnl_obj *no)
{
	return vm_table_find(vm,
			     (uint8_t)nftnl_obj_get_u32(no, NFTNL_OBJ_FAMILY),
			     nftnl_obj_get_str(no, NFTNL_OBJ_TABLE));
}

static struct vm_expr *lower(struct vm_tx *tx, struct vm_table *t,
			     const struct kind *k, struct nftnl_obj *no,
			     struct vm_error *err)
{
	struct vm_lower lw = {
		.tx = tx, .table = t, .family = t->family, .err = err
	};
	struct nftnl_expr *ne;
	struct vm_expr *e;

	if (k->make)
		return k->make(&lw, no);
	ne = as_expr(k, no);
	e = vm_lower_nested(&lw, ne);
	nftnl_expr_free(ne);
	return e;
}

int vm_obj_add(struct vm_tx *tx, const struct nftnl_obj *obj,
	       struct vm_error *err)
{
	struct nftnl_obj *no = (struct nftnl_obj *)(uintptr_t)obj;
	const char *name = nftnl_obj_get_str(no, NFTNL_OBJ_NAME);
	uint32_t type = nftnl_obj_get_u32(no, NFTNL_OBJ_TYPE);
	const struct kind *k = kind_of(type);
	struct vm_table *t = table_of(tx->vm, no);
	struct vm_obj *o;

	vm_error_clear(err);
	if (!t)
		return vm_error_set(err, -ENOENT, "no table for object %s",
				    name);
	if (!k)
		return vm_error_set(err, -ENOSYS,
				    "objects of type %u are not run here",
				    type);
	if (vm_obj_find(t, type, name))
		return vm_error_set(err, -EEXIST, "%s %s exists", k->name,
				    name);
	o = xzalloc(sizeof(*o));
	o->type = type;
	o->family = t->family;
	o->name = xstrdup(name);
	o->e = lower(tx, t, k, no, err);
	if (!o->e) {
		vm_obj_free(o);
		return err && err->code ? err->code : -EINVAL;
	}
	list_add_tail(&t->objs, &o->node);
	obj_needs(tx->vm, o, 1);
	vm_tx_log(tx, &add_ops, o);
	return 0;
}

void vm_obj_drop(struct vm_tx *tx, struct vm_obj *o)
{
	obj_needs(tx->vm, o, -1);
	node_out(o);
	vm_tx_log(tx, &del_ops, o);
}

int vm_obj_del(struct vm_tx *tx, uint8_t family, const char *table,
	       uint32_t type, const char *name, struct vm_error *err)
{
	struct vm_table *t = vm_table_find(tx->vm, family, table);
	struct vm_obj *o = t ? vm_obj_find(t, type, name) : NULL;

	vm_error_clear(err);
	if (!o)
		return vm_error_set(err, -ENOENT, "no object %s", name);
	if (o->use)
		return vm_error_set(err, -EBUSY, "object %s is used", name);
	vm_obj_drop(tx, o);
	return 0;
}

void vm_obj_state(const struct vm *vm, struct nftnl_obj *into)
{
	uint32_t type = nftnl_obj_get_u32(into, NFTNL_OBJ_TYPE);
	const struct kind *k = kind_of(type);
	struct vm_table *t = table_of((struct vm *)(uintptr_t)vm, into);
	struct vm_obj *o =
		t && k ? vm_obj_find(t, type,
				     nftnl_obj_get_str(into, NFTNL_OBJ_NAME))
		       : NULL;
	struct nftnl_expr *ne;

	if (o && k->state)
		k->state(o->e, into);
	if (!o || !o->e->ops->dump)
		return;
	ne = as_expr(k, into);
	o->e->ops->dump(o->e, ne);
	for (const struct number *n = k->numbers; n->obj; n++)
		if (n->wide)
			nftnl_obj_set_u64(into, n->obj,
					  nftnl_expr_get_u64(ne, n->expr));
		else
			nftnl_obj_set_u32(into, n->obj,
					  nftnl_expr_get_u32(ne, n->expr));
	nftnl_expr_free(ne);
}
