/* SPDX-License-Identifier: GPL-2.0-or-later */
/* numgen: the next number of a sequence, or a random one (nft_numgen.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

/** struct numgen - a number from @offset to @offset + @modulus - 1 */
struct numgen {
	struct vm_reg dreg;
	uint32_t type, modulus, offset;
};

static int numgen_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct numgen *n = priv;

	n->type = nftnl_expr_get_u32(ne, NFTNL_EXPR_NG_TYPE);
	n->modulus = nftnl_expr_get_u32(ne, NFTNL_EXPR_NG_MODULUS);
	n->offset = nftnl_expr_get_u32(ne, NFTNL_EXPR_NG_OFFSET);
	if (n->type > NFT_NG_RANDOM)
		return vm_refuse(lw, -EINVAL, "no numgen type %u", n->type);
	if (!n->modulus)
		return vm_refuse(lw, -ERANGE, "numgen modulo 0");
	if (n->offset + n->modulus - 1 < n->offset)
		return vm_refuse(lw, -EOVERFLOW, "numgen beyond 32 bits");
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_NG_DREG),
			      sizeof(uint32_t), &n->dreg);
}

static void numgen_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct numgen *n = vm_priv(e);
	uint32_t *next = e->state, v;

	if (n->type == NFT_NG_RANDOM) {
		v = rng_below(cx->env->rng, n->modulus);
	} else {
		v = *next;
		*next = v + 1 < n->modulus ? v + 1 : 0;
	}
	regs->w[n->dreg.word] = v + n->offset;
}

static void numgen_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct numgen *n = vm_priv(e);

	strbuf_printf(out, "reg %u = %s mod %u ", n->dreg.nr,
		      n->type == NFT_NG_RANDOM ? "random" : "inc", n->modulus);
	if (n->offset)
		strbuf_printf(out, "offset %u ", n->offset);
}

const struct vm_expr_ops vm_expr_numgen = {
	.name = "numgen",
	.priv_size = sizeof(struct numgen),
	.state_size = sizeof(uint32_t),
	.lower = numgen_lower,
	.exec = numgen_exec,
	.describe = numgen_describe,
};
