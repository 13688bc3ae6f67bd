/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ruleset.h"

#include <stdio.h>

int cli_status(const struct nftvm *nv, int err)
{
	if (!err)
		return CLI_DONE;
	nftvm_diags_print(nv, stderr);
	return CLI_WRONG;
}

struct nftvm *cli_engine(const struct cli *c, unsigned flags, int *status)
{
	struct nftvm *nv = nftvm_new(flags);

	for (size_t i = 0; i < c->defines.len; i++)
		nftvm_define(nv, c->defines.v[i]);
	for (size_t i = 0; i < c->include_dirs.len; i++)
		nftvm_include_dir(nv, c->include_dirs.v[i]);
	*status = CLI_DONE;
	if (c->host)
		*status = cli_status(nv, nftvm_host_file(nv, c->host));
	return nv;
}

struct nftvm *cli_engine_loaded(const struct cli *c, unsigned flags,
				int *status)
{
	struct nftvm *nv = cli_engine(c, flags, status);

	if (!*status)
		*status = cli_status(nv, nftvm_load_files(nv, c->files.v,
							  c->files.len));
	return nv;
}
