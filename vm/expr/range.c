/* SPDX-License-Identifier: GPL-2.0-or-later */
/* range: is a register between two values, or outside (nft_range.c)? */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/emit.h"

/** struct range - @from <= @sreg <= @to, or with NFT_RANGE_NEQ not */
struct range {
	struct vm_reg sreg;
	uint8_t op, len;
	uint8_t data[2 * VM_REG_BYTES]; /* from, then to: @len bytes each */
};

static int range_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		       void *priv)
{
	struct range *r = priv;
	uint32_t op = nftnl_expr_get_u32(ne, NFTNL_EXPR_RANGE_OP);
	uint32_t from_len = 0, to_len = 0;
	const void *from =
		nftnl_expr_get(ne, NFTNL_EXPR_RANGE_FROM_DATA, &from_len);
	const void *to = nftnl_expr_get(ne, NFTNL_EXPR_RANGE_TO_DATA, &to_len);

	if (op > NFT_RANGE_NEQ)
		return vm_refuse(lw, -EINVAL, "no range operation %u", op);
	if (!from || !to || !from_len || from_len != to_len ||
	    from_len > VM_REG_BYTES)
		return vm_refuse(lw, -EINVAL, "range from %u to %u bytes",
				 from_len, to_len);
	r->op = (uint8_t)op;
	r->len = (uint8_t)from_len;
	memcpy(r->data, from, from_len);
	memcpy(r->data + from_len, to, to_len);
	vm_lower_used(lw, offsetof(struct range, data) + 2 * from_len);
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_load(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_RANGE_SREG),
			     from_len, &r->sreg);
}

static void range_exec(const struct vm_expr *e, struct vm_regs *regs,
		       struct vm_ctx *cx)
{
	const struct range *r = vm_priv(e);
	const void *data = &regs->w[r->sreg.word];
	bool inside = memcmp(data, r->data, r->len) >= 0 &&
		      memcmp(data, r->data + r->len, r->len) <= 0;

	if (inside != (r->op == NFT_RANGE_EQ))
		vm_break(regs);
}

static bool range_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct range *r = vm_priv(e);

	return vm_emit_range(em, e, r->sreg, r->len, r->op == NFT_RANGE_EQ,
			     r->data, r->data + r->len);
}

static void range_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct range *r = vm_priv(e);

	strbuf_printf(out, "%s reg %u ", r->op == NFT_RANGE_EQ ? "eq" : "neq",
		      r->sreg.nr);
	vm_describe_words(out, r->data, r->len);
	vm_describe_words(out, r->data + r->len, r->len);
}

const struct vm_expr_ops vm_expr_range = {
	.name = "range",
	.priv_size = sizeof(struct range),
	.lower = range_lower,
	.exec = range_exec,
	.emit = range_emit,
	.describe = range_describe,
};
