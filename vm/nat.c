/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the expressions nat, masq and redir share. */
#include "vm/nat.h"

#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

int vm_nat_lower_ports(struct vm_lower *lw, const struct nftnl_expr *ne,
		       uint16_t min_attr, uint16_t max_attr,
		       struct vm_nat_ports *ports)
{
	int ret;

	if (!nftnl_expr_is_set(ne, min_attr))
		return 0;
	ret = vm_lower_load(lw, nftnl_expr_get_u32(ne, min_attr), 2,
			    &ports->min);
	if (ret || !nftnl_expr_is_set(ne, max_attr))
		return ret;
	return vm_lower_load(lw, nftnl_expr_get_u32(ne, max_attr), 2,
			     &ports->max);
}

int vm_nat_lower_flags(struct vm_lower *lw, const struct nftnl_expr *ne,
		       uint16_t attr, uint32_t *flags)
{
	if (!nftnl_expr_is_set(ne, attr))
		return 0;
	*flags = nftnl_expr_get_u32(ne, attr);
	if (*flags & ~(uint32_t)NF_NAT_RANGE_MASK)
		return vm_refuse(lw, -EINVAL, "nat flags 0x%x", *flags);
	return 0;
}

int vm_nat_lower_masq(struct vm_lower *lw, const struct nftnl_expr *ne,
		      uint16_t min_attr, uint16_t max_attr, uint16_t flags_attr,
		      struct vm_nat_ports *ports, uint32_t *flags)
{
	int ret = vm_nat_lower_flags(lw, ne, flags_attr, flags);

	lw->e->flags |= VM_EXPR_VALIDATE | VM_EXPR_NEED_CT | VM_EXPR_CHANGES;
	return ret ? ret
		   : vm_nat_lower_ports(lw, ne, min_attr, max_attr, ports);
}

static be16_t reg_port(const struct vm_reg *reg, const struct vm_regs *regs)
{
	return load_raw16((const uint8_t *)&regs->w[reg->word]);
}

void vm_nat_load_ports(const struct vm_nat_ports *ports,
		       const struct vm_regs *regs, struct nat_range *range)
{
	if (!ports->min.nr)
		return;
	range->min_port = range->max_port = reg_port(&ports->min, regs);
	if (ports->max.nr)
		range->max_port = reg_port(&ports->max, regs);
}

void vm_nat_describe_ports(const struct vm_nat_ports *ports, struct strbuf *out)
{
	if (ports->min.nr)
		strbuf_printf(out, "proto_min reg %u ", ports->min.nr);
	if (ports->max.nr)
		strbuf_printf(out, "proto_max reg %u ", ports->max.nr);
}

struct nat_env vm_nat_env(const struct vm_ctx *cx)
{
	return (struct nat_env){
		.ct = cx->env->ct,
		.host = cx->env->host,
		.rng = cx->env->rng,
		.now = &cx->env->now,
	};
}

void vm_nat_verdict(struct vm_regs *regs, struct vm_ctx *cx, enum reason reason)
{
	regs->verdict = reason == REASON_NONE ? NF_ACCEPT : NF_DROP;
	if (reason != REASON_NONE)
		cx->env->drop_reason = reason;
}

int vm_nat_validate(const struct vm_chain_spec *base, unsigned hooks)
{
	if (base->type != VM_CHAIN_NAT)
		return -EOPNOTSUPP;
	return vm_validate_hooks(base, hooks);
}
