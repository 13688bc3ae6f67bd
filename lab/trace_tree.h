/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet's journey as a tree (JSON): hooks, in them the kernel's own steps
 * and the chains, in them the rules, and below a rule that jumps the chain it
 * leads to.
 *
 *	{ "packet": TEXT, "journey": [ NODE ... ], "result": { ... } }
 *
 *	{ "hook": "forward", "steps": [ NODE ... ] }
 *	{ "step": "conntrack", "state": "new", "was": LINE, "is": LINE,
 *	  "reason": WHY }
 *	{ "step": "nat", "from": TEXT, "to": TEXT }
 *	{ "chain": { family, table, name, type, priority }, "rules": [ RULE ... ],
 *	  "end": "policy accept" }
 *	RULE: { "handle": 7, "text": ..., "place": "f.nft:12", "verdict": "break",
 *	  "match": ..., "seen": ..., "set": [ TEXT ... ], "into": CHAIN }
 *	{ "route": { "type", "oif", "via", "reason" } }
 *	{ "emit": { "kind", "oif", "packet": TEXT } }
 *	{ "answer": [ NODE ... ] }	what the host sent meanwhile, on its way
 */
#ifndef NFTVM_LAB_TRACE_TREE_H
#define NFTVM_LAB_TRACE_TREE_H

#include <jansson.h>

#include "base/vec.h"
#include "api/engine.h"
#include "ct/ct.h"
#include "ct/why.h"
#include "path/path.h"

enum trace_level_kind {
	TRACE_JOURNEY,
	TRACE_STEPS, /* of a hook */
	TRACE_RULES, /* of a chain */
};

/**
 * struct trace_level - where nodes are being added
 * @list:	array; borrowed from the node it is in
 * @pkt:	whose journey it is
 * @chain:	of rules: the node of their chain
 * @mark, @ct_mark: of a journey: the packet's before the step under way
 */
struct trace_level {
	enum trace_level_kind kind;
	json_t *list;
	const struct packet *pkt;
	json_t *chain;
	uint32_t mark, ct_mark;
};

/**
 * struct trace_tree - a journey being told
 * @nv, @ct, @now: borrowed: the engine, its table, its time
 * @trace:	for path_config.trace
 * @root:	the journey's nodes
 * @levels:	from the outside in
 * @rule:	the one that has just jumped
 * @was:	the packet's connection before conntrack saw it
 * @why:	the packet is invalid, if it is
 * @tuple, @reassembled: what was before the step under way
 */
struct trace_tree {
	const struct nftvm *nv;
	struct ct_table *ct;
	const struct nv_time *now;
	struct path_trace trace;
	json_t *root;
	VEC(struct trace_level) levels;
	json_t *rule, *was;
	struct ct_tuple tuple;
	struct ct_why why;
	bool reassembled;
};

/** trace_tree_init() - before the path is made; trace_tree_fini() it */
void trace_tree_init(struct trace_tree *t, const struct nftvm *nv,
		     struct ct_table *ct, const struct nv_time *now);
void trace_tree_fini(struct trace_tree *t);
/** trace_packet_json() - a packet as text; a new reference */
json_t *trace_packet_json(const struct trace_tree *t, const struct packet *pkt);
/** trace_tree_begin() - @pkt is about to run */
void trace_tree_begin(struct trace_tree *t, const struct packet *pkt);
/** trace_tree_emit() - something leaves (struct path_sink) */
void trace_tree_emit(struct trace_tree *t, enum path_emit_kind kind,
		     const struct packet *pkt);
/** trace_tree_log() - something is logged */
void trace_tree_log(struct trace_tree *t, const char *line);
/** trace_tree_end() - the nodes of the journey; a new reference */
json_t *trace_tree_end(struct trace_tree *t);

/** trace_text() - a packet's tree for people */
void trace_text(const json_t *tree, FILE *out);

#endif
