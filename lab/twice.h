/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures on `any` show a forwarded packet twice: as it came in, and as it
 * went out with its TTL lowered, maybe translated. The second is recognised
 * here.
 */
#ifndef NFTVM_LAB_TWICE_H
#define NFTVM_LAB_TWICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hash.h"
#include "packet/packet.h"

/* How many incoming packets are remembered, and for how long. */
#define TWICE_SLOTS 4096
#define TWICE_NS    (NS_PER_SEC / 2)

/** struct twice - the incoming packets of late
 * @found:	how many second copies there were */
struct twice {
	struct hash_key key;
	uint64_t found;
	struct {
		uint64_t signature, wall_ns;
		uint8_t ttl;
	} slots[TWICE_SLOTS];
};

void twice_init(struct twice *t);

/**
 * twice_is_copy() - was this outgoing packet seen coming in?
 * @pkt:	as captured; nothing is checked yet
 * @outgoing:	the capture says that it left the host; others are remembered
 */
bool twice_is_copy(struct twice *t, const struct packet *pkt, uint64_t wall_ns,
		   bool outgoing);

/** twice_undo_forwarding() - make a packet that was seen on its way out alone
 * what it was when it came in: its TTL is one more */
void twice_undo_forwarding(struct packet *pkt);

#endif
