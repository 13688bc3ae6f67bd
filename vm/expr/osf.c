/* SPDX-License-Identifier: GPL-2.0-or-later */
/* osf: which system a SYN comes from (nft_osf.c). Fingerprints are loaded by
 * another tool (nfnl_osf); without any every system is "unknown". */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

enum {
	TCP_HEADER = 20,
	TCP_FLAGS = 13,
	TCP_SYN = 0x02,
	TTL_CHECKS = 3, /* NF_OSF_TTL_TRUE, _LESS, _NOCHECK */
};

struct osf {
	struct vm_reg dreg;
};

static int osf_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		     void *priv)
{
	struct osf *o = priv;

	if (nftnl_expr_get_u8(ne, NFTNL_EXPR_OSF_TTL) >= TTL_CHECKS)
		return vm_refuse(lw, -EINVAL, "osf: no such check of the ttl");
	if (nftnl_expr_get_u32(ne, NFTNL_EXPR_OSF_FLAGS) & ~NFT_OSF_F_VERSION)
		return vm_refuse(lw, -EINVAL, "osf: flags");
	lw->e->flags |= VM_EXPR_PURE | VM_EXPR_VALIDATE;
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_OSF_DREG),
			      NFT_OSF_MAXGENRELEN, &o->dreg);
}

static void osf_exec(const struct vm_expr *e, struct vm_regs *regs,
		     struct vm_ctx *cx)
{
	const struct packet *pkt = cx->pkt;
	const struct osf *o = vm_priv(e);
	const uint8_t *tcp = pkt->nfproto == NFPROTO_IPV4 &&
					     pkt->l4proto == IPPROTO_TCP
				     ? packet_read_l4(pkt, 0, TCP_HEADER)
				     : NULL;

	if (!tcp || !(tcp[TCP_FLAGS] & TCP_SYN))
		return vm_break(regs);
	memset(&regs->w[o->dreg.word], 0, NFT_OSF_MAXGENRELEN);
	memcpy(&regs->w[o->dreg.word], "unknown", sizeof("unknown"));
}

static void osf_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct osf *o = vm_priv(e);

	strbuf_printf(out, "dreg %u ", o->dreg.nr);
}

static int osf_validate(const struct vm_expr *e,
			const struct vm_chain_spec *base)
{
	return vm_validate_hooks(base, 1u << NF_INET_PRE_ROUTING |
					       1u << NF_INET_LOCAL_IN |
					       1u << NF_INET_FORWARD);
}

const struct vm_expr_ops vm_expr_osf = {
	.name = "osf",
	.priv_size = sizeof(struct osf),
	.lower = osf_lower,
	.exec = osf_exec,
	.describe = osf_describe,
	.validate = osf_validate,
};
