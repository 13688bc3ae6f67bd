/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload: bytes of the packet into a register, or the other way
 * (vm/payload_write.c) (nft_payload.c).
 *
 * Two ways, and which one serves shows. The general way wants a transport
 * header that is not behind a fragment offset. The fast way (1, 2 or 4 bytes,
 * aligned, network or transport header) looks at no fragment offset, so
 * `tcp dport` reads the payload of non-first fragments where no defrag ran; it
 * gives way to the general one when its bytes are not all there.
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/emit.h"
#include "vm/payload_write.h"

struct payload {
	struct vm_reg dreg;
	uint8_t base, len;
	uint16_t offset;
	bool fast, writes;
	struct payload_write write;
};

static int payload_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			 void *priv)
{
	struct payload *p = priv;
	uint32_t base = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_BASE);
	uint32_t offset = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_OFFSET);
	uint32_t len = nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_LEN);

	if (nftnl_expr_is_set(ne, NFTNL_EXPR_PAYLOAD_SREG)) {
		p->writes = true;
		return payload_write_lower(lw, ne, &p->write);
	}
	if (base > NFT_PAYLOAD_INNER_HEADER)
		return vm_refuse(lw, -EOPNOTSUPP, "no header %u", base);
	if (offset > UINT16_MAX || len > UINT8_MAX)
		return vm_refuse(lw, -ERANGE, "%u bytes at %u", len, offset);
	p->base = (uint8_t)base;
	p->offset = (uint16_t)offset;
	p->len = (uint8_t)len;
	p->fast = (len == 1 || len == 2 || len == 4) && !(offset % len) &&
		  (base == NFT_PAYLOAD_NETWORK_HEADER ||
		   base == NFT_PAYLOAD_TRANSPORT_HEADER);
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_store(lw,
			      nftnl_expr_get_u32(ne, NFTNL_EXPR_PAYLOAD_DREG),
			      len, &p->dreg);
}

/* Where the payload of the transport protocol begins, from the transport
 * header on; -1 when it has none (nft_payload_inner_offset()). */
static int inner_offset(const struct packet *pkt)
{
	const uint8_t *h;
	int len;

	switch (pkt->l4proto) {
	case IPPROTO_UDP:
		return 8;
	case IPPROTO_TCP:
		h = packet_read_l4(pkt, 0, 20);
		return h ? (h[12] >> 4) * 4 : -1;
	case IPPROTO_GRE:
		h = packet_read_l4(pkt, 0, 4);
		/* version 0 without routing; checksum, key, sequence number */
		if (!h || h[0] & 0x40 || h[1] & 7)
			return -1;
		len = 4;
		len += h[0] & 0x80 ? 4 : 0;
		len += h[0] & 0x20 ? 4 : 0;
		len += h[0] & 0x10 ? 4 : 0;
		return len;
	case IPPROTO_IPIP:
		return 0;
	}
	return -1;
}

static const uint8_t *link_bytes(const struct packet *pkt, unsigned offset,
				 unsigned len)
{
	if (!(pkt->flags & PKT_HAS_L2) || offset > pkt->l2_len ||
	    len > pkt->l2_len - offset)
		return NULL;
	return pkt->l2 + offset;
}

/* The general way. */
static const uint8_t *payload_bytes(const struct payload *p,
				    const struct packet *pkt)
{
	int inner = 0;

	if (p->base == NFT_PAYLOAD_LL_HEADER)
		return link_bytes(pkt, p->offset, p->len);
	if (p->base == NFT_PAYLOAD_NETWORK_HEADER)
		return packet_read(pkt, p->offset, p->len);
	if (pkt->frag_off)
		return NULL;
	if (p->base == NFT_PAYLOAD_INNER_HEADER) {
		if (!(pkt->flags & PKT_L4))
			return NULL;
		inner = inner_offset(pkt);
		if (inner < 0)
			return NULL;
	}
	return packet_read_l4(pkt, (unsigned)inner + p->offset, p->len);
}

static void payload_exec(const struct vm_expr *e, struct vm_regs *regs,
			 struct vm_ctx *cx)
{
	const struct payload *p = vm_priv(e);
	uint32_t *dst = &regs->w[p->dreg.word];
	const uint8_t *src = NULL;

	if (p->writes) {
		if (!payload_write_exec(&p->write, regs, cx->pkt))
			vm_break(regs);
		return;
	}
	if (p->fast)
		src = p->base == NFT_PAYLOAD_NETWORK_HEADER
			      ? packet_read(cx->pkt, p->offset, p->len)
			      : packet_read_l4(cx->pkt, p->offset, p->len);
	if (!src)
		src = payload_bytes(p, cx->pkt);
	if (!src)
		return vm_break(regs);
	dst[(p->len - 1) / 4] = 0;
	memcpy(dst, src, p->len);
}

static bool payload_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct payload *p = vm_priv(e);
	uint64_t key = (uint64_t)p->base << 32 | (uint64_t)p->offset << 8 |
		       p->len;

	if (p->writes)
		return false;
	vm_emit_load(em, e, key, p->dreg, p->len);
	if (p->base == NFT_PAYLOAD_NETWORK_HEADER)
		vm_emit_source(em, VM_SOURCE_NETWORK, p->offset);
	else if (p->fast)
		vm_emit_source(em, VM_SOURCE_L4, p->offset);
	return true;
}

static void payload_describe(const struct vm_expr *e, struct strbuf *out)
{
	static const char *const bases[] = { "link", "network", "transport",
					     "inner" };
	const struct payload *p = vm_priv(e);

	if (p->writes) {
		payload_write_describe(&p->write, out);
		return;
	}
	strbuf_printf(out, "load %ub @ %s header + %u => reg %u ", p->len,
		      bases[p->base], p->offset, p->dreg.nr);
}

const struct vm_expr_ops vm_expr_payload = {
	.name = "payload",
	.priv_size = sizeof(struct payload),
	.lower = payload_lower,
	.exec = payload_exec,
	.emit = payload_emit,
	.describe = payload_describe,
};
