/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tproxy: hand the packet to a socket of this host (nft_tproxy.c). No program
 * has sockets on the modelled host: BREAK, as Linux does when it finds none. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "packet/addr.h"
#include "vm/expr.h"

/** struct tproxy - @addr, @port: registers; nr 0: not given */
struct tproxy {
	struct vm_reg addr, port;
	uint8_t family;
};

static int lower_family(struct vm_lower *lw, const struct tproxy *t)
{
	if (t->family != NFPROTO_UNSPEC && t->family != NFPROTO_IPV4 &&
	    t->family != NFPROTO_IPV6)
		return vm_refuse(lw, -EINVAL, "tproxy of family %u", t->family);
	if (lw->family != NFPROTO_INET && t->family != lw->family)
		return vm_refuse(lw, -EINVAL,
				 "tproxy of another family than the table's");
	if (t->family == NFPROTO_UNSPEC && t->addr.nr)
		return vm_refuse(lw, -EINVAL,
				 "tproxy to an address of either family");
	return 0;
}

static int tproxy_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct tproxy *t = priv;
	uint32_t addr = nftnl_expr_get_u32(ne, NFTNL_EXPR_TPROXY_REG_ADDR);
	uint32_t port = nftnl_expr_get_u32(ne, NFTNL_EXPR_TPROXY_REG_PORT);
	int err = 0;

	t->family = (uint8_t)nftnl_expr_get_u32(ne, NFTNL_EXPR_TPROXY_FAMILY);
	lw->e->flags |= VM_EXPR_VALIDATE;
	if (!addr && !port)
		return vm_refuse(lw, -EINVAL, "tproxy to nothing");
	if (addr)
		err = vm_lower_load(
			lw, addr, t->family == NFPROTO_IPV6 ? 16 : 4, &t->addr);
	if (!err && port)
		err = vm_lower_load(lw, port, sizeof(be16_t), &t->port);
	return err ? err : lower_family(lw, t);
}

static void tproxy_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	vm_break(regs);
}

static void tproxy_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct tproxy *t = vm_priv(e);

	if (t->family)
		strbuf_puts(out, t->family == NFPROTO_IPV4 ? "ip " : "ip6 ");
	if (t->addr.nr)
		strbuf_printf(out, "addr reg %u ", t->addr.nr);
	if (t->port.nr)
		strbuf_printf(out, "port reg %u ", t->port.nr);
}

static int tproxy_validate(const struct vm_expr *e,
			   const struct vm_chain_spec *base)
{
	return vm_validate_hooks(base, 1u << NF_INET_PRE_ROUTING);
}

const struct vm_expr_ops vm_expr_tproxy = {
	.name = "tproxy",
	.priv_size = sizeof(struct tproxy),
	.lower = tproxy_lower,
	.exec = tproxy_exec,
	.describe = tproxy_describe,
	.validate = tproxy_validate,
};
