/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VM's life, and looking at what is loaded. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <stdlib.h>

#include "vm/core.h"

int vm_error_set(struct vm_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->code)
		return code;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	err->code = code;
	return code;
}

struct vm *vm_new(void)
{
	struct vm *vm = xzalloc(sizeof(*vm));

	list_init(&vm->tables);
	list_init(&vm->bases);
	vm->table_by_name = strmap_new();
	vm->image = xzalloc(sizeof(*vm->image));
	vm->key = hash_key_random();
	return vm;
}

void vm_retire(struct vm *vm, void (*free_fn)(void *p), void *p)
{
	struct vm_garbage g = { free_fn, p };

	vec_push(&vm->garbage, g);
}

void vm_collect(struct vm *vm)
{
	struct vm_garbage *g;

	vec_foreach(&vm->garbage, g)
		g->free(g->p);
	vm->garbage.len = 0;
}

void vm_image_free(void *p)
{
	struct vm_image *image = p;

	free(image->progs);
	free(image->sets);
	free(image);
}

void vm_chain_free(void *p)
{
	struct vm_chain *c = p;

	free((char *)(uintptr_t)c->spec.table);
	free((char *)(uintptr_t)c->spec.name);
	free(c->hits);
	free(c);
}

void vm_table_free(void *p)
{
	struct vm_table *t = p;

	strmap_free(t->chain_by_name);
	strmap_free(t->set_by_name);
	free(t->name);
	free(t);
}

/* All that a table holds, when nothing runs any more. */
static void table_free_all(struct vm *vm, struct vm_table *t)
{
	struct vm_chain *c, *ctmp;
	struct vm_set *s, *stmp;
	struct vm_rule *r, *rtmp;
	struct vm_obj *o, *otmp;

	list_for_each_safe(c, ctmp, &t->chains, node) {
		list_for_each_safe(r, rtmp, &c->rules, node)
			vm_rule_free(r);
		vm_prog_free((void *)(uintptr_t)vm->image->progs[c->slot]);
		vm_chain_free(c);
	}
	list_for_each_safe(s, stmp, &t->sets, node) {
		vm_set_contents_free(s->data);
		vm_set_free(s);
	}
	list_for_each_safe(o, otmp, &t->objs, node)
		vm_obj_free(o);
	vm_table_free(t);
}

void vm_free(struct vm *vm)
{
	struct vm_table *t, *tmp;

	if (!vm)
		return;
	if (vm->tx)
		vm_abort(vm->tx);
	vm_collect(vm);
	list_for_each_safe(t, tmp, &vm->tables, node)
		table_free_all(vm, t);
	strmap_free(vm->table_by_name);
	vm_image_free(vm->image);
	free(vm->rules.slots);
	vec_fini(&vm->garbage);
	vec_fini(&vm->by_slot);
	vec_fini(&vm->chain_slots.free);
	vec_fini(&vm->set_slots.free);
	free(vm);
}

uint32_t vm_slot_get(struct vm_slots *s)
{
	return s->free.len ? s->free.v[--s->free.len] : s->next++;
}

void vm_slot_put(struct vm_slots *s, uint32_t slot)
{
	vec_push(&s->free, slot);
}

const char *vm_table_key(char *buf, size_t size, uint8_t family,
			 const char *name)
{
	snprintf(buf, size, "%u %s", family, name);
	return buf;
}

struct vm_table *vm_table_find(const struct vm *vm, uint8_t family,
			       const char *name)
{
	char key[NFT_NAME_MAXLEN + 8];

	if (!name)
		return NULL;
	return strmap_get(vm->table_by_name,
			  vm_table_key(key, sizeof(key), family, name));
}

struct vm_set *vm_set_find(const struct vm *vm, uint8_t family,
			   const char *table, const char *name)
{
	struct vm_table *t = vm_table_find(vm, family, table);

	return t && name ? strmap_get(t->set_by_name, name) : NULL;
}

static struct vm_need_count *need_of(const struct vm *vm, unsigned v6,
				     enum vm_need need)
{
	return (struct vm_need_count *)(uintptr_t)&vm->needs[v6][need];
}

void vm_need_add(struct vm *vm, uint8_t family, enum vm_need need, int delta)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct vm_need_count *c = need_of(vm, v6, need);

		if (family == (v6 ? NFPROTO_IPV4 : NFPROTO_IPV6))
			continue;
		if (!c->n)
			c->seq = ++vm->seq;
		c->n += delta;
		if (!c->n)
			c->seq = 0;
	}
}

uint64_t vm_need_seq(const struct vm *vm, uint8_t nfproto, enum vm_need need)
{
	return need_of(vm, nfproto == NFPROTO_IPV6, need)->seq;
}

const struct vm_chain *vm_base_chain_next(const struct vm *vm,
					  const struct vm_chain *prev)
{
	const struct list *next = prev ? prev->base_node.next : vm->bases.next;

	return next == &vm->bases
		       ? NULL
		       : list_entry(next, const struct vm_chain, base_node);
}

/* The first chain of the table at @node or of one after it. */
static const struct vm_chain *first_chain(const struct vm *vm,
					  const struct list *node)
{
	for (; node != &vm->tables; node = node->next) {
		const struct vm_table *t =
			list_entry(node, const struct vm_table, node);

		if (!list_is_empty(&t->chains))
			return list_entry(t->chains.next, const struct vm_chain,
					  node);
	}
	return NULL;
}

const struct vm_chain *vm_chain_next(const struct vm *vm,
				     const struct vm_chain *prev)
{
	if (!prev)
		return first_chain(vm, vm->tables.next);
	if (prev->node.next != &prev->table->chains)
		return list_entry(prev->node.next, const struct vm_chain, node);
	return first_chain(vm, prev->table->node.next);
}

const struct vm_chain_spec *vm_chain_spec(const struct vm_chain *chain)
{
	return &chain->spec;
}

uint64_t vm_chain_seq(const struct vm_chain *chain)
{
	return chain->seq;
}

const struct vm_rule *vm_rule_next(const struct vm_chain *chain,
				   const struct vm_rule *prev)
{
	const struct list *next = prev ? prev->node.next : chain->rules.next;

	return next == &chain->rules
		       ? NULL
		       : list_entry(next, const struct vm_rule, node);
}

const struct vm_chain *vm_rule_chain(const struct vm_rule *rule)
{
	return rule->chain;
}

uint64_t vm_rule_handle(const struct vm_rule *rule)
{
	return rule->handle;
}

uint64_t vm_rule_cookie(const struct vm_rule *rule)
{
	return rule->cookie;
}

uint64_t vm_rule_hits(const struct vm_rule *rule)
{
	return *rule->hits;
}

uint64_t vm_policy_hits(const struct vm_chain *chain)
{
	return *chain->hits;
}

bool vm_rule_counter(const struct vm_rule *rule, unsigned expr,
		     uint64_t *packets, uint64_t *bytes)
{
	const struct vm_expr *e = rule->exprs;

	for (unsigned i = 0; i < rule->n; i++, e = vm_expr_after(e))
		if (i == expr)
			return vm_counter_read(e, packets, bytes);
	return false;
}

void vm_rule_state(const struct vm_rule *rule, struct nftnl_rule *into)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(into);
	const struct vm_expr *e = rule->exprs;
	struct nftnl_expr *ne;

	if (!it)
		xalloc_failed(0);
	for (unsigned i = 0; i < rule->n && (ne = nftnl_expr_iter_next(it));
	     i++, e = vm_expr_after(e))
		if (e->ops->dump)
			e->ops->dump(e, ne);
	nftnl_expr_iter_destroy(it);
}
