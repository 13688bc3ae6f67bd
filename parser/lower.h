/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lowering: checked statements to libnftnl expressions.
 *
 * A register is named by the index of its first 32-bit word, 0..15; the
 * kernel's number for it is lower_reg(). A value starts at a multiple of four
 * words; the fields of a concatenation follow each other word by word.
 */
#ifndef NFTVM_PARSER_LOWER_H
#define NFTVM_PARSER_LOWER_H

#include "parser/check.h"

struct nftnl_expr;
struct nftnl_rule;

/**
 * struct lower - the lowering of one rule
 * @locs:	one place per expression
 * @nested:	where the expressions of a set statement go instead of the rule
 * @n:		expressions emitted so far
 */
struct lower {
	struct parser *parser;
	uint8_t family;
	const char *table;
	struct nftnl_rule *rule;
	struct loc loc;
	VEC(struct loc) locs;
	struct nftnl_expr **nested;
	size_t n_nested;
	unsigned n;
};

/** lower_reg() - NFT_REG_1.. for whole registers, NFT_REG32_01.. inside */
static inline uint32_t lower_reg(unsigned word)
{
	return word % 4 ? 8 + word : 1 + word / 4;
}

/** lower_words() - 32-bit words that @bits take, as a concatenated field */
static inline unsigned lower_words(unsigned bits)
{
	return (bits + 31) / 32;
}

/** lower_add() - a new expression, added to the rule; never NULL */
struct nftnl_expr *lower_add(struct lower *l, const char *name);

static inline void expr_lower(struct lower *l, const struct expr *e,
			      unsigned reg)
{
	e->ops->lower(l, e, reg);
}

/** lower_immediate() - a constant of @bytes bytes into a register */
void lower_immediate(struct lower *l, unsigned reg, const void *data,
		     uint32_t bytes);
/** lower_cmp() - compare a register with bytes */
void lower_cmp(struct lower *l, unsigned reg, uint32_t op, const void *data,
	       uint32_t bytes);
/** lower_bitwise() - reg = (reg & mask) ^ xor, bytes in register order */
void lower_bitwise(struct lower *l, unsigned reg, uint32_t bytes,
		   const void *mask, const void *xor_);
/** lower_shift() - reg = reg << n or >> n */
void lower_shift(struct lower *l, unsigned reg, uint32_t bytes, bool left,
		 uint32_t n);
/** lower_to_big() - host to network order, if that makes a difference */
void lower_to_big(struct lower *l, const struct expr *e, unsigned reg);
/**
 * lower_key() - the key of a lookup into a register
 * @interval:	the set holds ranges: numbers must be in network order
 * @shifted:	the set's constants are shifted to where a field of bits lies
 */
void lower_key(struct lower *l, const struct expr *e, unsigned reg,
	       bool interval, bool shifted);
/** expr_shift() - bits to the right of the value in its last byte */
unsigned expr_shift(const struct expr *e);
/** expr_bytes() - bytes that the value lies in */
unsigned expr_bytes(const struct expr *e);
/** expr_lower_bits() - load them; see struct expr_ops */
void expr_lower_bits(struct lower *l, const struct expr *e, unsigned reg);
/** expr_order() - byte order of the value's bytes in a register */
uint8_t expr_order(const struct expr *e);

/** lower_rule() - all statements of a rule */
void lower_rule(struct lower *l, const struct rule_ast *r);

#endif
