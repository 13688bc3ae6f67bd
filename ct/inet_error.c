/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * An ICMP error quotes the packet it is about. The quoted packet was sent by
 * the host that the error now comes to; its tuple is turned around and looked
 * up, so that the direction found is that of the error itself, travelling
 * against the packet quoted. Then the error belongs to that connection, as
 * RELATED, if it goes to the same host as packets of that direction do.
 */
#include "ct/l4proto.h"

static bool same_daddr(const struct packet *pkt, struct ct_conn *ct,
		       enum ct_dir dir)
{
	union inet_addr outer = packet_daddr(pkt);
	struct ct_tuple tuple;

	ct_tuple(ct, dir, &tuple);
	return inet_addr_eq(&outer, &tuple.dst);
}

/* An error about what nobody knows here; @quoted NULL: it cannot be read. */
static enum ct_verdict unknown(struct ct_ctx *cx, const struct ct_key *quoted)
{
	struct ct_why *why;

	ct_invalid(cx, REASON_ct_icmp_error);
	why = ct_why_wanted(cx);
	if (why && quoted) {
		why->has_about = true;
		ct_key_tuple(quoted, &why->about);
	}
	return CT_INVALID;
}

enum ct_verdict ct_inet_error(struct ct_ctx *cx, uint32_t inner)
{
	const struct ct_l4proto *p;
	struct ct_key quoted, key;
	struct ct_conn *ct;
	enum ct_dir dir;
	struct ct_l4 l4;
	uint64_t hash;

	if (!ct_find_l4(cx->pkt, inner, &l4))
		return unknown(cx, NULL);
	p = ct_l4proto_find(l4.proto);
	if (!ct_key_from_packet(cx->pkt, inner, &l4, p, &quoted) ||
	    !ct_l4proto_invert(p, &quoted, &key))
		return unknown(cx, NULL);
	hash = ct_key_hash(&cx->t->secret, &key, &quoted);
	ct = ct_lookup(cx->t, &key, &quoted, hash, cx->now, &dir);
	if (!ct)
		return unknown(cx, &quoted);
	if (!same_daddr(cx->pkt, ct, dir)) {
		ct_conn_put(cx->t, ct);
		return ct_invalid(cx, REASON_ct_icmp_error_dst);
	}
	cx->pkt->ct = ct;
	cx->pkt->ctinfo = dir == CT_DIR_REPLY ? IP_CT_RELATED_REPLY
					      : IP_CT_RELATED;
	return CT_ACCEPT;
}
