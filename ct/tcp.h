/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two ways of judging a TCP segment share: the long one
 * (proto_tcp.c) and that of most segments (tcp_usual.c). Private to ct/. */
#ifndef NFTVM_CT_TCP_H
#define NFTVM_CT_TCP_H

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <netinet/tcp.h>

#include "ct/l4proto.h"

#define TCP_HEADER_BYTES 20
/* Windows that an acknowledgement may lag behind at least (MAXACKWINCONST). */
#define TCP_MAXACKWIN 66000

/* What every other flag is masked away from. */
#define TCP_FLAGS_JUDGED (TH_FIN | TH_SYN | TH_RST | TH_ACK | TH_URG)

enum tcp_kind {
	TCP_SYN_SET,
	TCP_SYNACK_SET,
	TCP_FIN_SET,
	TCP_ACK_SET,
	TCP_RST_SET,
	TCP_NONE_SET,
	TCP_KINDS
};

/** tcp_opts_are_timestamp() - are the @len bytes of options at @opts a
 * timestamp alone, laid out as nearly all stacks do? */
static inline bool tcp_opts_are_timestamp(const uint8_t *opts, uint32_t len)
{
	static const uint8_t timestamp[] = { TCPOPT_NOP, TCPOPT_NOP,
					     TCPOPT_TIMESTAMP,
					     TCPOLEN_TIMESTAMP };

	return len == TCPOLEN_TSTAMP_APPA &&
	       load_raw32(opts) == load_raw32(timestamp);
}

/**
 * tcp_usual() - judge a segment, if it is what most are
 * @cx:		as for a tracker's packet(); the entry is locked
 *
 * Does to the connection what the long way does.
 *
 * Return: true: accepted; false: nothing was done, go the long way.
 */
bool tcp_usual(struct ct_ctx *cx, struct ct_tcp *tcp);

/** tcp_usual_init() - what tcp_usual() wants to know of the configuration */
void tcp_usual_init(struct ct_table *t);

#endif
