/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmp: is a register equal, less, more (nft_cmp.c)? memcmp() decides. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/emit.h"

/**
 * struct cmp - @sreg OP @data, over @len bytes
 * @op:		NFT_CMP_*
 */
struct cmp {
	struct vm_reg sreg;
	uint8_t op, len;
	uint8_t data[VM_REG_BYTES]; /* @len of them are there */
};

static int cmp_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		     void *priv)
{
	struct cmp *c = priv;
	uint32_t op = nftnl_expr_get_u32(ne, NFTNL_EXPR_CMP_OP), len = 0;
	const void *data = nftnl_expr_get(ne, NFTNL_EXPR_CMP_DATA, &len);

	if (op > NFT_CMP_GTE)
		return vm_refuse(lw, -EINVAL, "no comparison %u", op);
	if (!data || !len || len > sizeof(c->data))
		return vm_refuse(lw, -EINVAL, "comparison with %u bytes", len);
	c->op = (uint8_t)op;
	c->len = (uint8_t)len;
	memcpy(c->data, data, len);
	vm_lower_used(lw, offsetof(struct cmp, data) + len);
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_load(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_CMP_SREG),
			     len, &c->sreg);
}

static void cmp_exec(const struct vm_expr *e, struct vm_regs *regs,
		     struct vm_ctx *cx)
{
	const struct cmp *c = vm_priv(e);
	int d = memcmp(&regs->w[c->sreg.word], c->data, c->len);
	/* which of less, equal, more each operator takes: bits 0, 1, 2 */
	static const uint8_t takes[] = {
		[NFT_CMP_EQ] = 2,  [NFT_CMP_NEQ] = 5, [NFT_CMP_LT] = 1,
		[NFT_CMP_LTE] = 3, [NFT_CMP_GT] = 4,  [NFT_CMP_GTE] = 6,
	};

	if (!(takes[c->op] >> ((d > 0) - (d < 0) + 1) & 1))
		vm_break(regs);
}

static bool cmp_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct cmp *c = vm_priv(e);

	return vm_emit_cmp(em, e, c->sreg, c->len, c->op, c->data);
}

static void cmp_describe(const struct vm_expr *e, struct strbuf *out)
{
	static const char *const names[] = { "eq",  "neq", "lt",
					     "lte", "gt",  "gte" };
	const struct cmp *c = vm_priv(e);

	strbuf_printf(out, "%s reg %u ", names[c->op], c->sreg.nr);
	vm_describe_words(out, c->data, c->len);
}

const struct vm_expr_ops vm_expr_cmp = {
	.name = "cmp",
	.priv_size = sizeof(struct cmp),
	.lower = cmp_lower,
	.exec = cmp_exec,
	.emit = cmp_emit,
	.describe = cmp_describe,
};
