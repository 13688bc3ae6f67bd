/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ruleset/ share with each other. */
#ifndef NFTVM_RULESET_INTERNAL_H
#define NFTVM_RULESET_INTERNAL_H

#include "base/util.h"
#include "base/vec.h"
#include "ruleset/ruleset.h"

struct nftnl_expr;
struct nftnl_set;
struct rs_undo;

/**
 * struct rs_undo_ops - how one kind of change is taken back, or made final
 * @undo:	as it was before; what was added is freed
 * @done:	the transaction has committed; what was deleted is freed. May be
 *		NULL
 */
struct rs_undo_ops {
	void (*undo)(struct ruleset *rs, struct rs_undo *u);
	void (*done)(struct ruleset *rs, struct rs_undo *u);
};

/**
 * struct rs_undo - one change of a transaction
 * @thing:	what was changed
 * @next:	list node that stood behind it, for deletions
 * @old:	an old value
 * @rows:	elements that came or went; @store: a whole store that went
 */
struct rs_undo {
	const struct rs_undo_ops *ops;
	void *thing;
	struct list *next;
	uint64_t old;
	struct elem_batch *rows;
	struct rs_elems *store;
};

/**
 * struct ruleset - all tables, and the transaction under way
 * @last_table_handle: tables have a count of their own
 * @tx:		number of the transaction, counted from 1
 * @undo:	what it has changed so far, oldest first
 * @scratch:	room to build one rule's netlink message in
 */
struct ruleset {
	struct list tables;
	struct strmap *table_names;
	uint64_t last_table_handle;
	bool lists;
	bool in_tx;
	uint64_t tx;
	struct diags *diags;
	const struct ruleset_events *events;
	void *events_data;
	VEC(struct rs_undo) undo;
	uint8_t *scratch;
};

/* Enough for NFT_RULE_MAXEXPRS expressions of any kind. */
#define RS_SCRATCH_BYTES (256 * 1024)
#define RS_MAX_EXPRS	 128

/** rs_event() - call @events->name if somebody listens; 0 or -1 */
#define rs_event(rs, name, ...)                                       \
	((rs)->events && (rs)->events->name                           \
		 ? (rs)->events->name((rs)->events_data, __VA_ARGS__) \
		 : 0)

/** rs_undo_push() - note a change; its address, valid until the next */
struct rs_undo *rs_undo_push(struct ruleset *rs, const struct rs_undo_ops *ops,
			     void *thing);
/** rs_unlink() - take a node out of its list, remembering its place */
void rs_unlink(struct rs_undo *u, struct list *node);
/** rs_relink() - and back */
void rs_relink(struct rs_undo *u, struct list *node);

/**
 * rs_refuse() - what the kernel would answer, as a diagnostic
 * @loc:	the place; @fallback if it is none
 * @err:	positive errno
 * Return: -1.
 */
int rs_refuse(struct ruleset *rs, const struct loc *loc,
	      const struct loc *fallback, int err, const char *fmt, ...)
	PRINTF_LIKE(5, 6);
/** rs_hint_names() - "did you mean": the nearest key of @names, if any */
void rs_hint_names(struct ruleset *rs, const struct strmap *names,
		   const char *word);

/** rs_family_name() - "inet" */
const char *rs_family_name(uint8_t family);
/** rs_new_handle() - the next one of a table */
uint64_t rs_new_handle(struct rs_table *t);

/* Look up what a command names; NULL with a diagnostic. */
struct rs_table *rs_cmd_table(struct ruleset *rs, const struct cmd *cmd);
struct rs_chain *rs_cmd_chain(struct ruleset *rs, const struct cmd *cmd);
struct rs_set *rs_cmd_set(struct ruleset *rs, const struct cmd *cmd);

/* --- one kind of thing each ---------------------------------------------- */

typedef int rs_apply_fn(struct ruleset *rs, struct parser *p,
			const struct cmd *cmd);

rs_apply_fn rs_ruleset_flush;
rs_apply_fn rs_table_add, rs_table_delete, rs_table_flush;
rs_apply_fn rs_chain_add, rs_chain_delete, rs_chain_flush;
rs_apply_fn rs_rule_add, rs_rule_replace, rs_rule_delete;
rs_apply_fn rs_set_add, rs_set_delete, rs_set_flush;
rs_apply_fn rs_elements_add, rs_elements_delete;
rs_apply_fn rs_object_add, rs_object_delete;
rs_apply_fn rs_flowtable_add, rs_flowtable_delete;

void rs_table_free(struct rs_table *t);
void rs_chain_free(struct rs_chain *c);
void rs_set_free(struct rs_set *s);
void rs_object_free(struct rs_object *o);
void rs_flowtable_free(struct rs_flowtable *f);

/** rs_flowtable_find() - by name, or NULL */
struct rs_flowtable *rs_flowtable_find(const struct rs_table *t,
				       const char *name);
/** rs_names_join() - a new sorted array of @old (NULL: none) and @n names of
 * @more, NULL behind the last; NULL when there are none */
char **rs_names_join(char *const *old, const char *const *more, size_t n);
void rs_names_free(char **names);

/** rs_chain_named() - a chain that may be named by others than its rule */
struct rs_chain *rs_chain_named(const struct rs_table *t, const char *name);
/** rs_chain_by_id() - one that this transaction made for a rule, or NULL */
struct rs_chain *rs_chain_by_id(const struct ruleset *rs,
				const struct rs_table *t, uint32_t id);
/** rs_chain_remove_with_rule() - delete such a one, whose rule is gone, with
 * its rules; 0 or -1 */
int rs_chain_remove_with_rule(struct ruleset *rs, struct rs_chain *c);
/** rs_chain_empty() - delete a chain's rules */
int rs_chain_empty(struct ruleset *rs, struct rs_chain *c);
/** rs_rule_remove() - delete one rule, and the sets that are its own */
int rs_rule_remove(struct ruleset *rs, struct rs_rule *r);
/** rs_set_remove_with_rule() - delete an anonymous set whose rule is gone */
void rs_set_remove_with_rule(struct ruleset *rs, struct rs_set *s);
/**
 * rs_set_make() - a set from its declaration, with its elements
 * @cmd:	the command it belongs to, for places
 * Return: the set, or NULL with a diagnostic.
 */
struct rs_set *rs_set_make(struct ruleset *rs, struct rs_table *t,
			   const struct cmd *cmd, struct cmd_set *cs);
/** rs_expr_is_swept() - a statement whose elements the kernel sweeps out itself
 * (NFT_EXPR_GC): not in sets whose elements expire; a libnftnl callback, @found
 * a bool */
int rs_expr_is_swept(struct nftnl_expr *e, void *found);
/** rs_set_bound() - a rule adds to the set: it gets a size if it has none */
void rs_set_bound(struct ruleset *rs, struct rs_set *s);
/** rs_set_fill() - add elements to a set; 0 or -1 with a diagnostic */
int rs_set_fill(struct ruleset *rs, struct rs_set *s, const struct cmd *cmd,
		const struct elem_batch *elems);
/** rs_set_empty() - forget all elements (flush), noting them for undo */
void rs_set_empty(struct ruleset *rs, struct rs_set *s);
/** rs_set_is_interval() - are its rows ranges, given by interval ends? */
bool rs_set_is_interval(const struct rs_set *s);
/** rs_set_use_chains() - what its elements jump to is used once more (@by 1),
 * or less (@by -1), for each */
void rs_set_use_chains(struct rs_set *s, int by);

#endif
