/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation: frames are read into one buffer until a batch is full,
 * run through the path together, then told in the order in which they stood.
 * Frames that carry no IP are told in their place but run through nothing.
 * What the path emits and logs meanwhile is kept with the packet that caused
 * it.
 */
#include "lab/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/engine.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "lab/box.h"
#include "lab/coverage.h"
#include "lab/input_link.h"
#include "base/json_text.h"
#include "lab/names.h"
#include "lab/packet_line.h"
#include "lab/readdress.h"
#include "lab/replay_dump.h"
#include "lab/result_json.h"
#include "lab/summary.h"
#include "lab/twice.h"
#include "lab/why.h"
#include "path/capture.h"

#define BATCH_BYTES (1024 * 1024)
#define FRAME_ROOM  (CAPTURE_FRAME_MAX + 2 * CAPTURE_HEADROOM)

/* Frames between two looks at the progress bar. */
#define PROGRESS_EVERY 65536

/* A frame of the batch: its packet (or none) and what was said about it. */
struct row {
	struct capture_frame frame;
	int packet;	    /* index in the batch; -1: not judged, because... */
	enum reason reason; /* ...not_ip, forwarded_copy */
	json_t *emit, *log;
	struct strbuf text;	    /* plain output: the packet as it came in */
	struct readdress_look look; /* where something is translated */
};

struct replay {
	const struct replay_options *o;
	struct nftvm *nv;
	struct box box; /* whose clock is @now */
	struct capture *capture;
	struct capture_writer *writer;
	struct summary sum;
	uint64_t first_ns, frames;
	struct tracer tracer;
	struct ct_why why; /* of the batch's packet, with --explain */
	bool tracing;
	struct nv_time now;
	int status;
	uint8_t *buf;
	size_t n_rows, n_packets;
	struct row rows[PATH_BATCH];
	struct packet packets[PATH_BATCH];
	struct nv_time times[PATH_BATCH];
	struct path_result results[PATH_BATCH];
	struct input_link input;
	struct twice twice;
	uint64_t only_out; /* packets that were seen on their way out alone */
	bool translates;   /* there are nat chains */
	struct readdress readdress;
};

static struct row *row_of(struct replay *r, uint64_t number)
{
	return &r->rows[number - r->rows[0].frame.number];
}

static void on_emit(void *data, uint64_t number, enum path_emit_kind kind,
		    const struct packet *pkt)
{
	struct replay *r = data;
	struct row *row = row_of(r, number);

	if (unlikely(r->tracing))
		tracer_emit(&r->tracer, kind, pkt);
	if (r->writer)
		capture_write(r->writer, pkt->out ? pkt->out->name : "local",
			      row->frame.wall_ns, pkt->data, pkt->len,
			      pkt->wire_len);
	if (!r->o->emit || r->o->quiet)
		return;
	if (!row->emit)
		row->emit = json_array();
	json_array_append_new(row->emit, emit_json(kind, r->nv->host, pkt));
}

static void on_log(void *data, uint64_t number, const char *line)
{
	struct replay *r = data;
	struct row *row = row_of(r, number);

	if (unlikely(r->tracing))
		tracer_log(&r->tracer, line);
	if (!row->log)
		row->log = json_array();
	json_array_append_new(row->log, json_text(line));
}

/* With --readdress packets run one by one: what one is depends on those before.
 * One that is to be explained is alone, too. */
static size_t batch_size(const struct replay *r)
{
	const uint64_t stop = r->o->trace_number, before = r->frames;

	if ((r->translates && r->o->readdress) || r->o->explain)
		return 1;
	if (!stop)
		return PATH_BATCH;
	return before + 1 < stop ? MIN(stop - 1 - before, (uint64_t)PATH_BATCH)
				 : 1;
}

/* Read frames until the batch is full; false at the end or on an error. */
static bool fill_batch(struct replay *r)
{
	const size_t full = batch_size(r);
	uint32_t used = 0;

	r->n_rows = r->n_packets = 0;
	while (r->n_rows < full && BATCH_BYTES - used >= FRAME_ROOM) {
		struct packet *pkt = &r->packets[r->n_packets];
		struct row *row = &r->rows[r->n_rows];

		row->packet = -1;
		row->reason = REASON_not_ip;
		switch (capture_next(r->capture, r->buf + used, pkt,
				     &row->frame)) {
		case CAPTURE_PACKET:
			if (row->frame.directed &&
			    twice_is_copy(&r->twice, pkt, row->frame.wall_ns,
					  row->frame.outgoing)) {
				row->reason = REASON_forwarded_copy;
				break;
			}
			used += row->frame.used;
			row->packet = (int)r->n_packets++;
			break;
		case CAPTURE_IGNORED:
			break;
		case CAPTURE_ERROR:
			fprintf(r->o->err, "nftvm: %s\n",
				capture_error(r->capture));
			r->status = 1;
			return false;
		case CAPTURE_END:
			return false;
		}
		r->n_rows++;
	}
	return true;
}

/* Make a reply that was captured under other translations what the ruleset's
 * want, if asked to; it comes by the link of the route back to its source. */
static void readdress(struct replay *r, struct packet *pkt,
		      struct readdress_look *look)
{
	struct ct_tuple reply;

	readdress_look(pkt, look);
	if (!r->o->readdress ||
	    !readdress_wanted(&r->readdress, look, &r->now, &reply))
		return;
	readdress_rewrite(&r->readdress, pkt, look, &r->now, &reply);
	pkt->in = input_link_of_source(&r->input, pkt);
}

/* The host did not send it, and how it came in was not captured. */
static void was_forwarded(struct replay *r, struct packet *pkt)
{
	r->only_out++;
	twice_undo_forwarding(pkt);
}

/* Clocks and the input link of each packet of the batch. */
static void prepare_batch(struct replay *r)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		struct row *row = &r->rows[i];
		struct packet *pkt;

		if (row->frame.number == 1)
			r->first_ns = row->frame.wall_ns;
		r->now.wall_ns = row->frame.wall_ns;
		r->now.mono_ns =
			row->frame.wall_ns - r->first_ns + BOX_MONO_START;
		if (row->packet < 0)
			continue;
		pkt = &r->packets[row->packet];
		pkt->number = row->frame.number;
		pkt->in = input_link_of(&r->input, pkt, &row->frame);
		if (!pkt->in)
			pkt->flags |= PKT_LOCAL_OUT;
		else if (unlikely(row->frame.outgoing))
			was_forwarded(r, pkt);
		r->times[row->packet] = r->now;
		if (unlikely(r->translates))
			readdress(r, pkt, &row->look);
		if (!r->o->quiet && !r->o->json)
			packet_line_captured(&row->text, pkt);
	}
}

static void print_json(FILE *out, json_t *o)
{
	json_dumpf(o, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	fputc('\n', out);
	json_decref(o);
}

/* With --explain: which numbers made the packet invalid. */
static json_t *why_of(const struct replay *r, const struct row *row)
{
	if (!r->o->explain || row->packet < 0 || r->results[row->packet].ct_id)
		return NULL;
	return why_json(&r->why);
}

static json_t *explained(const struct replay *r, const struct row *row,
			 json_t *o)
{
	json_t *why = why_of(r, row);

	if (why)
		json_object_set_new(json_object_get(o, "ct"), "why", why);
	return o;
}

static void tell_why(const struct replay *r, const struct row *row)
{
	json_t *why = why_of(r, row);
	struct strbuf text = STRBUF_INIT;

	if (!why)
		return;
	why_text(why, &text);
	fprintf(r->o->out, "       why: %s\n", strbuf_str(&text));
	strbuf_fini(&text);
	json_decref(why);
}

static void tell_json(struct replay *r, struct row *row)
{
	struct path_result none = { .verdict = PATH_ACCEPT,
				    .reason = row->reason };
	struct nv_time now = { .wall_ns = row->frame.wall_ns };
	const struct path_result *res =
		row->packet < 0 ? &none : &r->results[row->packet];

	print_json(r->o->out, explained(r, row,
					result_json(row->frame.number, &now,
						    res, row->log, row->emit)));
	row->log = row->emit = NULL;
}

/* "accept  inet f forward #7", "drop (ttl_exceeded)" */
static void put_decision(FILE *out, const struct path_result *res)
{
	const struct vm_chain_spec *c;

	fputs(path_verdict_name(res->verdict), out);
	if (res->reason != REASON_NONE) {
		fprintf(out, " (%s)", reason_name(res->reason));
	} else if (res->chain) {
		c = vm_chain_spec(res->chain);
		fprintf(out, " by %s %s %s", family_name(c->family), c->table,
			c->name);
		if (res->rule)
			fprintf(out, " #%llu",
				(unsigned long long)vm_rule_handle(res->rule));
		else
			fputs(" policy", out);
	}
}

static void tell_text(struct replay *r, struct row *row)
{
	uint64_t ns = row->frame.wall_ns - r->first_ns;
	FILE *out = r->o->out;
	const struct path_result *res;
	const char *state, *line;
	json_t *value;
	size_t i;

	fprintf(out, "%6llu %4llu.%06llu ",
		(unsigned long long)row->frame.number,
		(unsigned long long)(ns / NS_PER_SEC),
		(unsigned long long)(ns % NS_PER_SEC / 1000));
	if (row->packet < 0) {
		fprintf(out, "%s\n", reason_text(row->reason));
		return;
	}
	res = &r->results[row->packet];
	state = ct_state_name(res);
	fprintf(out, "%s>%s %s: ", res->in ? res->in->name : "local",
		res->to_local ? "local"
		: res->out    ? res->out->name
			      : "-",
		strbuf_str(&row->text));
	put_decision(out, res);
	if (state)
		fprintf(out, ", %s", state);
	if (res->ct_reason != REASON_NONE && !res->ct_id)
		fprintf(out, " (%s)", reason_name(res->ct_reason));
	fputc('\n', out);
	json_array_foreach(row->log, i, value) {
		line = json_string_value(value);
		fprintf(out, "       log: %s\n", line ? line : "");
	}
	tell_why(r, row);
}

/* What the packet's connection was translated to, for replies to come. */
static void readdress_result(struct replay *r, const struct row *row)
{
	struct ct_tuple reply;

	if (!r->o->readdress)
		readdress_wanted(&r->readdress, &row->look, &r->now, &reply);
	readdress_note(&r->readdress, &row->look, &r->results[row->packet]);
}

static void tell_batch(struct replay *r)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		struct row *row = &r->rows[i];

		if (row->packet < 0)
			r->sum.ignored += row->reason == REASON_not_ip;
		else
			summary_add(&r->sum, &r->results[row->packet]);
		if (row->packet >= 0 && r->translates)
			readdress_result(r, row);
		if (r->o->quiet)
			continue;
		if (r->o->json)
			tell_json(r, row);
		else
			tell_text(r, row);
		json_decref(row->log);
		json_decref(row->emit);
		row->log = row->emit = NULL;
		strbuf_reset(&row->text);
	}
}

static void tell_progress(struct replay *r)
{
	double part = capture_progress(r->capture);

	if (part >= 0 && isatty(fileno(r->o->err)))
		fprintf(r->o->err, "\r%3.0f%%", part * 100);
}

static void run_batch(struct replay *r)
{
	r->why.reason = REASON_NONE;
	path_run_batch(r->box.path, r->packets, r->times, r->n_packets,
		       r->results);
}

/* The frame that is to be explained: the batch is it alone. */
static void run_traced(struct replay *r)
{
	if (!r->n_packets) {
		fprintf(r->o->err, "nftvm: frame %llu: %s\n",
			(unsigned long long)r->o->trace_number,
			reason_text(r->rows[0].reason));
		r->status = 1;
		return;
	}
	tracer_init(&r->tracer, r->o->trace_format, r->nv, r->box.ct, &r->now,
		    r->o->out);
	path_set_trace(r->box.path, tracer_path(&r->tracer));
	tracer_begin(&r->tracer, &r->packets[0]);
	r->tracing = true;
	run_batch(r);
	r->tracing = false;
	tracer_end(&r->tracer, r->packets[0].number, &r->results[0]);
	path_set_trace(r->box.path, NULL);
	tracer_fini(&r->tracer);
}

static void run(struct replay *r)
{
	bool more = true;

	while (more && !ferror(r->o->out)) {
		uint64_t before = r->frames;

		more = fill_batch(r);
		prepare_batch(r);
		r->frames += r->n_rows;
		if (r->o->trace_number && r->n_rows &&
		    r->frames == r->o->trace_number) {
			run_traced(r);
			return;
		}
		run_batch(r);
		tell_batch(r);
		if (before / PROGRESS_EVERY != r->frames / PROGRESS_EVERY)
			tell_progress(r);
	}
	if (r->o->trace_number && !r->status) {
		fprintf(r->o->err,
			"nftvm: there are no more than %llu frames\n",
			(unsigned long long)r->frames);
		r->status = 1;
	}
	if (r->frames >= PROGRESS_EVERY && isatty(fileno(r->o->err)))
		fputs("\r    \r", r->o->err);
}

/* A rule as a listing has it, without the living state. */
static void rule_text(void *data, const struct vm_rule *rule,
		      struct strbuf *out)
{
	const struct replay *r = data;

	engine_list_rule(r->nv, rule, out);
}

static void tell_summary(struct replay *r)
{
	struct summary_world w = {
		.vm = r->nv->vm,
		.ct = r->box.ct,
		.now = r->now,
		.rule_text = rule_text,
		.data = r,
	};

	r->sum.steps_back = capture_steps_back(r->capture);
	r->sum.copies = r->twice.found;
	r->sum.readdressed = r->o->readdress;
	r->sum.readdress = r->readdress.wanted;
	if (r->o->json)
		print_json(r->o->out, json_pack("{s:o}", "summary",
						summary_json(&r->sum, &w)));
	else
		summary_print(&r->sum, &w, r->o->out);
}

static int worse(int a, int b)
{
	return a ? a : b;
}

/* 0, or the exit status after a message */
static int write_coverage(const struct replay *r)
{
	struct coverage c = { 0 };
	int err;

	if (!r->o->coverage)
		return 0;
	coverage_add(&c, r->nv);
	err = coverage_write(&c, r->o->coverage, r->o->out);
	if (err)
		fprintf(r->o->err, "nftvm: %s: %s\n", r->o->coverage,
			strerror(errno));
	coverage_fini(&c);
	return err ? 3 : 0;
}

static int finish(struct replay *r)
{
	int err;

	if (r->writer) {
		err = capture_finish(r->writer);
		if (err) {
			fprintf(r->o->err, "nftvm: %s: %s\n", r->o->write,
				strerror(-err));
			r->status = worse(r->status, 3);
		}
	}
	if (r->twice.found)
		fprintf(r->o->err,
			"nftvm: a capture on any: %llu forwarded packets are "
			"there twice; their second copies are not judged\n",
			(unsigned long long)r->twice.found);
	if (r->only_out)
		fprintf(r->o->err,
			"nftvm: %llu forwarded packets are there only on their "
			"way out; they are judged as they must have come in\n",
			(unsigned long long)r->only_out);
	if (!r->o->trace_number)
		tell_summary(r);
	r->status =
		worse(r->status, replay_dump(r->nv, r->box.ct, &r->now, r->o));
	r->status = worse(r->status, write_coverage(r));
	capture_close(r->capture);
	box_fini(&r->box);
	readdress_fini(&r->readdress);
	for (size_t i = 0; i < PATH_BATCH; i++)
		strbuf_fini(&r->rows[i].text);
	free(r->buf);
	return r->status;
}

/* Is what is to be written one of the captures? It would be cut off while it
 * is read. */
static bool is_capture(const struct replay_options *o, const char *path)
{
	struct stat out, in;

	if (!path ||
	    (strcmp(path, "-") ? stat(path, &out)
			       : fstat(STDOUT_FILENO, &out)) ||
	    !S_ISREG(out.st_mode))
		return false;
	for (size_t i = 0; i < o->n_captures; i++) {
		if (strcmp(o->captures[i], "-") ? stat(o->captures[i], &in)
						: fstat(STDIN_FILENO, &in))
			continue;
		if (in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return true;
	}
	return false;
}

/* 0, or 2 (usage) with what is wrong told. */
static int check_outputs(const struct replay_options *o)
{
	const char *const outputs[] = { o->write, o->dump_conntrack,
					o->dump_expect, o->dump_ruleset,
					o->coverage };

	for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
		if (!is_capture(o, outputs[i]))
			continue;
		fprintf(o->err,
			"nftvm: %s: a capture to be read, and to be "
			"written over\n",
			outputs[i]);
		return 2;
	}
	for (size_t i = 1; o->write && i < ARRAY_LEN(outputs); i++) {
		if (!outputs[i] || strcmp(outputs[i], o->write))
			continue;
		fprintf(o->err,
			"nftvm: %s: to be written by --write and by "
			"--dump\n",
			o->write);
		return 2;
	}
	return 0;
}

/* Open what is read and what is written; 0 or the exit status. */
static int open_files(struct replay *r)
{
	char *error = NULL;
	int status = 0;

	r->capture =
		capture_open(r->o->captures, r->o->n_captures, &status, &error);
	if (!r->capture) {
		fprintf(r->o->err, "nftvm: %s\n", error);
		free(error);
		return status;
	}
	if (!r->o->write)
		return 0;
	r->writer = capture_create(r->o->write);
	if (!r->writer) {
		fprintf(r->o->err, "nftvm: %s: %s\n", r->o->write,
			strerror(errno));
		capture_close(r->capture);
		return 3;
	}
	return 0;
}

static void make_box(struct replay *r)
{
	struct vm *vm = r->nv->vm;
	struct path_sink sink = { .data = r };

	if (r->o->emit || r->o->write || r->o->trace_number)
		sink.emit = on_emit;
	if (!r->o->quiet || r->o->trace_number)
		sink.log = on_log;
	box_init(&r->box, r->nv, r->o, &sink);
	if (r->o->explain)
		ct_table_explain(r->box.ct, &r->why);
	r->translates = vm_need_seq(vm, NFPROTO_IPV4, VM_NEED_NAT) ||
			vm_need_seq(vm, NFPROTO_IPV6, VM_NEED_NAT);
	readdress_init(&r->readdress, r->box.ct);
}

int replay(const struct replay_options *o)
{
	struct replay *r = xzalloc(sizeof(*r));
	int status;

	r->o = o;
	r->nv = nftvm_new(o->numeric ? NFTVM_NEW_NUMERIC : 0);
	status = check_outputs(o);
	if (!status)
		status = box_load(r->nv, r->o);
	nftvm_diags_print(r->nv, o->err);
	if (!status)
		status = open_files(r);
	if (!status) {
		make_box(r);
		input_link_init(&r->input, r->nv->host, !o->host, o->err);
		twice_init(&r->twice);
		r->buf = xmalloc(BATCH_BYTES);
		run(r);
		status = finish(r);
	}
	nftvm_free(r->nv);
	free(r);
	return status;
}
