/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an expression is to the VM: one descriptor (struct vm_expr_ops) in one
 * file, vm/expr/NAME.c, listed in vm/expr.def under nft's own name.
 *
 * A rule's expressions lie one behind the other in one piece of memory:
 *
 *	| struct vm_expr | private part | struct vm_expr | private part | ...
 *	  .size ------------------------>
 *
 * The private part is immutable once lower() filled it. What changes while
 * packets run (a counter's numbers) is the expression's state, which lives
 * outside, at .state, and outlives the program.
 */
#ifndef NFTVM_VM_EXPR_H
#define NFTVM_VM_EXPR_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "packet/packet.h"
#include "vm/vm.h"

#include <linux/netfilter/nf_tables.h>

struct nftnl_expr;
struct vm_chain;
struct vm_emit;
struct vm_expr;
struct vm_image;
struct vm_lower;
struct vm_set;

enum {
	/* 32-bit words; 0..3 are the verdict's in the kernel's numbering */
	VM_REG_WORDS = 20,
	/* bytes of data that registers can hold */
	VM_REG_BYTES = 64,
	/* chains one below the other (NFT_JUMP_STACK_SIZE) */
	VM_JUMP_STACK = 16,
};

/**
 * struct vm_regs - the registers of one base chain's run
 * @w:		words; memory as the kernel has it: values in network order
 *		where they come from the packet, host order otherwise
 * @verdict:	NFT_CONTINUE, NFT_BREAK, NFT_JUMP, NFT_GOTO, NFT_RETURN or NF_*
 * @chain:	slot of the chain that a jump or goto means
 */
struct vm_regs {
	uint32_t w[VM_REG_WORDS];
	int32_t verdict;
	uint32_t chain;
};

/**
 * struct vm_ctx - what exec() may use
 * @env:	the caller's clocks, host, connection table
 * @pkt:	the packet
 * @image:	the generation of programs and sets that this run sees
 */
struct vm_ctx {
	struct vm_env *env;
	struct packet *pkt;
	const struct vm_image *image;
};

/* Properties of an expression, found by lower(). */
enum vm_expr_flag {
	/* nothing but registers and BREAK: may be tested out of order */
	VM_EXPR_PURE = 1 << 0,
	/* changes what loads would read: mark, packet bytes, ct */
	VM_EXPR_CHANGES = 1 << 1,
	/* must be in a chain whose hook validate() likes */
	VM_EXPR_VALIDATE = 1 << 2,
	/* may jump to other chains: the graph must be looked at */
	VM_EXPR_JUMPS = 1 << 3,
	/* reads ct, tracks or helps */
	VM_EXPR_NEED_CT = 1 << 4,
	/* reads ct bytes, packets or avgpkt */
	VM_EXPR_NEED_ACCT = 1 << 5,
};

/**
 * struct vm_expr - one lowered expression
 * @ops:	its descriptor
 * @state:	ops->state_size bytes, mutable, or NULL
 * @reads, @writes: bit per register word
 * @size:	bytes to the next expression
 * @flags:	enum vm_expr_flag
 */
struct vm_expr {
	const struct vm_expr_ops *ops;
	void *state;
	uint32_t reads, writes;
	uint16_t size;
	uint16_t flags;
	uint32_t pad;
	uint64_t priv[];
};

/**
 * struct vm_expr_ops - a kind of expression
 * @name:	nft's name of it
 * @priv_size:	bytes of the private part
 * @state_size:	bytes of mutable state, zeroed at first
 * @lower:	libnftnl object -> private part; registers go through
 *		vm_lower_load() and vm_lower_store(), which fill reads and
 *		writes; 0 or -errno as the kernel answers
 * @fini:	frees what the private part owns; also after lower() refused. May
 *		be NULL
 * @init:	state of a new rule; may be NULL: zero
 * @done:	frees what the state owns; may be NULL
 * @exec:	the reference form
 * @emit:	adds to the fast form (vm/emit.h); NULL: exec is called
 * @describe:	what nftnl_expr_snprintf() prints
 * @dump:	the living state back into libnftnl's form, for listings; NULL for
 *		what has none
 * @use:	adds @delta to the use counts of the chains and sets it names;
 *		may be NULL
 * @targets:	calls @fn for each chain that it may jump or go to, until one
 *		call returns non-zero; returns that. May be NULL
 * @validate:	may it stand in a chain reached from @base? 0 or -errno. NULL
 *		unless VM_EXPR_VALIDATE
 */
struct vm_expr_ops {
	const char *name;
	size_t priv_size, state_size;
	int (*lower)(struct vm_lower *lw, const struct nftnl_expr *ne,
		     void *priv);
	void (*fini)(void *priv);
	void (*init)(const struct vm_expr *e, void *state);
	void (*done)(void *state);
	void (*exec)(const struct vm_expr *e, struct vm_regs *regs,
		     struct vm_ctx *cx);
	bool (*emit)(const struct vm_expr *e, struct vm_emit *em);
	void (*describe)(const struct vm_expr *e, struct strbuf *out);
	void (*dump)(const struct vm_expr *e, struct nftnl_expr *ne);
	void (*use)(const struct vm_expr *e, int delta);
	int (*targets)(const struct vm_expr *e,
		       int (*fn)(struct vm_chain *to, void *arg), void *arg);
	int (*validate)(const struct vm_expr *e,
			const struct vm_chain_spec *base);
};

/** vm_priv() - the private part */
static inline const void *vm_priv(const struct vm_expr *e)
{
	return e->priv;
}

static inline const struct vm_expr *vm_expr_after(const struct vm_expr *e)
{
	return (const void *)((const char *)e + e->size);
}

/** vm_break() - the expression fails; the next rule's turn */
static inline void vm_break(struct vm_regs *regs)
{
	regs->verdict = NFT_BREAK;
}

/** vm_validate_hooks() - is the hook one of @hooks, a bit each? 0 or -EOPNOTSUPP
 * (nft_chain_validate_hooks()) */
static inline int vm_validate_hooks(const struct vm_chain_spec *base,
				    unsigned hooks)
{
	return hooks >> base->hook & 1 ? 0 : -EOPNOTSUPP;
}

#define EXPR(id) extern const struct vm_expr_ops vm_expr_##id;
#include "vm/expr.def"
#undef EXPR

/** vm_expr_find() - the descriptor called @name, or NULL */
const struct vm_expr_ops *vm_expr_find(const char *name);
/** vm_expr_at() - descriptors by number from 0, NULL after the last */
const struct vm_expr_ops *vm_expr_at(size_t i);

/* --- for lower() --------------------------------------------------------- */

/**
 * struct vm_lower - one expression being lowered
 * @tx:		the transaction, for names
 * @chain:	of the rule; NULL in a set's or element's expressions
 * @family:	of the table
 * @e:		the expression: flags, reads and writes are filled here
 * @err:	where refusals go
 */
struct vm_lower {
	struct vm_tx *tx;
	struct vm_table *table;
	const struct vm_chain *chain;
	uint8_t family;
	struct vm_expr *e;
	struct vm_error *err;
};

/** vm_refuse() - fill in lw->err; returns @code, a negative errno */
int vm_refuse(struct vm_lower *lw, int code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/**
 * struct vm_reg - a register operand
 * @word:	its first word in struct vm_regs
 * @nr:		the number that nft calls it by: 1..4 or 8..23
 */
struct vm_reg {
	uint8_t word, nr;
};

/**
 * vm_lower_load() - the expression reads @len bytes from register @nr
 *
 * Ref: nft_parse_register_load(). Return: 0, -EINVAL (the verdict register,
 * no such register, no length), -ERANGE (beyond the last register).
 */
int vm_lower_load(struct vm_lower *lw, uint32_t nr, uint32_t len,
		  struct vm_reg *reg);
/** vm_lower_used() - no more than @bytes of the private part are in use: the rest
 * is given back. Not in a set's expressions */
void vm_lower_used(struct vm_lower *lw, size_t bytes);
/** vm_lower_store() - it writes them (nft_parse_register_store()) */
int vm_lower_store(struct vm_lower *lw, uint32_t nr, uint32_t len,
		   struct vm_reg *reg);
/** vm_lower_chain() - a chain to jump to; -ENOENT, -EOPNOTSUPP (base chain) */
int vm_lower_chain(struct vm_lower *lw, const char *name,
		   struct vm_chain **out);
/** vm_lower_set() - a set of the rule's table by name; -ENOENT */
int vm_lower_set(struct vm_lower *lw, const char *name, struct vm_set **out);
/** vm_lower_expr() - lower one expression by itself, as tests do
 * Return: a new expression with its state allocated, or NULL with err set;
 * vm_expr_free() it. */
struct vm_expr *vm_lower_expr(struct vm_lower *lw, const struct nftnl_expr *ne);
/** vm_lower_nested() - lower a nested expression (dynset's, a set's)
 * Return: as vm_lower_expr(). */
struct vm_expr *vm_lower_nested(struct vm_lower *lw,
				const struct nftnl_expr *ne);
/** vm_expr_new() - an expression whose private part the caller fills; state
 * of zero. vm_expr_free() it. */
struct vm_expr *vm_expr_new(const struct vm_expr_ops *ops);

/** vm_expr_clone() - a copy with fresh state, for a new element */
struct vm_expr *vm_expr_clone(const struct vm_expr *e);
void vm_expr_free(struct vm_expr *e);

/* --- for describe() ------------------------------------------------------ */

/** vm_describe_words() - "0x0000000a 0x..." as nftnl prints data */
void vm_describe_words(struct strbuf *out, const void *data, size_t len);

#endif
