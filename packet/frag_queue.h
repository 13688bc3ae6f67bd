/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What frag.c and frag_out.c share. */
#ifndef NFTVM_PACKET_FRAG_QUEUE_H
#define NFTVM_PACKET_FRAG_QUEUE_H

#include "base/hash.h"
#include "base/list.h"
#include "base/rng.h"
#include "packet/frag.h"

enum {
	FRAG_BUCKETS = 1024,
	FRAG_HEADROOM = 64,
	/* a whole datagram with its link-layer header in front, and room */
	FRAG_OUT_SIZE = 2 * FRAG_HEADROOM + 256 + 65536,
	FRAG_MAX_PIECES = 65536 / 8,

	IP4_HDR_LEN = 20,
	IP6_HDR_LEN = 40,
	FRAG_HDR_LEN = 8,
	IP4_DF = 0x4000,
	IP4_MF = 0x2000,
	IP4_OFFSET = 0x1fff,
	IP6_MF = 1,
	IP6_OFFSET = 0xfff8,
};

/**
 * struct frag_side - limits of one IP version (struct fqdir)
 * @waiting:	struct datagram.by_age, oldest first
 * @bytes:	held now; new datagrams are refused above @bytes_max
 */
struct frag_side {
	struct list waiting;
	uint64_t bytes, bytes_max, timeout_ns;
};

/**
 * struct frag_queue - all waiting fragments
 * @pool:	free piece memory by size class, kept for the next piece
 * @on_timeout:	frag_queue_on_timeout()
 * @is_expiring: who is told of it sends a packet, which comes here
 * @whole:	the datagram completed last; pkt->data points into it
 * @sizes, @info: of it
 * @out:	the piece that frag_output() hands out
 */
struct frag_queue {
	struct hash_key key;
	struct list buckets[FRAG_BUCKETS];
	struct list peers[FRAG_BUCKETS];
	struct frag_side ip4, ip6;
	struct list pool[8];
	struct list free_datagrams;
	struct frag_info info;
	void (*on_timeout)(void *data, struct packet *first,
			   enum frag_user user);
	void *on_timeout_data;
	bool is_expiring;
	uint16_t *sizes;
	uint8_t *whole, *out;
	struct rng rng;
};

#endif
