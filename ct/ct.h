/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connection tracking: the interface of ct/ to the packet path and to the
 * VM's ct expressions.
 *
 * Life of a packet here (nf_conntrack_core.c):
 *
 *	ct_in()			hook step -200 of PREROUTING and OUTPUT: finds or
 *				makes the connection, runs the tracker, attaches
 *				it to the packet (pkt->ct, pkt->ctinfo)
 *	... rules read and write marks, status, ...
 *	ct_confirm()		last step of POSTROUTING and INPUT: a new entry
 *				enters the table
 *	ct_packet_release()	the packet ends: an unconfirmed entry dies with it
 *
 * Threads: lookups take no lock (a bucket's sequence number is checked),
 * changes of an entry's tracker state hold the entry's lock, insert and delete
 * hold the buckets'. Time is an argument everywhere.
 */
#ifndef NFTVM_CT_CT_H
#define NFTVM_CT_CT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* enum ip_conntrack_info (IP_CT_*, stands in pkt->ctinfo; IP_CT_UNTRACKED goes
 * with pkt->ct == NULL) and enum ip_conntrack_status (IPS_*, the status bits). */
#include <linux/netfilter/nf_conntrack_common.h>

#include "base/clock.h"
#include "base/reason.h"
#include "packet/addr.h"
#include "packet/packet.h"

struct ct_table;
struct ct_conn;

/* The kernel's own seventh value, which its UAPI header hides. */
enum {
	IP_CT_UNTRACKED = 7
};

enum ct_dir {
	CT_DIR_ORIGINAL,
	CT_DIR_REPLY,
	CT_DIR_MAX
};

/* What `ct state` loads (facts section 2.1). */
enum {
	CT_STATE_INVALID = 1,
	CT_STATE_ESTABLISHED = 2,
	CT_STATE_RELATED = 4,
	CT_STATE_NEW = 8,
	CT_STATE_UNTRACKED = 64,
};

/**
 * struct ct_tuple - one direction of a connection, unpacked
 * @src, @dst:	addresses; IPv4 in the first word, rest zero
 * @sport:	TCP/UDP/SCTP source port, ICMP id, GRE key; network order
 * @dport:	destination port; ICMP: type in the first byte in memory, code
 *		in the second; network order
 * @l3:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @l4:		transport protocol
 */
struct ct_tuple {
	union inet_addr src, dst;
	be16_t sport, dport;
	uint8_t l3, l4;
};

/**
 * struct ct_config - what a table is made with; timeouts in seconds
 *
 * Filled by ct_config_init() with the kernel's defaults, then changed by the
 * host's sysctls (their names are in host/sysctl.def).
 */
struct ct_config {
	uint32_t max;	     /* entries; nf_conntrack_max */
	uint32_t expect_max; /* expectations; nf_conntrack_expect_max */
	bool checksum;	     /* verify transport checksums at PREROUTING */
	bool acct;	     /* count packets and bytes of new entries */
	bool timestamp;
	bool tcp_loose, tcp_be_liberal, tcp_ignore_invalid_rst;
	uint8_t tcp_max_retrans;
	uint32_t tcp_timeout[16]; /* by enum tcp_conntrack, see proto_tcp.c */
	uint32_t tcp_timeout_max_retrans, tcp_timeout_unacknowledged;
	uint32_t udp_timeout, udp_timeout_stream; /* UDP-Lite's too */
	uint32_t icmp_timeout, icmpv6_timeout, generic_timeout;
	uint32_t gre_timeout, gre_timeout_stream;
	uint32_t sctp_timeout[16]; /* by enum sctp_conntrack */
	bool threads;		   /* several threads will use the table */
	bool reference;		   /* keep to the trackers' reference code */
};

void ct_config_init(struct ct_config *cfg);

/** ct_table_new() - an empty table; entries come from a pool of cfg->max */
struct ct_table *ct_table_new(const struct ct_config *cfg);
void ct_table_free(struct ct_table *t);
/** ct_table_set_acct() - count packets of entries made from now on (what
 * loading a rule that reads ct bytes or packets does to the kernel) */
void ct_table_set_acct(struct ct_table *t, bool on);

/**
 * ct_in() - nf_conntrack_in(): steps 1 to 10 of facts section 2.1
 * @pkt:	after packet_receive(), packet_decode(), defrag; @pkt->hook is
 *		NF_INET_PRE_ROUTING (checksums verified) or NF_INET_LOCAL_OUT
 *
 * Sets pkt->ct, pkt->ctinfo; for an invalid packet pkt->ct is NULL, ctinfo 0
 * and pkt->ct_reason says why. The packet is not dropped for being invalid.
 *
 * Return: REASON_NONE, or REASON_ct_full: drop it.
 */
enum reason ct_in(struct ct_table *t, struct packet *pkt,
		  const struct nv_time *now);

/**
 * ct_in_prefetch() - start loading what ct_in() will touch for @n packets
 *
 * Called for some packets at once, after packet_receive() and packet_decode(),
 * best while as many others have yet to run, so that the two cache misses of a
 * lookup overlap: first all buckets, then all entries. A packet that was
 * refused (pkt->reason) is passed over. Notes the tuple's hash and the entry
 * that most likely is the packet's, which ct_in() takes unless the bytes have
 * changed since (PKT_DIRTY, PKT_REASSEMBLED). No effect but speed.
 */
void ct_in_prefetch(struct ct_table *t, struct packet *pkts, size_t n);

/**
 * ct_confirm() - nf_conntrack_confirm(): a new entry enters the table
 * Return: REASON_NONE; ct_clash, ct_dying, ct_full: drop the packet.
 */
enum reason ct_confirm(struct ct_table *t, struct packet *pkt,
		       const struct nv_time *now);

/** ct_packet_release() - drop the packet's reference; frees an unconfirmed
 * entry. Leaves pkt->ct NULL. */
void ct_packet_release(struct ct_table *t, struct packet *pkt);

/** ct_packet_attach_answer() - @answer, which this host made because of @pkt,
 * belongs to its connection, as RELATED the other way (nf_conntrack_attach());
 * a reference of its own */
void ct_packet_attach_answer(struct packet *answer, const struct packet *pkt);

/** ct_packet_share() - @copy, all of a packet, belongs to its connection as
 * well; a reference of its own */
void ct_packet_share(struct packet *copy);

/** ct_packet_follow() - @pkt belongs to what became of the connection of @copy,
 * which translation may have moved to a larger entry */
void ct_packet_follow(struct ct_table *t, struct packet *pkt,
		      const struct packet *copy);

/** ct_untrack() - the notrack statement: only if nothing is attached */
static inline void ct_untrack(struct packet *pkt)
{
	if (!pkt->ct && pkt->ctinfo != IP_CT_UNTRACKED)
		pkt->ctinfo = IP_CT_UNTRACKED;
}

/**
 * ct_packet_tuple() - the tuple of the IP packet at @nhoff
 * @pkt:	after packet_decode()
 * @nhoff:	0, or where a packet quoted in an ICMP error begins
 *
 * Ref: nf_ct_get_tuplepr().
 * Return: false: no transport header, or its protocol has no tuple here.
 */
bool ct_packet_tuple(const struct packet *pkt, uint32_t nhoff,
		     struct ct_tuple *out);

/* --- what ct expressions read and write; never NULL @ct ------------------ */

/** ct_state_bits() - the `ct state` register; also valid without a ct */
static inline uint32_t ct_state_bits(const struct packet *pkt)
{
	if (!pkt->ct)
		return pkt->ctinfo == IP_CT_UNTRACKED ? CT_STATE_UNTRACKED
						      : CT_STATE_INVALID;
	return 1u << (pkt->ctinfo % IP_CT_IS_REPLY + 1);
}

static inline enum ct_dir ct_packet_dir(const struct packet *pkt)
{
	return pkt->ctinfo >= IP_CT_IS_REPLY ? CT_DIR_REPLY : CT_DIR_ORIGINAL;
}

uint32_t ct_status_bits(const struct ct_conn *ct);
/** ct_status_add() - set bits; they are never cleared */
void ct_status_add(struct ct_conn *ct, uint32_t bits);
uint32_t ct_mark(const struct ct_conn *ct);
/** ct_set_mark() - true if the value changed (an event) */
bool ct_set_mark(struct ct_conn *ct, uint32_t mark);
/** ct_tuple() - the tuple of a direction, unpacked into @out */
void ct_tuple(const struct ct_conn *ct, enum ct_dir dir, struct ct_tuple *out);
/** ct_expires_ms() - milliseconds left (4 ms grain), 0 when over; of an
 * unconfirmed entry its length less the clock, as nf_ct_expires() has it: 0
 * on a box that has been up for longer */
uint64_t ct_expires_ms(const struct ct_conn *ct, const struct nv_time *now);
/** ct_id() - serial number, from 1, in the order of creation */
uint32_t ct_id(const struct ct_conn *ct);
/** ct_l4() - its protocol, IPPROTO_* */
uint8_t ct_l4(const struct ct_conn *ct);
uint16_t ct_zone(const struct ct_conn *ct, enum ct_dir dir);
/** ct_acct() - packets and bytes of a direction; zero without accounting */
void ct_acct(const struct ct_conn *ct, enum ct_dir dir, uint64_t *packets,
	     uint64_t *bytes);
/** ct_proto_state() - "ESTABLISHED", "SYN_SENT", ...; NULL when the protocol
 * has no named states (UDP, ICMP, ...) */
const char *ct_proto_state(const struct ct_conn *ct);

/* --- the table as a whole ------------------------------------------------ */

/** struct ct_stats - the columns of conntrack -S */
struct ct_stats {
	uint64_t found, invalid, insert, insert_failed, drop, early_drop, error;
	uint64_t search_restart, clash_resolve, chaintoolong;
};

/** ct_table_stats() - sums over threads, at this moment */
void ct_table_stats(const struct ct_table *t, struct ct_stats *out);
/** ct_table_count() - entries, unconfirmed ones included */
uint32_t ct_table_count(const struct ct_table *t);
/** ct_table_gc() - collect a share of the expired entries; call it now and
 * then with the clock (expired entries are dead for lookups anyway) */
void ct_table_gc(struct ct_table *t, const struct nv_time *now);

/**
 * ct_table_foreach() - every confirmed, living entry, in order of creation
 * @fn:		returns 0 to go on; anything else ends the walk
 * Return: what @fn returned last.
 */
int ct_table_foreach(struct ct_table *t, const struct nv_time *now,
		     int (*fn)(struct ct_conn *ct, void *data), void *data);

/** ct_print() - one line as `conntrack -L [-o extended]` prints it */
void ct_print(const struct ct_conn *ct, const struct nv_time *now,
	      bool extended, FILE *out);

#endif
