/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of sets in transactions: rows of batches in and out.
 *
 * Contents are versioned (vm/set.h), so aborting an insert is dropping the
 * version. What is counted or owned outside the contents is noted in the
 * transaction: chains that verdicts jump to, objects, and elements' own
 * statements.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nfnetlink.h>

#include "vm/core.h"

void vm_elem_ext_free(void *p)
{
	struct vm_elem_ext *ext = p;

	if (!ext)
		return;
	for (unsigned i = 0; i < ext->n; i++)
		vm_expr_free(ext->exprs[i]);
	free(ext);
}

/* --- the chains and objects that elements name ---------------------------- */

static void use_undo(struct vm_tx *tx, struct vm_change *c)
{
	--*(long *)c->p;
}

static const struct vm_change_ops use_ops = { .abort = use_undo };

/* One element more names the chain or object whose counter this is. */
static void count_use(struct vm_tx *tx, long *use)
{
	++*use;
	vm_tx_log(tx, &use_ops, use);
}

static void unuse_undo(struct vm_tx *tx, struct vm_change *c)
{
	++*(long *)c->p;
}

static const struct vm_change_ops unuse_ops = { .abort = unuse_undo };

static void count_unuse(struct vm_tx *tx, long *use)
{
	--*use;
	vm_tx_log(tx, &unuse_ops, use);
}

static int elem_unuse_obj(const struct vm_elem *e, void *arg)
{
	struct vm_tx *tx = arg;
	struct vm_obj *o;

	if (!e->value)
		return 0;
	memcpy(&o, e->value, sizeof(o));
	count_unuse(tx, &o->use);
	return 0;
}

/* The element @e goes: what it counted is counted back. */
static int elem_unuse(const struct vm_elem *e, void *arg)
{
	struct vm_tx *tx = arg;
	struct vm_verdict v;

	if (!e->value)
		return 0;
	memcpy(&v, e->value, sizeof(v));
	if (!vm_verdict_jumps(v.code))
		return 0;
	count_unuse(tx, &vm_chain_by_slot(tx->vm, v.chain)->use);
	return 0;
}

void vm_set_contents_unuse(struct vm_tx *tx, const struct vm_set *s)
{
	const struct vm_set_data *d = s->next ? s->next : s->data;
	struct vm_elem all = { .value = d->catchall };

	if (!s->is_vmap && !s->obj_type)
		return;
	d->ops->walk(d, s->obj_type ? elem_unuse_obj : elem_unuse, tx);
	if (d->has_catchall)
		(s->obj_type ? elem_unuse_obj : elem_unuse)(&all, tx);
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
	vm_elem_ext_free(c->p);
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
	vm_retire(tx->vm, vm_elem_ext_free, c->p);
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
	if (!vm_verdict_jumps(row->verdict.code))
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
	if (row->obj)
		count_use(row->tx, &row->obj->use);
	if (!row->to)
		return;
	count_use(row->tx, &row->to->use);
	row->s->table->validate = true;
}

static int row_add(struct row *row)
{
	int ret = row_value(row);

	if (!ret)
		ret = row_ext(row);
	if (!ret)
		ret = row_insert(row);
	if (ret)
		vm_elem_ext_free(row->e.ext);
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

/* Elements can keep statements where their set says nothing of any: nft lets
 * those of a rule's own set. Contents that are empty and of this transaction
 * are made once more, with room. */
static void ext_room(struct vm_set *s, const struct elem_batch *elems)
{
	if (s->has_ext || !elems->exprs || s->data || s->next->n)
		return;
	s->next->ops->free(s->next);
	s->has_ext = true;
	s->next = s->ops->new (s, 0);
}

int vm_elems_add(struct vm_tx *tx, uint8_t family, const char *table,
		 const char *set, const struct elem_batch *elems,
		 struct vm_error *err)
{
	struct vm_set *s = vm_set_get(tx, family, table, set, err);
	int ret;

	if (!s)
		return -ENOENT;
	ext_room(s, elems);
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
	struct vm_set *s = vm_set_get(tx, family, table, set, err);
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
	struct vm_set *s = vm_set_get(tx, family, table, set, err);
	struct vm_set_data *d;
	struct vm_elem_ext *ext = NULL;

	if (!s)
		return -ENOENT;
	vm_set_contents_unuse(tx, s);
	d = set_private(tx, s);
	if (!d->ops->owns_ext)
		d->ops->walk(d, ext_note, tx);
	if (!catchall_remove(d, &ext) && ext)
		vm_tx_log(tx, &ext_del_ops, ext);
	d->ops->clear(d);
	return 0;
}
