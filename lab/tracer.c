/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/tracer.h"

#include "base/json_text.h"
#include "lab/result_json.h"

void tracer_init(struct tracer *t, enum trace_format format,
		 const struct nftvm *nv, struct ct_table *ct,
		 const struct nv_time *now, FILE *out)
{
	*t = (struct tracer){
		.nv = nv, .now = now, .format = format, .out = out
	};
	if (format == TRACE_NFT)
		trace_nft_init(&t->nft, nv);
	else
		trace_tree_init(&t->tree, nv, ct, now);
}

void tracer_fini(struct tracer *t)
{
	if (t->format == TRACE_NFT)
		trace_nft_fini(&t->nft);
	else
		trace_tree_fini(&t->tree);
	json_decref(t->packet);
}

const struct path_trace *tracer_path(const struct tracer *t)
{
	return t->format == TRACE_NFT ? &t->nft.trace : &t->tree.trace;
}

void tracer_begin(struct tracer *t, const struct packet *pkt)
{
	if (t->format == TRACE_NFT) {
		trace_nft_begin(&t->nft, pkt);
		return;
	}
	json_decref(t->packet);
	t->packet = trace_packet_json(&t->tree, pkt);
	trace_tree_begin(&t->tree, pkt);
}

void tracer_emit(struct tracer *t, enum path_emit_kind kind,
		 const struct packet *pkt)
{
	if (t->format != TRACE_NFT)
		trace_tree_emit(&t->tree, kind, pkt);
}

void tracer_log(struct tracer *t, const char *line)
{
	if (t->format != TRACE_NFT)
		trace_tree_log(&t->tree, line);
}

void tracer_end(struct tracer *t, uint64_t number,
		const struct path_result *res)
{
	json_t *tree, *result;

	if (t->format == TRACE_NFT) {
		trace_nft_end(&t->nft, t->out);
		return;
	}
	result = result_json(number, t->now, res, NULL, NULL);
	if (res->reason != REASON_NONE)
		json_object_set_new(result, "why",
				    json_string(reason_text(res->reason)));
	tree = json_pack("{s:O, s:o, s:o}", "packet", t->packet, "journey",
			 trace_tree_end(&t->tree), "result", result);
	if (t->format == TRACE_JSON) {
		json_dumpf(tree, t->out, JSON_COMPACT | JSON_PRESERVE_ORDER);
		fputc('\n', t->out);
	} else {
		trace_text(tree, t->out);
	}
	json_decref(tree);
}
