/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is loaded: tables, chains, rules, sets, with the kernel's handles.
 *
 *	ruleset_new()
 *	ruleset_begin()			a transaction
 *	    ruleset_apply()		one command of the parser, as the kernel
 *					would answer it
 *	ruleset_commit() / ruleset_abort()
 *	ruleset_list()			as `nft list ruleset`
 *	ruleset_free()
 */
#ifndef NFTVM_RULESET_RULESET_H
#define NFTVM_RULESET_RULESET_H

#include "ruleset/types.h"

struct diags;
struct nftnl_rule;
struct nftnl_set;
struct ruleset;
struct strbuf;

/**
 * struct ruleset_events - who follows the changes (the VM, a printer)
 *
 * Called in the order of the changes, each after the ruleset has made it and
 * before what is deleted is freed. Any may be NULL. Each returns 0, or -1 with
 * a diagnostic queued: the transaction can then only be aborted.
 * @table_del:	the table and all in it; no further calls for its parts
 * @chain_policy: chain->policy has changed
 * @set_add:	@decl is the declaration with the set's final name
 * @elems_add:	rows as nft sends them: interval ends are rows of their own
 * @elems_del:	likewise
 * @set_del:	a named set; anonymous ones go with their rule, unsaid
 * @rule_add:	@rule has its handle, and its lookups the final names of sets;
 *		@before is the rule that follows it, or NULL
 */
struct ruleset_events {
	int (*table_add)(void *data, const struct rs_table *t);
	int (*table_del)(void *data, const struct rs_table *t);
	int (*chain_add)(void *data, const struct rs_chain *c);
	int (*chain_policy)(void *data, const struct rs_chain *c);
	int (*chain_del)(void *data, const struct rs_chain *c);
	int (*set_add)(void *data, const struct rs_set *s,
		       const struct nftnl_set *decl);
	int (*set_del)(void *data, const struct rs_set *s);
	int (*set_flush)(void *data, const struct rs_set *s);
	int (*elems_add)(void *data, const struct rs_set *s,
			 const struct elem_batch *elems);
	int (*elems_del)(void *data, const struct rs_set *s,
			 const struct elem_batch *elems);
	int (*object_add)(void *data, const struct rs_object *o);
	int (*object_del)(void *data, const struct rs_object *o);
	int (*rule_add)(void *data, const struct rs_rule *r,
			const struct nftnl_rule *rule,
			const struct rs_rule *before);
	int (*rule_del)(void *data, const struct rs_rule *r);
};

/** ruleset_new() - empty; @lists: keep what ruleset_list() needs */
struct ruleset *ruleset_new(bool lists);
/** ruleset_free() - NULL accepted; a transaction is aborted */
void ruleset_free(struct ruleset *rs);

/* --- transactions -------------------------------------------------------- */

/**
 * ruleset_begin() - start a transaction; one at a time
 * @d:		where faults go
 * @events:	who follows the changes, or NULL
 */
void ruleset_begin(struct ruleset *rs, struct diags *d,
		   const struct ruleset_events *events, void *data);
/**
 * ruleset_apply() - one command, as the kernel would answer it
 * @p:		the parser that @cmd comes from
 *
 * Ref: nf_tables_api.c, nf_tables_new*(), nf_tables_del*().
 * Return: 0, or -1 with a located diagnostic; the transaction can then only be
 * aborted.
 */
int ruleset_apply(struct ruleset *rs, struct parser *p, const struct cmd *cmd);
/** ruleset_commit() - what was done stays */
void ruleset_commit(struct ruleset *rs);
/** ruleset_abort() - all as before ruleset_begin(), spent handles aside */
void ruleset_abort(struct ruleset *rs);

/* --- what there is ------------------------------------------------------- */

struct rs_table *ruleset_table(const struct ruleset *rs, uint8_t family,
			       const char *name);
struct rs_chain *rs_chain_find(const struct rs_table *t, const char *name);
struct rs_set *rs_set_find(const struct rs_table *t, const char *name);
/** rs_object_find() - @type: NFT_OBJECT_* */
struct rs_object *rs_object_find(const struct rs_table *t, uint32_t type,
				 const char *name);
/** ruleset_tables() - head of the list of struct rs_table */
const struct list *ruleset_tables(const struct ruleset *rs);

/**
 * ruleset_rule_nftnl() - a rule in libnftnl's form, from its bytes
 * Return: the caller's to nftnl_rule_free(); NULL if the ruleset keeps nothing
 * to list.
 */
struct nftnl_rule *ruleset_rule_nftnl(const struct rs_rule *r);

/* --- listing ------------------------------------------------------------- */

/**
 * struct ruleset_view - how to list, and the living state
 * @handles:	-a
 * @stateless:	-s
 * @numeric:	-n, for what the texts of rules do not hold
 * @rule_state: put the living state of a rule (counters, quotas) into its
 *		expressions. NULL: list those that were loaded
 * @object_state: put an object's living state into its libnftnl form. NULL: as
 *		loaded
 * @set_elems:	the living elements of a set, as vm_set_snapshot() gives them,
 *		in @out (initialised by the call); false: list those of the
 *		ruleset. NULL: always those
 */
struct ruleset_view {
	bool handles, stateless, numeric;
	void (*rule_state)(void *data, const struct rs_rule *r,
			   struct nftnl_rule *rule);
	void (*object_state)(void *data, struct nftnl_obj *o);
	bool (*set_elems)(void *data, const struct rs_set *s,
			  struct elem_batch *out);
	void *data;
};

/** ruleset_list() - the text of `nft list ruleset`
 * @p:		prints elements; any parser */
void ruleset_list(const struct ruleset *rs, struct parser *p,
		  const struct ruleset_view *view, struct strbuf *out);
/** ruleset_list_json() - the same as `nft -j list ruleset` has it, without its
 * metainfo: an array of objects; a new reference */
struct json_t *ruleset_list_json(const struct ruleset *rs, struct parser *p,
				 const struct ruleset_view *view);
/** ruleset_list_rule() - one rule, in the listing's words, without its handle */
void ruleset_list_rule(struct parser *p, const struct rs_rule *r,
		       const struct ruleset_view *view, struct strbuf *out);
/** ruleset_rule_break() - why a rule did not go on; see list_rule_break() */
void ruleset_rule_break(struct parser *p, const struct rs_rule *r, unsigned at,
			const uint32_t *words, struct strbuf *match,
			struct strbuf *seen);

#endif
