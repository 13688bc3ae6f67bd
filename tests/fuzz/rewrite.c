/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a packet whose addresses and ports are rewritten, and those of a
 * packet that it quotes, and whose payload is replaced. Nothing outside of it is
 * touched; a checksum that was right stays right.
 *
 * The first two bytes say what is rewritten to what.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ct/nat.h"
#include "nat/manip.h"
#include "packet/csum.h"
#include "packet/replace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define ROOM 64

/*
 * UDP-Lite with a coverage of less than its header (RFC 3828, 3.1): malformed,
 * and the ports are outside of its sum. udplite_error() lets none of these come
 * to be rewritten.
 */
static bool is_half_covered(const struct packet *p)
{
	const uint8_t *l4 = packet_read_l4(p, 0, 8);
	unsigned coverage;

	if (p->l4proto != IPPROTO_UDPLITE || !l4)
		return false;
	coverage = get_be16(l4 + 4);
	return coverage > 0 && coverage < 8;
}

/* The checksum of the packet, where there is one to verify. */
static bool is_right(const struct packet *pkt)
{
	struct packet p = *pkt;

	packet_decode(&p);
	return !p.frag_off && p.flags & PKT_L4 && !is_half_covered(&p) &&
	       packet_csum_l4(&p, p.l4proto, p.l4_off) == CSUM_GOOD;
}

/*
 * Is nothing there but zeros? The sum of that is the one zero of ones'
 * complement that no other sum is; its checksum is all ones, which a repair by
 * the difference cannot tell from none (RFC 1624): there it leaves zeros, here
 * and in the kernel. Only ICMP has no pseudo header that would count.
 */
static bool is_zeros(const struct packet *pkt)
{
	for (uint32_t i = pkt->l4_off; i < pkt->len; i++) {
		if (pkt->data[i])
			return false;
	}
	return pkt->l4proto == IPPROTO_ICMP;
}

static struct ct_tuple target_of(const struct packet *pkt, uint8_t how)
{
	struct ct_tuple t = {
		.src = packet_saddr(pkt),
		.dst = packet_daddr(pkt),
		.sport = htobe16(how * 257),
		.dport = htobe16((uint16_t) ~(how * 257)),
		.l3 = pkt->nfproto,
		.l4 = pkt->l4proto,
	};

	t.src.b[how & 3] ^= how;
	t.dst.b[how >> 2 & 3] ^= how;
	return t;
}

/* A fresh copy of the packet, with some room behind it; false: it is none. */
static bool fresh(struct packet *pkt, const uint8_t *bytes, size_t len)
{
	uint8_t *buf = malloc(len + ROOM);

	memcpy(buf, bytes, len);
	packet_init(pkt, buf, (uint32_t)(len + ROOM), buf, (uint32_t)len, 0);
	pkt->flags |= PKT_LOCAL_OUT; /* whatever its IP checksum is */
	if (packet_receive(pkt) != REASON_NONE) {
		free(buf);
		return false;
	}
	pkt->flags = 0;
	packet_decode(pkt);
	return true;
}

/* The packet itself. */
static void rewrite_outer(struct packet *pkt, uint8_t what, uint8_t how)
{
	const struct ct_tuple target = target_of(pkt, what);
	const bool right = is_right(pkt);

	if (nat_manip(pkt, 0, &target, how & 1 ? NAT_SRC : NAT_DST) && right &&
	    !is_right(pkt) && !is_zeros(pkt))
		abort();
}

/* What lies anywhere in it, as if it were quoted there. */
static void rewrite_inner(struct packet *pkt, uint8_t what, uint8_t how)
{
	const struct ct_tuple target = target_of(pkt, what);

	nat_manip(pkt, how >> 1, &target, how & 1 ? NAT_DST : NAT_SRC);
}

/* Bytes of its payload, or what the lengths call that. */
static void replace_payload(struct packet *pkt, uint8_t what, uint8_t how)
{
	static const char text[] = "text";
	const uint32_t at = pkt->l4_off + how / 4u;
	const bool right = is_right(pkt);

	if (!(pkt->flags & PKT_L4) ||
	    (pkt->l4proto != IPPROTO_TCP && pkt->l4proto != IPPROTO_UDP))
		return;
	if (packet_replace_l4(pkt, pkt->l4proto, pkt->l4_off, at, what / 8u,
			      text, what % 5u) &&
	    right && !is_right(pkt))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const ways[])(struct packet * pkt, uint8_t what,
				    uint8_t how) = {
		rewrite_outer,
		rewrite_inner,
		replace_payload,
	};
	struct packet pkt;

	if (len < 2 || len > 4096)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		if (!fresh(&pkt, bytes + 2, len - 2))
			return 0;
		ways[i](&pkt, bytes[0], bytes[1]);
		free(pkt.buf);
	}
	return 0;
}
