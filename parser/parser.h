/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the parser share: the parser itself, variables, and what
 * the grammar's actions call.
 */
#ifndef NFTVM_PARSER_PARSER_H
#define NFTVM_PARSER_PARSER_H

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/strbuf.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "parser/ast.h"
#include "parser/cmd.h"
#include "parser/item.h"

/**
 * struct define - a variable
 * @scope:	the block it is of
 * @outer:	what @name is where that ends, or NULL
 */
struct define {
	struct list node;
	const char *name;
	struct loc loc;
	struct expr *init;
	const struct scope *scope;
	struct define *outer;
};

/** struct scope - the variables that a block ever had, and the block around it */
struct scope {
	struct scope *up;
	struct list defines;
};

/* Kinds of braces, from the outside in. */
enum brace {
	BRACE_TOP,
	BRACE_TABLE,
	BRACE_LEAF,   /* chain, set, map: lines of their own */
	BRACE_OBJECT, /* counter: the same, but the last line needs no end */
	BRACE_RULES,  /* the rules of `jump {` */
	BRACE_VALUE,  /* set literal: newlines mean nothing */
};

/** struct input - a text being scanned; included texts stand on each other */
struct input {
	uint32_t source;
	uint32_t offset;
	const char *text;
	void *buffer; /* flex's */
};

/**
 * struct scan - the scanner's own state
 * @prev:	the last token given to the grammar
 * @first:	the first token of this statement
 * @opened:	what this statement's keywords make keywords (enum opener)
 * @stmt_depth:	braces open where this statement began
 * @skipping:	after a syntax error: to the end of the statement
 * @after_arp:	the word before was `arp'
 * @told:	a syntax error that follows from it says nothing new
 * @held:	tokens to give before reading on, held[0] last
 */
struct scan {
	VEC(struct input) inputs;
	VEC(uint8_t) braces;
	int prev, first;
	unsigned opened;
	size_t stmt_depth;
	bool skipping;
	bool after_arp;
	bool told; /* this statement has been complained about */
	bool value_closed;
	int held;
	bool begin_packet; /* the text is a packet */
	struct loc held_loc;
	unsigned include_depth;
};

/** struct name_list - names as written behind an object's word */
struct name_list {
	const char *v[6];
	struct loc loc[6];
	unsigned n;
};

/**
 * struct rule_ast - a rule: as written, and as checked
 * @written:	statements in the order of the text
 * @checked:	statements with their dependencies
 * @sets:	anonymous sets made for it
 */
struct rule_ast {
	struct stmt *written, *checked;
	struct {
		struct cmd_set **v;
		size_t len, cap;
	} sets; /* in the arena */
	const char *comment;
	struct loc comment_loc;
	bool ok;
};

/**
 * struct parser - one compile
 * @arena:	what lasts: the text's nodes, names, types of sets
 * @work:	of the command being made, when a sink takes it; else @arena
 * @cmds:	checked commands, struct cmd.node
 * @pending:	commands as written, in the order of the text
 */
struct parser {
	struct diags *diags;
	struct parser_env env;
	struct arena *arena, *work;
	struct keywords *keywords;
	struct list cmds;
	struct list pending;
	struct scope top, *scope;
	struct strmap *defines; /* what each variable's name is here */
	struct scan scan;
	struct packet_item *packet;  /* what was read as a packet */
	struct item *open;	     /* the innermost block being read */
	struct item *last;	     /* the command made last */
	struct item at;		     /* place of the rule command being read */
	struct strmap *tables;	     /* known names, see names.h */
	struct strmap *changed_sets; /* "FAMILY TABLE SET", see flatten.c */
	uint32_t next_set_id, next_chain_id;
	void (*sink)(void *data, struct cmd *cmd);
	void *sink_data;
	unsigned sink_errors; /* that are none of the texts' */
	VEC(struct cmd_set *) all_sets;
	VEC(struct nftnl_obj *) all_objects;
};

/** arena_push() - append to a { v, len, cap } whose array is in the arena */
#define arena_push(arena, vec, elem)                                          \
	do {                                                                  \
		if ((vec)->len == (vec)->cap) {                               \
			size_t old_ = (vec)->cap * sizeof((vec)->v[0]);       \
			(vec)->cap = (vec)->cap ? (vec)->cap * 2 : 4;         \
			(vec)->v =                                            \
				arena_grow((arena), (vec)->v, old_,           \
					   (vec)->cap * sizeof((vec)->v[0])); \
		}                                                             \
		(vec)->v[(vec)->len++] = (elem);                              \
	} while (0)

/** parser_scan() - read a source's text; 0, or -1 with faults queued */
int parser_scan(struct parser *p, uint32_t source);
/** parser_scan_span() - the same of a piece of a source */
int parser_scan_span(struct parser *p, const struct loc *span);

#endif
