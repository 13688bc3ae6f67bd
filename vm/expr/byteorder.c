/* SPDX-License-Identifier: GPL-2.0-or-later */
/* byteorder: numbers of 2, 4 or 8 bytes to the machine's order or to the
 * network's (nft_byteorder.c), which is the same swap. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

/** struct byteorder - @len bytes as numbers of @size bytes each */
struct byteorder {
	struct vm_reg sreg, dreg;
	uint8_t op, len, size;
};

static int byteorder_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			   void *priv)
{
	struct byteorder *b = priv;
	uint32_t op = nftnl_expr_get_u32(ne, NFTNL_EXPR_BYTEORDER_OP);
	uint32_t len = nftnl_expr_get_u32(ne, NFTNL_EXPR_BYTEORDER_LEN);
	uint32_t size = nftnl_expr_get_u32(ne, NFTNL_EXPR_BYTEORDER_SIZE);
	int ret;

	if (op > NFT_BYTEORDER_HTON)
		return vm_refuse(lw, -EINVAL, "no byteorder operation %u", op);
	if (size != 2 && size != 4 && size != 8)
		return vm_refuse(lw, -EINVAL, "numbers of %u bytes", size);
	ret = vm_lower_load(lw,
			    nftnl_expr_get_u32(ne, NFTNL_EXPR_BYTEORDER_SREG),
			    len, &b->sreg);
	if (ret)
		return ret;
	b->op = (uint8_t)op;
	b->len = (uint8_t)len;
	b->size = (uint8_t)size;
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_store(lw,
			      nftnl_expr_get_u32(ne, NFTNL_EXPR_BYTEORDER_DREG),
			      len, &b->dreg);
}

static void swap(uint8_t *dst, const uint8_t *src, unsigned size)
{
	uint16_t w16;
	uint32_t w32;
	uint64_t w64;

	switch (size) {
	case 2:
		memcpy(&w16, src, 2);
		w16 = be16toh(w16);
		memcpy(dst, &w16, 2);
		break;
	case 4:
		memcpy(&w32, src, 4);
		w32 = be32toh(w32);
		memcpy(dst, &w32, 4);
		break;
	default:
		memcpy(&w64, src, 8);
		w64 = be64toh(w64);
		memcpy(dst, &w64, 8);
	}
}

static void byteorder_exec(const struct vm_expr *e, struct vm_regs *regs,
			   struct vm_ctx *cx)
{
	const struct byteorder *b = vm_priv(e);
	const uint8_t *src = (const uint8_t *)&regs->w[b->sreg.word];
	uint8_t *dst = (uint8_t *)&regs->w[b->dreg.word];

	for (unsigned i = 0; i + b->size <= b->len; i += b->size)
		swap(dst + i, src + i, b->size);
}

static void byteorder_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct byteorder *b = vm_priv(e);

	strbuf_printf(out, "reg %u = %s(reg %u, %u, %u) ", b->dreg.nr,
		      b->op == NFT_BYTEORDER_NTOH ? "ntoh" : "hton", b->sreg.nr,
		      b->size, b->len);
}

const struct vm_expr_ops vm_expr_byteorder = {
	.name = "byteorder",
	.priv_size = sizeof(struct byteorder),
	.lower = byteorder_lower,
	.exec = byteorder_exec,
	.describe = byteorder_describe,
};
