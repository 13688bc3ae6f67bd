/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat: the connection gets another source or destination (nft_nat.c). */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/nat.h"

/**
 * struct nat - addresses and ports from registers
 * @min, @max:	registers of addresses, of @addr_len bytes; nr 0: not given
 * @flags:	as they came
 */
struct nat {
	uint32_t type, flags;
	uint8_t family, addr_len;
	bool has_flags;
	struct vm_reg min, max;
	struct vm_nat_ports ports;
};

static int lower_addrs(struct vm_lower *lw, const struct nftnl_expr *ne,
		       struct nat *n)
{
	int ret;

	if (!nftnl_expr_is_set(ne, NFTNL_EXPR_NAT_REG_ADDR_MIN))
		return 0;
	if (n->family != NFPROTO_IPV4 && n->family != NFPROTO_IPV6)
		return vm_refuse(lw, -EAFNOSUPPORT,
				 "addresses of which IP version?");
	n->addr_len = n->family == NFPROTO_IPV4 ? 4 : 16;
	ret = vm_lower_load(lw,
			    nftnl_expr_get_u32(ne, NFTNL_EXPR_NAT_REG_ADDR_MIN),
			    n->addr_len, &n->min);
	if (ret || !nftnl_expr_is_set(ne, NFTNL_EXPR_NAT_REG_ADDR_MAX))
		return ret;
	return vm_lower_load(
		lw, nftnl_expr_get_u32(ne, NFTNL_EXPR_NAT_REG_ADDR_MAX),
		n->addr_len, &n->max);
}

static int nat_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
		     void *priv)
{
	struct nat *n = priv;
	int ret;

	n->type = nftnl_expr_get_u32(ne, NFTNL_EXPR_NAT_TYPE);
	n->family = (uint8_t)nftnl_expr_get_u32(ne, NFTNL_EXPR_NAT_FAMILY);
	n->has_flags = nftnl_expr_is_set(ne, NFTNL_EXPR_NAT_FLAGS);
	lw->e->flags |= VM_EXPR_VALIDATE | VM_EXPR_NEED_CT | VM_EXPR_CHANGES;
	if (n->type > NFT_NAT_DNAT)
		return vm_refuse(lw, -EOPNOTSUPP, "no nat type %u", n->type);
	if (lw->family != NFPROTO_INET && lw->family != n->family)
		return vm_refuse(lw, -EOPNOTSUPP,
				 "nat of another family than the table's");
	ret = lower_addrs(lw, ne, n);
	if (!ret)
		ret = vm_nat_lower_ports(lw, ne, NFTNL_EXPR_NAT_REG_PROTO_MIN,
					 NFTNL_EXPR_NAT_REG_PROTO_MAX,
					 &n->ports);
	return ret ? ret
		   : vm_nat_lower_flags(lw, ne, NFTNL_EXPR_NAT_FLAGS,
					&n->flags);
}

static union inet_addr reg_addr(const struct nat *n, const struct vm_reg *reg,
				const struct vm_regs *regs)
{
	union inet_addr a = { .q = { 0, 0 } };

	memcpy(&a, &regs->w[reg->word], n->addr_len);
	return a;
}

static struct nat_range range_of(const struct nat *n,
				 const struct vm_regs *regs,
				 const struct packet *pkt, enum nat_manip manip)
{
	struct nat_range range = { .flags = n->flags };

	if (n->min.nr) {
		range.flags |= NF_NAT_RANGE_MAP_IPS;
		range.min = range.max = reg_addr(n, &n->min, regs);
		if (n->max.nr)
			range.max = reg_addr(n, &n->max, regs);
		if (range.flags & NF_NAT_RANGE_NETMAP)
			nat_netmap(&range, pkt, manip);
	}
	if (n->ports.min.nr)
		range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	vm_nat_load_ports(&n->ports, regs, &range);
	return range;
}

static void nat_exec(const struct vm_expr *e, struct vm_regs *regs,
		     struct vm_ctx *cx)
{
	const struct nat *n = vm_priv(e);
	enum nat_manip manip = n->type == NFT_NAT_SNAT ? NAT_SRC : NAT_DST;
	struct nat_env env = vm_nat_env(cx);
	struct nat_range range;

	/* In inet tables: of the other IP version. */
	if (n->family != cx->pkt->nfproto && n->family != NFPROTO_INET)
		return;
	range = range_of(n, regs, cx->pkt, manip);
	vm_nat_verdict(regs, cx, nat_setup(&env, cx->pkt, &range, manip));
}

static int nat_validate(const struct vm_expr *e,
			const struct vm_chain_spec *base)
{
	const struct nat *n = vm_priv(e);

	return vm_nat_validate(base, n->type == NFT_NAT_SNAT
					     ? 1u << NF_INET_POST_ROUTING |
						       1u << NF_INET_LOCAL_IN
					     : 1u << NF_INET_PRE_ROUTING |
						       1u << NF_INET_LOCAL_OUT);
}

static const char *family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	}
	return "unknown";
}

static void nat_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct nat *n = vm_priv(e);

	strbuf_printf(out, "%s %s ", n->type == NFT_NAT_SNAT ? "snat" : "dnat",
		      family_name(n->family));
	if (n->min.nr)
		strbuf_printf(out, "addr_min reg %u ", n->min.nr);
	if (n->max.nr)
		strbuf_printf(out, "addr_max reg %u ", n->max.nr);
	vm_nat_describe_ports(&n->ports, out);
	if (n->has_flags)
		strbuf_printf(out, "flags 0x%x ", n->flags);
}

const struct vm_expr_ops vm_expr_nat = {
	.name = "nat",
	.priv_size = sizeof(struct nat),
	.lower = nat_lower,
	.exec = nat_exec,
	.validate = nat_validate,
	.describe = nat_describe,
};
