/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine behind nftvm.h, for those inside who need its parts: lab/ and
 * daemon/ take the VM to a path, the host to its routes.
 */
#ifndef NFTVM_API_ENGINE_H
#define NFTVM_API_ENGINE_H

#include <nftvm/nftvm.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/vec.h"
#include "host/host.h"
#include "parser/cmd.h"
#include "ruleset/ruleset.h"
#include "vm/vm.h"

/* Which names of links a ruleset may use. */
enum engine_links {
	LINKS_ANY,     /* any, numbered by first use: they become the host's */
	LINKS_HOST,    /* those of the host file */
	LINKS_MACHINE, /* those of this machine */
};

/**
 * struct nftvm - owned by who called nftvm_new(); so are all parts
 * @now:	the time of the loads and of listings; the caller sets it
 * @no_run:	NFTVM_NEW_NO_RUN
 * @partial:	the VM lacks something of the ruleset; only with @no_run
 */
struct nftvm {
	struct diags *diags;
	struct host *host;
	struct ruleset *ruleset;
	struct vm *vm;
	struct nv_time now;
	enum engine_links links;
	bool numeric, no_run, partial;
	VEC(const char *) defines;
	VEC(const char *) include_dirs;
};

/** engine_env() - what a parser may ask this engine; borrows from it */
void engine_env(const struct nftvm *nv, struct parser_env *env);

/**
 * engine_list() - the ruleset with its living state (nftvm_list() into @out)
 * @flags:	enum nftvm_list_flags
 */
void engine_list(const struct nftvm *nv, unsigned flags, struct strbuf *out);

/** engine_list_rule() - one rule in the listing's words, without its state */
void engine_list_rule(const struct nftvm *nv, const struct vm_rule *rule,
		      struct strbuf *out);

/** engine_list_rule_loaded() - the same with its state as it was loaded */
void engine_list_rule_loaded(const struct nftvm *nv, const struct vm_rule *rule,
			     struct strbuf *out);

/** engine_rule_break() - why a rule did not go on at its expression @at; see
 * list_rule_break() */
void engine_rule_break(const struct nftvm *nv, const struct vm_rule *rule,
		       unsigned at, const uint32_t *words, struct strbuf *match,
		       struct strbuf *seen);

/** engine_sets_nftrace() - is there a rule that says which packets are traced? */
bool engine_sets_nftrace(const struct nftvm *nv);

/** engine_rule() - the rule that the VM's rule was made from */
const struct rs_rule *engine_rule(const struct vm_rule *rule);

/** engine_netlink() - all commands of @p as nft --debug=netlink prints them */
void engine_netlink(struct parser *p, struct strbuf *out);

#endif
