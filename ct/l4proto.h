/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trackers: what a transport protocol adds to connection tracking. One
 * descriptor each (the kernel's nf_conntrack_l4proto), listed in l4proto.def.
 * Private to ct/.
 */
#ifndef NFTVM_CT_L4PROTO_H
#define NFTVM_CT_L4PROTO_H

#include <stdio.h>

#include "ct/conn.h"
#include "ct/table.h"
#include "ct/why.h"

/* What a tracker says of a packet. */
enum ct_verdict {
	CT_ACCEPT,  /* belongs to the connection */
	CT_INVALID, /* does not; pkt->ct_reason says why */
	CT_REPEAT,  /* the connection is over: delete it, look up again */
};

/**
 * struct ct_l4 - where a packet's transport header is, as conntrack sees it
 * @off:	from the start of the packet
 * @proto:	transport protocol
 */
struct ct_l4 {
	uint32_t off;
	uint8_t proto;
};

/**
 * struct ct_ctx - one packet on its way through ct_in()
 * @l4:		its transport header
 * @ct:		the connection, locked; NULL in error()
 * @dir:	the packet's direction
 * @now:	tick
 * @kill:	set by packet(): the connection ends with this packet
 */
struct ct_ctx {
	struct ct_table *t;
	struct packet *pkt;
	struct ct_l4 l4;
	struct ct_conn *ct;
	enum ct_dir dir;
	uint32_t now;
	bool kill;
};

/**
 * struct ct_l4proto - one tracker
 * @name:	as conntrack(8) prints it
 * @ports:	the tuple has the ports that the header begins with
 * @allow_clash: clashes at confirm may be resolved (facts 2.3)
 * @pkt_to_tuple: fills sport and dport from the header at @off; NULL: they
 *		stay zero, or @ports says it. False: no tuple
 * @invert_tuple: makes the answer's tuple; NULL: the ends are exchanged.
 *		False: nothing answers this
 * @error:	looks at the packet before the lookup, may attach a connection
 *		(ICMP errors) or untrack it; NULL: nothing
 * @packet:	judges the packet, moves the state, refreshes the timeout; an
 *		entry that is not confirmed is new
 * @can_early_drop: may this assured connection be evicted from a full table?
 *		NULL: no
 * @state_name:	"ESTABLISHED"; NULL: no named states
 * @print_tuple: " sport=1 dport=2"; NULL: nothing
 * @defaults:	the kernel's timeouts, into its own part of the configuration
 */
struct ct_l4proto {
	const char *name;
	bool ports, allow_clash;
	bool (*pkt_to_tuple)(const struct packet *pkt, uint32_t off,
			     struct ct_key *key);
	bool (*invert_tuple)(const struct ct_key *key, struct ct_key *inverse);
	enum ct_verdict (*error)(struct ct_ctx *cx);
	enum ct_verdict (*packet)(struct ct_ctx *cx);
	bool (*can_early_drop)(struct ct_conn *ct);
	const char *(*state_name)(struct ct_conn *ct);
	void (*print_tuple)(const struct ct_tuple *tuple, FILE *out);
	void (*defaults)(struct ct_config *cfg);
};

#define L4PROTO(number, name) extern const struct ct_l4proto ct_proto_##name;
#include "ct/l4proto.def"
#undef L4PROTO
extern const struct ct_l4proto ct_proto_generic;

/* The tracker of each protocol that has its own; else NULL. */
extern const struct ct_l4proto *const ct_l4protos[256];

/** ct_l4proto_find() - the tracker of a protocol (nf_ct_l4proto_find()) */
static inline const struct ct_l4proto *ct_l4proto_find(uint8_t l4proto)
{
	const struct ct_l4proto *p = ct_l4protos[l4proto];

	return p ? p : &ct_proto_generic;
}

/** ct_l4proto_invert() - the tuple of the other direction; false: none */
static inline bool ct_l4proto_invert(const struct ct_l4proto *p,
				     const struct ct_key *key,
				     struct ct_key *inverse)
{
	if (unlikely(p->invert_tuple))
		return p->invert_tuple(key, inverse);
	ct_key_swap(key, inverse);
	return true;
}

/**
 * ct_find_l4() - find the transport header of the IP packet at @nhoff
 * @pkt:	after packet_decode()
 * @nhoff:	offset of an IP header of pkt->nfproto: 0, or that of the
 *		packet quoted in an ICMP error
 *
 * Return: false if there is none, see packet_l4_conntrack().
 */
static inline bool ct_find_l4(const struct packet *pkt, uint32_t nhoff,
			      struct ct_l4 *l4)
{
	int off;

	/* Here the rules' view is the same: IPv4, and IPv6 without an extension
	 * header, where it is not at one that conntrack goes over. */
	if (likely(!nhoff &&
		   (pkt->nfproto == NFPROTO_IPV4 ||
		    (pkt->l4_off == 40 && pkt->l4proto != IPPROTO_AH &&
		     pkt->l4proto != IPPROTO_NONE)))) {
		l4->proto = pkt->l4proto;
		l4->off = pkt->l4_off;
		return !pkt->frag_off && pkt->flags & PKT_L4;
	}
	off = packet_l4_conntrack(pkt, nhoff, &l4->proto);
	l4->off = (uint32_t)off;
	return off >= 0;
}

/**
 * ct_key_from_packet() - the tuple of the packet whose IP header is at @nhoff
 * @l4:		as ct_find_l4() found it
 * @p:		the tracker of l4->proto
 *
 * Ref: nf_ct_get_tuple().
 * Return: false if the bytes are not there or the protocol has none.
 */
static inline bool ct_key_from_packet(const struct packet *pkt, uint32_t nhoff,
				      const struct ct_l4 *l4,
				      const struct ct_l4proto *p,
				      struct ct_key *key)
{
	const bool v6 = pkt->nfproto == NFPROTO_IPV6;
	const uint8_t flags = v6 ? CT_KEY_V6 : 0;
	const uint8_t *ports;

	ct_key_addrs(key, pkt->data + nhoff, v6);
	if (unlikely(!p->ports)) {
		key->head = ct_key_head(0, l4->proto, flags);
		return !p->pkt_to_tuple || p->pkt_to_tuple(pkt, l4->off, key);
	}
	ports = packet_read(pkt, l4->off, 4);
	if (unlikely(!ports))
		return false;
	key->head = ct_key_head(load_raw32(ports), l4->proto, flags);
	return true;
}

/** ct_invalid() - the verdict, with its reason noted in the packet */
static inline enum ct_verdict ct_invalid(struct ct_ctx *cx, enum reason why)
{
	cx->pkt->ct_reason = why;
	if (unlikely(cx->t->why) && cx->t->why->reason == REASON_NONE)
		*cx->t->why = (struct ct_why){ .reason = why, .pkt = cx->pkt };
	return CT_INVALID;
}

/** ct_why_wanted() - the record of this packet, if somebody wants one; of use
 * behind ct_invalid() */
static inline struct ct_why *ct_why_wanted(const struct ct_ctx *cx)
{
	struct ct_why *w = cx->t->why;

	return unlikely(w) && w->pkt == cx->pkt ? w : NULL;
}

/** ct_why_number() - behind ct_invalid(): a number that was looked at */
static inline void ct_why_number(const struct ct_ctx *cx, const char *name,
				 uint32_t value)
{
	struct ct_why *w = ct_why_wanted(cx);

	if (!w || w->n == CT_WHY_NUMBERS)
		return;
	w->numbers[w->n].name = name;
	w->numbers[w->n++].value = value;
}

/** ct_why_setting() - and the sysctl that would have let it pass */
static inline void ct_why_setting(const struct ct_ctx *cx, const char *setting)
{
	struct ct_why *w = ct_why_wanted(cx);

	if (w)
		w->setting = setting;
}

/** ct_why_state() - and the connection's state */
static inline void ct_why_state(const struct ct_ctx *cx, const char *state)
{
	struct ct_why *w = ct_why_wanted(cx);

	if (w)
		w->state = state;
}

/** ct_why_short() - it has @is bytes, and should have @wanted */
static inline enum ct_verdict ct_why_short(struct ct_ctx *cx, uint32_t is,
					   uint32_t wanted)
{
	ct_invalid(cx, REASON_ct_short);
	ct_why_number(cx, "bytes", is);
	ct_why_number(cx, "wanted", wanted);
	return CT_INVALID;
}

/** ct_why_checksum() - the checksum is wrong */
static inline enum ct_verdict ct_why_checksum(struct ct_ctx *cx)
{
	ct_invalid(cx, REASON_ct_checksum);
	ct_why_setting(cx, "net.netfilter.nf_conntrack_checksum=0");
	return CT_INVALID;
}

/** ct_ticks() - seconds of configuration as the kernel's u32 of jiffies */
static inline uint32_t ct_ticks(uint32_t seconds)
{
	uint64_t ticks = (uint64_t)seconds * TICKS_PER_SEC;

	return ticks > INT32_MAX ? INT32_MAX : (uint32_t)ticks;
}

/** ct_count() - count the packet, where the connection has counters */
static inline void ct_count(struct ct_ctx *cx)
{
	struct ct_ext *ext = ct_table_ext(cx->t, cx->ct);

	if (likely(!ext) || !ext->acct)
		return;
	ct_store(&ext->packets[cx->dir], ext->packets[cx->dir] + 1);
	ct_store(&ext->bytes[cx->dir], ext->bytes[cx->dir] + cx->pkt->wire_len);
}

/**
 * ct_refresh() - give the connection @ticks more, and count the packet
 *
 * Ref: __nf_ct_refresh_acct(). An entry that is not confirmed keeps the
 * length; one with a fixed timeout its end.
 */
static inline void ct_refresh(struct ct_ctx *cx, uint32_t ticks)
{
	struct ct_conn *ct = cx->ct;

	if (likely(!(ct->status & IPS_FIXED_TIMEOUT)))
		ct_store(&ct->timeout,
			 ticks + (ct->status & IPS_CONFIRMED ? cx->now : 0));
	ct_count(cx);
}

/** ct_assure() - set IPS_ASSURED, which the loser of a clash never gets; the
 * entry is locked */
static inline void ct_assure(struct ct_conn *ct)
{
	if (unlikely(ct->status & CT_NAT_CLASH))
		return;
	ct_store(&ct->status, ct->status | IPS_ASSURED);
}

/** ct_csum_wanted() - are checksums to be verified? Only at PREROUTING, only
 * with the sysctl, only if nobody vouched for it */
static inline bool ct_csum_wanted(const struct ct_ctx *cx)
{
	return cx->pkt->hook == NF_INET_PRE_ROUTING && cx->t->cfg.checksum &&
	       !(cx->pkt->flags & PKT_CSUM_OK);
}

/** ct_csum_verify() - is the transport checksum right? One that cannot be
 * verified because bytes were cut is taken as right. */
bool ct_csum_verify(const struct ct_ctx *cx);

/** ct_csum_bad() - is the transport checksum to be verified, and wrong? */
static inline bool ct_csum_bad(const struct ct_ctx *cx)
{
	return ct_csum_wanted(cx) && !ct_csum_verify(cx);
}

/**
 * ct_inet_error() - attach the connection that an ICMP error is about
 * @inner:	offset of the quoted IP header
 *
 * Ref: nf_conntrack_inet_error(); facts section 4, inner lookup.
 */
enum ct_verdict ct_inet_error(struct ct_ctx *cx, uint32_t inner);

/** ct_print_ports() - " sport=1 dport=2" */
void ct_print_ports(const struct ct_tuple *tuple, FILE *out);
/** ct_print_icmp() - " type=8 code=0 id=7" */
void ct_print_icmp(const struct ct_tuple *tuple, FILE *out);

#endif
