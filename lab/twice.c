/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: a forwarded packet keeps its addresses, its id and its
 * payload; only TTL and header checksum change. The signature is a keyed hash
 * of what stays (the first 64 bytes suffice: they hold the ports, sequence
 * numbers or ids), the table is direct mapped, and a copy must come within half
 * a second with a TTL of one less.
 */
#include "lab/twice.h"

#include <string.h>

#define HEAD_BYTES 64

void twice_init(struct twice *t)
{
	memset(t, 0, sizeof(*t));
	t->key = hash_key_random();
}

/* What of the header does not change on the way; false if it is too short. */
static bool signature_of(const struct twice *t, const struct packet *pkt,
			 uint64_t *signature, uint8_t *ttl)
{
	uint8_t head[HEAD_BYTES] = { 0 };
	uint32_t len = MIN(pkt->len, (uint32_t)HEAD_BYTES);
	const uint8_t *p = packet_read(pkt, 0, len);

	if (!p || len < 20)
		return false;
	memcpy(head, p, len);
	if (head[0] >> 4 == 4) {
		*ttl = head[8];
		head[8] = head[10] = head[11] = 0;
	} else {
		*ttl = head[7];
		head[7] = 0;
	}
	*signature = hash_sip13(&t->key, head, len);
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
