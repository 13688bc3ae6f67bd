/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct helper: the object that gives new connections a helper
 * (nft_ct_helper_obj_type, nft_ct.c). */
#include "vm/obj.h"

#include <errno.h>

#include <libnftnl/object.h>

#include "ct/help.h"
#include "vm/core.h"

/** struct helper - by the IP version of the connection; NULL: none */
struct helper {
	const struct ct_helper *v4, *v6;
};

static void helper_exec(const struct vm_expr *e, struct vm_regs *regs,
			struct vm_ctx *cx)
{
	const struct helper *h = vm_priv(e);

	ct_helper_set(cx->env->ct, cx->pkt,
		      cx->pkt->nfproto == NFPROTO_IPV4 ? h->v4 : h->v6);
}

static const struct vm_expr_ops helper_ops = {
	.name = "ct helper",
	.priv_size = sizeof(struct helper),
	.exec = helper_exec,
};

/* Helpers that Linux has and this has not: to be told from those that nobody
 * has. */
static bool is_linux_helper(const char *name)
{
	static const char *const names[] = { "amanda", "sane",	"sip",
					     "pptp",   "snmp",	"netbios-ns",
					     "RAS",    "Q.931", "H.245" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The IP versions that the object is for: what it says, or its table's. */
static uint8_t family_of(struct nftnl_obj *no, uint8_t family)
{
	if (!nftnl_obj_is_set(no, NFTNL_OBJ_CT_HELPER_L3PROTO))
		return family;
	return (uint8_t)nftnl_obj_get_u16(no, NFTNL_OBJ_CT_HELPER_L3PROTO);
}

struct vm_expr *vm_obj_helper(struct vm_lower *lw, struct nftnl_obj *no)
{
	const char *name = nftnl_obj_get_str(no, NFTNL_OBJ_CT_HELPER_NAME);
	uint8_t l4 = nftnl_obj_get_u8(no, NFTNL_OBJ_CT_HELPER_L4PROTO);
	uint8_t family = family_of(no, lw->family);
	struct helper h = { NULL, NULL };
	struct vm_expr *e;

	if ((family == NFPROTO_IPV4 && lw->family == NFPROTO_IPV6) ||
	    (family == NFPROTO_IPV6 && lw->family == NFPROTO_IPV4)) {
		vm_refuse(lw, -EINVAL, "a helper for the other IP version");
		return NULL;
	}
	if (name && family != NFPROTO_IPV6)
		h.v4 = ct_helper_find(name, NFPROTO_IPV4, l4);
	if (name && family != NFPROTO_IPV4)
		h.v6 = ct_helper_find(name, NFPROTO_IPV6, l4);
	if (name && is_linux_helper(name)) {
		vm_refuse(lw, -ENOSYS, "helper %s is not run here", name);
		return NULL;
	}
	if (!h.v4 && !h.v6) {
		vm_refuse(lw, -ENOENT, "no helper %s for protocol %u",
			  name ? name : "", l4);
		return NULL;
	}
	e = vm_expr_new(&helper_ops);
	e->flags = VM_EXPR_NEED_CT | VM_EXPR_CHANGES;
	memcpy(e->priv, &h, sizeof(h));
	return e;
}

/* nft_ct_helper_obj_dump() */
void vm_obj_helper_state(const struct vm_expr *e, struct nftnl_obj *into)
{
	const struct helper *h = vm_priv(e);
	uint16_t family = h->v4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	if (h->v4 && h->v6)
		family = NFPROTO_INET;
	nftnl_obj_set_u16(into, NFTNL_OBJ_CT_HELPER_L3PROTO, family);
}
