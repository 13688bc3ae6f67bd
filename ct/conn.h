/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry: what one connection is in memory. Private to ct/.
 *
 *	  0      2      4      6  7  8         12        16
 *	+------+------+------+--+--+---------+---------+
 *	| sport| dport| zone |l4|fl| timeout | status  |
 *	+------+------+------+--+--+---------+---------+
 *	| mark        | id         | refs    | ext     |	32 bytes
 *	+-------------+------------+---------+---------+
 *	| saddr, daddr: 8 bytes (IPv4) or 32 (IPv6)    |
 *	+----------------------------------------------+
 *	| the tracker's own state: 56 bytes            |
 *	+----------------------------------------------+	96 or 120 bytes
 *	| wide ones alone: reply ports, masquerade's   |
 *	| link, place among its source's, bits of its  |
 *	| hashes: 24 bytes                             |
 *	+----------------------------------------------+
 *	| reply saddr, daddr: 8 or 32 bytes            |
 *	+----------------------------------------------+	128 or 176 bytes
 *
 * Only the tuple of the original direction is kept: without NAT the reply's
 * is its inverse. An entry that NAT takes hold of becomes a wide one before it
 * is confirmed (ct_conn_widen()), and has its reply tuple itself. What few
 * connections have (counters, timestamps) hangs aside in a record that @ext
 * refers to.
 *
 * Threads. Entries are never given back to the system while the table lives,
 * so a stale reference always leads to an entry, perhaps another's by then:
 * who found one takes a reference (ct_conn_tryget()) and looks again. Fields
 * that are read without the lock are read and written with ct_load() and
 * ct_store() (READ_ONCE, WRITE_ONCE). Who changes status bits or tracker state
 * of an entry that others may see holds its lock bit. A table that is not
 * shared pays for none of it: the lock and the counted references are plain
 * stores then.
 */
#ifndef NFTVM_CT_CONN_H
#define NFTVM_CT_CONN_H

#include <assert.h>
#include <stddef.h>

#include "ct/ct.h"
#include "ct/key.h"

#define ct_load(p)     __atomic_load_n(p, __ATOMIC_RELAXED)
#define ct_store(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)

/**
 * struct ct_tcp_end - what is known of one end of a TCP connection
 * @end:	highest sequence number + length that it sent
 * @maxend:	right edge of what its peer allows it to send
 * @maxwin:	largest window that it offered
 * @maxack:	highest number that it acknowledged (with CT_TCP_MAXACK_SET)
 * @scale:	its window scale, 0..14
 * @flags:	CT_TCP_*
 *
 * Packed so that a whole connection takes 56 bytes.
 */
struct ct_tcp_end {
	uint32_t end, maxend, maxwin, maxack;
	uint8_t scale, flags;
} __attribute__((packed, aligned(2)));

/** struct ct_tcp - TCP's tracker state (facts 3.3); last_* are the segment
 * before */
struct ct_tcp {
	struct ct_tcp_end seen[CT_DIR_MAX];
	uint32_t last_seq, last_ack, last_end;
	uint16_t last_win;
	uint8_t state, last_dir, last_kind, retrans;
	uint8_t last_wscale, last_flags;
};

/** struct ct_sctp - SCTP's: verification tags (network order) by direction */
struct ct_sctp {
	be32_t vtag[CT_DIR_MAX];
	uint8_t init[CT_DIR_MAX]; /* has sent an INIT */
	uint8_t state, last_dir;
	bool hb_failed;
};

union ct_proto {
	struct ct_tcp tcp;
	struct ct_sctp sctp;
	struct {
		uint32_t stream_at; /* tick after which it is a stream */
	} udp;
	uint64_t words[7];
};

/** struct ct_conn - the part that entries of both IP versions share */
struct ct_conn {
	union {
		struct {
			be16_t sport, dport;
			uint16_t zone;
			uint8_t l4;
			uint8_t flags; /* CT_KEY_V6, CT_CONN_* */
		};
		uint64_t head; /* compared with struct ct_key's at once */
	};
	uint32_t timeout; /* tick at which it ends; before confirm: ticks */
	uint32_t status;  /* IPS_* */
	uint32_t mark;
	uint32_t id;
	uint32_t refs; /* 0: free */
	uint32_t ext;  /* record in the table's ext pool; 0: none */
};

struct ct_conn4 {
	struct ct_conn c;
	union {
		struct {
			be32_t saddr, daddr;
		};
		uint64_t addrs; /* compared at once */
	};
	union ct_proto proto;
};

struct ct_conn6 {
	struct ct_conn c;
	uint64_t saddr[2], daddr[2];
	union ct_proto proto;
};

/** struct ct_links - neighbours in a list of entries, 0: none */
struct ct_links {
	uint32_t next, prev;
};

/**
 * struct ct_mapping - what wide entries of both IP versions share
 * @sport, @dport: of the reply tuple
 * @masq:	ifindex of the link that masquerade chose the address of; 0: none
 * @links:	by original source, with IPS_SRC_NAT (ct/source.c)
 * @source:	the low half of that source's hash
 * @kept:	bits of the hashes that it is indexed under, by direction: which
 *		bucket it goes to when one is split is said by this line alone
 */
struct ct_mapping {
	union {
		struct {
			be16_t sport, dport;
		};
		uint32_t ports;
	};
	uint32_t masq;
	struct ct_links links;
	uint32_t source;
	uint16_t kept[CT_DIR_MAX];
};

struct ct_wide4 {
	struct ct_conn4 plain;
	struct ct_mapping m;
	union {
		struct {
			be32_t saddr, daddr;
		};
		uint64_t addrs;
	};
};

struct ct_wide6 {
	struct ct_conn6 plain;
	struct ct_mapping m;
	uint64_t saddr[2], daddr[2];
};

static_assert(sizeof(struct ct_tcp) == 56, "the largest tracker state");
static_assert(sizeof(union ct_proto) == 56, "the largest tracker state");
static_assert(sizeof(struct ct_conn) == 32, "the common part of an entry");
static_assert(sizeof(struct ct_conn4) == 96, "an IPv4 entry");
static_assert(sizeof(struct ct_conn6) == 120, "an IPv6 entry");
static_assert(sizeof(struct ct_wide4) == 128, "a wide IPv4 entry");
static_assert(sizeof(struct ct_wide6) == 176, "a wide IPv6 entry");

/* Bits of @flags besides CT_KEY_V6; never part of a comparison. */
enum {
	CT_CONN_LOCKED = 0x80,
	CT_CONN_WIDE = 0x40, /* for good: its memory is that of a wide one */
};
#define CT_HEAD_MASK (~((uint64_t)(CT_CONN_LOCKED | CT_CONN_WIDE) << 56))
static_assert(__BYTE_ORDER == __LITTLE_ENDIAN,
	      "CT_HEAD_MASK names the last byte in memory");

/**
 * struct ct_ext - what few connections have: counters (nf_conn_acct), times
 * (nf_conn_tstamp), helpers (nf_conn_help), masters
 * @start_ns:	wall clock at confirm; 0 without timestamps
 * @help:	its struct ct_help in the table's pool; 0: none
 * @master:	reference of the entry that announced it, counted; 0: none
 * @follow:	of an expected connection: it is translated as its master is,
 *		going in direction @follow_dir of it, and its destination port
 *		is @follow_port then
 */
struct ct_ext {
	uint64_t packets[CT_DIR_MAX], bytes[CT_DIR_MAX];
	uint64_t start_ns;
	uint32_t help, master;
	be16_t follow_port;
	uint8_t follow_dir;
	bool follow, acct;
};

static inline bool ct_conn_is_v6(const struct ct_conn *ct)
{
	return ct_load(&ct->flags) & CT_KEY_V6;
}

static inline bool ct_conn_is_wide(const struct ct_conn *ct)
{
	return ct_load(&ct->flags) & CT_CONN_WIDE;
}

static inline union ct_proto *ct_conn_proto(struct ct_conn *ct)
{
	return ct_conn_is_v6(ct) ? &((struct ct_conn6 *)ct)->proto
				 : &((struct ct_conn4 *)ct)->proto;
}

/** ct_conn_key() - its tuple, original direction */
void ct_conn_key(const struct ct_conn *ct, struct ct_key *key);

/** ct_conn_set_key() - make @ct the entry of @key; nobody else has it yet.
 * @wide: its memory is that of a wide one */
void ct_conn_set_key(struct ct_conn *ct, const struct ct_key *key, bool wide);

/** ct_conn_is() - is its original tuple @key? */
static inline bool ct_conn_is(const struct ct_conn *ct,
			      const struct ct_key *key)
{
	const struct ct_conn4 *c4 = (const struct ct_conn4 *)ct;
	const struct ct_conn6 *c6 = (const struct ct_conn6 *)ct;

	if ((ct_load(&ct->head) & CT_HEAD_MASK) != key->head)
		return false;
	if (likely(!(key->flags & CT_KEY_V6)))
		return ct_load(&c4->addrs) ==
		       (key->src.ip | (uint64_t)key->dst.ip << 32);
	return ct_load(&c6->saddr[0]) == key->src.q[0] &&
	       ct_load(&c6->saddr[1]) == key->src.q[1] &&
	       ct_load(&c6->daddr[0]) == key->dst.q[0] &&
	       ct_load(&c6->daddr[1]) == key->dst.q[1];
}

/* Bit of @status: it lost a clash and is found by its answers alone.
 * IPS_NAT_CLASH, which the kernel's header has for itself. */
#define CT_NAT_CLASH IPS_UNTRACKED

/** ct_conn_is_found_by() - is it found by its original tuple, @key? */
static inline bool ct_conn_is_found_by(const struct ct_conn *ct,
				       const struct ct_key *key)
{
	return ct_conn_is(ct, key) &&
	       likely(!(ct_load(&ct->status) & CT_NAT_CLASH));
}

/** ct_conn_differs() - add to @fwd and @back what differs between the entry's
 * addresses and those of the IP header at @iph, straight and exchanged */
static inline void ct_conn_differs(const struct ct_conn *ct, const uint8_t *iph,
				   bool v6, uint64_t *fwd, uint64_t *back)
{
	const struct ct_conn4 *c4 = (const struct ct_conn4 *)ct;
	const struct ct_conn6 *c6 = (const struct ct_conn6 *)ct;
	uint64_t ours, src, dst;

	if (likely(!v6)) {
		ours = ct_load(&c4->addrs);
		src = load_raw32(iph + 12);
		dst = load_raw32(iph + 16);
		*fwd |= ours ^ (src | dst << 32);
		*back |= ours ^ (dst | src << 32);
		return;
	}
	for (int i = 0; i < 2; i++) {
		memcpy(&src, iph + 8 + 8 * i, 8);
		memcpy(&dst, iph + 24 + 8 * i, 8);
		*fwd |= (ct_load(&c6->saddr[i]) ^ src) |
			(ct_load(&c6->daddr[i]) ^ dst);
		*back |= (ct_load(&c6->saddr[i]) ^ dst) |
			 (ct_load(&c6->daddr[i]) ^ src);
	}
}

/** ct_conn_expired() - is it over at tick @now? (nf_ct_is_expired()) */
static inline bool ct_conn_expired(const struct ct_conn *ct, uint32_t now)
{
	return (int32_t)(ct_load(&ct->timeout) - now) <= 0;
}

/** ct_conn_lives() - in the table and not deleted */
static inline bool ct_conn_lives(const struct ct_conn *ct)
{
	return (ct_load(&ct->status) & (IPS_CONFIRMED | IPS_DYING)) ==
	       IPS_CONFIRMED;
}

/** ct_conn_lock() - its status and tracker state are the caller's until
 * ct_conn_unlock(); @threads as in the table's configuration */
static inline void ct_conn_lock(struct ct_conn *ct, bool threads)
{
	if (!threads)
		return;
	while (__atomic_fetch_or(&ct->flags, CT_CONN_LOCKED, __ATOMIC_ACQUIRE) &
	       CT_CONN_LOCKED)
		while (ct_load(&ct->flags) & CT_CONN_LOCKED)
			;
}

static inline void ct_conn_unlock(struct ct_conn *ct, bool threads)
{
	if (threads)
		__atomic_fetch_and(&ct->flags, (uint8_t)~CT_CONN_LOCKED,
				   __ATOMIC_RELEASE);
}

/** ct_conn_tryget() - take a reference, unless the entry is free */
static inline bool ct_conn_tryget(struct ct_conn *ct, bool threads)
{
	uint32_t refs = ct_load(&ct->refs);

	if (!threads) {
		/* free by now: what a packet foresaw may be gone */
		if (unlikely(!refs))
			return false;
		ct->refs = refs + 1;
		return true;
	}
	do {
		if (!refs)
			return false;
	} while (!__atomic_compare_exchange_n(&ct->refs, &refs, refs + 1, true,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

#endif
