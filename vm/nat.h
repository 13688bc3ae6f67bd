/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the expressions nat, masq and redir share. */
#ifndef NFTVM_VM_NAT_H
#define NFTVM_VM_NAT_H

#include "nat/nat.h"
#include "vm/expr.h"

/** struct vm_nat_ports - registers of a port range; both zero: none given */
struct vm_nat_ports {
	struct vm_reg min, max;
};

/**
 * vm_nat_lower_ports() - attributes @min_attr and @max_attr
 * @flags:	gets NF_NAT_RANGE_PROTO_SPECIFIED when there are ports
 */
int vm_nat_lower_ports(struct vm_lower *lw, const struct nftnl_expr *ne,
		       uint16_t min_attr, uint16_t max_attr,
		       struct vm_nat_ports *ports);
/** vm_nat_lower_flags() - NF_NAT_RANGE_*; -EOPNOTSUPP for others */
int vm_nat_lower_flags(struct vm_lower *lw, const struct nftnl_expr *ne,
		       uint16_t attr, uint32_t *flags);
/** vm_nat_lower_masq() - masq and redir: ports and flags, by the numbers of
 * their attributes */
int vm_nat_lower_masq(struct vm_lower *lw, const struct nftnl_expr *ne,
		      uint16_t min_attr, uint16_t max_attr, uint16_t flags_attr,
		      struct vm_nat_ports *ports, uint32_t *flags);
/** vm_nat_load_ports() - the ports of @range from registers */
void vm_nat_load_ports(const struct vm_nat_ports *ports,
		       const struct vm_regs *regs, struct nat_range *range);
/** vm_nat_describe_ports() - "proto_min reg 1 proto_max reg 2 " */
void vm_nat_describe_ports(const struct vm_nat_ports *ports,
			   struct strbuf *out);
/** vm_nat_env() - for the functions of nat/ */
struct nat_env vm_nat_env(const struct vm_ctx *cx);
/** vm_nat_verdict() - what came of it becomes the verdict */
void vm_nat_verdict(struct vm_regs *regs, struct vm_ctx *cx,
		    enum reason reason);
/** vm_nat_validate() - only in nat chains, only at the hooks of the mask
 * (nft_chain_validate_dependency(), nft_chain_validate_hooks()) */
int vm_nat_validate(const struct vm_chain_spec *base, unsigned hooks);

#endif
