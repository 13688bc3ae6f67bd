/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules read and write of one connection. */
#include "ct/conn.h"

#include "ct/l4proto.h"
#include "ct/mapping.h"

void ct_conn_key(const struct ct_conn *ct, struct ct_key *key)
{
	const struct ct_conn4 *c4 = (const struct ct_conn4 *)ct;
	const struct ct_conn6 *c6 = (const struct ct_conn6 *)ct;

	*key = (struct ct_key){ .head = ct_load(&ct->head) & CT_HEAD_MASK };
	if (!(key->flags & CT_KEY_V6)) {
		key->src.ip = ct_load(&c4->saddr);
		key->dst.ip = ct_load(&c4->daddr);
		return;
	}
	for (int i = 0; i < 2; i++) {
		key->src.q[i] = ct_load(&c6->saddr[i]);
		key->dst.q[i] = ct_load(&c6->daddr[i]);
	}
}

void ct_conn_set_key(struct ct_conn *ct, const struct ct_key *key, bool wide)
{
	const uint64_t flags = (uint64_t)(wide ? CT_CONN_WIDE : 0) << 56;
	struct ct_conn4 *c4 = (struct ct_conn4 *)ct;
	struct ct_conn6 *c6 = (struct ct_conn6 *)ct;

	ct_store(&ct->head, key->head | flags);
	if (!(key->flags & CT_KEY_V6)) {
		ct_store(&c4->addrs, key->src.ip | (uint64_t)key->dst.ip << 32);
		return;
	}
	for (int i = 0; i < 2; i++) {
		ct_store(&c6->saddr[i], key->src.q[i]);
		ct_store(&c6->daddr[i], key->dst.q[i]);
	}
}

/* The table that an entry belongs to: its chunk knows. */
static const struct ct_table *conn_table(const struct ct_conn *ct)
{
	return ct_pool_chunk(ct)->owner;
}

uint32_t ct_status_bits(const struct ct_conn *ct)
{
	return ct_load(&ct->status);
}

void ct_status_add(struct ct_conn *ct, uint32_t bits)
{
	const bool threads = conn_table(ct)->cfg.threads;

	ct_conn_lock(ct, threads);
	ct_store(&ct->status, ct->status | bits);
	ct_conn_unlock(ct, threads);
}

void ct_packet_attach_answer(struct packet *answer, const struct packet *pkt)
{
	if (!pkt->ct ||
	    !ct_conn_tryget(pkt->ct, conn_table(pkt->ct)->cfg.threads))
		return;
	answer->ct = pkt->ct;
	answer->ctinfo = ct_packet_dir(pkt) == CT_DIR_ORIGINAL
				 ? IP_CT_RELATED_REPLY
				 : IP_CT_RELATED;
}

void ct_packet_share(struct packet *copy)
{
	if (copy->ct &&
	    !ct_conn_tryget(copy->ct, conn_table(copy->ct)->cfg.threads))
		copy->ct = NULL;
}

void ct_packet_follow(struct ct_table *t, struct packet *pkt,
		      const struct packet *copy)
{
	if (!copy->ct || copy->ct == pkt->ct)
		return;
	ct_packet_release(t, pkt);
	pkt->ct = copy->ct;
	ct_packet_share(pkt);
}

uint32_t ct_mark(const struct ct_conn *ct)
{
	return ct_load(&ct->mark);
}

bool ct_set_mark(struct ct_conn *ct, uint32_t mark)
{
	if (ct_load(&ct->mark) == mark)
		return false;
	ct_store(&ct->mark, mark);
	return true;
}

void ct_tuple(const struct ct_conn *ct, enum ct_dir dir, struct ct_tuple *out)
{
	struct ct_key key;

	if (dir == CT_DIR_REPLY)
		ct_conn_reply_key(ct, &key);
	else
		ct_conn_key(ct, &key);
	ct_key_tuple(&key, out);
}

uint64_t ct_expires_ms(const struct ct_conn *ct, const struct nv_time *now)
{
	uint32_t timeout = ct_load(&ct->timeout);
	int32_t left = (int32_t)(timeout - nv_ticks(now->mono_ns));

	return left > 0 ? (uint64_t)left * (NS_PER_TICK / NS_PER_MS) : 0;
}

uint32_t ct_id(const struct ct_conn *ct)
{
	return ct_load(&ct->id);
}

uint8_t ct_l4(const struct ct_conn *ct)
{
	return ct_load(&ct->l4);
}

uint16_t ct_zone(const struct ct_conn *ct, enum ct_dir dir)
{
	(void)dir; /* both directions are in one zone */
	return ct->zone;
}

void ct_acct(const struct ct_conn *ct, enum ct_dir dir, uint64_t *packets,
	     uint64_t *bytes)
{
	const struct ct_ext *ext = ct_table_ext(conn_table(ct), ct);

	*packets = ext ? ct_load(&ext->packets[dir]) : 0;
	*bytes = ext ? ct_load(&ext->bytes[dir]) : 0;
}

const char *ct_proto_state(const struct ct_conn *ct)
{
	const struct ct_l4proto *p = ct_l4proto_find(ct->l4);
	const bool threads = conn_table(ct)->cfg.threads;
	struct ct_conn *mut = (struct ct_conn *)ct; /* its lock is not const */
	const char *name;

	if (!p->state_name)
		return NULL;
	ct_conn_lock(mut, threads);
	name = p->state_name(mut);
	ct_conn_unlock(mut, threads);
	return name;
}
