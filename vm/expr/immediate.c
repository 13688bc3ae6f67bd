/* SPDX-License-Identifier: GPL-2.0-or-later */
/* immediate: constants into a register, or a verdict (nft_immediate.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/core.h"
#include "vm/emit.h"

/**
 * struct immediate - @data into @dreg; or a verdict when dreg.nr is 0
 * @code:	NFT_* or NF_*
 * @chain:	of a jump or goto, else NULL
 */
struct immediate {
	struct vm_reg dreg;
	uint8_t len;
	int32_t code;
	struct vm_chain *chain;
	uint32_t data[VM_REG_BYTES / 4]; /* @len bytes of it are there */
};

static int lower_verdict(struct vm_lower *lw, const struct nftnl_expr *ne,
			 struct immediate *imm)
{
	imm->code = (int32_t)nftnl_expr_get_u32(ne, NFTNL_EXPR_IMM_VERDICT);
	switch (imm->code) {
	case NF_ACCEPT:
	case NF_DROP:
	case NF_QUEUE:
	case NFT_CONTINUE:
	case NFT_BREAK:
	case NFT_RETURN:
		return 0;
	case NFT_JUMP:
	case NFT_GOTO:
		lw->e->flags |= VM_EXPR_JUMPS;
		return vm_lower_chain(
			lw, nftnl_expr_get_str(ne, NFTNL_EXPR_IMM_CHAIN),
			&imm->chain);
	}
	return vm_refuse(lw, -EINVAL, "no verdict %d", imm->code);
}

static int immediate_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			   void *priv)
{
	struct immediate *imm = priv;
	uint32_t dreg = nftnl_expr_get_u32(ne, NFTNL_EXPR_IMM_DREG), len = 0;
	const void *data = nftnl_expr_get(ne, NFTNL_EXPR_IMM_DATA, &len);

	if (dreg == NFT_REG_VERDICT) {
		vm_lower_used(lw, offsetof(struct immediate, data));
		return lower_verdict(lw, ne, imm);
	}
	if (!data || !len || len > sizeof(imm->data))
		return vm_refuse(lw, -EINVAL, "immediate of %u bytes", len);
	memcpy(imm->data, data, len);
	imm->len = (uint8_t)len;
	vm_lower_used(lw, offsetof(struct immediate, data) +
				  ALIGN_UP((size_t)len, (size_t)4));
	lw->e->flags |= VM_EXPR_PURE;
	return vm_lower_store(lw, dreg, len, &imm->dreg);
}

static void immediate_exec(const struct vm_expr *e, struct vm_regs *regs,
			   struct vm_ctx *cx)
{
	const struct immediate *imm = vm_priv(e);

	if (imm->dreg.nr) {
		memcpy(&regs->w[imm->dreg.word], imm->data,
		       ALIGN_UP((size_t)imm->len, (size_t)4));
		return;
	}
	regs->verdict = imm->code;
	if (imm->chain)
		regs->chain = imm->chain->slot;
}

static bool immediate_emit(const struct vm_expr *e, struct vm_emit *em)
{
	const struct immediate *imm = vm_priv(e);

	return !imm->dreg.nr &&
	       vm_emit_verdict(em, e, imm->code,
			       imm->chain ? imm->chain->slot : 0);
}

static void describe_verdict(const struct immediate *imm, struct strbuf *out)
{
	static const char *const names[] = {
		[NFT_RETURN + 5] = "return",	 [NFT_GOTO + 5] = "goto",
		[NFT_JUMP + 5] = "jump",	 [NFT_BREAK + 5] = "break",
		[NFT_CONTINUE + 5] = "continue", [NF_DROP + 5] = "drop",
		[NF_ACCEPT + 5] = "accept",	 [NF_QUEUE + 5] = "queue",
	};

	strbuf_printf(out, "reg 0 %s ", names[imm->code + 5]);
	if (imm->chain)
		strbuf_printf(out, "-> %s ", imm->chain->spec.name);
}

static void immediate_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct immediate *imm = vm_priv(e);

	if (!imm->dreg.nr)
		return describe_verdict(imm, out);
	strbuf_printf(out, "reg %u ", imm->dreg.nr);
	vm_describe_words(out, imm->data, imm->len);
}

static void immediate_use(const struct vm_expr *e, int delta)
{
	const struct immediate *imm = vm_priv(e);

	if (imm->chain)
		imm->chain->use += delta;
}

static int immediate_targets(const struct vm_expr *e,
			     int (*fn)(struct vm_chain *to, void *arg),
			     void *arg)
{
	const struct immediate *imm = vm_priv(e);

	return imm->chain ? fn(imm->chain, arg) : 0;
}

const struct vm_expr_ops vm_expr_immediate = {
	.name = "immediate",
	.priv_size = sizeof(struct immediate),
	.lower = immediate_lower,
	.exec = immediate_exec,
	.emit = immediate_emit,
	.describe = immediate_describe,
	.use = immediate_use,
	.targets = immediate_targets,
};
