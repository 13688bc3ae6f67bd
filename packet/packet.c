/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * packet_receive() is what stands between the link and the PREROUTING hook:
 * what it refuses no rule ever sees. packet_decode() is nft_set_pktinfo(): it
 * finds the transport header once, and everything that rules load goes by that.
 *
 * Lengths in headers are compared with wire_len, since the kernel had all
 * bytes; what must be read is compared with len. A packet that the snap length
 * cut inside its IP header cannot be judged and is dropped as too short.
 *
 * Conntrack finds transport headers by other rules than nft does (it skips AH
 * and wants offset 0): packet_l4_conntrack().
 */
#include "packet/packet.h"

#include "packet/csum.h"
#include "packet/ip6opt.h"

enum {
	IP4_HDR_LEN = 20,
	IP6_HDR_LEN = 40,
	IP4_OFFSET_MASK = 0x1fff,
	IP6_OFFSET_MASK = 0xfff8,
	FRAG_HDR_LEN = 8,
};

void packet_init(struct packet *pkt, uint8_t *buf, uint32_t buf_size,
		 uint8_t *data, uint32_t len, uint32_t wire_len)
{
	*pkt = (struct packet){
		.data = data,
		.len = len,
		.wire_len = MAX(wire_len, len),
		.buf = buf,
		.buf_size = buf_size,
	};
}

/* Cut what is behind the IP packet: Ethernet padding, a trailer. */
static void packet_trim(struct packet *pkt, uint32_t total)
{
	pkt->wire_len = MIN(pkt->wire_len, total);
	pkt->len = MIN(pkt->len, total);
}

/* Wrong, and nobody has a reason to leave it so: what this host sends gets its
 * checksum later, and so may what was captured where it was sent. */
static bool bad_header_csum(const struct packet *pkt, const uint8_t *iph,
			    unsigned hdr_len)
{
	if (likely(!csum_ip_header(iph, hdr_len)))
		return false;
	if (pkt->flags & (PKT_LOCAL_OUT | PKT_CSUM_OK))
		return false;
	return !(pkt->flags & PKT_CSUM_LAX) || load_raw16(iph + 10) != 0;
}

static enum reason receive4(struct packet *pkt)
{
	const uint8_t *iph = packet_read(pkt, 0, IP4_HDR_LEN);
	uint32_t hdr_len, total;

	if (unlikely(!iph || iph[0] >> 4 != 4))
		return REASON_hdr_short;
	hdr_len = (iph[0] & 15) * 4;
	if (unlikely(hdr_len < IP4_HDR_LEN || hdr_len > pkt->len))
		return REASON_hdr_short;
	if (bad_header_csum(pkt, iph, hdr_len))
		return REASON_hdr_checksum;
	total = get_be16(iph + 2);
	/* iph_totlen(): no 16 bits can say how long an offloaded one is */
	if (unlikely(total == 0 && (pkt->flags & PKT_GSO)))
		total = pkt->wire_len;
	if (unlikely(total > pkt->wire_len || total < hdr_len))
		return REASON_hdr_length;
	packet_trim(pkt, total);
	pkt->nfproto = NFPROTO_IPV4;
	pkt->protocol = htobe16(ETHERTYPE_IP4);
	return REASON_NONE;
}

static bool is_loopback6(const uint8_t *addr)
{
	static const uint8_t one[16] = { [15] = 1 };

	return memcmp(addr, one, sizeof(one)) == 0;
}

/* Addresses that no link may deliver (RFC 4291 2.5.3, 2.7 and its erratum). */
static bool bad_addresses6(const struct packet *pkt, const uint8_t *ip6h)
{
	const uint8_t *saddr = ip6h + 8, *daddr = ip6h + 24;
	bool looped = pkt->flags & PKT_LOOPED ||
		      pkt->pkttype == PKTTYPE_LOOPBACK;
	unsigned scope = daddr[1] & 15;

	if (!looped && (is_loopback6(saddr) || is_loopback6(daddr)))
		return true;
	if (daddr[0] == 0xff && (scope == 0 || (scope == 1 && !looped)))
		return true;
	return saddr[0] == 0xff;
}

static enum reason receive6(struct packet *pkt)
{
	const uint8_t *ip6h = packet_read(pkt, 0, IP6_HDR_LEN);
	struct ip6_problem problem;
	uint32_t payload;

	if (unlikely(!ip6h || ip6h[0] >> 4 != 6))
		return REASON_hdr_short;
	if (!(pkt->flags & PKT_LOCAL_OUT) && bad_addresses6(pkt, ip6h))
		return REASON_hdr_address;
	payload = get_be16(ip6h + 4);
	/* payload 0 with hop-by-hop options: a jumbogram, they say how long */
	if (likely(payload || ip6h[6] != IPPROTO_HOPOPTS) &&
	    !(payload == 0 && (pkt->flags & PKT_GSO))) {
		if (unlikely(payload + IP6_HDR_LEN > pkt->wire_len))
			return REASON_hdr_length;
		packet_trim(pkt, payload + IP6_HDR_LEN);
	}
	pkt->nfproto = NFPROTO_IPV6;
	pkt->protocol = htobe16(ETHERTYPE_IP6);
	if (unlikely(ip6h[6] == IPPROTO_HOPOPTS) &&
	    !(pkt->flags & PKT_LOCAL_OUT) && !ip6_hopopts_ok(pkt, &problem))
		return REASON_hdr_options;
	return REASON_NONE;
}

enum reason packet_receive(struct packet *pkt)
{
	be16_t protocol = pkt->protocol;

	if (unlikely(pkt->pkttype == PKTTYPE_OTHERHOST))
		return REASON_l2_other_host;
	if (protocol == 0 && pkt->len)
		protocol = htobe16(pkt->data[0] >> 4 == 6 ? ETHERTYPE_IP6
							  : ETHERTYPE_IP4);
	if (protocol == htobe16(ETHERTYPE_IP4))
		return receive4(pkt);
	if (protocol == htobe16(ETHERTYPE_IP6))
		return receive6(pkt);
	return protocol ? REASON_not_ip : REASON_hdr_short;
}

enum reason packet_receive_lax(struct packet *pkt)
{
	pkt->flags |= PKT_CSUM_OK | PKT_LOCAL_OUT | PKT_GSO;
	pkt->pkttype = PKTTYPE_HOST;
	return packet_receive(pkt);
}

static bool is_ext_hdr(uint8_t nexthdr)
{
	return nexthdr == IPPROTO_HOPOPTS || nexthdr == IPPROTO_ROUTING ||
	       nexthdr == IPPROTO_FRAGMENT || nexthdr == IPPROTO_AH ||
	       nexthdr == IPPROTO_NONE || nexthdr == IPPROTO_DSTOPTS;
}

/* Length of the extension header at @hp, which is of kind @nexthdr. */
static uint32_t ext_hdr_len(uint8_t nexthdr, const uint8_t *hp)
{
	if (nexthdr == IPPROTO_FRAGMENT)
		return FRAG_HDR_LEN;
	if (nexthdr == IPPROTO_AH)
		return (hp[1] + 2) * 4;
	return (hp[1] + 1) * 8;
}

/* nft's walk stops at AH and at what is no extension header; "no next header"
 * is a protocol to it. */
static bool nft_walk_ends(uint8_t nexthdr)
{
	return !is_ext_hdr(nexthdr) || nexthdr == IPPROTO_NONE;
}

/*
 * ipv6_find_hdr(skb, &thoff, -1, &fragoff, IP6_FH_F_AUTH). In a later fragment
 * the kernel finds the protocol but never sets thoff: transport loads that
 * don't look at the fragment offset read the IPv6 header itself.
 */
static void decode6_ext(struct packet *pkt, uint8_t nexthdr)
{
	uint32_t off = IP6_HDR_LEN;

	while (!nft_walk_ends(nexthdr)) {
		const uint8_t *hp = packet_read(pkt, off, 2);
		const uint8_t *fp;

		if (!hp)
			return;
		if (nexthdr == IPPROTO_AH)
			break;
		/* four bytes are asked for: routing type, segments left */
		if (nexthdr == IPPROTO_ROUTING && !packet_read(pkt, off, 4))
			return;
		if (nexthdr == IPPROTO_FRAGMENT) {
			fp = packet_read(pkt, off + 2, 2);
			if (!fp)
				return;
			pkt->frag_off = get_be16(fp) & IP6_OFFSET_MASK;
			if (pkt->frag_off)
				break;
		}
		off += ext_hdr_len(nexthdr, hp);
		nexthdr = hp[0];
	}
	if (pkt->frag_off) {
		nexthdr = pkt->data[off];
		off = 0;
		if (!nft_walk_ends(nexthdr)) {
			pkt->frag_off = 0;
			return;
		}
	}
	if (off > UINT16_MAX)
		return;
	pkt->l4proto = nexthdr;
	pkt->l4_off = (uint16_t)off;
	pkt->flags |= PKT_L4;
}

void packet_decode(struct packet *pkt)
{
	const uint8_t *iph = pkt->data;

	if (likely(pkt->nfproto == NFPROTO_IPV4)) {
		pkt->l4proto = iph[9];
		pkt->l4_off = (uint16_t)((iph[0] & 15) * 4);
		pkt->frag_off =
			(uint16_t)((get_be16(iph + 6) & IP4_OFFSET_MASK) * 8);
		pkt->flags |= PKT_L4;
		return;
	}
	pkt->flags &= (uint16_t)~PKT_L4;
	pkt->l4proto = 0;
	pkt->l4_off = pkt->frag_off = 0;
	if (likely(!is_ext_hdr(iph[6]))) {
		pkt->l4proto = iph[6];
		pkt->l4_off = IP6_HDR_LEN;
		pkt->flags |= PKT_L4;
		return;
	}
	decode6_ext(pkt, iph[6]);
}

int packet_skip_exthdr6(const struct packet *pkt, uint32_t off,
			uint8_t *nexthdr, be16_t *frag_off)
{
	uint8_t next = *nexthdr;

	*frag_off = 0;
	while (is_ext_hdr(next)) {
		const uint8_t *hp = packet_read(pkt, off, 2), *fp;

		if (next == IPPROTO_NONE || !hp)
			return -1;
		if (next == IPPROTO_FRAGMENT) {
			fp = packet_read(pkt, off + 2, 2);
			if (!fp)
				return -1;
			*frag_off = load_raw16(fp);
			if (get_be16(fp) & IP6_OFFSET_MASK)
				break;
		}
		off += ext_hdr_len(next, hp);
		next = hp[0];
	}
	*nexthdr = next;
	return (int)off;
}

int packet_l4_conntrack(const struct packet *pkt, uint32_t off,
			uint8_t *l4proto)
{
	const uint8_t *iph;
	be16_t frag_off;
	uint32_t hdr_len;
	int l4_off;

	if (pkt->nfproto == NFPROTO_IPV4) {
		iph = packet_read(pkt, off, IP4_HDR_LEN);
		if (!iph || (get_be16(iph + 6) & IP4_OFFSET_MASK))
			return -1;
		hdr_len = (iph[0] & 15) * 4;
		*l4proto = iph[9];
		return off + hdr_len > pkt->wire_len ? -1
						     : (int)(off + hdr_len);
	}
	iph = packet_read(pkt, off, IP6_HDR_LEN);
	if (!iph)
		return -1;
	*l4proto = iph[6];
	l4_off =
		packet_skip_exthdr6(pkt, off + IP6_HDR_LEN, l4proto, &frag_off);
	if (l4_off < 0 || (be16toh(frag_off) & IP6_OFFSET_MASK))
		return -1;
	return l4_off;
}
