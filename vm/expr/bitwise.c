/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitwise: mask and xor, or shift (nft_bitwise.c).
 *
 * Words are taken as the machine's numbers, the first the most significant: a
 * shift carries from word to word but swaps no bytes, which is why nft puts
 * byteorder around it.
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/emit.h"

/**
 * struct bitwise - @dreg = (@sreg & @mask) ^ @xor, or shifted by @shift bits
 * @op:		NFT_BITWISE_*
 */
struct bitwise {
	struct vm_reg sreg, dreg;
	uint8_t op, len, shift;
	/* mask, then xor: as many words as @len takes are there of each */
	uint32_t data[2 * VM_REG_BYTES / 4];
};

static unsigned words_of(const struct bitwise *b)
{
	return DIV_ROUND_UP(b->len, 4u);
}

static int lower_bool(struct vm_lower *lw, const struct nftnl_expr *ne,
		      struct bitwise *b)
{
	uint32_t mask_len = 0, xor_len = 0;
	const void *mask =
		nftnl_expr_get(ne, NFTNL_EXPR_BITWISE_MASK, &mask_len);
	const void *xor_ = nftnl_expr_get(ne, NFTNL_EXPR_BITWISE_XOR, &xor_len);

	if (!mask || !xor_ || mask_len != b->len || xor_len != b->len)
		return vm_refuse(lw, -EINVAL,
				 "mask and xor are not as long as "
				 "what they change");
	vm_lower_used(lw, offsetof(struct bitwise, data) +
				  2 * words_of(b) * sizeof(b->data[0]));
	memcpy(b->data, mask, b->len);
	memcpy(b->data + words_of(b), xor_, b->len);
	return 0;
}

static int lower_shift(struct vm_lower *lw, const struct nftnl_expr *ne,
		       struct bitwise *b)
{
	uint32_t len = 0, shift;
	const void *data = nftnl_expr_get(ne, NFTNL_EXPR_BITWISE_DATA, &len);

	if (!data || len != sizeof(shift))
		return vm_refuse(lw, -EINVAL, "shift by nothing");
	memcpy(&shift, data, sizeof(shift));
	if (shift >= 32)
		return vm_refuse(lw, -EINVAL, "shift by %u bits", shift);
	b->shift = (uint8_t)shift;
	vm_lower_used(lw, offsetof(struct bitwise, data));
	return 0;
}

static int bitwise_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			 void *priv)
{
	struct bitwise *b = priv;
	uint32_t op = nftnl_expr_get_u32(ne, NFTNL_EXPR_BITWISE_OP);
	uint32_t len = nftnl_expr_get_u32(ne, NFTNL_EXPR_BITWISE_LEN);
	int ret;

	ret = vm_lower_load(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_BITWISE_SREG),
			    len, &b->sreg);
	if (!ret)
		ret = vm_lower_store(
			lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_BITWISE_DREG),
			len, &b->dreg);
	if (ret)
		return ret;
	b->op = (uint8_t)op;
	b->len = (uint8_t)len;
	lw->e->flags |= VM_EXPR_PURE;
	switch (op) {
	case NFT_BITWISE_BOOL:
		return lower_bool(lw, ne, b);
	case NFT_BITWISE_LSHIFT:
	case NFT_BITWISE_RSHIFT:
		return lower_shift(lw, ne, b);
	}
	return vm_refuse(lw, -EOPNOTSUPP, "no bitwise operation %u", op);
}

static void shift_left(const struct bitwise *b, const uint32_t *src,
		       uint32_t *dst)
{
	uint32_t carry = 0;

	for (unsigned i = words_of(b); i-- > 0;) {
		uint64_t v = (uint64_t)src[i] << b->shift;

		dst[i] = (uint32_t)v | carry;
		carry = (uint32_t)(v >> 32);
	}
}

static void shift_right(const struct bitwise *b, const uint32_t *src,
			uint32_t *dst)
{
	uint32_t carry = 0;

	for (unsigned i = 0; i < words_of(b); i++) {
		uint64_t v = (uint64_t)src[i] << 32 >> b->shift;

		dst[i] = (uint32_t)(v >> 32) | carry;
		carry = (uint32_t)v;
	}
}

static void bitwise_exec(const struct vm_expr *e, struct vm_regs *regs,
			 struct vm_ctx *cx)
{
	const struct bitwise *b = vm_priv(e);
	const uint32_t *src = &regs->w[b->sreg.word];
	uint32_t *dst = &regs->w[b->dreg.word];

	if (b->op == NFT_BITWISE_LSHIFT)
		return shift_left(b, src, dst);
	if (b->op == NFT_BITWISE_RSHIFT)
		return shift_right(b, src, dst);
	for (unsigned i = 0, n = words_of(b); i < n; i++)
		dst[i] = (src[i] & b->data[i]) ^ b->data[n + i];
}

static bool bitwise_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct bitwise *b = vm_priv(e);

	return b->op == NFT_BITWISE_BOOL &&
	       vm_emit_mask(em, e, b->sreg, b->dreg, b->len, b->data,
			    b->data + words_of(b));
}

static void bitwise_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct bitwise *b = vm_priv(e);

	strbuf_printf(out, "reg %u = ( reg %u ", b->dreg.nr, b->sreg.nr);
	if (b->op != NFT_BITWISE_BOOL) {
		strbuf_printf(out, "%s 0x%.8x ) ",
			      b->op == NFT_BITWISE_LSHIFT ? "<<" : ">>",
			      b->shift);
		return;
	}
	strbuf_puts(out, "& ");
	vm_describe_words(out, b->data, b->len);
	strbuf_puts(out, ") ^ ");
	vm_describe_words(out, b->data + words_of(b), b->len);
}

const struct vm_expr_ops vm_expr_bitwise = {
	.name = "bitwise",
	.priv_size = sizeof(struct bitwise),
	.lower = bitwise_lower,
	.exec = bitwise_exec,
	.emit = bitwise_emit,
	.describe = bitwise_describe,
};
