/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checksums: the Internet checksum (RFC 1071), its incremental update (RFC
 * 1624), and the CRC32c of SCTP.
 *
 * A sum here is a 64-bit number whose halves have not been folded yet and that
 * is taken over words as they lie in memory, so it is in network order, as the
 * checksum field is: nothing is swapped (RFC 1071, 2(B)).
 */
#ifndef NFTVM_PACKET_CSUM_H
#define NFTVM_PACKET_CSUM_H

#include "packet/packet.h"

/** csum_add() - @a + @b in ones' complement, 64 bits wide */
static inline uint64_t csum_add(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/** csum_fold() - the checksum of a sum: folded to 16 bits and complemented,
 * network order */
static inline be16_t csum_fold(uint64_t sum)
{
	/* Added to itself with its halves exchanged, the upper half is their
	 * sum, the carry of the lower one in it. */
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

	return (be16_t) ~((half + (half << 16 | half >> 16)) >> 16);
}

/** csum_partial() - @sum plus the sum of @len bytes at @p; @p starts at an even
 * offset of what is summed */
uint64_t csum_partial(const void *p, size_t len, uint64_t sum);

/** csum_ip_header() - checksum of the @len (20..60) bytes of an IPv4 header:
 * zero when the one in it is right */
be16_t csum_ip_header(const uint8_t *iph, unsigned len);

/**
 * csum_pseudo() - sum of the pseudo header of a packet
 * @pkt:	received: its addresses and IP version count
 * @l4_len:	bytes of transport header and payload
 * @l4proto:	IPPROTO_*
 */
uint64_t csum_pseudo(const struct packet *pkt, uint32_t l4_len,
		     uint8_t l4proto);

/** csum_repaired() - the checksum @check after what it covers changed: @diff is
 * the sum of what came in minus (plus the complement of) what went out (RFC
 * 1624, equation 3: HC' = ~(~HC + ~m + m')) */
static inline be16_t csum_repaired(be16_t check, uint64_t diff)
{
	return csum_fold(csum_add((uint16_t)~check, diff));
}

/** csum_replace2() - repair the checksum at @check after two bytes of what it
 * covers changed from @from to @to (network order) */
void csum_replace2(uint8_t *check, be16_t from, be16_t to);
/** csum_replace4() - the same for four bytes */
void csum_replace4(uint8_t *check, be32_t from, be32_t to);
/** csum_replace() - the same for @len bytes, @len even and at most 64 */
void csum_replace(uint8_t *check, const void *from, const void *to,
		  unsigned len);

/** csum_crc32c() - CRC32c (RFC 9260, appendix A) of @len bytes, continued from
 * @crc; start with ~0 and complement the end */
uint32_t csum_crc32c(uint32_t crc, const void *p, size_t len);

/* What is known of a transport checksum. */
enum csum_state {
	CSUM_GOOD,    /* right, or there is none to check */
	CSUM_BAD,     /* wrong */
	CSUM_PARTIAL, /* wrong, but zero or that of the pseudo header alone: the
		       * sender left the rest to its network card */
	CSUM_UNKNOWN, /* bytes it covers were cut by the snap length */
};

/**
 * packet_csum_l4() - verify the transport checksum
 * @pkt:	received
 * @l4proto:	TCP, UDP, UDPLITE, ICMP, ICMPV6 or SCTP; others are GOOD
 * @l4_off:	offset of the transport header
 *
 * As conntrack verifies: over all bytes from @l4_off on, whatever a length
 * field in the transport header says; a UDP checksum of zero is none. What is
 * too short to hold the field is BAD. PKT_CSUM_OK is GOOD without looking.
 * UDPLITE is GOOD with the pseudo header of UDP, as the kernel has it.
 *
 * Ref: nf_checksum(), nf_checksum_partial(), sctp_error().
 */
enum csum_state packet_csum_l4(const struct packet *pkt, uint8_t l4proto,
			       uint32_t l4_off);

/**
 * packet_csum_l4_fill() - write the right transport checksum
 *
 * For packets that are made (resets, ICMP, tests). A protocol without a known
 * checksum, or a header cut short, stays as it is.
 */
void packet_csum_l4_fill(struct packet *pkt, uint8_t l4proto, uint32_t l4_off);

/**
 * packet_csum_replace() - repair the transport checksum at @check after @len
 * bytes that it covers changed
 * @pkt:	whose it is: one that is left to the output link
 *		(PKT_CSUM_PARTIAL) is that of the pseudo header alone
 * @pseudo:	what changed is part of the pseudo header
 *
 * Ref: inet_proto_csum_replace4(), nft_payload_l4csum_update().
 */
void packet_csum_replace(const struct packet *pkt, uint8_t *check,
			 const void *from, const void *to, unsigned len,
			 bool pseudo);

/** packet_csum_finish() - what the output link does with the TCP checksum at
 * @l4_off that was left to it, if it was (skb_checksum_help()) */
void packet_csum_finish(struct packet *pkt, uint32_t l4_off);

#endif
