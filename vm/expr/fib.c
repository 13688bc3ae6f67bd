/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fib: what would routing say of an address of the packet (nft_fib*.c)?
 *
 * `oif` and `oifname` look a route up, for saddr in reverse with the
 * destination as source hint; `type` asks what kind of address it is. Missing
 * is 0, "" or false (facts section 8.6).
 */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "host/host.h"
#include "vm/expr.h"

struct fib {
	struct vm_reg dreg;
	uint8_t result, len;
	uint32_t flags;
};

enum {
	FLAGS_ALL = NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR | NFTA_FIB_F_MARK |
		    NFTA_FIB_F_IIF | NFTA_FIB_F_OIF | NFTA_FIB_F_PRESENT,
	IFINDEX_LOOPBACK = 1,
};

static int check_flags(struct vm_lower *lw, const struct fib *f)
{
	uint32_t addr = f->flags & (NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR);
	uint32_t dev = f->flags & (NFTA_FIB_F_IIF | NFTA_FIB_F_OIF);

	if (f->flags & ~(uint32_t)FLAGS_ALL)
		return vm_refuse(lw, -EINVAL, "fib flags 0x%x", f->flags);
	if (!addr || addr == (NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR))
		return vm_refuse(lw, -EINVAL, "fib of one address, please");
	if (dev == (NFTA_FIB_F_IIF | NFTA_FIB_F_OIF))
		return vm_refuse(lw, -EINVAL, "fib of one device, please");
	if (f->result != NFT_FIB_RESULT_ADDRTYPE && (dev & NFTA_FIB_F_OIF))
		return vm_refuse(lw, -EINVAL,
				 "fib cannot both use and give the output "
				 "device");
	return 0;
}

static int fib_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		     void *priv)
{
	struct fib *f = priv;
	uint32_t result = nftnl_expr_get_u32(ne, NFTNL_EXPR_FIB_RESULT);
	int ret;

	if (result < NFT_FIB_RESULT_OIF || result > NFT_FIB_RESULT_ADDRTYPE)
		return vm_refuse(lw, -EINVAL, "no fib result %u", result);
	f->result = (uint8_t)result;
	f->flags = nftnl_expr_get_u32(ne, NFTNL_EXPR_FIB_FLAGS);
	f->len = result == NFT_FIB_RESULT_OIFNAME ? 16 : 4;
	ret = check_flags(lw, f);
	if (ret)
		return ret;
	lw->e->flags |= VM_EXPR_PURE | VM_EXPR_VALIDATE;
	return vm_lower_store(lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_FIB_DREG),
			      f->len, &f->dreg);
}

static bool is_v4(const struct packet *pkt)
{
	return pkt->nfproto == NFPROTO_IPV4;
}

/* Without addresses that no route lookup takes as a source (get_saddr()). */
static union inet_addr source_hint(const struct packet *pkt, union inet_addr a)
{
	static const union inet_addr none;

	if (is_v4(pkt) && (!a.b[0] || a.b[0] >= 0xe0))
		return none;
	return a;
}

static bool is_link_local6(const union inet_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* What ipv6_addr_type() calls link-local: groups of that scope too. */
static bool is_of_link6(const union inet_addr *a)
{
	return is_link_local6(a) || (a->b[0] == 0xff && (a->b[1] & 15) == 2);
}

/* Packets of hosts that have no address yet: no route would lead back. */
static bool from_nowhere(const struct packet *pkt, const union inet_addr *src,
			 const union inet_addr *dst)
{
	if (!is_v4(pkt))
		return inet_addr_is_zero(src) && is_of_link6(dst) &&
		       pkt->flags & PKT_L4 && pkt->l4proto == IPPROTO_ICMPV6;
	return !src->b[0] && (be32toh(dst->ip) == 0xffffffff ||
			      be32toh(dst->ip) >> 8 == 0xe00000);
}

static struct host_flow flow_of(const struct fib *f, const struct packet *pkt,
				const union inet_addr *src,
				const union inet_addr *dst)
{
	bool reverse = f->flags & NFTA_FIB_F_SADDR;
	const struct host_link *dev = f->flags & NFTA_FIB_F_IIF ? pkt->in
								: NULL;
	struct host_flow flow = { .nfproto = pkt->nfproto,
				  .daddr = reverse ? *src : *dst,
				  .iif = IFINDEX_LOOPBACK };

	flow.saddr = source_hint(pkt, reverse ? *dst : *src);
	if (is_v4(pkt))
		flow.tos = pkt->data[1];
	if (f->flags & NFTA_FIB_F_MARK)
		flow.mark = pkt->mark;
	if (reverse && pkt->hook == NF_INET_FORWARD &&
	    f->flags & NFTA_FIB_F_IIF && pkt->out)
		flow.iif = pkt->out->ifindex;
	if (!is_v4(pkt) && is_link_local6(&flow.daddr)) {
		dev = dev ? dev : pkt->in ? pkt->in : pkt->out;
		flow.oif = dev ? dev->ifindex : 0;
	}
	return flow;
}

/* The link that the lookup gives, or NULL: missing. */
static const struct host_link *fib_link(const struct fib *f,
					const struct vm_ctx *cx)
{
	const struct packet *pkt = cx->pkt;
	union inet_addr src = packet_saddr(pkt), dst = packet_daddr(pkt);
	struct host_route route;
	const struct host_link *link;
	struct host_flow flow;

	if ((pkt->hook == NF_INET_PRE_ROUTING ||
	     pkt->hook == NF_INET_LOCAL_IN) &&
	    (pkt->flags & PKT_LOOPED || (pkt->in && pkt->in->is_loopback)))
		return pkt->in;
	if (from_nowhere(pkt, &src, &dst))
		return pkt->in;
	flow = flow_of(f, pkt, &src, &dst);
	switch (host_route(cx->env->host, &flow, &route)) {
	case ROUTE_UNICAST:
		break;
	case ROUTE_BROADCAST:
	case ROUTE_MULTICAST:
	case ROUTE_ANYCAST:
		if (is_v4(pkt) || route.type == ROUTE_MULTICAST)
			break;
		return NULL;
	default:
		return NULL;
	}
	link = route.type == ROUTE_BROADCAST ? route.link : route.out;
	return f->flags & NFTA_FIB_F_IIF && link != pkt->in ? NULL : link;
}

static uint32_t fib_type(const struct fib *f, const struct vm_ctx *cx)
{
	const struct packet *pkt = cx->pkt;
	union inet_addr addr = f->flags & NFTA_FIB_F_DADDR ? packet_daddr(pkt)
							   : packet_saddr(pkt);
	const struct host_link *link = NULL;

	if (f->flags & NFTA_FIB_F_IIF)
		link = pkt->in;
	else if (f->flags & NFTA_FIB_F_OIF)
		link = pkt->out;
	return host_addr_type(cx->env->host, pkt->nfproto, &addr, link);
}

static void fib_exec(const struct vm_expr *e, struct vm_regs *regs,
		     struct vm_ctx *cx)
{
	const struct fib *f = vm_priv(e);
	uint32_t *w = &regs->w[f->dreg.word];
	const struct host_link *link;

	memset(w, 0, f->len);
	/* the addresses must be there; they are, but in hostile tests */
	if (!packet_read(cx->pkt, 0, is_v4(cx->pkt) ? 20 : 40))
		return vm_break(regs);
	if (f->result == NFT_FIB_RESULT_ADDRTYPE) {
		*w = fib_type(f, cx);
		return;
	}
	link = fib_link(f, cx);
	if (f->flags & NFTA_FIB_F_PRESENT)
		*w = link != NULL;
	else if (link && f->result == NFT_FIB_RESULT_OIF)
		*w = link->ifindex;
	else if (link)
		memcpy(w, link->name, sizeof(link->name));
}

static void fib_describe(const struct vm_expr *e, struct strbuf *out)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = {
		{ NFTA_FIB_F_SADDR, "saddr" }, { NFTA_FIB_F_DADDR, "daddr" },
		{ NFTA_FIB_F_MARK, "mark" },   { NFTA_FIB_F_IIF, "iif" },
		{ NFTA_FIB_F_OIF, "oif" },
	};
	static const char *const results[] = {
		[NFT_FIB_RESULT_OIF] = "oif",
		[NFT_FIB_RESULT_OIFNAME] = "oifname",
		[NFT_FIB_RESULT_ADDRTYPE] = "type",
	};
	const struct fib *f = vm_priv(e);
	const char *dot = "";

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (!(f->flags & flags[i].flag))
			continue;
		strbuf_printf(out, "%s%s ", dot, flags[i].name);
		dot = ". ";
	}
	strbuf_printf(out, "%s%s => reg %u ", results[f->result],
		      f->flags & NFTA_FIB_F_PRESENT ? " present" : "",
		      f->dreg.nr);
}

static int fib_validate(const struct vm_expr *e,
			const struct vm_chain_spec *base)
{
	static const unsigned in = 1 << NF_INET_PRE_ROUTING |
				   1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD;
	static const unsigned out = 1 << NF_INET_LOCAL_OUT |
				    1 << NF_INET_POST_ROUTING |
				    1 << NF_INET_FORWARD;
	const struct fib *f = vm_priv(e);
	unsigned hooks = in | out;

	if (f->result != NFT_FIB_RESULT_ADDRTYPE || f->flags & NFTA_FIB_F_IIF)
		hooks = in;
	else if (f->flags & NFTA_FIB_F_OIF)
		hooks = out;
	return vm_validate_hooks(base, hooks);
}

const struct vm_expr_ops vm_expr_fib = {
	.name = "fib",
	.priv_size = sizeof(struct fib),
	.lower = fib_lower,
	.exec = fib_exec,
	.describe = fib_describe,
	.validate = fib_validate,
};
