/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A base chain's policy changes (nf_tables_updchain()): with the commit. */
#include <errno.h>
#include <stdlib.h>

#include "vm/core.h"

/* A policy to be. */
struct change {
	struct vm_chain *chain;
	uint32_t policy;
};

static void policy_commit(struct vm_tx *tx, struct vm_change *c)
{
	struct change *change = c->p;

	/* Packets on their way see the old policy or the new one. */
	__atomic_store_n(&change->chain->spec.policy, change->policy,
			 __ATOMIC_RELAXED);
	free(change);
}

static void policy_abort(struct vm_tx *tx, struct vm_change *c)
{
	free(c->p);
}

static const struct vm_change_ops policy_ops = {
	.commit = policy_commit,
	.abort = policy_abort,
};

int vm_chain_policy(struct vm_tx *tx, uint8_t family, const char *table,
		    const char *name, uint32_t policy, struct vm_error *err)
{
	struct vm_table *t = vm_table_find(tx->vm, family, table);
	struct vm_chain *c = t ? strmap_get(t->chain_by_name, name) : NULL;
	struct change *change;

	if (err) {
		memset(err, 0, sizeof(*err));
		err->expr = -1;
	}
	if (!c)
		return vm_error_set(err, -ENOENT, "no chain %s in table %s",
				    name, table);
	if (!c->spec.is_base || (policy != NF_ACCEPT && policy != NF_DROP))
		return vm_error_set(err, -EOPNOTSUPP,
				    "chain %s: no such policy here", name);
	change = xmalloc(sizeof(*change));
	change->chain = c;
	change->policy = policy;
	vm_tx_log(tx, &policy_ops, change);
	return 0;
}
