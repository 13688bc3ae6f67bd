/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast form of a program: made from it by vm/emit.c and vm/flat_block.c,
 * run by vm/flat.c.
 *
 * Theory of operation
 *
 * Nearly all rules of a long chain fail at their first test, so what is fast
 * here is failing. Four ideas:
 *
 * Fields. A test is a field (what payload, meta or ct load, without effects)
 * and a condition on its value as a number. A run loads each field once and
 * keeps the value until a rule that changes packets ran. Load, mask and cmp of
 * a rule become one instruction on a field.
 *
 * One test. Every comparison, range, prefix and mask is the same condition on
 * three numbers, (x & mask) - from <= span, unsigned: so tests of any kind can
 * stand beside each other.
 *
 * Blocks. Of each rule one test at its beginning, with only tests before it,
 * is its filter: when it fails, the rule fails and has no effect, wherever
 * else it would fail. It is the one that fewest other rules share. Rules are
 * taken by 64 (the first few alone: most packets go no further), and the
 * filters of a block stand together by field, four to a step, which is tested
 * in one go, whether their rules are neighbours or not:
 *
 *	rules   0: ip saddr A drop   1: tcp dport 22 accept   2: ip saddr B ...
 *	steps   ip saddr   [A][B]...      lane -> rule 0, 2, ...
 *	        tcp dport  [22]...        lane -> rule 1, ...
 *
 * The result is a word with a bit for each rule that may match (a candidate).
 * Candidates then run whole and in order, so a filter needs no more than never
 * to miss one: it may fold 16 bytes into 4, or see a packet whose protocol the
 * rule does not mean. A field that BREAKs makes no candidate; one that cannot
 * be known makes all of them.
 *
 * Indexes. Where many filters of a segment want one field to be one value,
 * they are not in steps but in a hash table by that value: one look finds the
 * first rule that wants it, and each rule knows the next. Blocks without steps
 * are not looked at unless such a rule is in them.
 *
 * When a rule that changes what fields read ran, the values are forgotten and
 * the rest of the block is scanned again.
 */
#ifndef NFTVM_VM_FLAT_H
#define NFTVM_VM_FLAT_H

#include "vm/core.h"

enum {
	/* rules of a segment's first block, if there are more than a few, and
	 * of the others */
	FLAT_FIRST = 8,
	FLAT_FEW = 12,
	FLAT_BLOCK = 64,
	/* fields of one segment; tests of others are not fused */
	FLAT_FIELDS = 64,
	/* lanes that a scan takes at once */
	FLAT_STEP = 4,
	/* fields that have an index */
	FLAT_INDEXES = 4,
};

/* No rule, no block. */
#define FLAT_NONE UINT32_MAX

/**
 * struct flat_test - (x & @mask) - @from <= @span, unsigned
 */
struct flat_test {
	uint32_t mask, from, span;
};

/**
 * struct flat_field - what is loaded
 * @load:	its expression; NULL: @source alone
 * @key:	says which fields are the same
 * @word, @len:	where load puts it. Up to 4 bytes are taken as a big-endian
 *		number, more are folded
 * @source, @offset: where its bytes are, enum vm_source
 * @shift:	what makes four bytes there @len of them; 0 also for more
 * @end:	offset behind what is read there, at least four bytes
 */
struct flat_field {
	const struct vm_expr *load;
	uint64_t key;
	uint8_t word, len, source, shift;
	uint32_t offset, end;
};

enum flat_code {
	FLAT_TEST,    /* go on if the test of @field holds, else BREAK */
	FLAT_CALL,    /* exec() of the expression @call bytes into the rule's */
	FLAT_VERDICT, /* a constant */
};

/**
 * struct flat_insn - an instruction of a rule
 */
struct flat_insn {
	uint8_t code, field;
	union {
		struct flat_test test;
		uint32_t call;
		struct {
			int32_t verdict;
			uint32_t chain;
		};
	};
};

/**
 * struct flat_step - filters of one field, a lane each
 * @mask, @from, @limit: of flat_test, but that from and span have 2^31 added:
 *		so the comparison is one of signed numbers, which machines have
 * @rule:	of the block; lanes that are left over repeat one
 */
struct flat_step {
	uint32_t mask[FLAT_STEP], from[FLAT_STEP], limit[FLAT_STEP];
	uint8_t field, rule[FLAT_STEP];
};

/**
 * struct flat_block - up to 64 rules
 * @first:	the first of them
 * @always:	rules without a filter
 * @indexed:	rules that an index finds
 * @fields:	that its steps want
 * @steps, @end: its steps
 * @next_busy:	the first block from this one on that has more than indexed
 *		rules, or FLAT_NONE
 */
struct flat_block {
	uint64_t always, indexed, fields;
	const struct flat_step *steps, *end;
	uint32_t first, next_busy;
};

/* The first rule that wants a value; FLAT_NONE: the slot is empty. */
struct flat_slot {
	uint32_t value, rule;
};

/**
 * struct flat_index - rules by the value that they want a field to have
 * @slots:	@mask + 1 of them, more than half of them empty
 */
struct flat_index {
	uint8_t field;
	uint32_t mask;
	struct flat_slot *slots;
};

/**
 * struct vm_flat - a segment: some rules of a chain and their fast form
 * @refs:	programs that it is in; only transactions look
 * @is_stale:	the chain has other rules here now; only transactions look
 * @first_block: rules of its first block
 * @rules:	@n of them, in order; its own array, borrowed rules
 * @start:	first instruction of each of the @n rules, and the end
 * @next:	of each rule that an index finds, the next that wants the same
 *		value, or FLAT_NONE; NULL without indexes
 */
struct vm_flat {
	uint32_t refs, n, n_blocks, n_indexes, first_block;
	bool is_stale;
	const struct vm_rule **rules;
	uint32_t *start, *next;
	struct flat_block *blocks;
	struct flat_index indexes[FLAT_INDEXES];
	VEC(struct flat_field) fields;
	VEC(struct flat_insn) code;
	VEC(struct flat_step) steps;
};

/**
 * struct flat_offer - a test that could be its rule's filter
 * @bits:	how selective it is: 0 holds for nearly all values, 32 for one
 */
struct flat_offer {
	uint32_t rule;
	uint8_t field, bits;
	struct flat_test test;
};

/** flat_block_of() - the block that a rule of a segment is in */
static inline uint32_t flat_block_of(const struct vm_flat *f, uint32_t rule)
{
	return rule < f->first_block ? 0
				     : 1 + (rule - f->first_block) / FLAT_BLOCK;
}

/** flat_block_first() - the first rule of a block */
static inline uint32_t flat_block_first(const struct vm_flat *f, uint32_t block)
{
	return block ? f->first_block + (block - 1) * FLAT_BLOCK : 0;
}

/** flat_call() - the expression that a FLAT_CALL of @r means */
static inline const struct vm_expr *flat_call(const struct vm_rule *r,
					      const struct flat_insn *i)
{
	return (const void *)((const char *)r->exprs + i->call);
}

/** flat_slot_of() - where an index has a value, or would have it */
static inline struct flat_slot *flat_slot_of(const struct flat_index *x,
					     uint32_t value)
{
	uint32_t i = (uint32_t)(value * UINT64_C(0x9e3779b97f4a7c15) >> 32);

	for (;; i++) {
		struct flat_slot *s = &x->slots[i & x->mask];

		if (s->value == value || s->rule == FLAT_NONE)
			return s;
	}
}

/** flat_blocks_make() - choose filters of the @n offers, which are in the order
 * of their rules, and make blocks and indexes (vm/flat_block.c) */
void flat_blocks_make(struct vm_flat *f, const struct flat_offer *offers,
		      size_t n);
/** flat_blocks_free() - free what flat_blocks_make() made */
void flat_blocks_free(struct vm_flat *f);
/** flat_blocks_dump() - as text: blocks and indexes */
void flat_blocks_dump(const struct vm_flat *f, struct strbuf *out);

/** vm_flat_new() - a segment of @n rules, one reference; their @seg is set */
struct vm_flat *vm_flat_new(const struct vm_rule **rules, uint32_t n);
/** vm_flat_free() - drop a reference */
void vm_flat_free(struct vm_flat *f);
/** vm_flat_dump() - as text: fields, blocks, instructions */
void vm_flat_dump(const struct vm_flat *f, struct strbuf *out);
/** vm_run_flat() - as vm_run_reference(), by the fast form */
void vm_run_flat(struct vm_ctx *cx, const struct vm_prog *base,
		 struct vm_result *res);
/** flat_fold() - the number that stands for @len bytes */
uint32_t flat_fold(const void *bytes, unsigned len);

/** vm_result_set() - a rule's verdict, NF_QUEUE's number taken apart */
void vm_result_set(struct vm_result *res, int32_t verdict,
		   const struct vm_rule *rule);
/** vm_result_policy() - a base chain's policy */
void vm_result_policy(struct vm_result *res, const struct vm_prog *base);

#endif
