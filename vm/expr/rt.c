/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rt: the route that the packet takes (nft_rt.c). Before the routing decision
 * there is none, and the rule breaks. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>
#include <netinet/in.h>
#include <linux/netfilter.h>

#include "host/host.h"
#include "vm/expr.h"

#define TCP_MSS_DEFAULT 536
#define LOOPBACK_MTU	65536

struct rt {
	struct vm_reg dreg;
	uint32_t key;
};

static const struct {
	const char *name;
	uint8_t len;
} keys[] = {
	[NFT_RT_CLASSID] = { "classid", 4 },
	[NFT_RT_NEXTHOP4] = { "nexthop4", 4 },
	[NFT_RT_NEXTHOP6] = { "nexthop6", 16 },
	[NFT_RT_TCPMSS] = { "tcpmss", 2 },
	[NFT_RT_XFRM] = { "ipsec", 1 },
};

static int rt_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		    void *priv)
{
	struct rt *rt = priv;

	rt->key = nftnl_expr_get_u32(ne, NFTNL_EXPR_RT_KEY);
	if (rt->key >= ARRAY_LEN(keys))
		return vm_refuse(lw, -EOPNOTSUPP, "rt key %u", rt->key);
	lw->e->flags |= VM_EXPR_PURE | VM_EXPR_VALIDATE;
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_RT_DREG),
			      keys[rt->key].len, &rt->dreg);
}

static void route_to(const struct vm_ctx *cx, union inet_addr from,
		     union inet_addr to, struct host_route *route)
{
	const struct packet *pkt = cx->pkt;
	struct host_flow flow = { .nfproto = pkt->nfproto,
				  .saddr = from,
				  .daddr = to,
				  .mark = pkt->mark,
				  .iif = pkt->in ? pkt->in->ifindex : 1 };

	memset(route, 0, sizeof(*route));
	route->type = host_route(cx->env->host, &flow, route);
}

static uint32_t mtu_of(const struct host_route *route)
{
	return route->type == ROUTE_UNICAST && route->mtu ? route->mtu
							  : LOOPBACK_MTU;
}

/* What fits both ways: the packet's route, and that back to its source. */
static uint16_t tcpmss(const struct vm_ctx *cx, const struct host_route *route)
{
	const struct packet *pkt = cx->pkt;
	uint32_t headers = pkt->nfproto == NFPROTO_IPV4 ? 40 : 60;
	static const union inet_addr any;
	uint32_t mtu = mtu_of(route);
	struct host_route back;

	route_to(cx, any, packet_saddr(pkt), &back);
	mtu = MIN(mtu, mtu_of(&back));
	if (mtu <= headers || mtu > UINT16_MAX)
		return TCP_MSS_DEFAULT;
	return (uint16_t)(mtu - headers);
}

static void rt_exec(const struct vm_expr *e, struct vm_regs *regs,
		    struct vm_ctx *cx)
{
	const struct rt *rt = vm_priv(e);
	const struct packet *pkt = cx->pkt;
	uint32_t *dst = &regs->w[rt->dreg.word];
	union inet_addr to = packet_daddr(pkt);
	bool v4 = pkt->nfproto == NFPROTO_IPV4;
	struct host_route route;

	if (pkt->hook == NF_INET_PRE_ROUTING ||
	    (rt->key == NFT_RT_NEXTHOP4 && !v4) ||
	    (rt->key == NFT_RT_NEXTHOP6 && v4))
		return vm_break(regs);
	route_to(cx, packet_saddr(pkt), to, &route);
	dst[(keys[rt->key].len - 1) / 4] = 0;
	switch (rt->key) {
	case NFT_RT_NEXTHOP4:
	case NFT_RT_NEXTHOP6:
		if (route.type == ROUTE_UNICAST && route.has_gateway)
			to = route.gateway;
		memcpy(dst, &to, keys[rt->key].len);
		break;
	case NFT_RT_TCPMSS:
		*dst = tcpmss(cx, &route);
		break;
	default: /* no realms, no IPsec here */
		*dst = 0;
	}
}

static void rt_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct rt *rt = vm_priv(e);

	strbuf_printf(out, "load %s => reg %u ", keys[rt->key].name,
		      rt->dreg.nr);
}

/* The segment size only where packets of a connection pass on. */
static int rt_validate(const struct vm_expr *e,
		       const struct vm_chain_spec *base)
{
	const struct rt *rt = vm_priv(e);

	if (rt->key != NFT_RT_TCPMSS)
		return 0;
	return vm_validate_hooks(base, 1u << NF_INET_FORWARD |
					       1u << NF_INET_LOCAL_OUT |
					       1u << NF_INET_POST_ROUTING);
}

const struct vm_expr_ops vm_expr_rt = {
	.name = "rt",
	.priv_size = sizeof(struct rt),
	.lower = rt_lower,
	.exec = rt_exec,
	.describe = rt_describe,
	.validate = rt_validate,
};
