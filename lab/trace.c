/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/trace.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "lab/box.h"
#include "lab/packet_make.h"

static void on_emit(void *data, uint64_t number, enum path_emit_kind kind,
		    const struct packet *pkt)
{
	tracer_emit(data, kind, pkt);
}

static void on_log(void *data, uint64_t number, const char *line)
{
	tracer_log(data, line);
}

static int trace_one(struct box *box, struct tracer *t, uint8_t *buf,
		     const char *text)
{
	const struct loc span = { diag_source_add(box->nv->diags, "<packet>",
						  text, strlen(text), NULL),
				  0, (uint32_t)strlen(text) };
	struct path_result res;
	struct packet pkt;

	if (packet_from_text(box->nv, &span, buf, &pkt))
		return 1;
	if (!pkt.in)
		pkt.flags |= PKT_LOCAL_OUT;
	pkt.number = box->sent + 1;
	tracer_begin(t, &pkt);
	box_run(box, &pkt, &res);
	tracer_end(t, box->sent, &res);
	return 0;
}

static int trace_texts(const struct trace_options *o, struct nftvm *nv)
{
	struct tracer t;
	const struct path_sink sink = { .emit = on_emit,
					.log = on_log,
					.data = &t };
	uint8_t *buf = xmalloc(PACKET_ROOM);
	struct box box;
	int status = 0;

	box_init(&box, nv, &o->r, &sink);
	tracer_init(&t, o->format, nv, box.ct, &box.now, o->r.out);
	path_set_trace(box.path, tracer_path(&t));
	for (size_t i = 0; i < o->n_packets && !status; i++)
		status = trace_one(&box, &t, buf, o->packets[i]);
	tracer_fini(&t);
	box_fini(&box);
	free(buf);
	return status;
}

static int trace_packets(const struct trace_options *o)
{
	struct nftvm *nv = nftvm_new(o->r.numeric ? NFTVM_NEW_NUMERIC : 0);
	int status = box_load(nv, &o->r);

	if (!status)
		status = trace_texts(o, nv);
	nftvm_diags_print(nv, o->r.err);
	nftvm_free(nv);
	return status;
}

int trace(const struct trace_options *o)
{
	struct replay_options r = o->r;

	if (!o->number)
		return trace_packets(o);
	r.quiet = true;
	r.trace_number = o->number;
	r.trace_format = o->format;
	return replay(&r);
}
