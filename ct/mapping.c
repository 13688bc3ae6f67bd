/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of translated entries. */
#include "ct/mapping.h"

#include "ct/l4proto.h"

uint32_t ct_mapping_ext(const struct ct_table *t, const struct ct_conn *ct)
{
	return ct_load(&ct_conn_mapping(t, ct)->ext);
}

void ct_mapping_key(const struct ct_conn *ct, const struct ct_mapping *m,
		    struct ct_key *key)
{
	const struct ct_mapping4 *m4 = (const void *)m;
	const struct ct_mapping6 *m6 = (const void *)m;

	*key = (struct ct_key){ .head = ct_load(&ct->head) & CT_HEAD_MASK };
	key->sport = ct_load(&m->sport);
	key->dport = ct_load(&m->dport);
	if (!(key->flags & CT_KEY_V6)) {
		key->src.ip = ct_load(&m4->saddr);
		key->dst.ip = ct_load(&m4->daddr);
		return;
	}
	for (int i = 0; i < 4; i++) {
		key->src.w[i] = ct_load(&m6->saddr[i]);
		key->dst.w[i] = ct_load(&m6->daddr[i]);
	}
}

bool ct_mapping_is(const struct ct_table *t, const struct ct_conn *ct,
		   const struct ct_key *key)
{
	const struct ct_mapping *m = ct_conn_mapping(t, ct);
	struct ct_key reply;

	if (!m)
		return false; /* another's by now */
	ct_mapping_key(ct, m, &reply);
	return ct_key_eq(&reply, key);
}

void ct_conn_reply_key(const struct ct_table *t, const struct ct_conn *ct,
		       struct ct_key *key)
{
	const struct ct_mapping *m = ct_conn_mapping(t, ct);
	struct ct_key original;

	if (m) {
		ct_mapping_key(ct, m, key);
		return;
	}
	ct_conn_key(ct, &original);
	/* It had an inverse when the entry was made. */
	ct_l4proto_invert(ct_l4proto_find(original.l4), &original, key);
}

void ct_mapping_free(struct ct_table *t, struct ct_conn *ct)
{
	struct ct_mapping *m = ct_conn_mapping(t, ct);
	const uint32_t number = ct->ext & ~CT_EXT_MAPPED;

	if (!m)
		return;
	if (ct->status & IPS_SRC_NAT)
		ct_source_del(t, ct);
	ct_store(&ct->ext, m->ext);
	ct_slab_put(ct_conn_is_v6(ct) ? &t->map6 : &t->map4, number);
}
