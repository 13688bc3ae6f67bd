/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xfrm: the IPsec state that the packet came or goes through (nft_xfrm.c). The
 * modelled host has no IPsec: BREAK. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

enum {
	DIR_IN, /* XFRM_POLICY_IN */
	DIR_OUT,
	SPNUM_MAX = 16, /* XFRM_MAX_DEPTH */
};

struct xfrm_key {
	const char *name;
	uint8_t len;
};

struct xfrm {
	struct vm_reg dreg;
	const struct xfrm_key *key;
	uint32_t spnum;
	uint8_t dir;
};

static const struct xfrm_key keys[] = {
	[NFT_XFRM_KEY_DADDR_IP4] = { "daddr4", 4 },
	[NFT_XFRM_KEY_DADDR_IP6] = { "daddr6", 16 },
	[NFT_XFRM_KEY_SADDR_IP4] = { "saddr4", 4 },
	[NFT_XFRM_KEY_SADDR_IP6] = { "saddr6", 16 },
	[NFT_XFRM_KEY_REQID] = { "reqid", 4 },
	[NFT_XFRM_KEY_SPI] = { "spi", 4 },
};

static int xfrm_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		      void *priv)
{
	struct xfrm *x = priv;
	uint32_t key = nftnl_expr_get_u32(ne, NFTNL_EXPR_XFRM_KEY);

	x->dir = nftnl_expr_get_u8(ne, NFTNL_EXPR_XFRM_DIR);
	x->spnum = nftnl_expr_get_u32(ne, NFTNL_EXPR_XFRM_SPNUM);
	if (key >= ARRAY_LEN(keys) || !keys[key].name)
		return vm_refuse(lw, -EINVAL, "no ipsec key %u", key);
	if (x->dir > DIR_OUT)
		return vm_refuse(lw, -EINVAL, "no ipsec direction %u", x->dir);
	if (x->spnum >= SPNUM_MAX)
		return vm_refuse(lw, -ERANGE, "ipsec state number %u",
				 x->spnum);
	x->key = &keys[key];
	lw->e->flags |= VM_EXPR_PURE | VM_EXPR_VALIDATE;
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_XFRM_DREG),
			      x->key->len, &x->dreg);
}

static void xfrm_exec(const struct vm_expr *e, struct vm_regs *regs,
		      struct vm_ctx *cx)
{
	vm_break(regs);
}

static void xfrm_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct xfrm *x = vm_priv(e);

	strbuf_printf(out, "load %s %u %s => reg %u ",
		      x->dir == DIR_IN ? "in" : "out", x->spnum, x->key->name,
		      x->dreg.nr);
}

static int xfrm_validate(const struct vm_expr *e,
			 const struct vm_chain_spec *base)
{
	static const uint8_t hooks[] = {
		[DIR_IN] = 1 << NF_INET_FORWARD | 1 << NF_INET_LOCAL_IN |
			   1 << NF_INET_PRE_ROUTING,
		[DIR_OUT] = 1 << NF_INET_FORWARD | 1 << NF_INET_LOCAL_OUT |
			    1 << NF_INET_POST_ROUTING,
	};
	const struct xfrm *x = vm_priv(e);

	return vm_validate_hooks(base, hooks[x->dir]);
}

const struct vm_expr_ops vm_expr_xfrm = {
	.name = "xfrm",
	.priv_size = sizeof(struct xfrm),
	.lower = xfrm_lower,
	.exec = xfrm_exec,
	.describe = xfrm_describe,
	.validate = xfrm_validate,
};
