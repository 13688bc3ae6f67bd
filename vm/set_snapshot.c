/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The living elements of a set as a batch, for listings. */
#include <errno.h>

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>

#include "base/arena.h"
#include "vm/core.h"

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
	if (vm_verdict_jumps(v.code))
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
