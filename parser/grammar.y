/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structure of the ruleset language. Names (fields, keys, types, hooks,
 * options, units) are words here; what they mean is looked up in tables by the
 * builders (build.h), each action being one call.
 *
 * Four kinds of expressions, told apart by where they stand, so that no word
 * is ambiguous:
 *	lexpr	what a packet has: `tcp dport`, `meta mark & 0xff`
 *	rexpr	constants to the right of it: words, numbers, `$var`
 *	sexpr	either, behind `set`
 *	citem	an element or a bound: rexpr, prefix, range, concatenation
 *
 * A block in a table ends with its separator, not before: an error behind its
 * brace takes the grammar back into it.
 *
 * A statement never begins with a plain word, so optional words may follow a
 * statement (`log level info counter`) without a keyword each.
 */
%define api.pure full
%define api.prefix {nftvm_grammar_}
%define api.location.type {struct loc}
%define parse.error custom
%locations
%expect 0
%param {struct parser *p} {void *scanner}

%code requires {
#include "parser/nat.h"
#include "parser/packet.h"
}

%code {
#include "parser/scan.h"

#define YYLLOC_DEFAULT(cur, rhs, n) ((cur) = build_loc_join(rhs, n))
#define PTR(loc) (&(loc))

static int nftvm_grammar_lex(YYSTYPE *value, YYLTYPE *loc, struct parser *p,
			     void *scanner);
static void nftvm_grammar_error(YYLTYPE *loc, struct parser *p, void *scanner,
				const char *message);
}

%union {
	struct str str;
	const struct keyword *kw;
	struct expr *expr;
	struct elem elem;
	struct own_rules *own_rules;
	struct elem_opts *opts;
	struct stmt *stmt;
	struct words *words;
	struct name_list *names;
	struct item *item;
	struct rule_ast *rule;
	struct prio *prio;
	struct limit_args *limit;
	struct packet_item *packet;
	int num;
	enum rel_op op;
}

%token END 0 "end of file"
%token BEGIN_PACKET
%token SEP "newline"
%token <str> NUM "number" WORD "word" QUOTED "string" ARPADDR
%token <kw> PROTO META METAKEY CT FIB RT SOCKET EXTHDR EXTHDR_ANY OPTION
%token <kw> VERDICT JUMP GOTO COUNTER LIMIT QUOTA LOG NOTRACK
%token <kw> ADD UPDATE DELETE CREATE INSERT REPLACE FLUSH LIST RESET RENAME
%token <kw> TABLE CHAIN RULE SET MAP ELEMENT ELEMENTS RULESET OBJECT
%token <kw> TYPE TYPEOF HOOK PRIORITY POLICY DEVICE FLAGS COMMENT
%token <kw> HANDLE POSITION INDEX DEFINE REDEFINE UNDEFINE
%token <kw> NAT MASQ REDIRECT REJECT QUEUE TPROXY TO ADDR
%token <kw> METER FLOW DUP FWD DEVICES FLOWTABLE SYNPROXY OSF
%token <str> NAMED OSFTTL
%token <kw> IPSEC SPNUM NUMGEN JHASH SYMHASH MOD SEED OFFSET
%token <kw> VMAP ORIGINAL REPLY BOOL CTCOUNT BURST
%token <kw> EQ "==" NEQ "!=" LT "<" GT ">" LTE "<=" GTE ">="
%token <kw> AND "&" OR "|" XOR "^" LSHIFT "<<" RSHIFT ">>"

/* `log flags tcp WORD`: the word is a flag of tcp */
%precedence SHORT
%precedence WORD

%left OR
%left XOR
%left AND
%left LSHIFT RSHIFT

%type <str> name rname word text nword vword metaword optword ctword logval dirword proto_word
%type <kw> dir metakw nkw namekw wordkw
%type <expr> lprim lexpr lconcat rprim rexpr item citem rhs rhs_list set_ref
%type <expr> dyn_key dyn_field set_lit elems init sexpr satom svalue verdict map_arg
%type <own_rules> own_rules
%type <elem> elem
%type <opts> elem_opts
%type <stmt> stmt match_stmt stmts dyn_elem dyn_opts counter_args log_opts
%type <stmt> synproxy_args set_stmts stateful kept dyn_stmts
%type <kw> object
%type <expr> object_ref
%type <stmt> nat_stmt nat_to reject_stmt queue_args
%type <expr> nat_value nat_port queue_num
%type <words> synproxy_words meter_size nat_flags nat_flag_list
%type <words> ipsec_num num_offset hash_seed fib_flags type_names word_list log_words
%type <names> names rule_names
%type <rule> rule
%type <op> rel_op
%type <prio> prio
%type <limit> limit_rate limit_tail
%type <num> dyn_op
%type <packet> packet packet_item

%%

input
	: lines
	| BEGIN_PACKET packet SEP	{ p->packet = $2; }
	;

lines
	: %empty
	| lines line
	;

line
	: SEP
	| command SEP
	| define SEP
	| error SEP			{ build_recovered(p); yyerrok; }
	;

define
	: DEFINE name '=' init		{ build_define(p, &@$, $2, &@2, $4, false); }
	| REDEFINE name '=' init	{ build_define(p, &@$, $2, &@2, $4, true); }
	| UNDEFINE name			{ build_undefine(p, build_name(p, $2, &@2)); }
	;

init
	: rhs_list
	| '-' NUM			{ $$ = build_negative(p, &@$, $2); }
	| set_lit
	;

/* ---- commands ----------------------------------------------------------- */

command
	: declaration
	| ADD declaration		{ build_op(p, CMD_ADD, &@$); }
	| CREATE declaration		{ build_op(p, CMD_CREATE, &@$); }
	| INSERT RULE rule_at rule	{ build_rule_cmd(p, CMD_INSERT, &@$, $4); }
	| REPLACE RULE rule_at rule	{ build_rule_cmd(p, CMD_REPLACE, &@$, $4); }
	| DELETE RULE rule_at		{ build_rule_cmd(p, CMD_DELETE, &@$, NULL); }
	| DELETE TABLE names at		{ build_cmd(p, CMD_DELETE, OBJ_TABLE, &@$, $3); }
	| DELETE CHAIN names at		{ build_cmd(p, CMD_DELETE, OBJ_CHAIN, &@$, $3); }
	| DELETE SET names at		{ build_cmd(p, CMD_DELETE, OBJ_SET, &@$, $3); }
	| DELETE MAP names at		{ build_cmd(p, CMD_DELETE, OBJ_SET, &@$, $3); }
	| DELETE FLOWTABLE names at	{ build_cmd(p, CMD_DELETE, OBJ_FLOWTABLE, &@$, $3); }
	| DELETE object names at	{ build_object_cmd(p, CMD_DELETE, &@$, $2, $3); }
	| DELETE CT ctword names at	{ build_ct_object_cmd(p, CMD_DELETE, &@$, $3, &@3, $4); }
	| DELETE ELEMENT names set_ref	{ build_elements(p, CMD_DELETE, &@$, $3, $4); }
	| FLUSH RULESET			{ build_cmd(p, CMD_FLUSH, OBJ_RULESET, &@$, NULL); }
	| FLUSH RULESET names		{ build_cmd(p, CMD_FLUSH, OBJ_RULESET, &@$, $3); }
	| FLUSH TABLE names		{ build_cmd(p, CMD_FLUSH, OBJ_TABLE, &@$, $3); }
	| FLUSH CHAIN names		{ build_cmd(p, CMD_FLUSH, OBJ_CHAIN, &@$, $3); }
	| FLUSH SET names		{ build_flush(p, &@$, $3, $2->token == MAP); }
	| FLUSH MAP names		{ build_flush(p, &@$, $3, $2->token == MAP); }
	| LIST RULESET			{ build_cmd(p, CMD_LIST, OBJ_RULESET, &@$, NULL); }
	| LIST RULESET names		{ build_cmd(p, CMD_LIST, OBJ_RULESET, &@$, $3); }
	| LIST TABLE names		{ build_cmd(p, CMD_LIST, OBJ_TABLE, &@$, $3); }
	| LIST CHAIN names		{ build_cmd(p, CMD_LIST, OBJ_CHAIN, &@$, $3); }
	| LIST SET names		{ build_cmd(p, CMD_LIST, OBJ_SET, &@$, $3); }
	| LIST MAP names		{ build_cmd(p, CMD_LIST, OBJ_SET, &@$, $3); }
	| LIST FLOWTABLE names		{ build_cmd(p, CMD_LIST, OBJ_FLOWTABLE, &@$, $3); }
	| LIST object names		{ build_object_cmd(p, CMD_LIST, &@$, $2, $3); }
	| LIST CT ctword names		{ build_ct_object_cmd(p, CMD_LIST, &@$, $3, &@3, $4); }
	| LIST WORD			{ build_list_all(p, &@$, $2, &@2); }
	| RESET object names		{ build_object_cmd(p, CMD_RESET, &@$, $2, $3); }
	| RENAME CHAIN names		{ build_rename(p, &@$, $3); }
	;

declaration
	: TABLE names			{ build_table(p, &@$, $2); build_end(p); }
	| TABLE names '{'		{ build_table(p, &@$, $2); }
	  table_items '}'		{ build_end(p); }
	| CHAIN names			{ build_chain(p, &@$, $2); build_end(p); }
	| CHAIN names '{'		{ build_chain(p, &@$, $2); }
	  chain_items '}'		{ build_end(p); }
	| SET names '{'			{ build_set(p, &@$, $2, false); }
	  set_items '}'			{ build_end(p); }
	| MAP names '{'			{ build_set(p, &@$, $2, true); }
	  set_items '}'			{ build_end(p); }
	| COUNTER names			{ build_object(p, &@$, $1, $2); build_end(p); }
	| COUNTER names NUM WORD NUM	{ build_object(p, &@$, $1, $2); build_counter_tail(p, $2, $3, &@3, $4, &@4, $5, &@5); build_end(p); }
	| COUNTER names '{'		{ build_object(p, &@$, $1, $2); }
	  counter_items '}'		{ build_end(p); }
	| QUOTA names '{'		{ build_object(p, &@$, $1, $2); }
	  quota_items '}'		{ build_end(p); }
	| QUOTA names NUM WORD		{ build_object(p, &@$, $1, $2); build_quota_tail(p, &@3, $2, $3, $4, &@4, NULL, NULL); build_end(p); }
	| QUOTA names NUM WORD WORD NUM WORD
					{ build_object(p, &@$, $1, $2); build_quota_tail(p, &@3, $2, $3, $4, &@4, &$6, &$7); build_end(p); }
	| SYNPROXY names '{'		{ build_object(p, &@$, $1, $2); }
	  synproxy_items '}'		{ build_synproxy_end(p); }
	| SYNPROXY names NUM WORD NUM synproxy_words
					{ build_object(p, &@$, $1, $2); build_synproxy_tail(p, $2, $3, &@3, $4, &@4, $5, $6); build_end(p); }
	| LIMIT names '{'		{ build_object(p, &@$, $1, $2); }
	  limit_items '}'		{ build_end(p); }
	| LIMIT names limit_tail	{ build_object(p, &@$, $1, $2); build_limit_tail(p, &@3, $2, $3); build_end(p); }
	| FLOWTABLE names '{'		{ build_flowtable(p, &@$, $2); }
	  flowtable_items '}'		{ build_end(p); }
	| CT ctword names '{'		{ build_ct_object(p, &@3, $2, &@2, $3); }
	  ct_object_items '}'		{ build_ct_object_end(p); }
	| ELEMENT names set_ref		{ build_elements(p, CMD_ADD, &@$, $2, $3); }
	| RULE rule_at rule		{ build_rule_cmd(p, CMD_ADD, &@$, $3); }
	| unsup_object
	;

unsup_object
	: OBJECT junk			{ build_unsupported(p, &@1, $1); }
	;

object
	: COUNTER | QUOTA | LIMIT | SYNPROXY
	;

rule_at
	: rule_names			{ build_rule_at(p, $1); }
	| rule_names HANDLE NUM		{ build_rule_at(p, $1); build_at(p, HANDLE, $3, &@3); }
	| rule_names POSITION NUM	{ build_rule_at(p, $1); build_at(p, POSITION, $3, &@3); }
	| rule_names INDEX NUM		{ build_rule_at(p, $1); build_at(p, INDEX, $3, &@3); }
	;

rule_names
	: rname rname			{ $$ = build_names2(p, $1, &@1, $2, &@2); }
	| rname rname rname		{ $$ = build_names_add(p, build_names2(p, $1, &@1, $2, &@2), $3, &@3); }
	| PROTO rname rname		{ $$ = build_names_add(p, build_names2(p, build_word($1), &@1, $2, &@2), $3, &@3); }
	;

at
	: %empty			{ build_at_none(p); }
	| HANDLE NUM			{ build_at_none(p); build_at(p, HANDLE, $2, &@2); }
	;

names
	: name				{ $$ = build_names_add(p, NULL, $1, &@1); }
	| names name			{ $$ = build_names_add(p, $1, $2, &@2); }
	;

/* ---- blocks ------------------------------------------------------------- */

table_items
	: %empty
	| table_items table_item
	;

table_item
	: SEP
	| define SEP
	| FLAGS word_list SEP		{ build_table_flags(p, &@2, $2); }
	| COMMENT text SEP		{ build_comment(p, $2, &@2); }
	| CHAIN name '{'		{ build_chain(p, &@$, build_names_add(p, NULL, $2, &@2)); }
	  chain_items '}' SEP			{ build_end(p); }
	| SET name '{'			{ build_set(p, &@$, build_names_add(p, NULL, $2, &@2), false); }
	  set_items '}' SEP		{ build_end(p); }
	| MAP name '{'			{ build_set(p, &@$, build_names_add(p, NULL, $2, &@2), true); }
	  set_items '}' SEP		{ build_end(p); }
	| COUNTER name '{'		{ build_object(p, &@$, $1, build_names_add(p, NULL, $2, &@2)); }
	  counter_items '}' SEP		{ build_end(p); }
	| QUOTA name '{'		{ build_object(p, &@$, $1, build_names_add(p, NULL, $2, &@2)); }
	  quota_items '}' SEP		{ build_end(p); }
	| SYNPROXY name '{'		{ build_object(p, &@$, $1, build_names_add(p, NULL, $2, &@2)); }
	  synproxy_items '}' SEP	{ build_synproxy_end(p); }
	| LIMIT name '{'		{ build_object(p, &@$, $1, build_names_add(p, NULL, $2, &@2)); }
	  limit_items '}' SEP		{ build_end(p); }
	| FLOWTABLE name '{'		{ build_flowtable(p, &@$, build_names_add(p, NULL, $2, &@2)); }
	  flowtable_items '}' SEP	{ build_end(p); }
	| CT ctword name '{'		{ build_ct_object(p, &@3, $2, &@2, build_names_add(p, NULL, $3, &@3)); }
	  ct_object_items '}' SEP	{ build_ct_object_end(p); }
	| unsup_object SEP
	| error SEP			{ build_recovered(p); yyerrok; }
	;

chain_items
	: %empty
	| chain_items chain_item
	;

chain_item
	: SEP
	| define SEP
	| rule SEP			{ build_rule(p, $1); }
	| TYPE word HOOK word device PRIORITY prio SEP
					{ build_hook(p, $2, &@2, $4, &@4, $7, &@7); }
	| POLICY VERDICT SEP		{ build_policy(p, $2, &@2); }
	| POLICY '$' word SEP		{ build_policy_var(p, $3, &@3); }
	| COMMENT text SEP		{ build_comment(p, $2, &@2); }
	| FLAGS word_list SEP		{ build_chain_flags(p, $2); }
	| error SEP			{ build_recovered(p); yyerrok; }
	;

device
	: %empty
	| DEVICE name			{ build_devices(p, &@2, build_symbol(p, &@2, build_name(p, $2, &@2), false)); }
	| DEVICE QUOTED			{ build_devices(p, &@2, build_symbol(p, &@2, $2, true)); }
	| DEVICE '$' word		{ build_devices(p, &@3, build_var(p, &@3, $3)); }
	| DEVICES '=' set_ref		{ build_devices(p, &@3, $3); }
	;

prio
	: NUM				{ $$ = build_prio(p, NULL, 1, &$1); }
	| '-' NUM			{ $$ = build_prio(p, NULL, -1, &$2); }
	| WORD				{ $$ = build_prio(p, &$1, 1, NULL); }
	| WORD '+' NUM			{ $$ = build_prio(p, &$1, 1, &$3); }
	| WORD '-' NUM			{ $$ = build_prio(p, &$1, -1, &$3); }
	| '$' word			{ $$ = build_prio_var(p, $2, &@$); }
	;

flowtable_items
	: %empty
	| flowtable_items flowtable_item
	;

flowtable_item
	: SEP
	| HOOK word PRIORITY prio SEP	{ build_flowtable_hook(p, $2, &@2, $4, &@4); }
	| DEVICES '=' set_ref SEP	{ build_flowtable_devices(p, &@3, $3); }
	| FLAGS word_list SEP		{ build_flowtable_flags(p, $2); }
	| COUNTER SEP			{ build_flowtable_counter(p); }
	| error SEP			{ build_recovered(p); yyerrok; }
	;

counter_items
	: %empty
	| counter_items SEP
	| counter_items WORD NUM	{ build_counter_value(p, $2, &@2, $3, &@3); }
	| counter_items COMMENT text	{ build_comment(p, $3, &@3); }
	| counter_items error SEP	{ build_recovered(p); yyerrok; }
	;

synproxy_items
	: %empty
	| synproxy_items SEP
	| synproxy_items COMMENT text	{ build_comment(p, $3, &@3); }
	| synproxy_items WORD		{ build_synproxy_line(p, $2, &@2, NULL); }
	| synproxy_items WORD NUM	{ build_synproxy_line(p, $2, &@2, &$3); }
	| synproxy_items error SEP	{ build_recovered(p); yyerrok; }
	;

synproxy_words
	: %empty			{ $$ = NULL; }
	| synproxy_words WORD		{ $$ = build_words(p, $1, $2, &@2); }
	;

synproxy_args
	: %empty			{ $$ = build_synproxy(p); }
	| synproxy_args WORD		{ $$ = build_synproxy_arg(p, $1, $2, &@2, NULL); }
	| synproxy_args WORD NUM	{ $$ = build_synproxy_arg(p, $1, $2, &@2, &$3); }
	;

quota_items
	: object_rest
	| object_rest quota_conf object_rest
	;

object_rest
	: %empty
	| object_rest SEP
	| object_rest COMMENT text	{ build_comment(p, $3, &@3); }
	| object_rest error SEP		{ build_recovered(p); yyerrok; }
	;

quota_conf
	: NUM WORD			{ build_object_holds(p, build_quota(p, &@$, NULL, $1, $2, &@2, NULL, NULL)); }
	| WORD NUM WORD			{ build_object_holds(p, build_quota(p, &@$, &$1, $2, $3, &@3, NULL, NULL)); }
	| NUM WORD WORD NUM WORD	{ build_object_holds(p, build_quota(p, &@$, NULL, $1, $2, &@2, &$4, &$5)); }
	| WORD NUM WORD WORD NUM WORD	{ build_object_holds(p, build_quota(p, &@$, &$1, $2, $3, &@3, &$5, &$6)); }
	;

ct_object_items
	: %empty
	| ct_object_items SEP
	| ct_object_items TYPE QUOTED WORD proto_word SEP
					{ build_helper_type(p, &@2, $3, $4, &@4, $5, &@5); }
	| ct_object_items WORD proto_word SEP
					{ build_helper_l3(p, $2, &@2, $3, &@3); }
	| ct_object_items error SEP	{ build_recovered(p); yyerrok; }
	;

proto_word
	: PROTO				{ $$ = build_word($1); }
	| WORD
	;

limit_items
	: object_rest
	| object_rest limit_rate object_rest
					{ build_object_holds(p, build_limit(p, &@2, $2)); }
	;

set_items
	: %empty
	| set_items set_item
	;

set_item
	: SEP
	| define SEP
	| TYPE type_names SEP		{ build_set_type(p, $2, NULL); }
	| TYPE type_names ':' type_names SEP
					{ build_set_type(p, $2, $4); }
	| TYPE type_names ':' WORD type_names SEP
					{ build_set_type(p, $2, build_words_before(p, $4, &@4, $5)); }
	| TYPEOF lconcat SEP		{ build_set_typeof(p, $2, NULL, NULL); }
	| TYPEOF lconcat ':' lconcat SEP
					{ build_set_typeof(p, $2, $4, NULL); }
	| TYPEOF lconcat ':' WORD SEP	{ build_set_typeof(p, $2, NULL, &$4); }
	| FLAGS word_list SEP		{ build_set_flags(p, $2); }
	| POLICY WORD SEP		{ build_set_option(p, build_word($1), &@1, &$2, &@2); }
	| WORD SEP			{ build_set_option(p, $1, &@1, NULL, NULL); }
	| WORD NUM SEP			{ build_set_option(p, $1, &@1, &$2, &@2); }
	| WORD WORD SEP			{ build_set_option(p, $1, &@1, &$2, &@2); }
	| set_stmts SEP			{ build_set_stmt(p, $1); }
	| COMMENT text SEP		{ build_comment(p, $2, &@2); }
	| ELEMENTS '=' set_ref		{ build_set_elems(p, $3); }
	| error SEP			{ build_recovered(p); yyerrok; }
	;

set_stmts
	: stateful
	| set_stmts stateful		{ $$ = build_stmt_add($1, $2); }
	;

/* what a set, an element or a meter keeps */
stateful
	: COUNTER			{ $$ = build_counter_stmt(p, &@$, NULL); }
	| kept
	;

kept
	: LIMIT limit_rate		{ $$ = build_limit(p, &@$, $2); }
	| QUOTA NUM WORD		{ $$ = build_quota(p, &@$, NULL, $2, $3, &@3, NULL, NULL); }
	| QUOTA WORD NUM WORD		{ $$ = build_quota(p, &@$, &$2, $3, $4, &@4, NULL, NULL); }
	| CT CTCOUNT NUM		{ $$ = build_connlimit(p, &@$, NULL, NULL, $3, &@3); }
	| CT CTCOUNT WORD NUM		{ $$ = build_connlimit(p, &@$, &$3, &@3, $4, &@4); }
	;

type_names
	: word				{ $$ = build_words(p, NULL, $1, &@1); }
	| type_names '.' word		{ $$ = build_words(p, $1, $3, &@3); }
	;

word_list
	: word				{ $$ = build_words(p, NULL, $1, &@1); }
	| word_list ',' word		{ $$ = build_words(p, $1, $3, &@3); }
	;

/* ---- rules -------------------------------------------------------------- */

rule
	: stmts				{ $$ = build_rule_ast(p, $1, NULL, NULL); }
	| stmts COMMENT text		{ $$ = build_rule_ast(p, $1, &$3, &@3); }
	;

stmts
	: stmt
	| stmts stmt			{ $$ = build_stmt_add($1, $2); }
	;

stmt
	: match_stmt
	| COUNTER			{ $$ = build_counter_stmt(p, &@$, NULL); }
	| COUNTER counter_args		{ $$ = build_counter_stmt(p, &@$, $2); }
	| COUNTER WORD object_ref	{ $$ = build_objref(p, &@$, $1, $2, &@2, $3); }
	| QUOTA WORD object_ref		{ $$ = build_objref(p, &@$, $1, $2, &@2, $3); }
	| LIMIT WORD object_ref		{ $$ = build_objref(p, &@$, $1, $2, &@2, $3); }
	| LIMIT limit_rate		{ $$ = build_limit(p, &@$, $2); }
	| QUOTA NUM WORD		{ $$ = build_quota(p, &@$, NULL, $2, $3, &@3, NULL, NULL); }
	| QUOTA WORD NUM WORD		{ $$ = build_quota(p, &@$, &$2, $3, $4, &@4, NULL, NULL); }
	| QUOTA NUM WORD WORD NUM WORD	{ $$ = build_quota(p, &@$, NULL, $2, $3, &@3, &$5, &$6); }
	| QUOTA WORD NUM WORD WORD NUM WORD
					{ $$ = build_quota(p, &@$, &$2, $3, $4, &@4, &$6, &$7); }
	| LOG log_opts			{ $$ = build_log(p, &@$, $2); }
	| NOTRACK			{ $$ = build_notrack(p, &@$); }
	| verdict			{ $$ = build_verdict_stmt(p, &@$, $1); }
	| JUMP '{' own_rules '}'	{ $$ = build_own_rules(p, &@$, $1->value, $3); }
	| GOTO '{' own_rules '}'	{ $$ = build_own_rules(p, &@$, $1->value, $3); }
	| nat_stmt nat_flags		{ $$ = build_nat_flags(p, $1, $2); }
	| reject_stmt
	| QUEUE queue_args		{ $$ = build_queue(&@$, $2, NULL); }
	| QUEUE TO nat_value		{ $$ = build_queue(&@$, build_queue_new(p), $3); }
	| QUEUE FLAGS word_list TO nat_value
					{ $$ = build_queue(&@$, build_queue_flags(p, build_queue_new(p), $3), $5); }
	| QUEUE FLAGS word_list WORD queue_num
					{ $$ = build_queue(&@$, build_queue_flags(p, build_queue_arg(p, build_queue_new(p), $4, &@4, $5), $3), NULL); }
	| TPROXY TO nat_to		{ $$ = build_tproxy(p, &@$, NULL, $3); }
	| TPROXY PROTO TO nat_to	{ $$ = build_tproxy(p, &@$, $2, $4); }
	| SYNPROXY synproxy_args	{ $$ = $2; $$->loc = @$; }
	| SYNPROXY NAMED object_ref	{ $$ = build_objref(p, &@$, $1, $2, &@2, $3); }
	| FLOW ADD '@' word		{ $$ = build_flow(p, &@$, NULL, NULL, $4); }
	| FLOW WORD '@' word		{ $$ = build_flow(p, &@$, &$2, &@2, $4); }
	| DUP TO svalue			{ $$ = build_dup(p, &@$, $3, NULL); }
	| DUP TO svalue DEVICE svalue	{ $$ = build_dup(p, &@$, $3, $5); }
	| FWD TO svalue			{ $$ = build_fwd(p, &@$, NULL, NULL, $3); }
	| FWD PROTO TO svalue DEVICE svalue
					{ $$ = build_fwd(p, &@$, $2, $4, $6); }
	| lconcat VMAP map_arg		{ $$ = build_verdict_stmt(p, &@$, build_map(p, &@$, $1, $3)); }
	| lprim SET svalue		{ $$ = build_set_value(p, &@$, $1, $3); }
	| RESET PROTO OPTION word	{ $$ = build_set_value(p, &@$, build_option(p, &@$, $2, $4, &@4, NULL, NULL), NULL); }
	| RESET PROTO OPTION NUM	{ $$ = build_set_value(p, &@$, build_option(p, &@$, $2, $4, &@4, NULL, NULL), NULL); }
	| dyn_op '@' word '{' dyn_elem '}'
					{ $$ = build_dynset(p, &@$, $1, $3, &@3, $5); }
	| METER name meter_size '{' dyn_elem '}'
					{ $$ = build_meter(p, &@$, $2, &@2, $3, $5); }
	| FLOW TABLE name '{' dyn_elem '}'
					{ $$ = build_meter(p, &@$, $3, &@3, NULL, $5); }
	| SET ADD lconcat '@' word	{ $$ = build_dynset_old(p, &@$, 0, $3, $5, &@5); }
	| SET UPDATE lconcat '@' word	{ $$ = build_dynset_old(p, &@$, 1, $3, $5, &@5); }
	| CT CTCOUNT NUM		{ $$ = build_connlimit(p, &@$, NULL, NULL, $3, &@3); }
	| CT CTCOUNT WORD NUM		{ $$ = build_connlimit(p, &@$, &$3, &@3, $4, &@4); }
	;

nat_stmt
	: NAT nat_to			{ $$ = build_nat(p, &@$, $1, NULL, NULL, NULL, $2); }
	| NAT TO nat_to			{ $$ = build_nat(p, &@$, $1, NULL, NULL, NULL, $3); }
	| NAT WORD TO nat_to		{ $$ = build_nat(p, &@$, $1, NULL, &$2, &@2, $4); }
	| NAT PROTO TO nat_to		{ $$ = build_nat(p, &@$, $1, $2, NULL, NULL, $4); }
	| NAT PROTO WORD TO nat_to	{ $$ = build_nat(p, &@$, $1, $2, &$3, &@3, $5); }
	| NAT PROTO ADDR '.' WORD TO nat_to
					{ struct str kind = build_word($3); $$ = build_nat(p, &@$, $1, $2, &kind, &@3, $7); }
	| MASQ				{ $$ = build_nat_port(p, &@$, $1, NULL); }
	| MASQ TO ':' nat_value		{ $$ = build_nat_port(p, &@$, $1, $4); }
	| REDIRECT			{ $$ = build_nat_port(p, &@$, $1, NULL); }
	| REDIRECT TO nat_value		{ $$ = build_nat_port(p, &@$, $1, $3); }
	| REDIRECT TO ':' nat_value	{ $$ = build_nat_port(p, &@$, $1, $4); }
	;

nat_to
	: nat_value			{ $$ = build_nat_to(p, $1, NULL); }
	| nat_value nat_port		{ $$ = build_nat_to(p, $1, $2); }
	| nat_port			{ $$ = build_nat_to(p, NULL, $1); }
	;

nat_port
	: ':' nat_value			{ $$ = $2; }
	;

nat_value
	: svalue
	| satom '-' satom		{ $$ = build_range(p, &@$, $1, $3); }
	| satom '/' satom		{ $$ = build_prefix(p, &@$, $1, $3); }
	;

queue_args
	: %empty			{ $$ = build_queue_new(p); }
	| queue_args WORD		{ $$ = build_queue_arg(p, $1, $2, &@2, NULL); }
	| queue_args ',' WORD		{ $$ = build_queue_arg(p, $1, $3, &@3, NULL); }
	| queue_args WORD queue_num	{ $$ = build_queue_arg(p, $1, $2, &@2, $3); }
	;

queue_num
	: NUM				{ $$ = build_symbol(p, &@$, $1, false); }
	| '$' word			{ $$ = build_var(p, &@$, $2); }
	| NUM '-' NUM			{ $$ = build_range(p, &@$, build_symbol(p, &@1, $1, false), build_symbol(p, &@3, $3, false)); }
	;

nat_flags
	: %empty			{ $$ = NULL; }
	| nat_flag_list
	;

nat_flag_list
	: WORD				{ $$ = build_words(p, NULL, $1, &@1); }
	| nat_flag_list ',' WORD	{ $$ = build_words(p, $1, $3, &@3); }
	;

reject_stmt
	: REJECT			{ $$ = build_reject(p, &@$, NULL, NULL, NULL, NULL, NULL); }
	| REJECT WORD PROTO RESET	{ struct str kind = build_word($3); $$ = build_reject(p, &@$, &$2, &@2, &kind, &@3, NULL); }
	| REJECT WORD PROTO satom	{ struct str kind = build_word($3); $$ = build_reject(p, &@$, &$2, &@2, &kind, &@3, $4); }
	| REJECT WORD PROTO TYPE satom	{ struct str kind = build_word($3); $$ = build_reject(p, &@$, &$2, &@2, &kind, &@3, $5); }
	| REJECT WORD WORD satom	{ $$ = build_reject(p, &@$, &$2, &@2, &$3, &@3, $4); }
	| REJECT WORD WORD TYPE satom	{ $$ = build_reject(p, &@$, &$2, &@2, &$3, &@3, $5); }
	;

verdict
	: VERDICT			{ $$ = build_verdict(p, &@$, $1->value, NULL); }
	| JUMP name			{ $$ = build_verdict(p, &@$, $1->value, build_symbol(p, &@2, build_name(p, $2, &@2), true)); }
	| GOTO name			{ $$ = build_verdict(p, &@$, $1->value, build_symbol(p, &@2, build_name(p, $2, &@2), true)); }
	| JUMP '$' word			{ $$ = build_verdict(p, &@$, $1->value, build_var(p, &@3, $3)); }
	| GOTO '$' word			{ $$ = build_verdict(p, &@$, $1->value, build_var(p, &@3, $3)); }
	;

own_rules
	: %empty			{ $$ = build_own_rules_new(p); }
	| own_rules SEP
	| own_rules rule SEP		{ $$ = build_own_rules_add(p, $1, $2); }
	| own_rules error SEP		{ build_recovered(p); yyerrok; }
	;

counter_args
	: WORD NUM			{ $$ = build_counter_arg(p, NULL, $1, &@1, $2, &@2); }
	| counter_args WORD NUM		{ $$ = build_counter_arg(p, $1, $2, &@2, $3, &@3); }
	;

object_ref
	: rname				{ $$ = build_symbol(p, &@$, $1, false); }
	| QUOTED			{ $$ = build_symbol(p, &@$, $1, true); }
	| '$' word			{ $$ = build_var(p, &@$, $2); }
	| lconcat MAP map_arg		{ $$ = build_map(p, &@$, $1, $3); }
	;

limit_rate
	: WORD NUM '/' dirword		{ $$ = build_limit_args(p, $1, &@1, NULL, $2, NULL, $4, &@4); }
	| WORD NUM WORD			{ $$ = build_limit_args(p, $1, &@1, NULL, $2, NULL, $3, &@3); }
	| WORD WORD NUM '/' dirword	{ $$ = build_limit_args(p, $1, &@1, &$2, $3, NULL, $5, &@5); }
	| WORD WORD NUM WORD		{ $$ = build_limit_args(p, $1, &@1, &$2, $3, NULL, $4, &@4); }
	| WORD NUM WORD '/' dirword	{ $$ = build_limit_args(p, $1, &@1, NULL, $2, &$3, $5, &@5); }
	| WORD WORD NUM WORD '/' dirword	{ $$ = build_limit_args(p, $1, &@1, &$2, $3, &$4, $6, &@6); }
	| limit_rate BURST NUM WORD	{ $$ = build_limit_burst(p, $1, $3, $4, &@4); }
	;

/* behind the words that were read as names: rate, over */
limit_tail
	: NUM '/' dirword		{ $$ = build_limit_numbers(p, $1, NULL, $3, &@3); }
	| NUM WORD			{ $$ = build_limit_numbers(p, $1, NULL, $2, &@2); }
	| NUM WORD '/' dirword		{ $$ = build_limit_numbers(p, $1, &$2, $4, &@4); }
	| limit_tail BURST NUM WORD	{ $$ = build_limit_burst(p, $1, $3, $4, &@4); }
	;

log_opts
	: %empty			{ $$ = build_log_new(p); }
	| log_opts WORD logval		{ $$ = build_log_opt(p, $1, $2, &@2, $3, &@3); }
	| log_opts WORD QUOTED		{ $$ = build_log_opt(p, $1, $2, &@2, $3, &@3); }
	| log_opts FLAGS dirword	{ $$ = build_log_flag(p, $1, $3, &@3); }
	| log_opts FLAGS PROTO %prec SHORT
					{ $$ = build_log_flag(p, $1, build_word($3), &@3); }
	| log_opts FLAGS PROTO log_words
					{ $$ = build_log_flags(p, $1, $3, $4); }
	;

log_words
	: WORD				{ $$ = build_words(p, NULL, $1, &@1); }
	| log_words ',' WORD		{ $$ = build_words(p, $1, $3, &@3); }
	;

logval
	: WORD				{ $$ = build_name_behind(p, LOG, $1, &@1); }
	| NUM
	;

dyn_op
	: ADD				{ $$ = $1->value; }
	| UPDATE			{ $$ = $1->value; }
	| DELETE			{ $$ = $1->value; }
	;

dyn_elem
	: dyn_key dyn_opts dyn_stmts	{ $$ = build_dyn_elem($1, $2, $3, NULL); }
	| dyn_key dyn_opts dyn_stmts ':' svalue
					{ $$ = build_dyn_elem($1, $2, $3, $5); }
	;

dyn_key
	: dyn_field
	| dyn_key '.' dyn_field		{ $$ = build_concat(p, &@$, $1, $3); }
	;

dyn_field
	: lexpr
	| satom
	;

meter_size
	: %empty			{ $$ = NULL; }
	| WORD NUM			{ $$ = build_meter_size(p, $1, &@1, $2, &@2); }
	;

dyn_opts
	: %empty			{ $$ = build_dyn_new(p); }
	| dyn_opts WORD WORD		{ $$ = build_dyn_opt(p, $1, $2, &@2, $3, &@3); }
	| dyn_opts WORD NUM		{ $$ = build_dyn_opt(p, $1, $2, &@2, $3, &@3); }
	;

dyn_stmts
	: %empty			{ $$ = NULL; }
	| dyn_stmts COUNTER		{ $$ = build_stmt_add($1, build_counter_stmt(p, &@2, NULL)); }
	| dyn_stmts COUNTER counter_args
					{ $$ = build_stmt_add($1, build_counter_stmt(p, &@2, $3)); }
	| dyn_stmts kept		{ $$ = build_stmt_add($1, $2); }
	;

match_stmt
	: lconcat rhs			{ $$ = build_match(p, &@$, $1, OP_IMPLICIT, $2); }
	| lconcat rel_op rhs		{ $$ = build_match(p, &@$, $1, $2, $3); }
	| PROTO OPTION word BOOL	{ $$ = build_match(p, &@$, build_option(p, &@$, $1, $3, &@3, NULL, NULL), OP_IMPLICIT, build_symbol(p, &@4, build_word($4), false)); }
	| PROTO OPTION NUM BOOL		{ $$ = build_match(p, &@$, build_option(p, &@$, $1, $3, &@3, NULL, NULL), OP_IMPLICIT, build_symbol(p, &@4, build_word($4), false)); }
	;

rel_op
	: EQ				{ $$ = OP_EQ; }
	| NEQ				{ $$ = OP_NEQ; }
	| LT				{ $$ = OP_LT; }
	| GT				{ $$ = OP_GT; }
	| LTE				{ $$ = OP_LTE; }
	| GTE				{ $$ = OP_GTE; }
	| '!'				{ $$ = OP_NEG; }
	;

/* ---- a packet: what matches, as assignments ------------------------------ */

packet
	: %empty			{ $$ = NULL; }
	| packet packet_item		{ $$ = build_packet_add($1, $2); }
	;

packet_item
	: match_stmt			{ $$ = build_packet_match(p, &@$, $1); }
	| WORD WORD			{ $$ = build_packet_word(p, &@1, $1, &@2, $2); }
	| WORD NUM			{ $$ = build_packet_word(p, &@1, $1, &@2, $2); }
	| WORD NUM '-' NUM		{ $$ = build_packet_span(p, &@1, $1, &@2, $2, &@4, $4); }
	| WORD QUOTED			{ $$ = build_packet_text(p, &@1, $1, &@2, $2); }
	| WORD WORD QUOTED		{ $$ = build_packet_form(p, &@1, $1, &@2, $2, &@3, $3); }
	| WORD '{' packet '}'		{ $$ = build_packet_inner(p, &@1, $1, $3); }
	;

/* ---- expressions -------------------------------------------------------- */

lprim
	: PROTO metaword		{ $$ = build_payload(p, &@$, $1, $2, &@2); }
	| PROTO ARPADDR PROTO		{ $$ = build_arp_addr(p, &@$, $1, $2, &@2, $3); }
	| PROTO OPTION word optword	{ $$ = build_option(p, &@$, $1, $3, &@3, &$4, &@4); }
	| PROTO OPTION NUM optword	{ $$ = build_option(p, &@$, $1, $3, &@3, &$4, &@4); }
	| META metaword			{ $$ = build_meta(p, &@$, $2, &@2); }
	| METAKEY			{ $$ = build_meta(p, &@$, build_word($1), &@1); }
	| CT ctword			{ $$ = build_ct(p, &@$, -1, NULL, $2, &@2); }
	| CT dir ctword			{ $$ = build_ct(p, &@$, $2->value, NULL, $3, &@3); }
	| CT dir PROTO ctword		{ $$ = build_ct(p, &@$, $2->value, $3, $4, &@4); }
	| FIB fib_flags metaword	{ $$ = build_fib(p, &@$, $2, $3, &@3); }
	| RT metaword			{ $$ = build_rt(p, &@$, NULL, $2, &@2); }
	| RT PROTO metaword		{ $$ = build_rt(p, &@$, $2, $3, &@3); }
	| SOCKET metaword		{ $$ = build_socket(p, &@$, $2, &@2); }
	| EXTHDR metaword		{ $$ = build_exthdr(p, &@$, $1, $2, &@2); }
	| EXTHDR_ANY word		{ $$ = build_exthdr_any(p, &@2, $2); }
	| OSF metaword			{ $$ = build_osf(p, &@$, NULL, NULL, $2, &@2); }
	| OSF OSFTTL word metaword	{ $$ = build_osf(p, &@$, &$3, &@3, $4, &@4); }
	| IPSEC WORD ipsec_num WORD	{ $$ = build_xfrm(p, &@$, $2, &@2, $3, NULL, $4, &@4); }
	| IPSEC WORD ipsec_num PROTO WORD
					{ $$ = build_xfrm(p, &@$, $2, &@2, $3, $4, $5, &@5); }
	| NUMGEN WORD MOD NUM num_offset
					{ $$ = build_numgen(p, &@$, $2, &@2, $4, &@4, $5); }
	| JHASH lconcat MOD NUM hash_seed num_offset
					{ $$ = build_hash(p, &@$, $2, $4, &@4, $5, $6); }
	| SYMHASH MOD NUM num_offset	{ $$ = build_hash(p, &@$, NULL, $3, &@3, NULL, $4); }
	| '@' word ',' NUM ',' NUM	{ $$ = build_raw(p, &@$, $2, &@2, $4, $6); }
	| '(' lexpr ')'			{ $$ = $2; }
	;

ipsec_num
	: %empty			{ $$ = NULL; }
	| SPNUM NUM			{ $$ = build_words(p, NULL, $2, &@2); }
	;

num_offset
	: %empty			{ $$ = NULL; }
	| OFFSET NUM			{ $$ = build_words(p, NULL, $2, &@2); }
	;

hash_seed
	: %empty			{ $$ = NULL; }
	| SEED NUM			{ $$ = build_words(p, NULL, $2, &@2); }
	;

lexpr
	: lprim
	| lexpr AND rexpr		{ $$ = build_binop(p, &@$, BINOP_AND, $1, $3); }
	| lexpr OR rexpr		{ $$ = build_binop(p, &@$, BINOP_OR, $1, $3); }
	| lexpr XOR rexpr		{ $$ = build_binop(p, &@$, BINOP_XOR, $1, $3); }
	| lexpr LSHIFT rexpr		{ $$ = build_binop(p, &@$, BINOP_LSHIFT, $1, $3); }
	| lexpr RSHIFT rexpr		{ $$ = build_binop(p, &@$, BINOP_RSHIFT, $1, $3); }
	;

lconcat
	: lexpr
	| lconcat '.' lexpr		{ $$ = build_concat(p, &@$, $1, $3); }
	;

svalue
	: sexpr
	| lconcat
	| lconcat MAP map_arg		{ $$ = build_map(p, &@$, $1, $3); }
	;

sexpr
	: satom
	| sexpr AND satom		{ $$ = build_binop(p, &@$, BINOP_AND, $1, $3); }
	| sexpr OR satom		{ $$ = build_binop(p, &@$, BINOP_OR, $1, $3); }
	| sexpr XOR satom		{ $$ = build_binop(p, &@$, BINOP_XOR, $1, $3); }
	| sexpr LSHIFT satom		{ $$ = build_binop(p, &@$, BINOP_LSHIFT, $1, $3); }
	| sexpr RSHIFT satom		{ $$ = build_binop(p, &@$, BINOP_RSHIFT, $1, $3); }
	;

satom
	: NUM				{ $$ = build_symbol(p, &@$, $1, false); }
	| WORD				{ $$ = build_symbol(p, &@$, $1, false); }
	| QUOTED			{ $$ = build_symbol(p, &@$, $1, true); }
	| BOOL				{ $$ = build_symbol(p, &@$, build_word($1), false); }
	| '$' word			{ $$ = build_var(p, &@$, $2); }
	;

map_arg
	: set_lit
	| '@' word			{ $$ = build_setref(p, &@$, $2); }
	| '$' word			{ $$ = build_var(p, &@$, $2); }
	;

set_ref
	: set_lit
	| '$' word			{ $$ = build_var(p, &@$, $2); }
	;

rhs
	: rhs_list
	| set_lit
	| '@' word			{ $$ = build_setref(p, &@$, $2); }
	;

rhs_list
	: citem
	| rhs_list ',' citem		{ $$ = build_list(p, &@$, $1, $3); }
	;

citem
	: item
	| citem '.' item		{ $$ = build_concat(p, &@$, $1, $3); }
	;

item
	: rexpr
	| rexpr '/' rexpr		{ $$ = build_prefix(p, &@$, $1, $3); }
	| rexpr '-' rexpr		{ $$ = build_range(p, &@$, $1, $3); }
	| '*'				{ $$ = build_wildcard(p, &@$); }
	;

rexpr
	: rprim
	| rexpr AND rexpr		{ $$ = build_binop(p, &@$, BINOP_AND, $1, $3); }
	| rexpr OR rexpr		{ $$ = build_binop(p, &@$, BINOP_OR, $1, $3); }
	| rexpr XOR rexpr		{ $$ = build_binop(p, &@$, BINOP_XOR, $1, $3); }
	| rexpr LSHIFT rexpr		{ $$ = build_binop(p, &@$, BINOP_LSHIFT, $1, $3); }
	| rexpr RSHIFT rexpr		{ $$ = build_binop(p, &@$, BINOP_RSHIFT, $1, $3); }
	;

rprim
	: NUM				{ $$ = build_symbol(p, &@$, $1, false); }
	| vword				{ $$ = build_constant(p, &@$, $1); }
	| QUOTED			{ $$ = build_symbol(p, &@$, $1, true); }
	| '$' word			{ $$ = build_var(p, &@$, $2); }
	| '(' rhs_list ')'		{ $$ = $2; }
	;

set_lit
	: '{' '}'			{ $$ = build_set_new(p, &@$); }
	| '{' elems '}'			{ $$ = build_set_done($2, &@$); }
	| '{' elems ',' '}'		{ $$ = build_set_done($2, &@$); }
	;

elems
	: elem				{ $$ = build_set_add(p, build_set_new(p, &@$), &$1); }
	| elems ',' elem		{ $$ = build_set_add(p, $1, &$3); }
	;

elem
	: citem elem_opts		{ $$ = build_elem($1, $2, NULL); }
	| citem elem_opts ':' citem	{ $$ = build_elem($1, $2, $4); }
	| citem elem_opts ':' verdict	{ $$ = build_elem($1, $2, $4); }
	| set_lit			{ $$ = build_elem($1, NULL, NULL); }
	;

elem_opts
	: %empty			{ $$ = NULL; }
	| elem_opts WORD WORD		{ $$ = build_elem_opt(p, $1, $2, &@2, $3, &@3); }
	| elem_opts WORD NUM		{ $$ = build_elem_opt(p, $1, $2, &@2, $3, &@3); }
	| elem_opts COMMENT text	{ $$ = build_elem_comment(p, $1, $3, &@3); }
	| elem_opts stateful		{ $$ = build_elem_stmt(p, $1, $2); }
	;

fib_flags
	: dirword			{ $$ = build_words(p, NULL, $1, &@1); }
	| fib_flags '.' dirword		{ $$ = build_words(p, $1, $3, &@3); }
	;

dirword
	: WORD
	| METAKEY			{ $$ = build_word($1); }
	;

/* ---- words that are keywords elsewhere ---------------------------------- */

dir
	: ORIGINAL | REPLY
	;

/* a comment; one word needs no quotes */
text
	: QUOTED
	| rname				{ $$ = build_name(p, $1, &@1); }
	;

/* where a statement may follow: nothing that begins one */
rname
	: WORD
	| ORIGINAL			{ $$ = build_word($1); }
	| REPLY				{ $$ = build_word($1); }
	| OPTION			{ $$ = build_word($1); }
	;

/* behind META, a protocol and the like */
metaword
	: WORD
	| metakw			{ $$ = build_word($1); }
	;

metakw
	: METAKEY | TYPE | PRIORITY | FLAGS | CTCOUNT | IPSEC
	;

/* fields of options */
optword
	: metaword
	| ADDR				{ $$ = build_word($1); }
	;

ctword
	: WORD
	| METAKEY			{ $$ = build_word($1); }
	;

/* a constant's name: not the words that may follow an expression's left side */
nword
	: WORD
	| nkw				{ $$ = build_word($1); }
	;

nkw
	: PROTO | METAKEY | EXTHDR | NAT | MASQ | REDIRECT | REJECT
	| METER | FLOW | DUP | FWD | QUEUE | SPNUM | TPROXY | ADDR | ORIGINAL | REPLY | BOOL | RESET | RT
	| TYPE
	;

vword
	: nword
	| META				{ $$ = build_word($1); }
	;

word
	: vword
	| namekw			{ $$ = build_word($1); }
	| wordkw			{ $$ = build_word($1); }
	;

/* names as well */
namekw
	: RULE | HOOK | POLICY | PRIORITY | DEVICE | FLAGS | OPTION | TABLE
	| CHAIN | COUNTER | LIMIT | LOG | SOCKET | CTCOUNT | BURST | MOD | SEED
	| OFFSET
	;

wordkw
	: ELEMENT | ELEMENTS | RULESET | QUOTA | NOTRACK | ADD | UPDATE | DELETE
	| LIST | FLUSH | FIB | CT | SET | MAP | OBJECT | INDEX | POSITION
	| FLOWTABLE | SYNPROXY | OSF
	;

name
	: nword
	| TO				{ $$ = build_word($1); }
	| namekw			{ $$ = build_word($1); }
	;

/* the rest of an object that is not supported yet, unread */
junk
	: %empty
	| junk junk_token
	;

junk_token
	: NUM | WORD | QUOTED | PROTO | META | METAKEY | CT | FIB | RT | SOCKET
	| EXTHDR | EXTHDR_ANY | OPTION | VERDICT | JUMP | GOTO | COUNTER
	| LIMIT | QUOTA | LOG | NOTRACK | ADD | UPDATE | DELETE | CREATE
	| INSERT | REPLACE | FLUSH | LIST | RESET | RENAME | TABLE | CHAIN
	| RULE | SET | MAP | ELEMENT | ELEMENTS | RULESET | OBJECT | TYPE
	| TYPEOF | HOOK | PRIORITY | POLICY | DEVICE | FLAGS | COMMENT | HANDLE
	| POSITION | INDEX | DEFINE | REDEFINE | UNDEFINE | VMAP | ORIGINAL
	| REPLY | BOOL | CTCOUNT | BURST | NUMGEN | JHASH | SYMHASH | MOD
	| SEED | OFFSET | IPSEC | SPNUM | METER | FLOW | DUP | FWD | DEVICES | FLOWTABLE | SYNPROXY | NAMED | OSF | OSFTTL | QUEUE | TPROXY | NAT | MASQ | REDIRECT
	| REJECT | TO | ADDR | EQ | NEQ | LT | GT
	| LTE | GTE | AND | OR | XOR | LSHIFT | RSHIFT | '=' | ',' | '.' | ':'
	| '$' | '@' | '-' | '+' | '/' | '*' | '!' | '(' | ')'
	| '{' junk_block '}'
	;

junk_block
	: %empty
	| junk_block junk_token
	| junk_block SEP
	;

%%

static int nftvm_grammar_lex(YYSTYPE *value, YYLTYPE *loc, struct parser *p,
			     void *scanner)
{
	return scan_next(p, scanner, value, loc);
}

/* Only for what bison itself runs out of. */
static void nftvm_grammar_error(YYLTYPE *loc, struct parser *p, void *scanner,
				const char *message)
{
	diag_error(p->diags, loc, "nested too deeply (%s)", message);
}

static int yyreport_syntax_error(const yypcontext_t *ctx, struct parser *p,
				 void *scanner)
{
	yysymbol_kind_t expected[12];
	int n = yypcontext_expected_tokens(ctx, expected, 12);
	yysymbol_kind_t got = yypcontext_token(ctx);
	const char *names[12];

	if (n < 0)
		n = 0;
	for (int i = 0; i < n; i++)
		names[i] = yysymbol_name(expected[i]);
	build_syntax_error(p, yypcontext_location(ctx), names, n,
			   got == YYSYMBOL_SEP || got == YYSYMBOL_YYEOF);
	scan_recover(p, got == YYSYMBOL_SEP ? SEP : got == YYSYMBOL_YYEOF ? END : WORD);
	return 0;
}
