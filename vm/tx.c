/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transactions.
 *
 * Theory of operation
 *
 * The lists of tables, chains, rules and sets are only for transactions, of
 * which there is one at a time; they are changed in place, and each change is
 * noted with how to finish and how to undo it (struct vm_change_ops). Abort
 * undoes the notes in reverse, so that every node finds the neighbours that it
 * had. What packets read is the image, which nothing touches before commit:
 *
 *	vm_begin()	free what the last commit replaced
 *	changes		checked at once as the kernel does, lists changed
 *	vm_commit()	verify; new programs for the chains that changed; a new
 *			image; one pointer store makes all of it current
 *			(release; pairs with the acquire in vm_run())
 *
 * A commit costs: the arrays of the image (a pointer a chain and a set), the
 * programs of the changed chains (a pointer a rule, and their fast form), and
 * the changed pieces of the changed sets. A rule's state (hits, counters,
 * limits) belongs to the rule, which all generations share, so untouched rules
 * keep theirs.
 *
 * Sequence numbers, which say who registered a hook first, count in the order
 * of commands: a base chain and a rule that needs conntrack take the next one
 * when they are added, as the kernel registers hooks while it reads the batch.
 */
#include <errno.h>
#include <stdlib.h>

#include <libnftnl/rule.h>

#include "vm/core.h"

struct vm_tx *vm_begin(struct vm *vm)
{
	struct vm_tx *tx;

	if (vm->tx)
		return NULL;
	vm_collect(vm);
	tx = xzalloc(sizeof(*tx));
	tx->vm = vm;
	tx->seq = vm->seq;
	memcpy(tx->needs, vm->needs, sizeof(tx->needs));
	vm->tx = tx;
	return tx;
}

void vm_tx_log(struct vm_tx *tx, const struct vm_change_ops *ops, void *p)
{
	struct vm_change c = { .ops = ops, .p = p };

	vec_push(&tx->changes, c);
}

void vm_chain_touch(struct vm_tx *tx, struct vm_chain *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	vec_push(&tx->dirty, c);
}

/* --- nodes of lists, taken out and put back where they were -------------- */

static void node_out(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

static void node_back(struct list *node)
{
	node->prev->next = node;
	node->next->prev = node;
}

/* --- tables -------------------------------------------------------------- */

static void table_name_in(struct vm *vm, struct vm_table *t)
{
	char key[NFT_NAME_MAXLEN + 8];

	vm_table_key(key, sizeof(key), t->family, t->name);
	strmap_put(vm->table_by_name, key, t);
}

static void table_name_out(struct vm *vm, struct vm_table *t)
{
	char key[NFT_NAME_MAXLEN + 8];

	vm_table_key(key, sizeof(key), t->family, t->name);
	strmap_del(vm->table_by_name, key);
}

static void table_add_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_table *t = c->p;

	table_name_out(tx->vm, t);
	node_out(&t->node);
	vm_table_free(t);
}

static const struct vm_change_ops table_add_ops = {
	.abort = table_add_abort,
};

static void table_del_commit(struct vm_tx *tx, struct vm_change *c)
{
	vm_retire(tx->vm, vm_table_free, c->p);
}

static void table_del_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_table *t = c->p;

	node_back(&t->node);
	table_name_in(tx->vm, t);
}

static const struct vm_change_ops table_del_ops = {
	.commit = table_del_commit,
	.abort = table_del_abort,
};

void vm_error_clear(struct vm_error *err)
{
	if (!err)
		return;
	memset(err, 0, sizeof(*err));
	err->expr = -1;
}

static bool name_is_bad(const char *name)
{
	return !name || !*name || strlen(name) >= NFT_NAME_MAXLEN;
}

int vm_table_add(struct vm_tx *tx, uint8_t family, const char *name,
		 uint32_t flags, struct vm_error *err)
{
	struct vm_table *t;

	vm_error_clear(err);
	if (family != NFPROTO_IPV4 && family != NFPROTO_IPV6 &&
	    family != NFPROTO_INET)
		return vm_error_set(err, -ENOSYS,
				    "table family %u is not run here", family);
	if (name_is_bad(name))
		return vm_error_set(err, -EINVAL, "not a name for a table");
	if (vm_table_find(tx->vm, family, name))
		return vm_error_set(err, -EEXIST, "table %s exists", name);
	t = xzalloc(sizeof(*t));
	t->family = family;
	t->flags = flags;
	t->name = xstrdup(name);
	list_init(&t->chains);
	list_init(&t->sets);
	list_init(&t->objs);
	t->chain_by_name = strmap_new();
	t->set_by_name = strmap_new();
	list_add_tail(&tx->vm->tables, &t->node);
	table_name_in(tx->vm, t);
	vm_tx_log(tx, &table_add_ops, t);
	return 0;
}

static struct vm_table *table_get(struct vm_tx *tx, uint8_t family,
				  const char *name, struct vm_error *err)
{
	struct vm_table *t = vm_table_find(tx->vm, family, name);

	if (!t)
		vm_error_set(err, -ENOENT, "no table %s",
			     name ? name : "without a name");
	return t;
}

/* --- rules --------------------------------------------------------------- */

static void rule_needs(struct vm *vm, const struct vm_rule *r, int delta)
{
	uint8_t family = r->chain->spec.family;

	if (r->flags & VM_EXPR_NEED_CT)
		vm_need_add(vm, family, VM_NEED_CT, delta);
	if (r->flags & VM_EXPR_NEED_ACCT)
		vm_need_add(vm, family, VM_NEED_ACCT, delta);
}

static void rule_add_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_rule *r = c->p;

	node_out(&r->node);
	vm_rule_index_del(&tx->vm->rules, r);
	vm_rule_use(r, -1);
	vm_rule_free(r);
}

static const struct vm_change_ops rule_add_ops = {
	.abort = rule_add_abort,
};

static void rule_del_commit(struct vm_tx *tx, struct vm_change *c)
{
	vm_retire(tx->vm, vm_rule_free, c->p);
}

static void rule_del_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_rule *r = c->p;

	node_back(&r->node);
	vm_rule_index_add(&tx->vm->rules, r);
	vm_rule_use(r, 1);
}

static const struct vm_change_ops rule_del_ops = {
	.commit = rule_del_commit,
	.abort = rule_del_abort,
};

static struct vm_chain *chain_get(struct vm_tx *tx, uint8_t family,
				  const char *table, const char *name,
				  struct vm_error *err)
{
	struct vm_table *t = table_get(tx, family, table, err);
	struct vm_chain *c;

	if (!t)
		return NULL;
	c = name ? strmap_get(t->chain_by_name, name) : NULL;
	if (!c)
		vm_error_set(err, -ENOENT, "no chain %s in table %s",
			     name ? name : "without a name", table);
	return c;
}

/* What the error is about, when it is a rule's fault. */
static void error_rule(struct vm_error *err, const struct nftnl_rule *rule,
		       uint64_t cookie)
{
	if (!err)
		return;
	err->rule_handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
	err->cookie = cookie;
}

int vm_rule_add(struct vm_tx *tx, const struct nftnl_rule *rule,
		uint64_t before, uint64_t cookie, struct vm_error *err)
{
	struct vm_chain *c;
	struct vm_rule *r, *next = NULL;

	vm_error_clear(err);
	c = chain_get(tx, (uint8_t)nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY),
		      nftnl_rule_get_str(rule, NFTNL_RULE_TABLE),
		      nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN), err);
	error_rule(err, rule, cookie);
	if (!c)
		return -ENOENT;
	if (before)
		next = vm_rule_index_find(&tx->vm->rules, c, before);
	if (before && !next)
		return vm_error_set(err, -ENOENT, "no rule %llu to go before",
				    (unsigned long long)before);
	r = vm_rule_lower(tx, c, rule, cookie, err);
	if (!r)
		return err && err->code ? err->code : -EINVAL;
	if (vm_verify_rule(r, err) < 0) {
		vm_rule_free(r);
		return -ENODATA;
	}
	list_add_tail(next ? &next->node : &c->rules, &r->node);
	vm_rule_index_add(&tx->vm->rules, r);
	vm_prog_rule_added(r);
	vm_rule_use(r, 1);
	rule_needs(tx->vm, r, 1);
	vm_chain_touch(tx, c);
	if (r->flags & (VM_EXPR_JUMPS | VM_EXPR_VALIDATE))
		c->table->validate = true;
	vm_tx_log(tx, &rule_add_ops, r);
	return 0;
}

/* The anonymous sets of a rule go with it. */
static void drop_anonymous(const struct vm_expr *e, struct vm_tx *tx)
{
	struct vm_set *s = vm_lookup_set(e);

	if (!s)
		s = vm_objref_set(e);
	if (s && (s->flags & NFT_SET_ANONYMOUS) && !s->use)
		vm_set_drop(tx, s);
}

static void rule_drop(struct vm_tx *tx, struct vm_rule *r)
{
	const struct vm_expr *e = r->exprs;

	node_out(&r->node);
	vm_rule_index_del(&tx->vm->rules, r);
	vm_prog_rule_gone(r);
	vm_rule_use(r, -1);
	rule_needs(tx->vm, r, -1);
	vm_chain_touch(tx, r->chain);
	vm_tx_log(tx, &rule_del_ops, r);
	for (unsigned i = 0; i < r->n; i++, e = vm_expr_after(e))
		drop_anonymous(e, tx);
}

int vm_rule_del(struct vm_tx *tx, uint8_t family, const char *table,
		const char *chain, uint64_t handle, struct vm_error *err)
{
	struct vm_chain *c;
	struct vm_rule *r;

	vm_error_clear(err);
	c = chain_get(tx, family, table, chain, err);
	if (!c)
		return -ENOENT;
	r = vm_rule_index_find(&tx->vm->rules, c, handle);
	if (!r)
		return vm_error_set(err, -ENOENT, "no rule %llu in chain %s",
				    (unsigned long long)handle, chain);
	rule_drop(tx, r);
	return 0;
}

/* --- chains -------------------------------------------------------------- */

static void chain_out(struct vm_chain *c)
{
	strmap_del(c->table->chain_by_name, c->spec.name);
	node_out(&c->node);
	if (c->spec.is_base)
		node_out(&c->base_node);
}

static void chain_add_abort(struct vm_tx *tx, struct vm_change *ch)
{
	struct vm_chain *c = ch->p;

	chain_out(c);
	vm_slot_put(&tx->vm->chain_slots, c->slot);
	vm_chain_free(c);
}

static const struct vm_change_ops chain_add_ops = {
	.abort = chain_add_abort,
};

static void chain_del_commit(struct vm_tx *tx, struct vm_change *ch)
{
	struct vm_chain *c = ch->p;

	vm_slot_put(&tx->vm->chain_slots, c->slot);
	vm_retire(tx->vm, vm_chain_free, c);
}

static void chain_del_abort(struct vm_tx *tx, struct vm_change *ch)
{
	struct vm_chain *c = ch->p;

	c->deleted = false;
	if (c->spec.is_base)
		node_back(&c->base_node);
	node_back(&c->node);
	strmap_put(c->table->chain_by_name, c->spec.name, c);
}

static const struct vm_change_ops chain_del_ops = {
	.commit = chain_del_commit,
	.abort = chain_del_abort,
};

/* Hooks that a type may be at, a bit each; nat also wants its priority above
 * conntrack's (nf_tables_chain_type). */
static int check_base(const struct vm_chain_spec *s, struct vm_error *err)
{
	static const uint8_t hooks[] = {
		[VM_CHAIN_FILTER] = 0x1f,
		[VM_CHAIN_NAT] = 0x1f & ~(1 << NF_INET_FORWARD),
		[VM_CHAIN_ROUTE] = 1 << NF_INET_LOCAL_OUT,
	};

	if (s->hook == NF_INET_INGRESS && s->type == VM_CHAIN_FILTER &&
	    s->family == NFPROTO_INET)
		return vm_error_set(err, -ENOSYS,
				    "the ingress hook is not run here");
	if (s->hook > NF_INET_POST_ROUTING || s->type > VM_CHAIN_ROUTE ||
	    !(hooks[s->type] & 1 << s->hook))
		return vm_error_set(err, -EOPNOTSUPP,
				    "chain %s: its type is not for this hook",
				    s->name);
	if (s->type == VM_CHAIN_NAT && s->priority <= -200)
		return vm_error_set(err, -EOPNOTSUPP,
				    "chain %s: a nat chain's priority must be "
				    "above -200",
				    s->name);
	if (s->policy != NF_ACCEPT && s->policy != NF_DROP)
		return vm_error_set(err, -EINVAL, "chain %s: not a policy",
				    s->name);
	return 0;
}

static struct vm_chain *chain_new(struct vm *vm, struct vm_table *t,
				  const struct vm_chain_spec *spec)
{
	struct vm_chain *c = xzalloc(sizeof(*c));

	c->vm = vm;
	c->table = t;
	c->spec = *spec;
	c->spec.table = xstrdup(t->name);
	c->spec.name = xstrdup(spec->name);
	c->hits = xzalloc(sizeof(*c->hits));
	c->slot = vm_slot_get(&vm->chain_slots);
	if (c->slot == vm->by_slot.len)
		vec_push(&vm->by_slot, c);
	vm->by_slot.v[c->slot] = c;
	list_init(&c->rules);
	list_add_tail(&t->chains, &c->node);
	strmap_put(t->chain_by_name, c->spec.name, c);
	return c;
}

int vm_chain_add(struct vm_tx *tx, const struct vm_chain_spec *spec,
		 struct vm_error *err)
{
	struct vm_table *t;
	struct vm_chain *c;

	vm_error_clear(err);
	t = table_get(tx, spec->family, spec->table, err);
	if (!t)
		return -ENOENT;
	if (name_is_bad(spec->name))
		return vm_error_set(err, -EINVAL, "not a name for a chain");
	if (strmap_get(t->chain_by_name, spec->name))
		return vm_error_set(err, -EEXIST, "chain %s exists",
				    spec->name);
	if (spec->is_base && check_base(spec, err) < 0)
		return err ? err->code : -EINVAL;
	c = chain_new(tx->vm, t, spec);
	if (spec->is_base) {
		c->seq = ++tx->vm->seq;
		list_add_tail(&tx->vm->bases, &c->base_node);
	}
	if (spec->is_base && spec->type == VM_CHAIN_NAT) {
		vm_need_add(tx->vm, spec->family, VM_NEED_NAT, 1);
		vm_need_add(tx->vm, spec->family, VM_NEED_CT, 1);
	}
	vm_chain_touch(tx, c);
	vm_tx_log(tx, &chain_add_ops, c);
	return 0;
}

static void chain_drop(struct vm_tx *tx, struct vm_chain *c)
{
	if (c->spec.is_base && c->spec.type == VM_CHAIN_NAT) {
		vm_need_add(tx->vm, c->spec.family, VM_NEED_NAT, -1);
		vm_need_add(tx->vm, c->spec.family, VM_NEED_CT, -1);
	}
	chain_out(c);
	c->deleted = true;
	vm_chain_touch(tx, c);
	vm_tx_log(tx, &chain_del_ops, c);
}

static void chain_flush(struct vm_tx *tx, struct vm_chain *c)
{
	struct vm_rule *r, *tmp;

	list_for_each_safe(r, tmp, &c->rules, node)
		rule_drop(tx, r);
}

int vm_chain_del(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *name, struct vm_error *err)
{
	struct vm_chain *c;

	vm_error_clear(err);
	c = chain_get(tx, family, table, name, err);
	if (!c)
		return -ENOENT;
	chain_flush(tx, c);
	if (c->use)
		return vm_error_set(err, -EBUSY, "chain %s is jumped to", name);
	chain_drop(tx, c);
	return 0;
}

int vm_table_del(struct vm_tx *tx, uint8_t family, const char *name,
		 struct vm_error *err)
{
	struct vm_table *t;
	struct vm_chain *c, *ctmp;
	struct vm_set *s, *stmp;
	struct vm_obj *o, *otmp;

	vm_error_clear(err);
	t = table_get(tx, family, name, err);
	if (!t)
		return -ENOENT;
	list_for_each(c, &t->chains, node)
		chain_flush(tx, c);
	list_for_each_safe(s, stmp, &t->sets, node)
		vm_set_drop(tx, s);
	list_for_each_safe(o, otmp, &t->objs, node)
		vm_obj_drop(tx, o);
	list_for_each_safe(c, ctmp, &t->chains, node)
		chain_drop(tx, c);
	table_name_out(tx->vm, t);
	node_out(&t->node);
	vm_tx_log(tx, &table_del_ops, t);
	return 0;
}

/* --- the end ------------------------------------------------------------- */

static void tx_free(struct vm_tx *tx)
{
	tx->vm->tx = NULL;
	vec_fini(&tx->changes);
	vec_fini(&tx->dirty);
	vec_fini(&tx->touched);
	free(tx);
}

static int verify(struct vm *vm, struct vm_error *err)
{
	struct vm_table *t;
	int ret;

	list_for_each(t, &vm->tables, node) {
		if (!t->validate)
			continue;
		ret = vm_verify_table(vm, t, err);
		if (ret)
			return ret;
	}
	list_for_each(t, &vm->tables, node)
		t->validate = false;
	return 0;
}

/* A copy of the running image, with room for the new slots. */
static struct vm_image *image_next(const struct vm *vm)
{
	const struct vm_image *old = vm->image;
	struct vm_image *image = xzalloc(sizeof(*image));

	image->n_progs = vm->chain_slots.next;
	image->n_sets = vm->set_slots.next;
	image->progs = xcalloc(MAX(image->n_progs, 1u), sizeof(void *));
	image->sets = xcalloc(MAX(image->n_sets, 1u), sizeof(void *));
	if (old->n_progs)
		memcpy(image->progs, old->progs, old->n_progs * sizeof(void *));
	if (old->n_sets)
		memcpy(image->sets, old->sets, old->n_sets * sizeof(void *));
	return image;
}

static void progs_renew(struct vm_tx *tx, struct vm_image *image)
{
	for (size_t i = 0; i < tx->dirty.len; i++) {
		struct vm_chain *c = tx->dirty.v[i];
		const struct vm_prog *old = image->progs[c->slot];

		if (old)
			vm_retire(tx->vm, vm_prog_free, (void *)(uintptr_t)old);
		image->progs[c->slot] = c->deleted ? NULL : vm_prog_new(c);
		c->dirty = false;
	}
}

int vm_commit(struct vm_tx *tx, const struct nv_time *now, struct vm_error *err)
{
	struct vm *vm = tx->vm;
	struct vm_image *image;
	struct vm_change *c;
	int ret;

	vm_error_clear(err);
	ret = verify(vm, err);
	if (ret)
		return ret;
	tx->now = *now;
	image = image_next(vm);
	progs_renew(tx, image);
	vm_sets_publish(tx, image);
	vec_foreach(&tx->changes, c)
		if (c->ops->commit)
			c->ops->commit(tx, c);
	vm_retire(vm, vm_image_free, vm->image);
	__atomic_store_n(&vm->image, image, __ATOMIC_RELEASE);
	tx_free(tx);
	return 0;
}

void vm_abort(struct vm_tx *tx)
{
	struct vm *vm = tx->vm;
	struct vm_table *t;

	for (size_t i = 0; i < tx->dirty.len; i++)
		tx->dirty.v[i]->dirty = false;
	vm_sets_abort(tx);
	for (size_t i = tx->changes.len; i-- > 0;) {
		struct vm_change *c = &tx->changes.v[i];

		if (c->ops->abort)
			c->ops->abort(tx, c);
	}
	vm->seq = tx->seq;
	memcpy(vm->needs, tx->needs, sizeof(vm->needs));
	list_for_each(t, &vm->tables, node)
		t->validate = false;
	tx_free(tx);
}
