/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's life, its settings, its diagnostics. */
#include "api/engine.h"

#include <errno.h>
#include <string.h>

struct nftvm *nftvm_new(unsigned flags)
{
	struct nftvm *nv = xzalloc(sizeof(*nv));

	nv->diags = diags_new();
	nv->host = host_new();
	nv->ruleset = ruleset_new(!(flags & NFTVM_NEW_CHECK));
	nv->vm = vm_new();
	nv->numeric = flags & NFTVM_NEW_NUMERIC;
	nv->no_run = flags & NFTVM_NEW_NO_RUN;
	vec_push(&nv->include_dirs, (const char *)NULL);
	return nv;
}

void nftvm_free(struct nftvm *nv)
{
	if (!nv)
		return;
	for (size_t i = 0; i < nv->defines.len; i++)
		free((char *)nv->defines.v[i]);
	for (size_t i = 0; i < nv->include_dirs.len; i++)
		free((char *)nv->include_dirs.v[i]);
	vec_fini(&nv->defines);
	vec_fini(&nv->include_dirs);
	vm_free(nv->vm);
	ruleset_free(nv->ruleset);
	host_free(nv->host);
	diags_free(nv->diags);
	free(nv);
}

void nftvm_define(struct nftvm *nv, const char *assignment)
{
	vec_push(&nv->defines, (const char *)xstrdup(assignment));
}

void nftvm_include_dir(struct nftvm *nv, const char *dir)
{
	/* The list ends with NULL, as the parser wants it. */
	nv->include_dirs.v[nv->include_dirs.len - 1] = xstrdup(dir);
	vec_push(&nv->include_dirs, (const char *)NULL);
}

int nftvm_host_file(struct nftvm *nv, const char *path)
{
	static const struct loc nowhere = { 0, 0, 0 };
	int64_t source = diag_source_file(nv->diags, path, NULL);

	if (source < 0)
		return diag_error(nv->diags, &nowhere, "cannot read %s: %s",
				  path, strerror((int)-source));
	nv->links = LINKS_HOST;
	return host_parse(nv->host, nv->diags, (uint32_t)source);
}

void nftvm_machine_links(struct nftvm *nv)
{
	nv->links = LINKS_MACHINE;
}

void nftvm_diags_print(const struct nftvm *nv, FILE *out)
{
	diags_print(nv->diags, out);
}
