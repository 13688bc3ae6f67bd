/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast form of a program: made from it by vm/emit.c, run by vm/flat.c.
 *
 * Theory of operation
 *
 * Nearly all rules of a long chain fail at their first test, so what is fast
 * here is failing. Two ideas:
 *
 * Fields. A test is a field (what payload, meta or ct load, without effects)
 * and a condition on its value as a number. A run loads each field once and
 * keeps the value until a rule that changes packets ran. Load, mask and cmp of
 * a rule become one instruction on a field.
 *
 * Blocks. Rules are taken by 64. Of each rule one test at its beginning, with
 * only tests before it, is its filter: when it fails, the rule fails and has
 * no effect, wherever else it would fail. In a block the filters of the same
 * field and kind stand together as columns ("lanes") and are tested in one
 * vectorised scan, whether their rules are neighbours or not:
 *
 *	rules   0: ip saddr A drop   1: tcp dport 22 accept   2: ip saddr B ...
 *	groups  ip saddr   [A][B]...      lane -> rule 0, 2, ...
 *	        tcp dport  [22]...        lane -> rule 1, ...
 *
 * The result is a word with a bit for each rule that may match (a candidate).
 * Candidates then run whole and in order, so a filter needs no more than never
 * to miss one: it may fold 16 bytes into 4, or see a packet whose protocol the
 * rule does not mean. A field that BREAKs makes no candidate; one that cannot
 * be known makes all of them.
 *
 * When a rule that changes what fields read ran, the values are forgotten and
 * the rest of the block is scanned again.
 */
#ifndef NFTVM_VM_FLAT_H
#define NFTVM_VM_FLAT_H

#include "vm/core.h"

enum {
	FLAT_BLOCK = 64,
	/* fields of one segment; tests of others are not fused */
	FLAT_FIELDS = 64,
	/* lanes that a scan takes at once */
	FLAT_STEP = 4,
};

/* A condition on a field's value x. */
enum flat_op {
	FLAT_EQ,      /* x == a */
	FLAT_RANGE,   /* x - a <= b, unsigned: from a to a + b */
	FLAT_MASK_EQ, /* (x & b) == a */
	FLAT_MASK_NE, /* (x & b) != a */
	FLAT_OUTSIDE, /* x - a > b */
};

/**
 * struct flat_test - a condition on a field
 * @field:	number in vm_flat.fields
 */
struct flat_test {
	uint8_t op, field;
	uint32_t a, b;
};

/**
 * struct flat_field - what is loaded
 * @load:	its expression; NULL: four bytes of the network header
 * @key:	says which fields are the same
 * @word, @len:	where load puts it. Up to 4 bytes are taken as a big-endian
 *		number, more are folded
 * @offset:	without @load
 */
struct flat_field {
	const struct vm_expr *load;
	uint64_t key;
	uint8_t word, len;
	uint16_t offset;
};

enum flat_code {
	FLAT_TEST,    /* go on if the test holds, else BREAK */
	FLAT_CALL,    /* exec() of the expression */
	FLAT_VERDICT, /* a constant */
};

/**
 * struct flat_insn - an instruction of a rule
 */
struct flat_insn {
	uint8_t code;
	union {
		struct flat_test test;
		const struct vm_expr *call;
		struct {
			int32_t verdict;
			uint32_t chain;
		};
	};
};

/**
 * struct flat_group - filters of one kind in a block
 * @n:		lanes, padded to FLAT_STEP
 * @first:	of its lanes in vm_flat.a, b and rule
 * @rules:	a bit for each rule
 */
struct flat_group {
	uint8_t op, field;
	uint16_t n;
	uint32_t first;
	uint64_t rules;
};

/**
 * struct flat_block - 64 rules
 * @always:	rules without a filter
 */
struct flat_block {
	uint64_t always;
	uint32_t first_group, n_groups;
};

/**
 * struct vm_flat - a segment: some rules of a chain and their fast form
 * @refs:	programs that it is in; only transactions look
 * @is_stale:	the chain has other rules here now; only transactions look
 * @rules:	@n of them, in order; its own array, borrowed rules
 * @start:	first instruction of each of the @n rules, and the end
 * @lane_rule:	rule of the block that a lane belongs to
 */
struct vm_flat {
	uint32_t refs, n, n_fields;
	bool is_stale;
	const struct vm_rule **rules;
	struct flat_field fields[FLAT_FIELDS];
	VEC(uint32_t) start;
	VEC(struct flat_insn) code;
	VEC(struct flat_block) blocks;
	VEC(struct flat_group) groups;
	VEC(uint32_t) a, b;
	VEC(uint8_t) lane_rule;
};

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
