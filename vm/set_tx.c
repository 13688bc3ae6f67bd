/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets in transactions: making them, and what their versions become at the end.
 * Their elements: vm/elem_tx.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libnftnl/expr.h>
#include <libnftnl/set.h>

#include "vm/core.h"

/* HZ jiffies (nft_set_gc_interval()). */
static const uint64_t GC_DEFAULT_NS = NS_PER_SEC;

void vm_set_free(void *set)
{
	struct vm_set *s = set;

	for (unsigned i = 0; i < s->n_exprs; i++)
		vm_expr_free(s->exprs[i]);
	free(s->name);
	free(s);
}

static int elem_ext_free(const struct vm_elem *e, void *arg)
{
	vm_elem_ext_free(e->ext);
	return 0;
}

void vm_set_contents_free(void *data)
{
	struct vm_set_data *d = data;

	if (!d->ops->owns_ext)
		d->ops->walk(d, elem_ext_free, NULL);
	vm_elem_ext_free(d->catchall_ext);
	free(d->catchall);
	d->ops->free(d);
}

/* --- a set ---------------------------------------------------------------- */

/* Statements of elements need what they need, met or not. */
static void set_needs(struct vm *vm, const struct vm_set *s, int delta)
{
	for (unsigned i = 0; i < s->n_exprs; i++)
		if (s->exprs[i]->flags & VM_EXPR_NEED_CT)
			vm_need_add(vm, s->table->family, VM_NEED_CT, delta);
}

static void set_add_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_set *s = c->p;

	set_needs(tx->vm, s, -1);
	strmap_del(s->table->set_by_name, s->name);
	list_del(&s->node);
	vm_slot_put(&tx->vm->set_slots, s->slot);
	vm_set_free(s);
}

static const struct vm_change_ops set_add_ops = {
	.abort = set_add_abort,
};

static void set_del_commit(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_set *s = c->p;

	vm_slot_put(&tx->vm->set_slots, s->slot);
	if (s->data)
		vm_retire(tx->vm, vm_set_contents_free, s->data);
	vm_retire(tx->vm, vm_set_free, s);
}

static void set_del_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_set *s = c->p;

	set_needs(tx->vm, s, 1);
	s->deleted = false;
	s->node.prev->next = &s->node;
	s->node.next->prev = &s->node;
	strmap_put(s->table->set_by_name, s->name, s);
}

static const struct vm_change_ops set_del_ops = {
	.commit = set_del_commit,
	.abort = set_del_abort,
};

/* How many bytes stand with each key. */
static int value_props(struct vm_set *s, const struct nftnl_set *ns,
		       struct vm_error *err)
{
	if (s->flags & NFT_SET_OBJECT) {
		s->obj_type = nftnl_set_get_u32(ns, NFTNL_SET_OBJ_TYPE);
		if (!s->obj_type || s->flags & NFT_SET_MAP)
			return vm_error_set(err, -EINVAL,
					    "map %s: of no objects", s->name);
		s->value_len = sizeof(struct vm_obj *);
		return 0;
	}
	if (!(s->flags & NFT_SET_MAP))
		return 0;
	s->is_vmap = nftnl_set_get_u32(ns, NFTNL_SET_DATA_TYPE) ==
		     NFT_DATA_VERDICT;
	if (s->is_vmap) {
		s->value_len = sizeof(struct vm_verdict);
		return 0;
	}
	s->data_len = (uint16_t)nftnl_set_get_u32(ns, NFTNL_SET_DATA_LEN);
	s->value_len = s->data_len;
	if (!s->data_len || s->data_len > VM_REG_BYTES)
		return vm_error_set(err, -EINVAL, "map %s: %u bytes of data",
				    s->name, s->data_len);
	return 0;
}

static int concat_props(struct vm_set *s, const struct nftnl_set *ns,
			struct vm_error *err)
{
	uint32_t len = 0, sum = 0;
	const uint8_t *fields =
		nftnl_set_get_data(ns, NFTNL_SET_DESC_CONCAT, &len);

	if (!fields || !(s->flags & NFT_SET_CONCAT))
		return 0;
	for (; s->n_fields < MIN(len, (uint32_t)sizeof(s->field_len)) &&
	       fields[s->n_fields];
	     s->n_fields++) {
		s->field_len[s->n_fields] = fields[s->n_fields];
		sum += ALIGN_UP(fields[s->n_fields], 4);
	}
	if (sum != s->key_len)
		return vm_error_set(err, -EINVAL,
				    "set %s: fields of %u bytes, key of %u",
				    s->name, sum, s->key_len);
	return 0;
}

struct set_exprs {
	struct vm_lower *lw;
	struct vm_set *s;
};

static int set_expr_add(struct nftnl_expr *ne, void *data)
{
	struct set_exprs *x = data;

	if (x->s->n_exprs == ARRAY_LEN(x->s->exprs))
		return vm_refuse(x->lw, -E2BIG,
				 "set %s: more than two statements",
				 x->s->name);
	x->s->exprs[x->s->n_exprs] = vm_lower_nested(x->lw, ne);
	if (!x->s->exprs[x->s->n_exprs])
		return -1;
	x->s->n_exprs++;
	return 0;
}

static int set_props(struct vm_tx *tx, struct vm_set *s,
		     const struct nftnl_set *ns, struct vm_error *err)
{
	struct vm_lower lw = { .tx = tx,
			       .table = s->table,
			       .family = s->table->family,
			       .err = err };
	struct set_exprs x = { &lw, s };
	int ret;

	s->flags = nftnl_set_get_u32(ns, NFTNL_SET_FLAGS);
	s->key_len = (uint16_t)nftnl_set_get_u32(ns, NFTNL_SET_KEY_LEN);
	s->size = nftnl_set_get_u32(ns, NFTNL_SET_DESC_SIZE);
	s->timeout_ns = nftnl_set_get_u64(ns, NFTNL_SET_TIMEOUT) * NS_PER_MS;
	if (!s->key_len || s->key_len > VM_REG_BYTES)
		return vm_error_set(err, -EINVAL, "set %s: key of %u bytes",
				    s->name, s->key_len);
	ret = value_props(s, ns, err);
	if (!ret)
		ret = concat_props(s, ns, err);
	if (!ret && nftnl_set_expr_foreach(ns, set_expr_add, &x) < 0)
		ret = err && err->code ? err->code : -EINVAL;
	if (ret)
		return ret;
	s->gc_ns = nftnl_set_get_u32(ns, NFTNL_SET_GC_INTERVAL) * NS_PER_MS;
	if (!s->gc_ns)
		s->gc_ns = GC_DEFAULT_NS;
	s->has_ext = (s->flags & (NFT_SET_TIMEOUT | NFT_SET_EVAL)) ||
		     s->n_exprs;
	s->ops = vm_set_backend(s);
	if (!s->ops)
		return vm_error_set(err, -EOPNOTSUPP,
				    "set %s: no such kind of set", s->name);
	return 0;
}

int vm_set_add(struct vm_tx *tx, const struct nftnl_set *set,
	       struct vm_error *err)
{
	const char *table = nftnl_set_get_str(set, NFTNL_SET_TABLE);
	const char *name = nftnl_set_get_str(set, NFTNL_SET_NAME);
	struct vm_table *t;
	struct vm_set *s;
	int ret;

	if (err)
		memset(err, 0, sizeof(*err));
	t = vm_table_find(tx->vm,
			  (uint8_t)nftnl_set_get_u32(set, NFTNL_SET_FAMILY),
			  table);
	if (!t)
		return vm_error_set(err, -ENOENT, "no table %s",
				    table ? table : "");
	if (!name || !*name || strlen(name) >= NFT_SET_MAXNAMELEN)
		return vm_error_set(err, -EINVAL, "not a name for a set");
	if (strmap_get(t->set_by_name, name))
		return vm_error_set(err, -EEXIST, "set %s exists", name);
	s = xzalloc(sizeof(*s));
	s->vm = tx->vm;
	s->table = t;
	s->name = xstrdup(name);
	ret = set_props(tx, s, set, err);
	if (ret) {
		vm_set_free(s);
		return ret;
	}
	s->slot = vm_slot_get(&tx->vm->set_slots);
	list_add_tail(&t->sets, &s->node);
	strmap_put(t->set_by_name, s->name, s);
	s->next = s->ops->new (s, 0);
	vec_push(&tx->touched, s);
	set_needs(tx->vm, s, 1);
	vm_tx_log(tx, &set_add_ops, s);
	return 0;
}

struct vm_set *vm_set_get(struct vm_tx *tx, uint8_t family, const char *table,
			  const char *name, struct vm_error *err)
{
	struct vm_set *s = vm_set_find(tx->vm, family, table, name);

	if (err) {
		memset(err, 0, sizeof(*err));
		err->expr = -1;
	}
	if (!s)
		vm_error_set(err, -ENOENT, "no set %s in table %s",
			     name ? name : "", table ? table : "");
	return s;
}

void vm_set_drop(struct vm_tx *tx, struct vm_set *s)
{
	vm_set_contents_unuse(tx, s);
	strmap_del(s->table->set_by_name, s->name);
	s->node.prev->next = s->node.next;
	s->node.next->prev = s->node.prev;
	s->deleted = true;
	set_needs(tx->vm, s, -1);
	vm_tx_log(tx, &set_del_ops, s);
}

int vm_set_del(struct vm_tx *tx, uint8_t family, const char *table,
	       const char *name, struct vm_error *err)
{
	struct vm_set *s = vm_set_get(tx, family, table, name, err);

	if (!s)
		return -ENOENT;
	if (s->use)
		return vm_error_set(err, -EBUSY, "set %s is looked in", name);
	vm_set_drop(tx, s);
	return 0;
}

/* --- the end of a transaction --------------------------------------------- */

static void contents_drop(struct vm_set *s)
{
	struct vm_set_data *d = s->next;

	if (!d)
		return;
	s->next = NULL;
	free(d->catchall);
	if (s->data)
		s->ops->drop(d);
	else
		s->ops->free(d);
}

static void contents_publish(struct vm_tx *tx, struct vm_set *s)
{
	if (s->data)
		vm_retire(tx->vm, free, s->data->catchall);
	s->ops->publish(s->next, s->data);
	s->data = s->next;
	s->next = NULL;
}

void vm_sets_publish(struct vm_tx *tx, struct vm_image *image)
{
	for (size_t i = 0; i < tx->touched.len; i++) {
		struct vm_set *s = tx->touched.v[i];

		if (s->deleted)
			contents_drop(s);
		else if (s->next)
			contents_publish(tx, s);
		image->sets[s->slot] = s->deleted ? NULL : s->data;
	}
}

void vm_sets_abort(struct vm_tx *tx)
{
	for (size_t i = 0; i < tx->touched.len; i++)
		contents_drop(tx->touched.v[i]);
}
