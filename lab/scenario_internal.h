/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What running a test and looking at its expectations share. */
#ifndef NFTVM_LAB_SCENARIO_INTERNAL_H
#define NFTVM_LAB_SCENARIO_INTERNAL_H

#include "base/strbuf.h"
#include "lab/box.h"
#include "lab/packet_make.h"
#include "lab/scenario_run.h"

/** struct scenario_left - a packet that left; @bytes are owned, with room
 * before and behind them as packet_init() wants it */
struct scenario_left {
	enum path_emit_kind kind;
	const struct host_link *out;
	uint8_t *bytes;
	uint32_t len;
};

/**
 * struct scenario_state - a test under way
 * @source:	the test file's text, in @nv's diagnostics
 * @options:	what the box is made of
 * @sent:	a packet has been sent: @res, @left, @logs are its
 * @input:	as it was sent
 */
struct scenario_state {
	struct scenario *s;
	struct scenario_outcome *outcome;
	struct replay_options options;
	struct nftvm *nv;
	struct box box;
	struct arena *arena;
	uint32_t source;
	bool sent;
	struct path_result res;
	struct scenario_left input;
	VEC(struct scenario_left) left;
	VEC(char *) logs;
	uint8_t *buf;
};

/** scenario_fault() - note that the statement at @loc did not hold */
void scenario_fault(struct scenario_state *st, const struct loc *loc,
		    const char *fmt, ...) PRINTF_LIKE(3, 4);
/** scenario_expect() - all that an expect statement says; -1 with a diagnostic
 * when it cannot be read */
int scenario_expect(struct scenario_state *st,
		    const struct scenario_step *step);
/** scenario_items() - a packet's text as items; -1 with a diagnostic. They live
 * as long as the parser, which is @p */
int scenario_items(struct scenario_state *st, const struct loc *text,
		   struct parser **p, struct packet_item **items);

#endif
