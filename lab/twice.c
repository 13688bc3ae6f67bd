/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a forwarded packet keeps its id and its payload; TTL and
 * header checksum change, and where it is translated its addresses, its ports
 * or ICMP id, and their checksum. The signature is a keyed hash of what stays
 * of the first 64 bytes, which hold sequence numbers and lengths, and of what an
 * ICMP error quotes; the table is
 * direct mapped, and a copy must come within half a second with a TTL of one
 * less.
 */
#include "lab/twice.h"

#include <string.h>

#include "packet/csum.h"

#define HEAD_BYTES 64

enum {
	ERROR_HEADER = 8,
	DEPTH = 2, /* a packet, and one that it quotes */
};

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

/* An ICMP error quotes a packet, behind eight bytes. */
static bool is_error(uint8_t l4proto, uint8_t type)
{
	if (l4proto == IPPROTO_ICMPV6)
		return type < 128;
	return l4proto == IPPROTO_ICMP &&
	       (type == 3 || type == 11 || type == 12);
}

/* Leave of @head what is not translated of the packet at @nhoff, and of the one
 * that it quotes. */
static void forget_translated(const struct packet *pkt, uint8_t *head,
			      uint32_t nhoff, int depth)
{
	const bool v6 = pkt->nfproto == NFPROTO_IPV6;
	uint8_t l4proto;
	int off;

	if (!packet_read(pkt, nhoff, v6 ? 40 : 20))
		return;
	off = packet_l4_conntrack(pkt, nhoff, &l4proto);
	if (!v6)
		forget(head, nhoff + 10, 2);
	forget(head, nhoff + (v6 ? 8 : 12), v6 ? 32 : 8);
	if (off < 0)
		return;
	if (depth > 1 && packet_read(pkt, (uint32_t)off, ERROR_HEADER) &&
	    is_error(l4proto, pkt->data[off]))
		forget_translated(pkt, head, (uint32_t)off + ERROR_HEADER,
				  depth - 1);
	for (size_t i = 0; i < ARRAY_LEN(translated); i++)
		if (translated[i].l4proto == l4proto)
			forget(head, (uint32_t)off + translated[i].off,
			       translated[i].len);
}

/* Leave of @head what does not change on the way; its TTL. */
static uint8_t reduce(const struct packet *pkt, uint8_t *head)
{
	const uint32_t at = pkt->nfproto == NFPROTO_IPV6 ? 7 : 8;
	const uint8_t ttl = head[at];

	forget(head, at, 1);
	forget_translated(pkt, head, 0, DEPTH);
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

void twice_undo_forwarding(struct packet *pkt)
{
	const bool v6 = pkt->len && pkt->data[0] >> 4 == 6;
	uint8_t *ttl = packet_write(pkt, v6 ? 7 : 8, 1);
	be16_t from, to;

	if (!ttl || *ttl == UINT8_MAX || (!v6 && pkt->len < 20))
		return;
	memcpy(&from, pkt->data + 8, sizeof(from));
	++*ttl;
	memcpy(&to, pkt->data + 8, sizeof(to));
	/* one that was left to the network card stays so */
	if (!v6 && load_raw16(pkt->data + 10))
		csum_replace2(pkt->data + 10, from, to);
}
