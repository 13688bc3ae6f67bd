/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the VM is made of, for the files of vm/ only.
 *
 *	vm --- image (one generation)      what packets read: programs and set
 *	 |       progs[chain slot]         contents, found by slot number
 *	 |       sets[set slot]
 *	 +--- tables --- chains --- rules  what transactions read and write
 *	            \--- sets
 *
 * A rule, once lowered, never changes, and programs point at rules: so both
 * sides share them.
 */
#ifndef NFTVM_VM_CORE_H
#define NFTVM_VM_CORE_H

#include "base/hash.h"
#include "base/list.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "vm/expr.h"
#include "vm/set.h"
#include "vm/vm.h"

struct vm_flat;

/**
 * struct vm_rule - a lowered rule
 * @node:	in its chain's list
 * @same_slot:	the next in its slot of vm->rules
 * @hits:	mutable, behind a pointer as the rule is shared
 * @flags:	VM_EXPR_* of its expressions, or-ed (VM_EXPR_PURE: and-ed)
 * @n:		expressions, one behind the other at @exprs
 * @state:	the state of all of them, one piece of memory
 * @seg:	the newest segment it is in; only for making programs
 */
struct vm_rule {
	struct list node;
	struct vm_rule *same_slot;
	struct vm_chain *chain;
	uint64_t handle, cookie;
	uint64_t *hits;
	void *state;
	struct vm_flat *seg;
	uint16_t n, flags;
	uint32_t size;
	struct vm_expr *exprs;
};

/**
 * struct vm_chain - a chain as transactions see it
 * @node:	in its table
 * @base_node:	in vm->bases, when it is a base chain
 * @spec:	strings are its own
 * @slot:	its number in images
 * @use:	jumps to it, from rules and elements
 * @hits:	packets that reached the policy
 * @dirty:	the open transaction must make a new program
 * @deleted:	the open transaction took it out
 * @mark, @depth: for the walk of vm/verify.c
 */
struct vm_chain {
	struct list node, base_node;
	struct vm *vm;
	struct vm_table *table;
	struct vm_chain_spec spec;
	uint32_t slot;
	uint64_t seq;
	long use;
	uint64_t *hits;
	struct list rules;
	bool dirty, deleted;
	uint32_t mark;
	int depth;
};

/**
 * struct vm_table - a table
 * @validate:	the open transaction changed who can jump where
 */
struct vm_table {
	struct list node;
	uint8_t family;
	uint32_t flags;
	char *name;
	struct list chains, sets, objs;
	struct strmap *chain_by_name, *set_by_name;
	bool validate;
};

/**
 * struct vm_obj - a named object
 * @node:	in its table
 * @type:	NFT_OBJECT_*
 * @family:	of its table
 * @use:	rules and elements that name it
 * @e:		the expression that it is, with its state
 */
struct vm_obj {
	struct list node;
	uint32_t type;
	uint8_t family;
	char *name;
	long use;
	struct vm_expr *e;
};

/**
 * struct vm_prog - a chain's program: immutable
 * @chain:	for trace and dump; do not read its lists while running
 * @segs:	@n segments of its rules, in order; shared with the program
 *		before and after as long as they stay the same (vm/prog.c)
 */
struct vm_prog {
	const struct vm_chain *chain;
	uint32_t n;
	struct vm_flat *segs[];
};

/**
 * struct vm_image - one generation
 *
 * The arrays are indexed by slot; a slot without a thing holds NULL.
 */
struct vm_image {
	const struct vm_prog **progs;
	struct vm_set_data **sets;
	uint32_t n_progs, n_sets;
};

/* Something to free when no reader can hold it any more. */
struct vm_garbage {
	void (*free)(void *p);
	void *p;
};

/**
 * struct vm_slots - slot numbers, the free ones used again
 * @next:	never used yet
 */
struct vm_slots {
	uint32_t next;
	VEC(uint32_t) free;
};

/**
 * struct vm_need_count - who needs a built-in hook
 * @n:		how many rules or chains
 * @seq:	when the first of them came
 */
struct vm_need_count {
	long n;
	uint64_t seq;
};

/**
 * struct vm_rule_index - rules by chain and handle, as the transaction sees them
 * @slots:	@mask + 1 of them, or NULL
 */
struct vm_rule_index {
	struct vm_rule **slots;
	size_t mask, len;
};

struct vm {
	struct list tables, bases;
	struct vm_rule_index rules;
	struct strmap *table_by_name;
	struct vm_image *image;
	struct vm_tx *tx;
	struct vm_slots chain_slots, set_slots;
	VEC(struct vm_chain *) by_slot;
	struct vm_need_count needs[2][VM_NEED_COUNT];
	uint64_t seq;
	uint32_t mark;
	struct hash_key key;
	VEC(struct vm_garbage) garbage;
};

/* One change of the open transaction, to be finished or undone. */
struct vm_change {
	const struct vm_change_ops *ops;
	void *p;
};

struct vm_change_ops {
	void (*commit)(struct vm_tx *tx, struct vm_change *c);
	void (*abort)(struct vm_tx *tx, struct vm_change *c);
};

/**
 * struct vm_tx - an open transaction
 * @changes:	in order; aborted in reverse
 * @dirty:	chains that need a new program
 * @touched:	sets with a private version (set->next)
 * @now:	when it was committed
 * @needs, @seq: as they were before
 */
struct vm_tx {
	struct vm *vm;
	struct nv_time now;
	struct vm_need_count needs[2][VM_NEED_COUNT];
	uint64_t seq;
	VEC(struct vm_change) changes;
	VEC(struct vm_chain *) dirty;
	VEC(struct vm_set *) touched;
};

/** vm_error_set() - fill in @err (may be NULL); returns @code */
int vm_error_set(struct vm_error *err, int code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/** vm_table_find() - as the open transaction sees it, or NULL */
struct vm_table *vm_table_find(const struct vm *vm, uint8_t family,
			       const char *name);
/** vm_set_find() - as the open transaction sees it, or NULL */
struct vm_set *vm_set_find(const struct vm *vm, uint8_t family,
			   const char *table, const char *name);
/** vm_tx_log() - note a change */
void vm_tx_log(struct vm_tx *tx, const struct vm_change_ops *ops, void *p);
/** vm_chain_touch() - the transaction changes the chain's rules */
void vm_chain_touch(struct vm_tx *tx, struct vm_chain *c);
/** vm_retire() - free @p when no reader can hold it any more */
void vm_retire(struct vm *vm, void (*free_fn)(void *p), void *p);
/** vm_collect() - free what was retired */
void vm_collect(struct vm *vm);
void vm_image_free(void *image);
void vm_chain_free(void *chain);
void vm_table_free(void *table);
/** vm_table_key() - the key of vm->table_by_name; returns @buf */
const char *vm_table_key(char *buf, size_t size, uint8_t family,
			 const char *name);
/** vm_chain_by_slot() - as the open transaction sees it */
static inline struct vm_chain *vm_chain_by_slot(const struct vm *vm,
						uint32_t slot)
{
	return vm->by_slot.v[slot];
}

uint32_t vm_slot_get(struct vm_slots *s);
void vm_slot_put(struct vm_slots *s, uint32_t slot);
/** vm_need_add() - a rule or chain of @family needs (@delta 1) a built-in hook
 * or ceases to (-1) */
void vm_need_add(struct vm *vm, uint8_t family, enum vm_need need, int delta);

/* vm/obj.c */
/** vm_obj_find() - as the open transaction sees it, or NULL */
struct vm_obj *vm_obj_find(const struct vm_table *t, uint32_t type,
			   const char *name);
/** vm_obj_drop() - take an object out of its table, in a transaction */
void vm_obj_drop(struct vm_tx *tx, struct vm_obj *o);
void vm_obj_free(void *obj);
/** vm_error_clear() - no error yet; NULL accepted */
void vm_error_clear(struct vm_error *err);

/* vm/lower.c */
/** vm_rule_lower() - bytecode to a rule, not yet in the chain's list
 * Return: the rule, or NULL with @err set; vm_rule_free() it. */
struct vm_rule *vm_rule_lower(struct vm_tx *tx, struct vm_chain *chain,
			      const struct nftnl_rule *nr, uint64_t cookie,
			      struct vm_error *err);
void vm_rule_free(void *rule);
/** vm_rule_use() - count the rule's references to chains and sets */
void vm_rule_use(const struct vm_rule *r, int delta);

/* vm/rule_index.c */
void vm_rule_index_add(struct vm_rule_index *x, struct vm_rule *r);
void vm_rule_index_del(struct vm_rule_index *x, struct vm_rule *r);
/** vm_rule_index_find() - the rule of @c with that handle, or NULL */
struct vm_rule *vm_rule_index_find(struct vm_rule_index *x,
				   const struct vm_chain *c, uint64_t handle);

/* vm/verify.c */
/** vm_verify_rule() - no register is read before it was written: 0, -ENODATA */
int vm_verify_rule(const struct vm_rule *r, struct vm_error *err);
/** vm_verify_table() - what may follow from the base chains of a table:
 * -EMLINK, -ELOOP, or what an expression's validate() says */
int vm_verify_table(struct vm *vm, struct vm_table *t, struct vm_error *err);

/* vm/prog.c */
/** vm_prog_new() - the program of a chain as the transaction sees it; segments
 * that stayed the same are shared with the one before */
struct vm_prog *vm_prog_new(const struct vm_chain *c);
void vm_prog_free(void *prog);
/** vm_prog_rule_added() - @r stands in its chain's list now */
void vm_prog_rule_added(const struct vm_rule *r);
/** vm_prog_rule_gone() - @r was taken out */
void vm_prog_rule_gone(const struct vm_rule *r);

/* vm/set_tx.c */
/** vm_set_drop() - take a set out of its table, in a transaction */
void vm_set_drop(struct vm_tx *tx, struct vm_set *s);
void vm_set_free(void *set);
/** vm_set_contents_free() - a set's only version, with what elements own */
void vm_set_contents_free(void *data);
/** vm_set_get() - a set of the transaction, or NULL with @err filled in; clears
 * @err first */
struct vm_set *vm_set_get(struct vm_tx *tx, uint8_t family, const char *table,
			  const char *name, struct vm_error *err);
/** vm_sets_publish() - the private versions become what @image has */
void vm_sets_publish(struct vm_tx *tx, struct vm_image *image);
/** vm_sets_abort() - forget the private versions */
void vm_sets_abort(struct vm_tx *tx);

/* vm/elem_tx.c */
/** vm_set_contents_unuse() - all elements go: what they count is counted back */
void vm_set_contents_unuse(struct vm_tx *tx, const struct vm_set *s);
/** vm_elem_ext_free() - the rare parts of an element; NULL accepted */
void vm_elem_ext_free(void *ext);

/* vm/expr/counter.c, vm/expr/lookup.c, vm/expr/objref.c */
/** vm_counter_read() - what a counter stands at; false: @e is none */
bool vm_counter_read(const struct vm_expr *e, uint64_t *packets,
		     uint64_t *bytes);
/** vm_lookup_set() - the set that a lookup looks in; NULL: @e is none */
struct vm_set *vm_lookup_set(const struct vm_expr *e);
/** vm_objref_set() - the same of an objref */
struct vm_set *vm_objref_set(const struct vm_expr *e);

/* vm/run.c, vm/flat.c */
void vm_run_reference(struct vm_ctx *cx, const struct vm_prog *base,
		      struct vm_result *res);
/** vm_rule_hit() - count that a rule ran to its end or gave a verdict */
static inline void vm_rule_hit(const struct vm_rule *r)
{
	++*r->hits;
}

#endif
