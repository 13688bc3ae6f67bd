/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a replay says at its end: verdicts, rules hit and never hit,
 * connections by protocol and state, drops and invalid packets by reason.
 */
#ifndef NFTVM_LAB_SUMMARY_H
#define NFTVM_LAB_SUMMARY_H

#include <jansson.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "ct/ct.h"
#include "path/path.h"

/**
 * struct summary - counts, added to per packet
 * @ignored:	frames of the capture that are no IP packet
 * @copies:	packets that were captured a second time on their way out
 * @nat_src, @nat_dst: packets whose source, whose destination was translated
 * @readdress:	replies that were captured under other translations;
 *		@readdressed: they were made what the ruleset's want
 * @steps_back:	times that the capture's clock stepped back
 */
struct summary {
	uint64_t packets, ignored, copies, steps_back;
	uint64_t nat_src, nat_dst, readdress;
	bool readdressed;
	uint64_t verdicts[PATH_STOLEN + 1];
	uint64_t to_local, by_rule_drop, by_policy_drop;
	uint64_t drops[REASON_COUNT];
	uint64_t invalid[REASON_COUNT];
};

/** struct summary_world - what the rest is read from at the end; borrowed
 * @rule_text:	appends a rule as a listing has it */
struct summary_world {
	const struct vm *vm;
	struct ct_table *ct;
	struct nv_time now;
	void (*rule_text)(void *data, const struct vm_rule *rule,
			  struct strbuf *out);
	void *data;
};

/** summary_add() - one more packet */
static inline void summary_add(struct summary *s, const struct path_result *res)
{
	s->packets++;
	s->verdicts[res->verdict]++;
	s->to_local += res->to_local;
	s->nat_src += res->nat_src;
	s->nat_dst += res->nat_dst;
	if (res->verdict == PATH_DROP) {
		if (res->reason != REASON_NONE)
			s->drops[res->reason]++;
		else if (res->by_policy)
			s->by_policy_drop++;
		else
			s->by_rule_drop++;
	}
	if (res->tracked && !res->ct_id && res->ct_reason != REASON_NONE)
		s->invalid[res->ct_reason]++;
}

/** summary_json() - the summary as an object; a new reference */
json_t *summary_json(const struct summary *s, const struct summary_world *w);
/** summary_print() - the same for people */
void summary_print(const struct summary *s, const struct summary_world *w,
		   FILE *out);

#endif
