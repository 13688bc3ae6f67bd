/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/box.h"

#include "api/sysctl.h"

void box_init(struct box *b, struct nftvm *nv, const struct path_config *cfg)
{
	struct path_config c = *cfg;
	struct ct_config ct;

	sysctl_ct_config(nv->host, &ct);
	ct.acct |= vm_need_seq(nv->vm, NFPROTO_IPV4, VM_NEED_ACCT) ||
		   vm_need_seq(nv->vm, NFPROTO_IPV6, VM_NEED_ACCT);
	*b = (struct box){ .nv = nv, .now = { .mono_ns = BOX_MONO_START } };
	b->ct = ct_table_new(&ct);
	c.vm = nv->vm;
	c.host = nv->host;
	c.ct = b->ct;
	b->path = path_new(&c);
}

void box_fini(struct box *b)
{
	path_free(b->path);
	ct_table_free(b->ct);
}

void box_run(struct box *b, struct packet *pkt, struct path_result *res)
{
	pkt->number = ++b->sent;
	path_run_batch(b->path, pkt, &b->now, 1, res);
}
