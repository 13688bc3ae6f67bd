/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Every transport protocol with a checksum is one row of l4_csums[]: where the
 * field is, whether a pseudo header goes in, and how much of the packet is
 * covered. Verifying sums everything with the field in it and expects zero;
 * filling clears the field first.
 *
 * UDPLITE is verified with the pseudo header of UDP: that is what the kernel's
 * conntrack does (udplite_error()), so to it every right UDPLITE checksum is
 * wrong, and so it is here. Filling writes the right one.
 *
 * The Internet checksum sums 64 bits at a time with an end-around carry; since
 * 2^16 = 1 modulo 0xffff, folding the wide sum gives the narrow one.
 */
#include "packet/csum.h"

#include <netinet/in.h>

struct l4_csum {
	uint8_t verified_as; /* protocol that the pseudo header must say */
	uint8_t off;	     /* of the checksum field in the transport header */
	uint8_t min_len;     /* of the transport header */
	bool pseudo4, pseudo6;
	bool zero_is_none; /* UDP: no checksum was computed */
	bool crc32c;
	bool coverage; /* UDPLITE: bytes 4..5 say how much is covered */
	bool usual; /* both pseudo headers, an Internet checksum over it all */
};

/* By protocol; those without a row have no checksum that is known here. */
static const struct l4_csum l4_csums[] = {
	[IPPROTO_TCP] = { .verified_as = IPPROTO_TCP,
			  .off = 16,
			  .min_len = 20,
			  .pseudo4 = true,
			  .pseudo6 = true,
			  .usual = true },
	[IPPROTO_UDP] = { .verified_as = IPPROTO_UDP,
			  .off = 6,
			  .min_len = 8,
			  .pseudo4 = true,
			  .pseudo6 = true,
			  .zero_is_none = true,
			  .usual = true },
	[IPPROTO_UDPLITE] = { .verified_as = IPPROTO_UDP,
			      .off = 6,
			      .min_len = 8,
			      .pseudo4 = true,
			      .pseudo6 = true,
			      .coverage = true },
	[IPPROTO_ICMP] = { .verified_as = IPPROTO_ICMP,
			   .off = 2,
			   .min_len = 4 },
	[IPPROTO_ICMPV6] = { .verified_as = IPPROTO_ICMPV6,
			     .off = 2,
			     .min_len = 4,
			     .pseudo4 = true,
			     .pseudo6 = true },
	[IPPROTO_SCTP] = { .verified_as = IPPROTO_SCTP,
			   .off = 8,
			   .min_len = 12,
			   .crc32c = true },
};

static inline const struct l4_csum *l4_csum_find(uint8_t l4proto)
{
	if (l4proto >= ARRAY_LEN(l4_csums) || !l4_csums[l4proto].min_len)
		return NULL;
	return &l4_csums[l4proto];
}

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* What is behind the last whole word of the @len bytes at @p, as if zeros
 * followed; at least 8 bytes end there. */
static inline uint64_t load_tail(const uint8_t *p, size_t len)
{
	static_assert(__BYTE_ORDER == __LITTLE_ENDIAN,
		      "what comes first is lowest");
	/* in two steps, since one by 64 bits is undefined */
	return load64(p + len - 8) >> (8 * (~len & 7)) >> 8;
}

/* The word at @off of @len bytes, at least 8; zero when it is not all there.
 * Without a branch: how many words a segment has nobody can foresee. */
static inline uint64_t load_word(const uint8_t *p, size_t len, unsigned off)
{
	const uint64_t there = (uint64_t)((int64_t)(off + 7 - len) >> 63);

	return load64(p + (off & there)) & there;
}

#define SHORT_MIN 8
#define SHORT_END 40

/* SHORT_MIN to SHORT_END - 1 bytes: a header with its options, or with a little
 * data. */
static inline uint64_t short_sum(const uint8_t *p, size_t len, uint64_t sum)
{
	sum = csum_add(sum, load64(p));
	sum = csum_add(sum, load_word(p, len, 8));
	sum = csum_add(sum, load_word(p, len, 16));
	sum = csum_add(sum, load_word(p, len, 24));
	return csum_add(sum, load_tail(p, len));
}

/* 32 bytes. */
static inline uint64_t block_sum(const uint8_t *p, uint64_t sum)
{
	sum = csum_add(sum, load64(p));
	sum = csum_add(sum, load64(p + 8));
	sum = csum_add(sum, load64(p + 16));
	return csum_add(sum, load64(p + 24));
}

uint64_t csum_partial(const void *bytes, size_t len, uint64_t sum)
{
	const uint8_t *p = bytes;
	uint64_t tail = 0;

	if (likely(len - SHORT_MIN < SHORT_END - SHORT_MIN))
		return short_sum(p, len, sum);
	if (unlikely(len < SHORT_MIN)) {
		memcpy(&tail, p, len);
		return csum_add(sum, tail);
	}
	for (; len >= SHORT_END; p += 32, len -= 32)
		sum = block_sum(p, sum);
	return short_sum(p, len, sum);
}

be16_t csum_ip_header(const uint8_t *iph, unsigned len)
{
	uint64_t sum = csum_add(load64(iph), load64(iph + 8));

	sum = csum_add(sum, load_raw32(iph + 16));
	if (unlikely(len > 20))
		sum = csum_partial(iph + 20, len - 20, sum);
	return csum_fold(sum);
}

uint64_t csum_pseudo(const struct packet *pkt, uint32_t l4_len, uint8_t l4proto)
{
	uint64_t sum = (uint64_t)htobe32(l4_len) + htobe16(l4proto);

	if (likely(pkt->nfproto == NFPROTO_IPV4))
		return csum_add(sum, load64(pkt->data + 12));
	return block_sum(pkt->data + 8, sum);
}

static void csum_apply(uint8_t *check, uint64_t diff)
{
	be16_t repaired = csum_repaired(load_raw16(check), diff);

	memcpy(check, &repaired, sizeof(repaired));
}

void csum_replace2(uint8_t *check, be16_t from, be16_t to)
{
	csum_apply(check, (uint64_t)(uint16_t)~from + to);
}

void csum_replace4(uint8_t *check, be32_t from, be32_t to)
{
	csum_apply(check, (uint64_t)(uint32_t)~from + to);
}

void csum_replace(uint8_t *check, const void *from, const void *to,
		  unsigned len)
{
	uint8_t inverted[64];

	assert(len <= sizeof(inverted) && len % 2 == 0);
	for (unsigned i = 0; i < len; i++)
		inverted[i] = (uint8_t) ~((const uint8_t *)from)[i];
	csum_apply(check,
		   csum_partial(to, len, csum_partial(inverted, len, 0)));
}

/* The reflected polynomial 0x82f63b78, four bits at a time: small, and SCTP is
 * rare enough. */
uint32_t csum_crc32c(uint32_t crc, const void *bytes, size_t len)
{
	static const uint32_t nibble[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const uint8_t *p = bytes;

	while (len--) {
		crc ^= *p++;
		crc = (crc >> 4) ^ nibble[crc & 15];
		crc = (crc >> 4) ^ nibble[crc & 15];
	}
	return crc;
}

/* CRC32c of an SCTP packet with its checksum field taken as zero, as it stands
 * in the field (little endian). */
static uint32_t sctp_crc(const uint8_t *sctph, uint32_t len)
{
	static const uint8_t zero[4];
	uint32_t crc = csum_crc32c(~UINT32_C(0), sctph, 8);

	crc = csum_crc32c(crc, zero, 4);
	crc = csum_crc32c(crc, sctph + 12, len - 12);
	return htole32(~crc);
}

/* How many of the @len bytes are covered; those of UDPLITE by its coverage
 * field, 0 meaning all. */
static uint32_t covered(const struct l4_csum *c, const uint8_t *l4,
			uint32_t len)
{
	uint32_t coverage;

	if (!c->coverage)
		return len;
	coverage = get_be16(l4 + 4);
	return coverage == 0 || coverage > len ? len : coverage;
}

static uint64_t pseudo_sum(const struct packet *pkt, const struct l4_csum *c,
			   uint32_t l4_len, uint8_t l4proto)
{
	bool wanted = pkt->nfproto == NFPROTO_IPV4 ? c->pseudo4 : c->pseudo6;

	return wanted ? csum_pseudo(pkt, l4_len, l4proto) : 0;
}

static bool sum_is_right(const struct l4_csum *c, const uint8_t *l4,
			 uint32_t len, uint64_t pseudo)
{
	if (c->crc32c)
		return sctp_crc(l4, len) == load_raw32(l4 + c->off);
	return csum_fold(csum_partial(l4, len, pseudo)) == 0;
}

/* Is the packet a short one, whole, and its checksum right? Most of those that
 * have little to sum are; of others this says nothing. */
static inline bool short_and_right(const struct packet *pkt,
				   const struct l4_csum *c, uint32_t l4_off)
{
	const uint32_t len = pkt->wire_len - l4_off;

	return c->usual && pkt->len == pkt->wire_len && len >= c->min_len &&
	       len < SHORT_END &&
	       !csum_fold(short_sum(pkt->data + l4_off, len,
				    csum_pseudo(pkt, len, c->verified_as)));
}

enum csum_state packet_csum_l4(const struct packet *pkt, uint8_t l4proto,
			       uint32_t l4_off)
{
	const struct l4_csum *c = l4_csum_find(l4proto);
	uint32_t len, cover;
	uint64_t pseudo;
	const uint8_t *l4;
	bool whole;

	if (!c || (pkt->flags & PKT_CSUM_OK) || short_and_right(pkt, c, l4_off))
		return CSUM_GOOD;
	l4 = packet_read(pkt, l4_off, c->min_len);
	if (!l4)
		return pkt->len < pkt->wire_len ? CSUM_UNKNOWN : CSUM_BAD;
	if (c->zero_is_none && load_raw16(l4 + c->off) == 0)
		return CSUM_GOOD;
	len = pkt->wire_len - l4_off;
	cover = covered(c, l4, len);
	pseudo = pseudo_sum(pkt, c, len, c->verified_as);
	whole = cover <= pkt->len - l4_off;
	if (whole && sum_is_right(c, l4, cover, pseudo))
		return CSUM_GOOD;
	if (pseudo && (load_raw16(l4 + c->off) == 0 ||
		       load_raw16(l4 + c->off) == (be16_t)~csum_fold(pseudo)))
		return CSUM_PARTIAL;
	return whole ? CSUM_BAD : CSUM_UNKNOWN;
}

void packet_csum_l4_fill(struct packet *pkt, uint8_t l4proto, uint32_t l4_off)
{
	const struct l4_csum *c = l4_csum_find(l4proto);
	uint8_t *l4 = c ? packet_write(pkt, l4_off, c->min_len) : NULL;
	uint32_t len = pkt->len - l4_off, crc;
	be16_t sum;

	if (!l4)
		return;
	if (c->crc32c) {
		crc = sctp_crc(l4, len);
		memcpy(l4 + c->off, &crc, sizeof(crc));
		return;
	}
	memset(l4 + c->off, 0, 2);
	sum = csum_fold(csum_partial(l4, covered(c, l4, len),
				     pseudo_sum(pkt, c, len, l4proto)));
	/* RFC 768: a computed zero is sent as all ones */
	if (sum == 0 && (l4proto == IPPROTO_UDP || l4proto == IPPROTO_UDPLITE))
		sum = 0xffff;
	memcpy(l4 + c->off, &sum, sizeof(sum));
}

static void complement(uint8_t *check)
{
	check[0] = (uint8_t)~check[0];
	check[1] = (uint8_t)~check[1];
}

void packet_csum_replace(const struct packet *pkt, uint8_t *check,
			 const void *from, const void *to, unsigned len,
			 bool pseudo)
{
	if (likely(!(pkt->flags & PKT_CSUM_PARTIAL))) {
		csum_replace(check, from, to, len);
	} else if (pseudo) {
		/* a sum that is to be added to, not yet complemented */
		complement(check);
		csum_replace(check, from, to, len);
		complement(check);
	}
}

void packet_csum_finish(struct packet *pkt, uint32_t l4_off)
{
	uint8_t *check = packet_write(pkt, l4_off + 16, 2);
	be16_t sum;

	if (!(pkt->flags & PKT_CSUM_PARTIAL) || !check)
		return;
	pkt->flags &= (uint16_t)~PKT_CSUM_PARTIAL;
	sum = csum_fold(csum_partial(pkt->data + l4_off, pkt->len - l4_off, 0));
	if (!sum)
		sum = 0xffff;
	memcpy(check, &sum, sizeof(sum));
}
