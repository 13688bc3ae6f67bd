/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets: the layout of keys and data, and how literals become batches of
 * elements.
 */
#ifndef NFTVM_PARSER_SETDECL_H
#define NFTVM_PARSER_SETDECL_H

#include <linux/netfilter/nf_tables.h>

#include "parser/check.h"

/**
 * struct set_field - one field of a key
 * @shift:	bits that constants are shifted left (a field of bits in an
 *		anonymous set)
 * @bytes:	in the key, without padding
 */
struct set_field {
	const struct datatype *dtype;
	uint16_t len;
	uint8_t byteorder;
	uint8_t shift;
	uint16_t bytes;
};

/**
 * struct set_layout - what a set's constants look like
 * @data:	its type; dtype NULL when there is none, type_verdict for vmaps.
 *		A concatenation's fields are those of its dtype
 * @data_interval: data are ranges: their lower ends, then their upper ends
 */
struct set_layout {
	struct set_field f[SET_MAX_FIELDS];
	unsigned n;
	struct set_field data;
	bool is_verdict, data_interval;
};

/** set_layout_of_key() - the layout of an anonymous set that @key looks up */
int set_layout_of_key(struct check *c, const struct expr *key,
		      struct set_layout *l);
/** set_layout_of_type() - the layout of a declared set */
int set_layout_of_type(struct check *c, const struct set_type *t,
		       const struct loc *loc, struct set_layout *l);
/** set_layout_key_len() - bytes of a key in registers */
unsigned set_layout_key_len(const struct set_layout *l);

/**
 * set_literal() - { ... } as an anonymous set of the rule being checked
 * @kind:	0, NFT_SET_MAP or NFT_SET_OBJECT
 * @obj_type:	of a map of objects
 * Return: the set; NULL with a diagnostic.
 */
struct cmd_set *set_literal(struct check *c, struct set_expr *e,
			    const struct set_layout *l, uint32_t kind,
			    uint32_t obj_type);

/** set_meter() - the set of a meter's own, with keys as @l says */
struct cmd_set *set_meter(struct check *c, const struct dynset_stmt *d,
			  const struct set_layout *l);

/**
 * set_fill() - the elements of literals, variables and nested literals
 * @set:	gets its elems; set->type.flags says whether they are intervals
 *		(anonymous: NFT_SET_INTERVAL is set when one is)
 * Return: 0; -1 with a diagnostic.
 */
int set_fill(struct check *c, struct cmd_set *set, const struct set_layout *l,
	     struct expr *const *literals, size_t n, bool deleting);

/** set_type_fill() - key and data types as set->type has them */
void set_type_fill(struct cmd_set *set, const struct set_layout *l);

/** set_nftnl() - make set->nftnl of what is known */
void set_nftnl(struct check *c, struct cmd_set *set, const struct set_layout *l,
	       const char *name);

/** set_is_ranges() - intervals of one field: nft looks for overlaps itself */
static inline bool set_is_ranges(const struct set_type *t)
{
	return (t->flags & NFT_SET_INTERVAL) && !(t->flags & NFT_SET_CONCAT);
}

#endif
