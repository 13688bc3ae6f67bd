/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet: its bytes, what decoding found, and what it carries through the
 * hooks (the parts of the kernel's sk_buff and nft_pktinfo that rules see).
 *
 * Life of a packet:
 *
 *	packet_init()		bytes from a capture, a queue, a test
 *	packet_receive()	the checks of ip_rcv()/ip6_rcv(): trimmed, family
 *				known, or a reason to drop it
 *	packet_decode()		where the transport header is, as nft sees it;
 *				again after the bytes changed (defrag, NAT)
 *	packet_read*()		bounds-checked bytes, the only way to them
 *
 * Two lengths: @len bytes can be read; @wire_len bytes were on the wire. They
 * differ only for packets that a capture's snap length cut. Lengths, counters
 * and windows go by @wire_len, reading by @len.
 */
#ifndef NFTVM_PACKET_PACKET_H
#define NFTVM_PACKET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

/* NFPROTO_*, NF_INET_* hooks and verdicts under the kernel's own names;
 * netinet/in.h first, or the two define some structs twice. */
#include <netinet/in.h>
#include <linux/netfilter.h>

#include "base/byteorder.h"
#include "base/reason.h"
#include "base/util.h"
#include "packet/addr.h"

struct ct_conn;
struct host_link;
struct frag_info;

/* Ethertypes that go through the IP hooks (ETH_P_IP, ETH_P_IPV6). */
enum {
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_IP6 = 0x86dd,
};

/* What meta pkttype reads (PACKET_*, if_packet.h). */
enum pkttype {
	PKTTYPE_HOST = 0,
	PKTTYPE_BROADCAST = 1,
	PKTTYPE_MULTICAST = 2,
	PKTTYPE_OTHERHOST = 3,
	PKTTYPE_OUTGOING = 4,
	PKTTYPE_LOOPBACK = 5,
};

enum packet_flag {
	/* l4proto, l4_off and frag_off are valid (NFT_PKTINFO_L4PROTO) */
	PKT_L4 = 1 << 0,
	/* transport checksum needs no check: sent here, or offload */
	PKT_CSUM_OK = 1 << 1,
	/* sent by this host: came from the OUTPUT hook */
	PKT_LOCAL_OUT = 1 << 2,
	/* put together from fragments; frag says how it came */
	PKT_REASSEMBLED = 1 << 3,
	/* meta nftrace set 1 */
	PKT_NFTRACE = 1 << 4,
	/* bytes of @data were changed since packet_init() */
	PKT_DIRTY = 1 << 5,
	/* has a link-layer header that rules may read (l2, l2_len) */
	PKT_HAS_L2 = 1 << 6,
	/* larger than the MTU by segmentation offload: taken as sent */
	PKT_GSO = 1 << 7,
	/* unfinished checksums (left to the network card) count as good */
	PKT_CSUM_LAX = 1 << 9,
	/* looped back: sent and received by this host */
	PKT_LOOPED = 1 << 8,
	/* made here, its transport checksum left to the output link: so far it
	 * is the sum of the pseudo header (CHECKSUM_PARTIAL) */
	PKT_CSUM_PARTIAL = 1 << 10,
	/* conntrack has verified the checksums, and they were right: whoever
	 * asks again is told so, whatever was changed since (csum_valid) */
	PKT_CSUM_VERIFIED = 1 << 11,
};

/**
 * struct packet - one packet on its way through the hooks
 * @data:	network header; writable (see packet_make_writable())
 * @len:	bytes readable from @data
 * @wire_len:	length of the packet from the network header on, on the wire
 * @buf:	start of the memory that @data lies in; headroom is data - buf
 * @buf_size:	bytes from @buf on
 * @l2:		link-layer header as captured, @l2_len bytes; NULL if none
 * @nfproto:	NFPROTO_IPV4 or NFPROTO_IPV6; 0 before packet_receive()
 * @l4proto:	transport protocol as nft sees it (valid with PKT_L4)
 * @l4_off:	offset of the transport header from @data (valid with PKT_L4)
 * @frag_off:	payload offset of this fragment in bytes; 0 when it is whole or
 *		first (nft_pktinfo.fragoff, non-zero blocks transport loads)
 * @protocol:	ethertype, as meta protocol reads it
 * @hook:	hook the packet is at, NF_INET_*
 * @pkttype:	enum pkttype
 * @flags:	enum packet_flag
 * @mark:	meta mark
 * @priority:	meta priority
 * @in:		input link, NULL when sent by this host
 * @out:	output link, NULL before routing
 * @ct:		its connection, or NULL; see ctinfo. Counted reference while the
 *		packet lives (ct_packet_release())
 * @ctinfo:	enum ct_info (ct/ct.h)
 * @ct_hash:	hash of its tuple, from ct_in_prefetch() for ct_in(); 0: none
 * @ct_hint:	entry that is probably its connection, from there too, or NULL
 * @ct_reason:	why conntrack did not track it (REASON_NONE if it did)
 * @reason:	why it was dropped, when no rule did it
 * @frag:	for a reassembled packet: how the fragments were; else NULL
 * @number:	1-based number in its source, for messages
 */
struct packet {
	uint8_t *data;
	uint32_t len, wire_len;
	uint8_t nfproto, l4proto;
	uint16_t l4_off, frag_off;
	be16_t protocol;
	uint16_t flags;
	uint8_t hook, pkttype;
	uint32_t mark, priority;
	const struct host_link *in, *out;
	struct ct_conn *ct;
	uint64_t ct_hash;
	struct ct_conn *ct_hint;
	uint8_t ctinfo;
	uint16_t ct_reason, reason;
	uint16_t l2_len;
	const uint8_t *l2;
	uint8_t *buf;
	uint32_t buf_size;
	const struct frag_info *frag;
	uint64_t number;
};

/**
 * packet_init() - a packet over @len bytes at @data
 * @buf:	the memory around it, writable, borrowed until the packet ends
 * @buf_size:	bytes from @buf on
 * @data:	network header, inside @buf
 * @len:	bytes present from @data on
 * @wire_len:	bytes there were on the wire, >= @len
 *
 * Everything else is zero, as in a fresh skb.
 */
void packet_init(struct packet *pkt, uint8_t *buf, uint32_t buf_size,
		 uint8_t *data, uint32_t len, uint32_t wire_len);

/**
 * packet_receive() - what the kernel checks before PREROUTING
 *
 * IPv4: header length, version, header checksum, total length; trimmed to the
 * total length. IPv6: version, payload length, addresses that never come from
 * a link, hop-by-hop options; trimmed. Sets nfproto and protocol.
 *
 * @pkt->protocol says which of the two it is, or is 0: then the version field
 * does. @pkt->pkttype and PKT_LOOPED are looked at. With PKT_LOCAL_OUT only
 * what a sender cannot get wrong is checked (version, lengths): no header
 * checksum, no addresses, no options.
 *
 * Ref: ip_rcv_core(), ip6_rcv_core(); facts section 1.2.
 * Return: REASON_NONE, or why the kernel drops it before any hook.
 */
enum reason packet_receive(struct packet *pkt);

/** packet_receive_lax() - the same for who only wants to read it: as if it were
 * sent by the host to itself, its checksums good */
enum reason packet_receive_lax(struct packet *pkt);

/**
 * packet_decode() - find the transport header as nft does
 *
 * Sets PKT_L4, l4proto, l4_off, frag_off. IPv6 extension headers are walked
 * as ipv6_find_hdr() with NFT's flags does (stops at AH, takes 59); failing
 * leaves PKT_L4 clear.
 *
 * Ref: nft_set_pktinfo_ipv4(), nft_set_pktinfo_ipv6(); facts section 7.
 */
void packet_decode(struct packet *pkt);

/**
 * packet_skip_exthdr6() - step over IPv6 extension headers, AH too
 * @off:	of the header that @nexthdr names
 * @nexthdr:	in: kind of the header at @off; out: of the one found, which
 *		is IPPROTO_FRAGMENT for a fragment other than the first
 * @frag_off:	out: the offset field of the fragment header, network order
 *		with its flag bits; zero when there is none
 *
 * Ref: ipv6_skip_exthdr().
 * Return: offset of the header found, or -1: cut short, or no next header.
 */
int packet_skip_exthdr6(const struct packet *pkt, uint32_t off,
			uint8_t *nexthdr, be16_t *frag_off);

/**
 * packet_l4_conntrack() - the transport header as conntrack finds it
 * @off:	of the IP header: 0, or that of a packet quoted in an ICMP error
 * @l4proto:	set to the protocol
 *
 * Differs from packet_decode(): AH is stepped over, "no next header" and
 * fragments other than the first have no transport header. What it returns
 * may lie at the very end of the packet.
 *
 * Ref: get_l4proto() in nf_conntrack_core.c; facts section 7.
 * Return: offset from @pkt->data, or -1: no transport header.
 */
int packet_l4_conntrack(const struct packet *pkt, uint32_t off,
			uint8_t *l4proto);

/**
 * packet_read() - @len bytes at @off from the network header
 * Return: their address, or NULL when they are not all there.
 */
static inline const uint8_t *packet_read(const struct packet *pkt, uint32_t off,
					 uint32_t len)
{
	if (unlikely(off > pkt->len || len > pkt->len - off))
		return NULL;
	return pkt->data + off;
}

/** packet_read_l4() - @len bytes at @off from the transport header, or NULL;
 * does not look at fragment offsets: the caller's rules do */
static inline const uint8_t *packet_read_l4(const struct packet *pkt,
					    uint32_t off, uint32_t len)
{
	if (unlikely(!(pkt->flags & PKT_L4)))
		return NULL;
	return packet_read(pkt, pkt->l4_off + off, len);
}

/** packet_write() - like packet_read(), for changing the bytes; marks the
 * packet dirty. Checksums are the caller's business (packet/csum.h). */
static inline uint8_t *packet_write(struct packet *pkt, uint32_t off,
				    uint32_t len)
{
	if (unlikely(off > pkt->len || len > pkt->len - off))
		return NULL;
	pkt->flags |= PKT_DIRTY;
	return pkt->data + off;
}

/** packet_saddr(), packet_daddr() - addresses of a received packet */
static inline union inet_addr packet_saddr(const struct packet *pkt)
{
	union inet_addr a = { .q = { 0, 0 } };

	if (pkt->nfproto == NFPROTO_IPV4)
		memcpy(&a, pkt->data + 12, 4);
	else
		memcpy(&a, pkt->data + 8, 16);
	return a;
}

static inline union inet_addr packet_daddr(const struct packet *pkt)
{
	union inet_addr a = { .q = { 0, 0 } };

	if (pkt->nfproto == NFPROTO_IPV4)
		memcpy(&a, pkt->data + 16, 4);
	else
		memcpy(&a, pkt->data + 24, 16);
	return a;
}

#endif
