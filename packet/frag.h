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
 * @hdr_len:	bytes of headers before the payload that was in fragments
 * @sizes:	payload bytes of each fragment, in order; the queue's
 * @sizes_len:	how many there were
 */
struct frag_info {
	uint32_t max_size, max_df_size;
	uint32_t hdr_len;
	const uint16_t *sizes;
	uint32_t sizes_len;
};

enum frag_result {
	FRAG_WHOLE,    /* no fragment, or one that is passed on as it is */
	FRAG_HELD,     /* its bytes were copied; the packet's journey ends */
	FRAG_COMPLETE, /* the packet now is the whole: data, len, wire_len, frag
			 * and PKT_REASSEMBLED set; packet_decode() it again */
	FRAG_DROP,     /* *reason says why */
};

/** frag_queue_new() - with the kernel's limits: 4 MiB and 30 (IPv4) or 60
 * (IPv6) seconds for each IP version */
struct frag_queue *frag_queue_new(void);
/** frag_queue_set_timeouts() - net.ipv4.ipfrag_time and
 * net.netfilter.nf_conntrack_frag6_timeout; for datagrams begun after */
void frag_queue_set_timeouts(struct frag_queue *q, uint32_t ip4_s,
			     uint32_t ip6_s);
void frag_queue_free(struct frag_queue *q);

/**
 * frag_in() - take in a packet that may be a fragment
 * @pkt:	received. When the last piece arrives, its data points into
 *		memory of @q that stays until the next frag_in() that completes
 * @user:	whose
 */
enum frag_result frag_in(struct frag_queue *q, struct packet *pkt,
			 enum frag_user user, const struct nv_time *now,
			 enum reason *reason);

/** frag_queue_bytes() - memory held by waiting fragments */
uint64_t frag_queue_bytes(const struct frag_queue *q);

/**
 * frag_queue_on_timeout() - who is told of datagrams that never completed
 * @fn:		gets the first fragment as it came (data, in, mark; borrowed for
 *		the call), of datagrams that have it, and who collected them
 */
void frag_queue_on_timeout(struct frag_queue *q,
			   void (*fn)(void *data, struct packet *first,
				      enum frag_user user),
			   void *data);

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
