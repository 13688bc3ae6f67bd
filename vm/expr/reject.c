/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reject: drop the packet and tell its sender (nft_reject.c, nft_reject_ipv4.c,
 * nft_reject_ipv6.c, nft_reject_inet.c). */
#include <errno.h>
#include <stdio.h>

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

/** struct reject - NFT_REJECT_*, and the ICMP code that goes with it */
struct reject {
	uint32_t type;
	uint8_t code;
	uint8_t family;
};

static int reject_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct reject *r = priv;

	r->type = nftnl_expr_get_u32(ne, NFTNL_EXPR_REJECT_TYPE);
	r->code = nftnl_expr_get_u8(ne, NFTNL_EXPR_REJECT_CODE);
	r->family = lw->family;
	lw->e->flags |= VM_EXPR_VALIDATE;
	if (r->type > NFT_REJECT_ICMPX_UNREACH)
		return vm_refuse(lw, -EINVAL, "no reject type %u", r->type);
	if (r->type != NFT_REJECT_TCP_RST &&
	    !nftnl_expr_is_set(ne, NFTNL_EXPR_REJECT_CODE))
		return vm_refuse(lw, -EINVAL, "reject without a code");
	if (r->type == NFT_REJECT_ICMPX_UNREACH &&
	    r->code > NFT_REJECT_ICMPX_MAX)
		return vm_refuse(lw, -EINVAL, "no icmpx code %u", r->code);
	return 0;
}

/* nft_reject_icmp_code(), nft_reject_icmpv6_code() */
static uint8_t icmpx_code(uint8_t code, uint8_t nfproto)
{
	static const uint8_t v4[] = {
		[NFT_REJECT_ICMPX_NO_ROUTE] = ICMP_NET_UNREACH,
		[NFT_REJECT_ICMPX_PORT_UNREACH] = ICMP_PORT_UNREACH,
		[NFT_REJECT_ICMPX_HOST_UNREACH] = ICMP_HOST_UNREACH,
		[NFT_REJECT_ICMPX_ADMIN_PROHIBITED] = ICMP_PKT_FILTERED,
	};
	static const uint8_t v6[] = {
		[NFT_REJECT_ICMPX_NO_ROUTE] = ICMP6_DST_UNREACH_NOROUTE,
		[NFT_REJECT_ICMPX_PORT_UNREACH] = ICMP6_DST_UNREACH_NOPORT,
		[NFT_REJECT_ICMPX_HOST_UNREACH] = ICMP6_DST_UNREACH_ADDR,
		[NFT_REJECT_ICMPX_ADMIN_PROHIBITED] = ICMP6_DST_UNREACH_ADMIN,
	};

	return nfproto == NFPROTO_IPV4 ? v4[code] : v6[code];
}

static void reject_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct reject *r = vm_priv(e);
	struct vm_reject answer = {
		.tcp_reset = r->type == NFT_REJECT_TCP_RST,
		.code = r->code,
	};
	/* Tables of one family know nothing of icmpx: no answer. */
	bool known = r->type != NFT_REJECT_ICMPX_UNREACH ||
		     r->family == NFPROTO_INET;

	regs->verdict = NF_DROP;
	if (r->type == NFT_REJECT_ICMPX_UNREACH)
		answer.code = icmpx_code(r->code, cx->pkt->nfproto);
	if (known && cx->env->reject)
		cx->env->reject(cx->env->reject_data, cx->pkt, &answer);
}

static int reject_validate(const struct vm_expr *e,
			   const struct vm_chain_spec *base)
{
	const unsigned hooks = 1u << NF_INET_LOCAL_IN | 1u << NF_INET_FORWARD |
			       1u << NF_INET_LOCAL_OUT |
			       1u << NF_INET_PRE_ROUTING;

	return vm_validate_hooks(base, hooks);
}

static void reject_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct reject *r = vm_priv(e);

	strbuf_printf(out, "type %u code %u ", r->type, r->code);
}

const struct vm_expr_ops vm_expr_reject = {
	.name = "reject",
	.priv_size = sizeof(struct reject),
	.lower = reject_lower,
	.exec = reject_exec,
	.validate = reject_validate,
	.describe = reject_describe,
};
