/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a forwarded packet keeps its id and its payload; TTL and
 * header checksum change, and where it is translated its addresses, its ports
 * or ICMP id, and their checksum. The signature is a keyed hash of what stays
 * of the first 64 bytes, which hold sequence numbers and lengths; the table is
 * direct mapped, and a copy must come within half a second with a TTL of one
 * less.
 */
#include "lab/twice.h"

#include <string.h>

#define HEAD_BYTES 64

/* What NAT changes in transport headers. */
static const struct {
	uint8_t l4proto, off, len;
} translated[] = {
	{ IPPROTO_TCP, 0, 4 },	   { IPPROTO_TCP, 16, 2 },
	{ IPPROTO_UDP, 0, 4 },	   { IPPROTO_UDP, 6, 2 },
	{ IPPROTO_UDPLITE, 0, 4 }, { IPPROTO_UDPLITE, 6, 2 },
	{ IPPROTO_SCTP, 0, 4 },	   { IPPROTO_SCTP, 8, 4 },
	{ IPPROTO_DCCP, 0, 4 },	   { IPPROTO_DCCP, 6, 2 },
	{ IPPROTO_ICMP, 2, 4 },	   { IPPROTO_ICMPV6, 2, 4 },
};

void twice_init(struct twice *t)
{
	memset(t, 0, sizeof(*t));
	t->key = hash_key_random();
}

static void forget(uint8_t *head, uint32_t off, uint32_t len)
{
	if (off < HEAD_BYTES)
		memset(head + off, 0, MIN(len, HEAD_BYTES - off));
}

/* Leave of @head what does not change on the way; its TTL. */
static uint8_t reduce(const struct packet *pkt, uint8_t *head)
{
	const bool v6 = pkt->nfproto == NFPROTO_IPV6;
	const uint8_t ttl = head[v6 ? 7 : 8];

	forget(head, v6 ? 7 : 8, 1);
	if (!v6)
		forget(head, 10, 2);
	forget(head, v6 ? 8 : 12, v6 ? 32 : 8);
	if (!(pkt->flags & PKT_L4) || pkt->frag_off)
		return ttl;
	for (size_t i = 0; i < ARRAY_LEN(translated); i++)
		if (translated[i].l4proto == pkt->l4proto)
			forget(head, pkt->l4_off + translated[i].off,
			       translated[i].len);
	return ttl;
}

/* False: nothing can be read of it. */
static bool signature_of(const struct twice *t, const struct packet *captured,
			 uint64_t *signature, uint8_t *ttl)
{
	struct packet pkt = *captured;
	uint8_t head[HEAD_BYTES] = { 0 };

	if (packet_receive_lax(&pkt) != REASON_NONE)
		return false;
	packet_decode(&pkt);
	memcpy(head, pkt.data, MIN(pkt.len, (uint32_t)HEAD_BYTES));
	*ttl = reduce(&pkt, head);
	*signature = hash_sip13(&t->key, head, sizeof(head));
	return true;
}

bool twice_is_copy(struct twice *t, const struct packet *pkt, uint64_t wall_ns,
		   bool outgoing)
{
	uint64_t signature;
	uint8_t ttl;
	size_t slot;

	if (!signature_of(t, pkt, &signature, &ttl))
		return false;
	slot = signature % TWICE_SLOTS;
	if (!outgoing) {
		t->slots[slot].signature = signature;
		t->slots[slot].wall_ns = wall_ns;
		t->slots[slot].ttl = ttl;
		return false;
	}
	if (t->slots[slot].signature != signature ||
	    wall_ns - t->slots[slot].wall_ns > TWICE_NS ||
	    t->slots[slot].ttl != ttl + 1)
		return false;
	t->found++;
	return true;
}
