/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragments: putting them together for tracking and delivery, cutting anew on
 * the way out.
 *
 * What the kernel does in ip_defrag() and nf_ct_frag6_gather(), and in
 * ip_do_fragment(), br_ip6_fragment()/ip6_fragment(): facts section 7.
 */
#ifndef NFTVM_PACKET_FRAG_H
#define NFTVM_PACKET_FRAG_H

#include "base/clock.h"
#include "base/reason.h"
#include "packet/packet.h"

struct frag_queue;

/* Who puts together: fragments of two users never mix (enum ip_defrag_users,
 * and for IPv6 enum ip6_defrag_users). */
enum frag_user {
	FRAG_USER_LOCAL_DELIVER,
	FRAG_USER_CONNTRACK_IN,
	FRAG_USER_CONNTRACK_OUT,
};

/** frag_user_of_hook() - the user of conntrack's defrag step at @hook */
static inline enum frag_user frag_user_of_hook(uint8_t hook)
{
	return hook == NF_INET_LOCAL_OUT ? FRAG_USER_CONNTRACK_OUT
					 : FRAG_USER_CONNTRACK_IN;
}

/**
 * struct frag_info - how a reassembled packet came in (pkt->frag)
 * @max_size:	largest fragment, bytes from the network header on
 * @max_df_size: largest fragment that had DF set (IPv4)
 */
struct frag_info {
	uint32_t max_size, max_df_size;
};

enum frag_result {
	FRAG_WHOLE,    /* no fragment, or one that is passed on as it is */
	FRAG_HELD,     /* its bytes were copied; the packet's journey ends */
	FRAG_COMPLETE, /* the packet now is the whole: data, len, wire_len, frag
			 * and PKT_REASSEMBLED set; packet_decode() it again */
	FRAG_DROP,     /* *reason says why */
};

struct frag_queue *frag_queue_new(void);
void frag_queue_free(struct frag_queue *q);

/**
 * frag_in() - take in a packet that may be a fragment
 * @pkt:	decoded. When the last piece arrives, its data points into memory
 *		of @q that stays until frag_release() or the next frag_in()
 *		that completes
 * @user:	whose
 */
enum frag_result frag_in(struct frag_queue *q, struct packet *pkt,
			 enum frag_user user, const struct nv_time *now,
			 enum reason *reason);

/** frag_expire() - forget the queues whose time is over; cheap when none is */
void frag_expire(struct frag_queue *q, const struct nv_time *now);

/**
 * frag_output() - cut a packet for a link of @mtu and hand out the pieces
 * @pkt:	larger than @mtu, or reassembled (then cut to at most the size of
 *		its largest fragment, as the kernel does)
 * @emit:	called per piece, in order; the piece is borrowed for the call.
 *		A reassembled packet that leaves whole is emitted once
 *
 * Return: REASON_NONE; REASON_mtu when it may not be cut.
 */
enum reason frag_output(struct frag_queue *q, struct packet *pkt, uint32_t mtu,
			void (*emit)(void *data, struct packet *frag),
			void *data);

#endif
