/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenario tests: what a ruleset must do with packets.
 *
 *	ruleset "router.nft"
 *	host "router.host"
 *
 *	test "the web is open, and answered" {
 *		send iif lan ip saddr 192.168.1.10 ip daddr 192.0.2.1 tcp dport 443
 *		expect accept to wan rule comment "web" ct state new
 *		expect out ip saddr 203.0.113.2
 *		reply tcp flags syn,ack
 *		expect accept to lan ct state established
 *	}
 *
 * A line is a statement; `{ ... }` behind send and reply lets a packet go over
 * several. Files are named from where the test file is. Each test has a box of
 * its own, as it is after the rulesets were loaded.
 */
#ifndef NFTVM_LAB_SCENARIO_H
#define NFTVM_LAB_SCENARIO_H

#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"

enum scenario_step_kind {
	SCENARIO_SEND,	    /* @rest: a packet */
	SCENARIO_REPLY,	    /* @rest: what is not as a reply has it */
	SCENARIO_HANDSHAKE, /* @rest: the SYN */
	SCENARIO_CLOSE,	    /* both sides of the connection end it */
	SCENARIO_TIME,	    /* @ns pass */
	SCENARIO_RELOAD,    /* @file is loaded, too */
	SCENARIO_EXPECT,    /* @rest: of the packet sent last */
};

/** struct scenario_step - @loc: the statement; in the scenario's arena */
struct scenario_step {
	struct scenario_step *next;
	enum scenario_step_kind kind;
	struct loc loc, rest;
	uint64_t ns;
	const char *file;
};

/** struct scenario_test - @loc: its name */
struct scenario_test {
	struct scenario_test *next;
	const char *name;
	struct loc loc;
	struct scenario_step *steps;
};

/**
 * struct scenario - a test file
 * @source:	its text, registered in @diags
 * @dir:	where it is, with a slash at the end; "" for here
 * @rulesets, @defines: in order; @host: or NULL
 */
struct scenario {
	struct diags *diags;
	struct arena *arena;
	uint32_t source;
	const char *path, *dir, *host;
	VEC(const char *) rulesets, defines;
	struct scenario_test *tests;
};

/** scenario_read() - a test file; 0, or -1 with every fault in @s->diags.
 * scenario_fini() it in any case */
int scenario_read(struct scenario *s, const char *path);
void scenario_fini(struct scenario *s);

/**
 * struct scenario_word - a word of a line, quotes taken away
 * @text:	in the scenario's arena; NULL: there are no more
 */
struct scenario_word {
	const char *text;
	struct loc loc;
};

/** scenario_word() - the next word of @rest, which is moved behind it */
struct scenario_word scenario_word(struct scenario *s, struct loc *rest);

#endif
