/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket: what the packet's socket is like (nft_socket.c). No program has
 * sockets on the modelled host, so that no packet has one: BREAK. */
#include <errno.h>
#include <stdio.h>

#include <libnftnl/expr.h>

#include "vm/expr.h"

struct socket_key {
	const char *name;
	uint8_t len;
};

struct socket {
	struct vm_reg dreg;
	const struct socket_key *key;
};

static const struct socket_key keys[] = {
	[NFT_SOCKET_TRANSPARENT] = { "transparent", 1 },
	[NFT_SOCKET_MARK] = { "mark", 4 },
	[NFT_SOCKET_WILDCARD] = { "wildcard", 1 },
	[NFT_SOCKET_CGROUPV2] = { "cgroupv2", 8 },
};

static int socket_lower(struct vm_lower *lw, const struct nftnl_expr *ne,
			void *priv)
{
	struct socket *s = priv;
	uint32_t key = nftnl_expr_get_u32(ne, NFTNL_EXPR_SOCKET_KEY);

	if (key >= ARRAY_LEN(keys))
		return vm_refuse(lw, -EOPNOTSUPP, "no socket key %u", key);
	s->key = &keys[key];
	lw->e->flags |= VM_EXPR_PURE | VM_EXPR_VALIDATE;
	return vm_lower_store(lw,
			      nftnl_expr_get_u32(ne, NFTNL_EXPR_SOCKET_DREG),
			      s->key->len, &s->dreg);
}

static void socket_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	vm_break(regs);
}

static void socket_describe(const struct vm_expr *e, struct strbuf *out)
{
	const struct socket *s = vm_priv(e);

	strbuf_printf(out, "load %s => reg %u ", s->key->name, s->dreg.nr);
}

static int socket_validate(const struct vm_expr *e,
			   const struct vm_chain_spec *base)
{
	return vm_validate_hooks(base, 1u << NF_INET_PRE_ROUTING |
					       1u << NF_INET_LOCAL_IN |
					       1u << NF_INET_LOCAL_OUT);
}

const struct vm_expr_ops vm_expr_socket = {
	.name = "socket",
	.priv_size = sizeof(struct socket),
	.lower = socket_lower,
	.exec = socket_exec,
	.describe = socket_describe,
	.validate = socket_validate,
};
