/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets in transactions: making them, changing their elements, looking at them.
 *
 * Contents are versioned (vm/set.h), so aborting an insert is dropping the
 * version. What is counted or owned outside the contents is noted in the
 * transaction: chains that verdicts jump to, and elements' own statements.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/arena.h"
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

static void ext_free(void *p)
{
	struct vm_elem_ext *ext = p;

	if (!ext)
		return;
	for (unsigned i = 0; i < ext->n; i++)
		vm_expr_free(ext->exprs[i]);
	free(ext);
}

static int elem_ext_free(const struct vm_elem *e, void *arg)
{
	ext_free(e->ext);
	return 0;
}

void vm_set_contents_free(void *data)
{
	struct vm_set_data *d = data;

	if (!d->ops->owns_ext)
		d->ops->walk(d, elem_ext_free, NULL);
	ext_free(d->catchall_ext);
	free(d->catchall);
	d->ops->free(d);
}

/* --- a set ---------------------------------------------------------------- */

static void set_add_abort(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_set *s = c->p;

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
	vm_tx_log(tx, &set_add_ops, s);
	return 0;
}

static struct vm_set *set_get(struct vm_tx *tx, uint8_t family,
			      const char *table, const char *name,
			      struct vm_error *err)
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

/* --- chains that elements jump to ----------------------------------------- */

static void use_undo(struct vm_tx *tx, struct vm_change *c)
{
	((struct vm_chain *)c->p)->use--;
}

static const struct vm_change_ops use_ops = { .abort = use_undo };

static void unuse_undo(struct vm_tx *tx, struct vm_change *c)
{
	((struct vm_chain *)c->p)->use++;
}

static const struct vm_change_ops unuse_ops = { .abort = unuse_undo };

static bool verdict_jumps(int32_t code)
{
	return code == NFT_JUMP || code == NFT_GOTO;
}

/* --- objects that elements name ------------------------------------------- */

static void obj_use_undo(struct vm_tx *tx, struct vm_change *c)
{
	((struct vm_obj *)c->p)->use--;
}

static const struct vm_change_ops obj_use_ops = { .abort = obj_use_undo };

static void obj_unuse_undo(struct vm_tx *tx, struct vm_change *c)
{
	((struct vm_obj *)c->p)->use++;
}

static const struct vm_change_ops obj_unuse_ops = { .abort = obj_unuse_undo };

static int elem_unuse_obj(const struct vm_elem *e, void *arg)
{
	struct vm_tx *tx = arg;
	struct vm_obj *o;

	if (!e->value)
		return 0;
	memcpy(&o, e->value, sizeof(o));
	o->use--;
	vm_tx_log(tx, &obj_unuse_ops, o);
	return 0;
}

/* The element @e goes: what it counted is counted back. */
static int elem_unuse(const struct vm_elem *e, void *arg)
{
	struct vm_tx *tx = arg;
	struct vm_verdict v;
	struct vm_chain *c;

	if (!e->value)
		return 0;
	memcpy(&v, e->value, sizeof(v));
	if (!verdict_jumps(v.code))
		return 0;
	c = vm_chain_by_slot(tx->vm, v.chain);
	c->use--;
	vm_tx_log(tx, &unuse_ops, c);
	return 0;
}

static void contents_unuse(struct vm_tx *tx, const struct vm_set *s)
{
	const struct vm_set_data *d = s->next ? s->next : s->data;
	struct vm_elem all = { .value = d->catchall };

	if (!s->is_vmap && !s->obj_type)
		return;
	d->ops->walk(d, s->obj_type ? elem_unuse_obj : elem_unuse, tx);
	if (d->has_catchall)
		(s->obj_type ? elem_unuse_obj : elem_unuse)(&all, tx);
}

void vm_set_drop(struct vm_tx *tx, struct vm_set *s)
{
	contents_unuse(tx, s);
	strmap_del(s->table->set_by_name, s->name);
	s->node.prev->next = s->node.next;
	s->node.next->prev = s->node.prev;
	s->deleted = true;
	vm_tx_log(tx, &set_del_ops, s);
}

int vm_set_del(struct vm_tx *tx, uint8_t family, const char *table,
	       const char *name, struct vm_error *err)
{
	struct vm_set *s = set_get(tx, family, table, name, err);

	if (!s)
		return -ENOENT;
	if (s->use)
		return vm_error_set(err, -EBUSY, "set %s is looked in", name);
	vm_set_drop(tx, s);
	return 0;
}

/* --- elements ------------------------------------------------------------- */

/* The transaction's own version of the contents. */
static struct vm_set_data *set_private(struct vm_tx *tx, struct vm_set *s)
{
	if (!s->next) {
		s->next = s->ops->clone(s->data);
		if (s->next->catchall)
			s->next->catchall =
				xmemdup(s->next->catchall, s->value_len);
		vec_push(&tx->touched, s);
	}
	return s->next;
}

static void ext_drop(struct vm_tx *tx, struct vm_change *c)
{
	ext_free(c->p);
}

/* Until now the time left stood there. */
static void ext_start(struct vm_tx *tx, struct vm_change *c)
{
	struct vm_elem_ext *ext = c->p;

	if (ext->timeout_ns)
		ext->expires_ns += tx->now.mono_ns;
}

/* Notes for an element's rare parts: it comes, and it goes. */
static const struct vm_change_ops ext_add_ops = {
	.commit = ext_start,
	.abort = ext_drop,
};

static void ext_retire(struct vm_tx *tx, struct vm_change *c)
{
	vm_retire(tx->vm, ext_free, c->p);
}

static const struct vm_change_ops ext_del_ops = { .commit = ext_retire };

/* Are an element's rare parts this file's to free? The catch-all element's
 * always are, others' unless the back end takes them. */
static bool owns_ext(const struct vm_set *s, const struct vm_elem *e)
{
	return !s->ops->owns_ext || e->flags & ELEM_CATCHALL;
}

/* One row of a batch on its way into a set. */
struct row {
	struct vm_tx *tx;
	struct vm_set *s;
	const struct elem_batch *b;
	size_t i;
	struct vm_error *err;
	struct vm_elem e;
	struct vm_verdict verdict;
	struct vm_chain *to;
	struct vm_obj *obj;
};

static int row_verdict(struct row *row)
{
	const struct elem_batch *b = row->b;
	const char *name = b->chains ? b->chains[row->i] : NULL;

	if (!b->verdicts)
		return vm_error_set(row->err, -EINVAL,
				    "set %s: element without a verdict",
				    row->s->name);
	row->verdict.code = b->verdicts[row->i];
	row->e.value = &row->verdict;
	if (!verdict_jumps(row->verdict.code))
		return 0;
	row->to = name ? strmap_get(row->s->table->chain_by_name, name) : NULL;
	if (!row->to)
		return vm_error_set(row->err, -ENOENT,
				    "set %s: no chain %s to jump to",
				    row->s->name, name ? name : "");
	if (row->to->spec.is_base)
		return vm_error_set(row->err, -EOPNOTSUPP,
				    "set %s: %s is a base chain", row->s->name,
				    name);
	row->verdict.chain = row->to->slot;
	return 0;
}

static int row_object(struct row *row)
{
	const struct elem_batch *b = row->b;
	const char *name = b->objects ? b->objects[row->i] : NULL;

	row->obj = vm_obj_find(row->s->table, row->s->obj_type, name);
	if (!row->obj)
		return vm_error_set(row->err, -ENOENT, "set %s: no object %s",
				    row->s->name, name ? name : "");
	row->e.value = &row->obj;
	return 0;
}

static int row_value(struct row *row)
{
	const struct vm_set *s = row->s;

	if (!s->value_len || (row->e.flags & ELEM_INTERVAL_END))
		return 0;
	if (s->is_vmap)
		return row_verdict(row);
	if (s->obj_type)
		return row_object(row);
	if (!row->b->data || row->b->data_len != s->data_len)
		return vm_error_set(row->err, -EINVAL,
				    "set %s: element without its %u bytes of "
				    "data",
				    s->name, s->data_len);
	row->e.value = row->b->data + row->i * row->b->data_len;
	return 0;
}

/* A statement of the element itself, or a copy of the set's. */
static int row_expr_add(struct nftnl_expr *ne, void *data)
{
	struct row *row = data;
	struct vm_lower lw = { .tx = row->tx,
			       .table = row->s->table,
			       .family = row->s->table->family,
			       .err = row->err };
	struct vm_elem_ext *ext = row->e.ext;

	if (ext->n == ARRAY_LEN(ext->exprs))
		return vm_error_set(row->err, -E2BIG,
				    "set %s: more than two statements",
				    row->s->name);
	ext->exprs[ext->n] = vm_lower_nested(&lw, ne);
	if (!ext->exprs[ext->n])
		return -1;
	ext->n++;
	return 0;
}

/* Is the attribute at @p a nested one that names an expression? libnftnl takes
 * the name for granted. */
static bool names_expr(const struct nlattr *attr)
{
	const char *p = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	while (mnl_attr_ok((const struct nlattr *)(const void *)p, left)) {
		const struct nlattr *a = (const void *)p;
		int step = MNL_ALIGN(a->nla_len);

		if (mnl_attr_get_type(a) == NFTA_EXPR_NAME)
			return !mnl_attr_validate(a, MNL_TYPE_NUL_STRING);
		p += step;
		left -= step;
	}
	return false;
}

/* Does every entry of a list of expressions have a name? */
static bool exprs_are_named(const struct nlmsghdr *nlh, size_t header)
{
	const struct nlattr *list = mnl_nlmsg_get_payload_offset(nlh, header);
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, list)
	{
		if (!names_expr(attr))
			return false;
	}
	return true;
}

/* Netlink bytes of a list of expressions can only be parsed as a rule's. */
static int row_exprs_parse(struct row *row, const uint8_t *bytes, uint32_t len)
{
	char *buf = xzalloc(len + 256);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nftnl_rule *r = nftnl_rule_alloc();
	int ret = -EINVAL;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put(nlh, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, len, bytes);
	if (!r)
		xalloc_failed(0);
	if (exprs_are_named(nlh, sizeof(struct nfgenmsg)) &&
	    nftnl_rule_nlmsg_parse(nlh, r) >= 0)
		ret = nftnl_expr_foreach(r, row_expr_add, row);
	nftnl_rule_free(r);
	free(buf);
	if (ret < 0)
		vm_error_set(row->err, -EINVAL,
			     "set %s: statements of an element not valid",
			     row->s->name);
	return ret;
}

static int row_ext(struct row *row)
{
	const struct elem_batch *b = row->b;
	const struct vm_set *s = row->s;
	uint64_t timeout = s->timeout_ns, left;
	uint32_t len = b->exprs && b->exprs[row->i] ? b->exprs_len[row->i] : 0;
	struct vm_elem_ext *ext;

	if (row->e.flags & ELEM_INTERVAL_END)
		return 0;
	if (b->timeouts_ms && b->timeouts_ms[row->i])
		timeout = b->timeouts_ms[row->i] * NS_PER_MS;
	if (timeout && !(s->flags & NFT_SET_TIMEOUT))
		return vm_error_set(row->err, -EINVAL, "set %s has no timeouts",
				    s->name);
	if (!timeout && !s->n_exprs && !len)
		return 0;
	if (!s->has_ext)
		return vm_error_set(row->err, -EOPNOTSUPP,
				    "set %s: its elements have no statements",
				    s->name);
	left = b->expirations_ms ? b->expirations_ms[row->i] * NS_PER_MS : 0;
	ext = xzalloc(sizeof(*ext));
	row->e.ext = ext;
	ext->timeout_ns = timeout;
	ext->expires_ns = timeout && left ? left : timeout;
	if (len)
		return row_exprs_parse(row, b->exprs[row->i], len);
	for (; ext->n < s->n_exprs; ext->n++)
		ext->exprs[ext->n] = vm_expr_clone(s->exprs[ext->n]);
	return 0;
}

/* The catch-all element stands beside the back end. */
static int catchall_insert(struct vm_set_data *d, const struct vm_elem *e,
			   struct vm_hit *have)
{
	if (d->has_catchall) {
		have->value = d->catchall;
		have->ext = d->catchall_ext;
		return -EEXIST;
	}
	d->has_catchall = true;
	d->catchall_ext = e->ext;
	if (d->set->value_len)
		d->catchall = xmemdup(e->value, d->set->value_len);
	d->n++;
	return 0;
}

static int row_insert(struct row *row)
{
	struct vm_set *s = row->s;
	struct vm_set_data *d = set_private(row->tx, s);
	struct vm_hit have = { 0 };
	int ret;

	if (s->size && d->n >= s->size && !(row->e.flags & ELEM_INTERVAL_END))
		return vm_error_set(row->err, -ENFILE,
				    "set %s is full: %u elements", s->name,
				    s->size);
	ret = row->e.flags & ELEM_CATCHALL ? catchall_insert(d, &row->e, &have)
					   : s->ops->insert(d, &row->e, &have);
	if (ret == -ENOTEMPTY)
		return vm_error_set(row->err, -EEXIST,
				    "set %s: element overlaps another",
				    s->name);
	if (ret != -EEXIST)
		return ret;
	if (s->value_len && row->e.value &&
	    memcmp(have.value, row->e.value, s->value_len))
		return vm_error_set(row->err, -EBUSY,
				    "set %s: element is there with other data",
				    s->name);
	return 1;
}

/* Note what came with a new element. */
static void row_done(struct row *row)
{
	if (row->e.ext && owns_ext(row->s, &row->e))
		vm_tx_log(row->tx, &ext_add_ops, row->e.ext);
	if (row->obj) {
		row->obj->use++;
		vm_tx_log(row->tx, &obj_use_ops, row->obj);
	}
	if (!row->to)
		return;
	row->to->use++;
	row->s->table->validate = true;
	vm_tx_log(row->tx, &use_ops, row->to);
}

static int row_add(struct row *row)
{
	int ret = row_value(row);

	if (!ret)
		ret = row_ext(row);
	if (!ret)
		ret = row_insert(row);
	if (ret)
		ext_free(row->e.ext);
	else
		row_done(row);
	return MIN(ret, 0);
}

/* The parts of row @i that say which element it is. */
static struct vm_elem row_elem(const struct elem_batch *b, size_t i)
{
	return (struct vm_elem){
		.key = elem_batch_key(b, i),
		.key_end = b->key_ends ? elem_batch_key_end(b, i) : NULL,
		.flags = b->flags ? b->flags[i] : 0,
	};
}

static int keys_fit(const struct vm_set *s, const struct elem_batch *b,
		    struct vm_error *err)
{
	if (b->key_len == s->key_len)
		return 0;
	return vm_error_set(err, -EINVAL,
			    "set %s: keys of %u bytes for a set of %u", s->name,
			    b->key_len, s->key_len);
}

int vm_elems_add(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, const struct elem_batch *elems,
		 struct vm_error *err)
{
	struct vm_set *s = set_get(tx, family, table, set, err);
	int ret;

	if (!s)
		return -ENOENT;
	ret = keys_fit(s, elems, err);
	for (size_t i = 0; !ret && i < elems->len; i++) {
		struct row row = { .tx = tx,
				   .s = s,
				   .b = elems,
				   .i = i,
				   .err = err,
				   .e = row_elem(elems, i) };

		ret = row_add(&row);
	}
	return ret;
}

static int catchall_remove(struct vm_set_data *d, struct vm_elem_ext **ext)
{
	if (!d->has_catchall)
		return -ENOENT;
	*ext = d->catchall_ext;
	free(d->catchall);
	d->catchall = NULL;
	d->catchall_ext = NULL;
	d->has_catchall = false;
	d->n--;
	return 0;
}

/* Count back what the element at @e's key counts, before it goes. */
static void row_unuse(struct vm_tx *tx, struct vm_set *s,
		      const struct vm_elem *e)
{
	struct vm_set_data *d = set_private(tx, s);
	struct vm_elem found = { 0 };
	struct vm_hit hit;

	if ((!s->is_vmap && !s->obj_type) || e->flags & ELEM_INTERVAL_END)
		return;
	if (e->flags & ELEM_CATCHALL)
		found.value = d->catchall;
	else if (d->ops->find(d, e->key, 0, &hit))
		found.value = hit.value;
	if (found.value)
		(s->obj_type ? elem_unuse_obj : elem_unuse)(&found, tx);
}

int vm_elems_del(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, const struct elem_batch *elems,
		 struct vm_error *err)
{
	struct vm_set *s = set_get(tx, family, table, set, err);
	int ret;

	if (!s)
		return -ENOENT;
	ret = keys_fit(s, elems, err);
	for (size_t i = 0; !ret && i < elems->len; i++) {
		struct vm_elem e = row_elem(elems, i);
		struct vm_elem_ext *ext = NULL;
		struct vm_set_data *d = set_private(tx, s);

		row_unuse(tx, s, &e);
		ret = e.flags & ELEM_CATCHALL ? catchall_remove(d, &ext)
					      : s->ops->remove(d, &e, &ext);
		if (ret)
			vm_error_set(err, ret, "set %s: no such element", set);
		if (ext)
			vm_tx_log(tx, &ext_del_ops, ext);
	}
	return ret;
}

static int ext_note(const struct vm_elem *e, void *arg)
{
	if (e->ext)
		vm_tx_log(arg, &ext_del_ops, e->ext);
	return 0;
}

int vm_set_flush(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, struct vm_error *err)
{
	struct vm_set *s = set_get(tx, family, table, set, err);
	struct vm_set_data *d;
	struct vm_elem_ext *ext = NULL;

	if (!s)
		return -ENOENT;
	contents_unuse(tx, s);
	d = set_private(tx, s);
	if (!d->ops->owns_ext)
		d->ops->walk(d, ext_note, tx);
	if (!catchall_remove(d, &ext) && ext)
		vm_tx_log(tx, &ext_del_ops, ext);
	d->ops->clear(d);
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

/* --- looking at the elements ---------------------------------------------- */

struct snapshot {
	const struct vm_set *s;
	uint64_t now_ns;
	struct elem_batch *out;
};

static void snap_value(struct snapshot *sn, size_t row, const struct vm_elem *e)
{
	const struct vm_set *s = sn->s;
	struct vm_verdict v;

	if (!e->value)
		return;
	if (s->obj_type) {
		const struct vm_obj *o;

		memcpy(&o, e->value, sizeof(o));
		elem_batch_objects(sn->out)[row] = o->name;
		return;
	}
	if (!s->is_vmap) {
		memcpy(elem_batch_data(sn->out) + row * s->data_len, e->value,
		       s->data_len);
		return;
	}
	memcpy(&v, e->value, sizeof(v));
	elem_batch_verdicts(sn->out)[row] = v.code;
	if (verdict_jumps(v.code))
		elem_batch_chains(sn->out)[row] =
			vm_chain_by_slot(s->vm, v.chain)->spec.name;
}

/* Room for the netlink bytes of an element's statements: two at most. */
#define EXPRS_BYTES 1024

/* The statements of an element with their living state, as netlink bytes. */
static void snap_exprs(struct snapshot *sn, size_t row,
		       const struct vm_elem_ext *ext)
{
	char buf[EXPRS_BYTES] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *nest;

	for (unsigned i = 0; i < ext->n; i++) {
		const struct vm_expr *e = ext->exprs[i];
		struct nftnl_expr *ne;

		if (!e->ops->dump)
			continue;
		ne = nftnl_expr_alloc(e->ops->name);
		if (!ne)
			xalloc_failed(0);
		e->ops->dump(e, ne);
		nest = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
		nftnl_expr_build_payload(nlh, ne);
		mnl_attr_nest_end(nlh, nest);
		nftnl_expr_free(ne);
	}
	elem_batch_exprs(sn->out)[row] = arena_memdup(
		elem_batch_arena(sn->out), mnl_nlmsg_get_payload(nlh),
		mnl_nlmsg_get_payload_len(nlh));
	sn->out->exprs_len[row] = (uint32_t)mnl_nlmsg_get_payload_len(nlh);
}

static int snap_one(const struct vm_elem *e, void *arg)
{
	struct snapshot *sn = arg;
	uint16_t len = sn->out->key_len;
	size_t row;

	if (vm_elem_expired(e->ext, sn->now_ns))
		return 0;
	row = elem_batch_add(sn->out);
	if (e->key)
		memcpy(elem_batch_key(sn->out, row), e->key, len);
	if (e->key_end)
		memcpy(elem_batch_key_ends(sn->out) + row * len, e->key_end,
		       len);
	sn->out->flags[row] = e->flags;
	if (sn->s->value_len)
		snap_value(sn, row, e);
	if (e->ext && e->ext->timeout_ns) {
		elem_batch_timeouts_ms(sn->out)[row] =
			e->ext->timeout_ns / NS_PER_MS;
		elem_batch_expirations_ms(sn->out)[row] =
			(e->ext->expires_ns - sn->now_ns) / NS_PER_MS;
	}
	if (e->ext && e->ext->n)
		snap_exprs(sn, row, e->ext);
	return 0;
}

int vm_set_snapshot(const struct vm *vm, uint8_t family, const char *table,
		    const char *set, const struct nv_time *now,
		    struct elem_batch *out)
{
	const struct vm_set *s = vm_set_find(vm, family, table, set);
	const struct vm_set_data *d;

	if (!s || !s->data)
		return -ENOENT;
	d = s->data;
	elem_batch_init(out, s->key_len, s->data_len);
	struct snapshot sn = { s, now->mono_ns, out };
	d->ops->walk(d, snap_one, &sn);
	if (d->has_catchall) {
		struct vm_elem all = { .value = d->catchall,
				       .flags = ELEM_CATCHALL,
				       .ext = d->catchall_ext };

		snap_one(&all, &sn);
	}
	return 0;
}
