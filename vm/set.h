/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets and what holds their elements.
 *
 * A set has properties (struct vm_set) and contents (struct vm_set_data), and
 * the contents come in versions. Packets read the version that their image
 * points at. A transaction works on a version of its own, which shares with
 * the old one all pieces (segments, chunks, nodes) that it did not change:
 *
 *	old ---> [dir] -> seg A   seg B   seg C
 *	                    ^       ^
 *	new ---> [dir] -----'-------'     seg C'
 *
 * So adding one element to a million copies one piece of a few KB and the
 * directory; abort drops the new version; commit swaps it in for all sets at
 * once and retires C. The back ends that the packet path itself writes
 * (dynset) are one version for ever: see vm/set/dynamic.c.
 */
#ifndef NFTVM_VM_SET_H
#define NFTVM_VM_SET_H

#include "base/hash.h"
#include "base/list.h"
#include "base/vec.h"
#include "vm/expr.h"

struct vm_set_data;

/* What a map's element gives when it is no plain data. */
struct vm_verdict {
	int32_t code;
	uint32_t chain;
};

static inline bool vm_verdict_jumps(int32_t code)
{
	return code == NFT_JUMP || code == NFT_GOTO;
}

/**
 * struct vm_elem_ext - the rare parts of an element
 * @timeout_ns:	how long it lives after an update; 0: for ever
 * @expires_ns:	when it is gone; 0: never
 * @n, @exprs:	statements of its own, with their state
 *
 * Belongs to the element, whichever versions of the set hold that.
 */
struct vm_elem_ext {
	uint64_t timeout_ns, expires_ns;
	unsigned n;
	struct vm_expr *exprs[2];
};

/**
 * struct vm_elem - an element on its way in, or seen in a walk
 * @key:	set->key_len bytes
 * @key_end:	last key of the range (inclusive), or NULL. For intervals
 *		without concatenation: see vm/set/interval.c
 * @value:	set->value_len bytes: data or struct vm_verdict; NULL for sets
 * @flags:	ELEM_*
 * @ext:	rare parts, or NULL
 */
struct vm_elem {
	const uint8_t *key, *key_end;
	const void *value;
	uint8_t flags;
	struct vm_elem_ext *ext;
};

/**
 * struct vm_hit - what a lookup found
 * @value:	as in struct vm_elem
 * @ext:	rare parts, or NULL
 */
struct vm_hit {
	const void *value;
	struct vm_elem_ext *ext;
};

/**
 * struct vm_dynset_how - what dynset does to elements
 * @refresh:	one that is there begins its timeout anew
 * @timeout_ns:	of new and refreshed ones; 0: none
 * @n_exprs, @exprs: statements that new ones get a copy of
 */
struct vm_dynset_how {
	bool refresh;
	uint64_t timeout_ns;
	unsigned n_exprs;
	struct vm_expr *exprs[2];
};

/**
 * struct vm_set - a set or map
 * @slot:	its number in images
 * @flags:	NFT_SET_*
 * @key_len, @data_len: bytes
 * @value_len:	bytes stored with a key: data_len, or struct vm_verdict's, or 0
 * @is_vmap:	data are verdicts
 * @obj_type:	data are objects of this type (struct vm_obj *); 0: they are not
 * @has_ext:	elements may have rare parts (struct vm_elem_ext); turned on by the
 *		first elements that have statements where the set has none
 * @timeout_ns:	of new elements; 0: for ever
 * @gc_ns:	how often expired elements are collected
 * @size:	most elements, or 0
 * @n_fields, @field_len: of a concatenation; each padded to 4 bytes in a key
 * @n_exprs, @exprs: statements that each new element gets a copy of
 * @use:	rules that look in it
 * @data:	the version that the running image has
 * @next:	the open transaction's version, or NULL
 * @deleted:	the open transaction took it out
 */
struct vm_set {
	struct list node;
	struct vm *vm;
	struct vm_table *table;
	char *name;
	uint32_t slot;
	uint32_t flags;
	uint16_t key_len, data_len, value_len;
	bool is_vmap, has_ext;
	uint32_t obj_type;
	uint64_t timeout_ns, gc_ns;
	uint32_t size;
	unsigned n_fields;
	uint8_t field_len[16];
	unsigned n_exprs;
	struct vm_expr *exprs[2];
	long use;
	const struct vm_set_ops *ops;
	struct vm_set_data *data, *next;
	bool deleted;
};

/**
 * struct vm_set_data - one version of a set's contents; back ends embed it
 * @catchall:	value of the catch-all element, or NULL
 * @n:		elements, the catch-all one included
 */
struct vm_set_data {
	const struct vm_set *set;
	const struct vm_set_ops *ops;
	uint8_t *catchall;
	struct vm_elem_ext *catchall_ext;
	size_t n;
	bool has_catchall;
};

/**
 * struct vm_set_ops - a back end
 * @name:	for dump and bench
 * @owns_ext:	frees the rare parts of elements itself, also after an abort
 * @fits:	can it hold sets of this kind?
 * @new:	no elements; @hint is how many will come, or 0
 * @clone:	a private version that shares all pieces
 * @publish:	@d replaces @old (NULL: it is the first): pieces of @old that @d does not have are
 *		retired (vm_retire()), @old itself too
 * @drop:	free a private version, and the pieces that are its alone
 * @free:	free the only version there is, with all pieces; none of them frees
 *		values or rare parts of the catch-all element, or any element's
 *		rare parts
 * @insert:	0; -EEXIST and @have filled in when the very key (and end) is
 *		there; -ENOTEMPTY when it overlaps another. Takes over e->ext
 *		when it returns 0
 * @clear:	take all out (but the catch-all element) of a private version
 * @remove:	0 with the ext to be retired in *ext, or -ENOENT
 * @find:	the element of a key; runs on the packet path
 * @walk:	each element, until @fn returns non-zero; expired ones too
 * @update:	the element of a key, made if it is not there; false: the set is
 *		full. NULL: packets cannot write this kind
 * @erase:	the element of a key goes
 */
struct vm_set_ops {
	const char *name;
	bool owns_ext;
	bool (*fits)(const struct vm_set *set);
	struct vm_set_data *(*new)(const struct vm_set *set, size_t hint);
	struct vm_set_data *(*clone)(const struct vm_set_data *d);
	void (*publish)(struct vm_set_data *d, struct vm_set_data *old);
	void (*drop)(struct vm_set_data *d);
	void (*free)(struct vm_set_data *d);
	int (*insert)(struct vm_set_data *d, const struct vm_elem *e,
		      struct vm_hit *have);
	void (*clear)(struct vm_set_data *d);
	int (*remove)(struct vm_set_data *d, const struct vm_elem *e,
		      struct vm_elem_ext **ext);
	bool (*find)(const struct vm_set_data *d, const void *key,
		     uint64_t now_ns, struct vm_hit *hit);
	int (*walk)(const struct vm_set_data *d,
		    int (*fn)(const struct vm_elem *e, void *arg), void *arg);
	bool (*update)(struct vm_set_data *d, const void *key,
		       const void *value, const struct vm_dynset_how *how,
		       uint64_t now_ns, struct vm_hit *hit);
	void (*erase)(struct vm_set_data *d, const void *key, uint64_t now_ns);
};

#define SET(id) extern const struct vm_set_ops vm_set_##id;
#include "vm/set.def"
#undef SET

/** vm_elem_expired() - is the element gone? @ext may be NULL: it never is. The
 * kernel's clock for this has a grain of 4 ms */
static inline bool vm_elem_expired(const struct vm_elem_ext *ext,
				   uint64_t now_ns)
{
	return ext && ext->expires_ns &&
	       now_ns / NS_PER_TICK >= ext->expires_ns / NS_PER_TICK;
}

/** vm_set_find_key() - the element of @key, or the catch-all one */
static inline bool vm_set_find_key(const struct vm_set_data *d, const void *key,
				   uint64_t now_ns, struct vm_hit *hit)
{
	if (likely(d->ops->find(d, key, now_ns, hit)))
		return true;
	if (!d->has_catchall)
		return false;
	hit->value = d->catchall;
	hit->ext = d->catchall_ext;
	return !vm_elem_expired(hit->ext, now_ns);
}

/** vm_elem_exec() - the statements of an element; a BREAK of theirs is the
 * rule's */
static inline void vm_elem_exec(const struct vm_elem_ext *ext,
				struct vm_regs *regs, struct vm_ctx *cx)
{
	for (unsigned i = 0; i < ext->n; i++) {
		const struct vm_expr *e = ext->exprs[i];

		e->ops->exec(e, regs, cx);
		if (regs->verdict != NFT_CONTINUE)
			return;
	}
}

/** vm_set_backend() - the back end for sets of this kind, or NULL */
const struct vm_set_ops *vm_set_backend(const struct vm_set *set);
/** vm_set_backend_find() - by name, for tests and bench; or NULL */
const struct vm_set_ops *vm_set_backend_find(const char *name);

#endif
