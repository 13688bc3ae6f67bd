/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftvm compile: the bytecode of rulesets. */
#include "cli/ruleset.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct compile - own options
 * @forms:	bits of enum nftvm_compile_form that were asked for
 */
struct compile {
	unsigned forms;
};

static const struct {
	const char *name;
	enum nftvm_compile_form form;
} emits[] = {
	{ "ast", NFTVM_FORM_AST },
	{ "vm", NFTVM_FORM_VM },
};

static int debug_set(struct cli *c, const char *arg)
{
	struct compile *own = c->own;

	if (strcmp(arg, "netlink"))
		return cli_usage_error(c->cmd,
				       "--debug knows netlink, not '%s'", arg);
	own->forms |= 1u << NFTVM_FORM_NETLINK;
	return CLI_DONE;
}

static int emit_add(struct cli *c, const char *name, size_t len)
{
	struct compile *own = c->own;

	for (size_t i = 0; i < ARRAY_LEN(emits); i++) {
		if (strlen(emits[i].name) != len ||
		    strncmp(emits[i].name, name, len))
			continue;
		own->forms |= 1u << emits[i].form;
		return CLI_DONE;
	}
	return cli_usage_error(c->cmd, "--emit knows ast and vm, not '%.*s'",
			       (int)len, name);
}

/* A list of names with commas between. */
static int emit_set(struct cli *c, const char *arg)
{
	int status = CLI_DONE;
	const char *end;

	for (; !status && arg; arg = *end ? end + 1 : NULL) {
		end = strchrnul(arg, ',');
		status = emit_add(c, arg, end - arg);
	}
	return status;
}

static int one_form(struct cli *c, enum nftvm_compile_form form)
{
	struct nftvm *nv;
	int status, err;
	char *text;

	nv = cli_engine(c,
			NFTVM_NEW_CHECK |
				(form == NFTVM_FORM_VM ? 0 : NFTVM_NEW_NO_RUN),
			&status);
	if (!c->host)
		nftvm_machine_links(nv);
	if (!status) {
		err = nftvm_compile_files(nv, c->files.v, c->files.len, form,
					  &text);
		status = cli_write(text, strlen(text));
		free(text);
		if (err)
			status = cli_status(nv, err);
	}
	nftvm_free(nv);
	return status;
}

static int compile_run(struct cli *c)
{
	const struct compile *own = c->own;
	unsigned forms = own->forms ? own->forms : 1u << NFTVM_FORM_NETLINK;
	int status = CLI_DONE;

	for (unsigned form = NFTVM_FORM_NETLINK;
	     !status && form <= NFTVM_FORM_VM; form++)
		if (forms & 1u << form)
			status = one_form(c, form);
	return status;
}

static const struct cli_option options[] = {
	{ "debug", 'd', "netlink", "bytecode as nft --debug=netlink prints it",
	  debug_set },
	{ "emit", 0, "ast,vm",
	  "the checked tree; the programs that the VM runs", emit_set },
	{ NULL },
};

const struct cli_cmd cli_cmd_compile = {
	.name = "compile",
	.args = "",
	.help = "Print the bytecode that rulesets compile to.",
	.shared = CLI_OPT_RULESET,
	.needs_file = true,
	.options = options,
	.own_size = sizeof(struct compile),
	.run = compile_run,
};
