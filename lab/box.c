/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/box.h"

#include <assert.h>

#include "api/sysctl.h"
#include "lab/replay_host.h"

/* box_init() hands the one on as the other. */
static_assert((int)REPLAY_CHECKSUMS_AUTO == (int)CHECKSUMS_AUTO &&
		      (int)REPLAY_CHECKSUMS_VERIFY == (int)CHECKSUMS_VERIFY &&
		      (int)REPLAY_CHECKSUMS_TRUST == (int)CHECKSUMS_TRUST,
	      "--checksums is the path's own list");

int box_load(struct nftvm *nv, const struct replay_options *o)
{
	struct replay_host rh = { 0 };
	int err = 0, status = 0;

	for (size_t i = 0; i < o->n_defines; i++)
		nftvm_define(nv, o->defines[i]);
	for (size_t i = 0; i < o->n_include_dirs; i++)
		nftvm_include_dir(nv, o->include_dirs[i]);
	if (o->host)
		err = nftvm_host_file(nv, o->host);
	else
		status = replay_host_begin(&rh, nv->host, o);
	nv->now.mono_ns = BOX_MONO_START;
	if (!err && !status)
		err = nftvm_load_files(nv, o->rules, o->n_rules);
	if (!err && !status && !o->host)
		replay_host_infer(&rh);
	replay_host_fini(&rh);
	return err ? 1 : status;
}

void box_init(struct box *b, struct nftvm *nv, const struct replay_options *o,
	      const struct path_sink *sink)
{
	struct path_config cfg = {
		.vm = nv->vm,
		.host = nv->host,
		.sink = *sink,
		.checksums = (enum path_checksums)o->checksums,
		.reference = o->reference,
		.seed = o->seed,
	};
	struct ct_config ct;

	sysctl_ct_config(nv->host, &ct);
	ct.acct |= vm_need_seq(nv->vm, NFPROTO_IPV4, VM_NEED_ACCT) ||
		   vm_need_seq(nv->vm, NFPROTO_IPV6, VM_NEED_ACCT);
	*b = (struct box){ .nv = nv, .now = { .mono_ns = BOX_MONO_START } };
	b->ct = cfg.ct = ct_table_new(&ct);
	b->path = path_new(&cfg);
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
