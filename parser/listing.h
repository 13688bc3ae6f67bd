/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytecode in the words of nft's listing, for those above (ruleset/). What is
 * listed is the bytecode, wherever it came from: no text is kept.
 */
#ifndef NFTVM_PARSER_LISTING_H
#define NFTVM_PARSER_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elem_look;
struct json_t;
struct nftnl_obj;
struct nftnl_rule;
struct parser;
struct set_type;
struct strbuf;

/**
 * struct list_world - what the listing of a rule asks about other things
 * @set:	the type of a set of the rule's table, or NULL
 * @set_size:	how many elements one of them may have
 * @first_key:	bytes of an anonymous set's first key in the order of listing;
 *		NULL when there is none
 * @print_set:	an anonymous set: { a, b : c }
 * @json_set:	the same as an array; a new reference
 * @print_chain: the rules of a chain that only one rule jumps to, with its
 *		braces; false: it is a chain with a name
 * @stateless:	leave out what packets change (-s)
 */
struct list_world {
	const struct set_type *(*set)(void *data, const char *name);
	uint32_t (*set_size)(void *data, const char *name);
	const uint8_t *(*first_key)(void *data, const char *set);
	void (*print_set)(void *data, const char *set,
			  const struct elem_look *look, struct strbuf *out);
	struct json_t *(*json_set)(void *data, const char *set,
				   const struct elem_look *look);
	bool (*print_chain)(void *data, const char *chain, struct strbuf *out);
	void *data;
	bool stateless;
};

/**
 * list_rule() - a rule as `nft list ruleset` prints it, without its comment
 * @p:		any parser: datatypes and names of links
 * @rule:	its family and expressions, counters with their living state
 */
void list_rule(struct parser *p, struct nftnl_rule *rule,
	       const struct list_world *world, struct strbuf *out);

/** list_rule_json() - its statements as libnftables-json(5) has them; a new
 * reference */
struct json_t *list_rule_json(struct parser *p, struct nftnl_rule *rule,
			      const struct list_world *world);

/**
 * list_rule_break() - why a rule did not go on at one of its expressions
 * @at:		the expression, from 0
 * @words:	the registers from NFT_REG32_00 on, as the loads before @at left
 *		them: without what masks took away
 * @match:	gets the match or statement, as listed, that did not hold
 * @seen:	gets what the packet has instead, "tcp dport 443"; nothing where
 *		it has no such thing
 */
void list_rule_break(struct parser *p, struct nftnl_rule *rule,
		     const struct list_world *world, unsigned at,
		     const uint32_t *words, struct strbuf *match,
		     struct strbuf *seen);

/** time_print() - milliseconds as nft prints them: 1h30m, nothing for none;
 * @numeric: whole seconds */
void time_print(bool numeric, uint64_t ms, struct strbuf *out);

/** list_object_word() - "counter" and the like, of a NFT_OBJECT_* */
const char *list_object_word(uint32_t type);
/** list_object() - the lines in a named object's block */
void list_object(const struct nftnl_obj *o, bool stateless, struct strbuf *out);
/** list_object_json() - its fields, into @to */
void list_object_json(const struct nftnl_obj *o, bool stateless,
		      struct json_t *to);

/**
 * list_stmts() - statements of a set or an element
 * @bytes:	netlink bytes of a list of expressions; @len 0 is none
 * @sep:	between them
 */
void list_stmts(struct parser *p, const uint8_t *bytes, size_t len,
		bool stateless, const char *sep, struct strbuf *out);
/** list_stmts_json() - the same as an array; a new reference */
struct json_t *list_stmts_json(struct parser *p, const uint8_t *bytes,
			       size_t len, bool stateless);

#endif
