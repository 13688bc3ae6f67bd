/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are explained on their way, in one of the forms. */
#ifndef NFTVM_LAB_TRACER_H
#define NFTVM_LAB_TRACER_H

#include "lab/trace_nft.h"
#include "lab/trace_tree.h"

enum trace_format {
	TRACE_TEXT, /* a tree, for people */
	TRACE_JSON, /* the same, an object a packet */
	TRACE_NFT,  /* the lines of `nft monitor trace` */
};

/**
 * struct tracer - owned by the caller
 * @nv, @ct, @now: borrowed: the engine, its table, its time
 * @packet:	the packet under way, as text
 */
struct tracer {
	const struct nftvm *nv;
	const struct nv_time *now;
	enum trace_format format;
	FILE *out;
	struct trace_tree tree;
	struct trace_nft nft;
	struct json_t *packet;
};

void tracer_init(struct tracer *t, enum trace_format format,
		 const struct nftvm *nv, struct ct_table *ct,
		 const struct nv_time *now, FILE *out);
void tracer_fini(struct tracer *t);
/** tracer_path() - for path_set_trace() */
const struct path_trace *tracer_path(const struct tracer *t);
/** tracer_begin() - @pkt is about to run */
void tracer_begin(struct tracer *t, const struct packet *pkt);
/** tracer_emit(), tracer_log() - for struct path_sink */
void tracer_emit(struct tracer *t, enum path_emit_kind kind,
		 const struct packet *pkt);
void tracer_log(struct tracer *t, const char *line);
/** tracer_end() - it has run: what there is to say is written */
void tracer_end(struct tracer *t, uint64_t number,
		const struct path_result *res);

#endif
