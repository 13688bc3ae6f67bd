/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a register into the packet, and what sums over them repaired: the
 * checksum that the expression names, by the difference of the bytes, and, where
 * the bytes are part of the pseudo header, that of the transport header.
 *
 * Ref: nft_payload_set_eval(), nft_payload_csum_inet(),
 * nft_payload_l4csum_update().
 */
#include "vm/payload_write.h"

#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <netinet/in.h>

#include "packet/csum.h"

int payload_write_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			struct payload_write *w)
{
	uint32_t base = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_BASE);
	uint32_t offset = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_OFFSET);
	uint32_t len = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_LEN);
	uint32_t type = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_CSUM_TYPE);
	uint32_t at = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET);

	if (base > NFT_PAYLOAD_TRANSPORT_HEADER)
		return vm_refuse(lw, -ENOSYS,
				 "writing header %u is not run here", base);
	if (offset > UINT16_MAX || len > UINT8_MAX || at > UINT16_MAX)
		return vm_refuse(lw, -ERANGE, "%u bytes at %u", len, offset);
	if (type > NFT_PAYLOAD_CSUM_SCTP)
		return vm_refuse(lw, -EOPNOTSUPP, "checksum of type %u", type);
	w->base = (uint8_t)base;
	w->offset = (uint16_t)offset;
	w->len = (uint8_t)len;
	w->csum_type = (uint8_t)type;
	w->csum_offset = (uint16_t)at;
	w->flags = (uint8_t)nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_FLAGS);
	if (w->flags & ~NFT_PAYLOAD_L4CSUM_PSEUDOHDR)
		return vm_refuse(lw, -EINVAL, "payload flags 0x%x", w->flags);
	lw->e->flags |= VM_EXPR_CHANGES;
	return vm_lower_load(lw,
			     nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_SREG),
			     len, &w->sreg);
}

/* The sum of what is at @check with the bytes changed; never zero, which would
 * mean none. @pseudo: a transport header's, and they are part of the pseudo
 * header. */
static bool sum_repair(struct packet *pkt, uint32_t check, const uint8_t *from,
		       const uint8_t *to, unsigned len, bool pseudo)
{
	uint8_t *sum = packet_write(pkt, check, 2);
	uint8_t a[256] = { 0 }, b[256] = { 0 };

	if (!sum)
		return false;
	memcpy(a, from, len);
	memcpy(b, to, len);
	if (pseudo)
		packet_csum_replace(pkt, sum, a, b, ALIGN_UP(len, 2), true);
	else
		csum_replace(sum, a, b, ALIGN_UP(len, 2));
	if (!sum[0] && !sum[1])
		sum[0] = sum[1] = 0xff;
	return true;
}

/* Where the transport header's checksum is that has a pseudo header; 0: there
 * is none to repair. */
static uint32_t l4_check(const struct packet *pkt)
{
	const uint8_t *udp;

	if (pkt->frag_off || !(pkt->flags & PKT_L4))
		return 0;
	switch (pkt->l4proto) {
	case IPPROTO_TCP:
		return pkt->l4_off + 16;
	case IPPROTO_UDP:
		udp = packet_read_l4(pkt, 0, 8);
		return udp && (udp[6] || udp[7]) ? pkt->l4_off + 6 : 0;
	case IPPROTO_UDPLITE:
		return pkt->l4_off + 6;
	case IPPROTO_ICMPV6:
		return pkt->l4_off + 2;
	}
	return 0;
}

static bool sums_repair(const struct payload_write *w, struct packet *pkt,
			uint32_t head, const uint8_t *from, const uint8_t *to)
{
	uint32_t check = l4_check(pkt);

	/* summed up by the output link, whatever it will be */
	if (w->base == NFT_PAYLOAD_TRANSPORT_HEADER &&
	    pkt->flags & PKT_CSUM_PARTIAL)
		return true;
	if (w->csum_type == NFT_PAYLOAD_CSUM_INET &&
	    !sum_repair(pkt, head + w->csum_offset, from, to, w->len, false))
		return false;
	if (!w->flags || !check)
		return true;
	return sum_repair(pkt, check, from, to, w->len, true);
}

bool payload_write_exec(const struct payload_write *w,
			const struct vm_regs *regs, struct packet *pkt)
{
	const uint8_t *to = (const uint8_t *)&regs->w[w->sreg.word];
	uint32_t head = 0;
	uint8_t *at;

	if (w->base == NFT_PAYLOAD_LL_HEADER)
		/* the header that a packet came in is not what leaves */
		return pkt->flags & PKT_HAS_L2 &&
		       w->offset + w->len <= pkt->l2_len;
	if (w->base == NFT_PAYLOAD_TRANSPORT_HEADER) {
		if (!(pkt->flags & PKT_L4) || pkt->frag_off)
			return false;
		head = pkt->l4_off;
	}
	at = packet_write(pkt, head + w->offset, w->len);
	if (!at || ((w->csum_type == NFT_PAYLOAD_CSUM_INET || w->flags) &&
		    !sums_repair(w, pkt, head, at, to)))
		return false;
	memcpy(at, to, w->len);
	if (w->csum_type == NFT_PAYLOAD_CSUM_SCTP &&
	    pkt->l4proto == IPPROTO_SCTP && !pkt->frag_off)
		packet_csum_l4_fill(pkt, IPPROTO_SCTP, pkt->l4_off);
	return true;
}

void payload_write_describe(const struct payload_write *w, struct strbuf *out)
{
	static const char *const bases[] = { "link", "network", "transport" };

	strbuf_printf(out,
		      "write reg %u => %ub @ %s header + %u csum_type %u "
		      "csum_off %u csum_flags 0x%x ",
		      w->sreg.nr, w->len, bases[w->base], w->offset,
		      w->csum_type, w->csum_offset, w->flags);
}
