/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the grammar's actions call: one builder per construct. They make nodes
 * in the parser's arena and look names up in tables where the structure
 * already says which table; they report unknown names and go on.
 */
#ifndef NFTVM_PARSER_BUILD_H
#define NFTVM_PARSER_BUILD_H

#include "parser/item.h"
#include "parser/datatype.h"
#include "parser/keyword.h"
#include "parser/parser.h"

/** struct words - words with their places, in the arena */
struct words {
	struct words *next, *last;
	struct str word;
	struct loc loc;
};

/** struct prio - a chain's priority: a name, an offset, or a variable */
struct prio {
	struct str name;
	bool has_name;
	int sign;
	struct str offset;
	struct expr *var;
};

/** struct limit_args - the numbers of a rate */
struct limit_args {
	uint64_t rate, unit;
	uint32_t burst;
	bool has_burst, bytes, over;
};

struct loc build_loc_join(const struct loc *rhs, int n);
struct str build_word(const struct keyword *kw);
void build_recovered(struct parser *p);
/** build_syntax_error() - the text at @loc fits nowhere; @names would */
void build_syntax_error(struct parser *p, const struct loc *loc,
			const char *const *names, int n, bool at_end);

/* Variables */
void build_define(struct parser *p, const struct loc *loc, struct str name,
		  const struct loc *name_loc, struct expr *init, bool redefine);
void build_undefine(struct parser *p, struct str name);
/** build_scope_pop() - the innermost block ends, and its variables */
void build_scope_pop(struct parser *p);
/** build_var_text() - the word that a variable is, "" with a diagnostic */
struct str build_var_text(struct parser *p, struct str name,
			  const struct loc *loc);
struct expr *build_var(struct parser *p, const struct loc *loc,
		       struct str name);

/* Names and words */
/** build_name() - @name, which must not be one of the language's words */
struct str build_name(struct parser *p, struct str name, const struct loc *loc);
/** build_name_behind() - nor one of those behind the keyword @token, or '@' */
struct str build_name_behind(struct parser *p, int token, struct str name,
			     const struct loc *loc);
struct name_list *build_names_add(struct parser *p, struct name_list *l,
				  struct str name, const struct loc *loc);
struct name_list *build_names2(struct parser *p, struct str a,
			       const struct loc *a_loc, struct str b,
			       const struct loc *b_loc);
/** build_words_before() - @word in front of @l */
struct words *build_words_before(struct parser *p, struct str word,
				 const struct loc *loc, struct words *l);
struct words *build_words(struct parser *p, struct words *l, struct str word,
			  const struct loc *loc);

/** build_item() - a new command or declaration, the last of what is open */
struct item *build_item(struct parser *p, enum cmd_op op, enum cmd_obj obj,
			const struct loc *loc, struct name_list *names);
/** build_open() - its block begins */
void build_open(struct parser *p, struct item *it);
void build_item_take_at(struct parser *p, struct item *it);

/* Commands and blocks: those that open a block leave it open for
 * build_end() */
void build_op(struct parser *p, enum cmd_op op, const struct loc *loc);
void build_cmd(struct parser *p, enum cmd_op op, enum cmd_obj obj,
	       const struct loc *loc, struct name_list *names);
/** build_flush() - of a set, or of a map: nft tells them apart */
void build_flush(struct parser *p, const struct loc *loc,
		 struct name_list *names, bool is_map);
void build_list_all(struct parser *p, const struct loc *loc, struct str what,
		    const struct loc *what_loc);
void build_rename(struct parser *p, const struct loc *loc,
		  struct name_list *names);
void build_elements(struct parser *p, enum cmd_op op, const struct loc *loc,
		    struct name_list *names, struct expr *elems);
void build_rule_at(struct parser *p, struct name_list *names);
void build_at(struct parser *p, int what, struct str num,
	      const struct loc *loc);
void build_at_none(struct parser *p);
void build_rule_cmd(struct parser *p, enum cmd_op op, const struct loc *loc,
		    struct rule_ast *rule);
void build_table(struct parser *p, const struct loc *loc,
		 struct name_list *names);
void build_chain(struct parser *p, const struct loc *loc,
		 struct name_list *names);
void build_set(struct parser *p, const struct loc *loc, struct name_list *names,
	       bool is_map);
void build_object(struct parser *p, const struct loc *loc,
		  const struct keyword *kw, struct name_list *names);
void build_object_cmd(struct parser *p, enum cmd_op op, const struct loc *loc,
		      const struct keyword *kw, struct name_list *names);
void build_object_holds(struct parser *p, struct stmt *s);
/* Objects in one line: the first words of their numbers were read as names. */
void build_counter_tail(struct parser *p, struct name_list *names,
			struct str packets, const struct loc *packets_loc,
			struct str word, const struct loc *word_loc,
			struct str bytes, const struct loc *bytes_loc);
void build_quota_tail(struct parser *p, const struct loc *loc,
		      struct name_list *names, struct str n, struct str unit,
		      const struct loc *unit_loc, struct str *used,
		      struct str *used_unit);
void build_limit_tail(struct parser *p, const struct loc *loc,
		      struct name_list *names, struct limit_args *l);
void build_end(struct parser *p);
void build_unsupported(struct parser *p, const struct loc *loc,
		       const struct keyword *kw);
void build_comment(struct parser *p, struct str text, const struct loc *loc);

void build_table_flags(struct parser *p, const struct loc *loc,
		       struct words *flags);

/* Chains */
void build_rule(struct parser *p, struct rule_ast *rule);
void build_hook(struct parser *p, struct str type, const struct loc *type_loc,
		struct str hook, const struct loc *hook_loc, struct prio *prio,
		const struct loc *prio_loc);
void build_policy(struct parser *p, const struct keyword *kw,
		  const struct loc *loc);
void build_policy_var(struct parser *p, struct str name, const struct loc *loc);
/** build_devices() - the links of the hook: a name, a variable or several in
 * braces */
void build_devices(struct parser *p, const struct loc *loc, struct expr *names);
void build_chain_flags(struct parser *p, const struct words *flags);
struct prio *build_prio(struct parser *p, struct str *name, int sign,
			struct str *offset);
struct prio *build_prio_var(struct parser *p, struct str name,
			    const struct loc *loc);
void build_counter_value(struct parser *p, struct str what,
			 const struct loc *what_loc, struct str num,
			 const struct loc *loc);

/* Sets */
void build_set_type(struct parser *p, struct words *key, struct words *data);
void build_set_typeof(struct parser *p, struct expr *key, struct expr *data,
		      struct str *word);
void build_set_flags(struct parser *p, struct words *flags);
void build_set_option(struct parser *p, struct str name, const struct loc *loc,
		      struct str *value, const struct loc *value_loc);
void build_set_stmt(struct parser *p, struct stmt *s);
void build_set_elems(struct parser *p, struct expr *elems);

/* Rules and statements */
struct rule_ast *build_rule_ast(struct parser *p, struct stmt *stmts,
				struct str *comment, const struct loc *loc);
struct stmt *build_stmt_add(struct stmt *list, struct stmt *s);
struct stmt *build_match(struct parser *p, const struct loc *loc,
			 struct expr *left, enum rel_op op, struct expr *right);
/** build_counter_arg() - `packets N` or `bytes N` of a counter: @args, NULL for
 * the first */
struct stmt *build_counter_arg(struct parser *p, struct stmt *args,
			       struct str what, const struct loc *what_loc,
			       struct str n, const struct loc *loc);
/** build_ct_object() - `ct @word ... {`: opens the block of a helper */
void build_ct_object(struct parser *p, const struct loc *loc, struct str word,
		     const struct loc *word_loc, struct name_list *names);
/** build_ct_object_end() - its end */
void build_ct_object_end(struct parser *p);
/** build_ct_object_cmd() - delete or list it */
void build_ct_object_cmd(struct parser *p, enum cmd_op op,
			 const struct loc *loc, struct str word,
			 const struct loc *word_loc, struct name_list *names);
/** build_helper_type() - `type @name protocol @l4` in its block */
void build_helper_type(struct parser *p, const struct loc *loc, struct str name,
		       struct str protocol, const struct loc *protocol_loc,
		       struct str l4, const struct loc *l4_loc);
/** build_helper_l3() - `l3proto @l3` in its block */
void build_helper_l3(struct parser *p, struct str word,
		     const struct loc *word_loc, struct str l3,
		     const struct loc *l3_loc);
/** build_helper_set() - `ct helper set @ref` */
struct stmt *build_helper_set(struct parser *p, const struct loc *loc,
			      struct expr *ref);

struct stmt *build_objref(struct parser *p, const struct loc *loc,
			  const struct keyword *kw, struct str word,
			  const struct loc *word_loc, struct expr *ref);
struct stmt *build_counter_stmt(struct parser *p, const struct loc *loc,
				struct stmt *args);
struct limit_args *build_limit_args(struct parser *p, struct str word,
				    const struct loc *loc, struct str *over,
				    struct str rate, struct str *size,
				    struct str unit,
				    const struct loc *unit_loc);
struct limit_args *build_limit_numbers(struct parser *p, struct str rate,
				       struct str *size, struct str unit,
				       const struct loc *unit_loc);
struct limit_args *build_limit_burst(struct parser *p, struct limit_args *l,
				     struct str n, struct str unit,
				     const struct loc *unit_loc);
struct stmt *build_limit(struct parser *p, const struct loc *loc,
			 struct limit_args *l);
struct stmt *build_quota(struct parser *p, const struct loc *loc,
			 struct str *over, struct str n, struct str unit,
			 const struct loc *unit_loc, struct str *used,
			 struct str *used_unit);
struct stmt *build_log_new(struct parser *p);
struct stmt *build_log_opt(struct parser *p, struct stmt *s, struct str opt,
			   const struct loc *opt_loc, struct str value,
			   const struct loc *loc);
struct stmt *build_log_flag(struct parser *p, struct stmt *s, struct str flag,
			    const struct loc *loc);
struct stmt *build_log_flags(struct parser *p, struct stmt *s,
			     const struct keyword *proto, struct words *flags);
struct stmt *build_log(struct parser *p, const struct loc *loc, struct stmt *s);
/* `queue': @s is a new one; a word is a flag, or num and @num */
struct stmt *build_queue_new(struct parser *p);
struct stmt *build_queue_arg(struct parser *p, struct stmt *s, struct str word,
			     const struct loc *loc, struct expr *num);
struct stmt *build_queue_flags(struct parser *p, struct stmt *s,
			       const struct words *flags);
struct stmt *build_queue(const struct loc *loc, struct stmt *s,
			 struct expr *to);
/** build_tproxy() - @to as build_nat_to() makes it */
struct stmt *build_tproxy(struct parser *p, const struct loc *loc,
			  const struct keyword *family, struct stmt *to);
/* synproxy: each word is an option, or one with a number */
struct stmt *build_synproxy(struct parser *p);
struct stmt *build_synproxy_arg(struct parser *p, struct stmt *s,
				struct str word, const struct loc *loc,
				const struct str *num);
/** build_synproxy_line() - the same in the block of an object */
void build_synproxy_line(struct parser *p, struct str word,
			 const struct loc *loc, const struct str *num);
/** build_synproxy_end() - the end of that block */
void build_synproxy_end(struct parser *p);
void build_synproxy_tail(struct parser *p, struct name_list *names,
			 struct str mss, const struct loc *mss_loc,
			 struct str word, const struct loc *word_loc,
			 struct str wscale, const struct words *words);
/* Flowtables: build_flowtable() leaves the block open for build_end() */
void build_flowtable(struct parser *p, const struct loc *loc,
		     struct name_list *names);
void build_flowtable_hook(struct parser *p, struct str hook,
			  const struct loc *hook_loc, struct prio *prio,
			  const struct loc *prio_loc);
void build_flowtable_devices(struct parser *p, const struct loc *loc,
			     struct expr *names);
void build_flowtable_flags(struct parser *p, const struct words *flags);
void build_flowtable_counter(struct parser *p);
/** build_flow() - flow add @name; or @word, which must be offload */
struct stmt *build_flow(struct parser *p, const struct loc *loc,
			const struct str *word, const struct loc *word_loc,
			struct str name);
struct stmt *build_dup(struct parser *p, const struct loc *loc, struct expr *to,
		       struct expr *dev);
/** build_fwd() - @family and @addr NULL: to the link alone */
struct stmt *build_fwd(struct parser *p, const struct loc *loc,
		       const struct keyword *family, struct expr *addr,
		       struct expr *dev);
struct stmt *build_notrack(struct parser *p, const struct loc *loc);
/* `jump {` rules `}` */
struct own_rules *build_own_rules_new(struct parser *p);
struct own_rules *build_own_rules_add(struct parser *p, struct own_rules *o,
				      struct rule_ast *rule);
struct stmt *build_own_rules(struct parser *p, const struct loc *loc, int code,
			     struct own_rules *o);
struct stmt *build_verdict_stmt(struct parser *p, const struct loc *loc,
				struct expr *e);
struct stmt *build_set_value(struct parser *p, const struct loc *loc,
			     struct expr *left, struct expr *value);
/** build_connlimit() - ct count @n, with the word over */
struct stmt *build_connlimit(struct parser *p, const struct loc *loc,
			     struct str *over, const struct loc *over_loc,
			     struct str n, const struct loc *n_loc);
struct stmt *build_dyn_new(struct parser *p);
struct stmt *build_dyn_opt(struct parser *p, struct stmt *s, struct str opt,
			   const struct loc *opt_loc, struct str value,
			   const struct loc *loc);
struct stmt *build_dyn_elem(struct expr *key, struct stmt *s,
			    struct stmt *stmts, struct expr *data);
struct stmt *build_dynset(struct parser *p, const struct loc *loc, int op,
			  struct str set, const struct loc *set_loc,
			  struct stmt *s);
/** build_meter() - meter @name size @size { ... }: @s as build_dyn_elem() makes
 * it */
struct stmt *build_meter(struct parser *p, const struct loc *loc,
			 struct str name, const struct loc *name_loc,
			 const struct words *size, struct stmt *s);
struct words *build_meter_size(struct parser *p, struct str word,
			       const struct loc *word_loc, struct str size,
			       const struct loc *size_loc);
struct stmt *build_dynset_old(struct parser *p, const struct loc *loc, int op,
			      struct expr *key, struct str set,
			      const struct loc *set_loc);

/* Expressions */
/** build_constant() - a word without quotes as a constant */
struct expr *build_constant(struct parser *p, const struct loc *loc,
			    struct str name);
struct expr *build_symbol(struct parser *p, const struct loc *loc,
			  struct str text, bool quoted);
struct expr *build_negative(struct parser *p, const struct loc *loc,
			    struct str num);
struct expr *build_payload(struct parser *p, const struct loc *loc,
			   const struct keyword *kw, struct str name,
			   const struct loc *name_loc);
struct expr *build_raw(struct parser *p, const struct loc *loc, struct str base,
		       const struct loc *base_loc, struct str offset,
		       struct str len);
struct expr *build_option(struct parser *p, const struct loc *loc,
			  const struct keyword *kw, struct str name,
			  const struct loc *name_loc, struct str *field,
			  const struct loc *field_loc);
struct expr *build_meta(struct parser *p, const struct loc *loc,
			struct str name, const struct loc *name_loc);
struct expr *build_ct(struct parser *p, const struct loc *loc, int dir,
		      const struct keyword *l3, struct str name,
		      const struct loc *name_loc);
/** build_xfrm() - ipsec in|out [spnum N] [ip|ip6] KEY */
struct expr *build_xfrm(struct parser *p, const struct loc *loc, struct str dir,
			const struct loc *dir_loc, const struct words *num,
			const struct keyword *l3, struct str name,
			const struct loc *name_loc);
/** build_arp_addr() - arp saddr|daddr ip|ether */
struct expr *build_arp_addr(struct parser *p, const struct loc *loc,
			    const struct keyword *arp, struct str which,
			    const struct loc *which_loc,
			    const struct keyword *kind);
struct expr *build_fib(struct parser *p, const struct loc *loc,
		       struct words *flags, struct str result,
		       const struct loc *result_loc);
struct expr *build_rt(struct parser *p, const struct loc *loc,
		      const struct keyword *l3, struct str name,
		      const struct loc *name_loc);
struct expr *build_socket(struct parser *p, const struct loc *loc,
			  struct str name, const struct loc *name_loc);
/** build_osf() - osf ttl @ttl @name; @ttl NULL: not said */
struct expr *build_osf(struct parser *p, const struct loc *loc,
		       const struct str *ttl, const struct loc *ttl_loc,
		       struct str name, const struct loc *name_loc);
struct expr *build_exthdr(struct parser *p, const struct loc *loc,
			  const struct keyword *kw, struct str name,
			  const struct loc *name_loc);
struct expr *build_exthdr_any(struct parser *p, const struct loc *loc,
			      struct str name);
/** build_numgen() - numgen @kind mod @mod; @offset: a number, or NULL */
struct expr *build_numgen(struct parser *p, const struct loc *loc,
			  struct str kind, const struct loc *kind_loc,
			  struct str mod, const struct loc *mod_loc,
			  struct words *offset);
/** build_hash() - jhash @arg, or without symhash */
struct expr *build_hash(struct parser *p, const struct loc *loc,
			struct expr *arg, struct str mod,
			const struct loc *mod_loc, struct words *seed,
			struct words *offset);
struct expr *build_binop(struct parser *p, const struct loc *loc,
			 enum binop_kind op, struct expr *left,
			 struct expr *right);
struct expr *build_concat(struct parser *p, const struct loc *loc,
			  struct expr *left, struct expr *right);
struct expr *build_list(struct parser *p, const struct loc *loc,
			struct expr *left, struct expr *right);
struct expr *build_prefix(struct parser *p, const struct loc *loc,
			  struct expr *base, struct expr *plen);
struct expr *build_range(struct parser *p, const struct loc *loc,
			 struct expr *lo, struct expr *hi);
struct expr *build_wildcard(struct parser *p, const struct loc *loc);
struct expr *build_map(struct parser *p, const struct loc *loc,
		       struct expr *key, struct expr *map);
struct expr *build_setref(struct parser *p, const struct loc *loc,
			  struct str name);
struct expr *build_verdict(struct parser *p, const struct loc *loc, int code,
			   struct expr *target);
struct expr *build_set_new(struct parser *p, const struct loc *loc);
struct expr *build_set_add(struct parser *p, struct expr *set,
			   const struct elem *elem);
struct expr *build_set_done(struct expr *set, const struct loc *loc);
struct elem build_elem(struct expr *key, struct elem_opts *opts,
		       struct expr *data);
struct elem_opts *build_elem_opt(struct parser *p, struct elem_opts *o,
				 struct str opt, const struct loc *opt_loc,
				 struct str value, const struct loc *loc);
struct elem_opts *build_elem_comment(struct parser *p, struct elem_opts *o,
				     struct str text, const struct loc *loc);
struct elem_opts *build_elem_stmt(struct parser *p, struct elem_opts *o,
				  struct stmt *s);

#endif
