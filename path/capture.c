/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory of operation
 *
 * Each file is a source that gives records; the record that each is at is kept,
 * and the earliest goes next, of equals the one of the file named first. Its
 * bytes are copied into the caller's buffer, the link type takes its headers
 * off, and a packet is made over the rest.
 *
 * What a file is shows in its first four bytes. They are read and given back
 * (ungetc(3): C promises one byte, glibc and musl give more), so that a pipe
 * will do.
 *
 * Time never steps back: a record that is earlier than the one before gets
 * that one's time, and is counted.
 */
#include "path/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "path/source.h"

enum {
	FILE_BUF_SIZE = 256 * 1024
};

/**
 * struct input - one file of a capture
 * @state:	of @record: 1 there, 0 the file ended
 * @size:	bytes of the file @fd (the source's), 0 when not known
 * @buf:	the stream's buffer
 */
struct input {
	char *name;
	struct source *source;
	struct record record;
	int state;
	uint64_t size;
	int fd;
	char *buf;
};

struct capture {
	struct input *inputs;
	size_t len;
	struct strbuf error;
	uint64_t number, last_ns, steps_back;
};

static const struct source_ops *const formats[] = {
	&source_pcap,
	&source_pcapng,
};

/* --- opening ------------------------------------------------------------- */

static const char *shown_name(const char *path)
{
	return strcmp(path, "-") ? path : "<stdin>";
}

/* A stream of our own over stdin, so that closing it leaves stdin alone. */
static FILE *open_path(const char *path)
{
	FILE *f;
	int fd;

	if (strcmp(path, "-"))
		return fopen(path, "rb");
	fd = dup(STDIN_FILENO);
	f = fd < 0 ? NULL : fdopen(fd, "rb");
	if (!f && fd >= 0)
		close(fd);
	return f;
}

static const struct source_ops *sniff(FILE *f)
{
	const struct source_ops *found = NULL;
	uint8_t magic[4];
	size_t n = fread(magic, 1, sizeof(magic), f);

	for (size_t i = 0; n == 4 && i < ARRAY_LEN(formats); i++)
		if (formats[i]->is_it(magic))
			found = formats[i];
	while (n)
		if (ungetc(magic[--n], f) == EOF)
			return NULL;
	return found;
}

/* Was it cut off by somebody while it was read? */
static bool is_cut(const struct input *in)
{
	struct stat st;

	return in->size && !fstat(in->fd, &st) &&
	       (uint64_t)st.st_size < in->size;
}

/* Read the record that the input is at next; false after an error. */
static bool advance(struct capture *c, struct input *in)
{
	const char *why = NULL;

	in->state = in->source->ops->next(in->source, &in->record);
	if (likely(in->state > 0))
		return true;
	if (is_cut(in))
		why = "the file became shorter while it was read";
	else if (in->state < 0)
		why = strbuf_str(&in->source->error);
	in->state = 0;
	if (!why)
		return true;
	strbuf_reset(&c->error);
	strbuf_printf(&c->error, "%s: %s", in->name, why);
	return false;
}

/* 0, or the exit status with the reason in c->error. */
static int input_open(struct capture *c, struct input *in, const char *path)
{
	struct strbuf why = STRBUF_INIT;
	const struct source_ops *ops;
	FILE *f = open_path(path);
	struct stat st;

	in->name = xstrdup(shown_name(path));
	if (!f || fstat(fileno(f), &st) || S_ISDIR(st.st_mode)) {
		strbuf_printf(&c->error, "%s: %s", in->name,
			      strerror(f ? EISDIR : errno));
		if (f)
			fclose(f);
		return 1;
	}
	if (S_ISREG(st.st_mode))
		in->size = (uint64_t)st.st_size;
	in->fd = fileno(f);
	in->buf = xmalloc(FILE_BUF_SIZE);
	setvbuf(f, in->buf, _IOFBF, FILE_BUF_SIZE);
	ops = sniff(f);
	if (!ops) {
		strbuf_printf(&c->error, "%s: not a pcap or pcapng capture",
			      in->name);
		fclose(f);
		return 1;
	}
	in->source = ops->open(f, &why);
	if (!in->source)
		strbuf_printf(&c->error, "%s: %s", in->name, strbuf_str(&why));
	strbuf_fini(&why);
	return in->source ? 0 : 1;
}

struct capture *capture_open(const char *const *paths, size_t n, int *status,
			     char **error)
{
	struct capture *c = xzalloc(sizeof(*c));

	c->inputs = xcalloc(n, sizeof(c->inputs[0]));
	c->len = n;
	for (size_t i = 0; i < n; i++) {
		*status = input_open(c, &c->inputs[i], paths[i]);
		if (*status)
			break;
		c->inputs[i].state = -1; /* nothing read yet */
	}
	if (!n || !*status)
		return c;
	*error = strbuf_take(&c->error);
	capture_close(c);
	return NULL;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->len; i++) {
		if (c->inputs[i].source)
			c->inputs[i].source->ops->close(c->inputs[i].source);
		free(c->inputs[i].buf);
		free(c->inputs[i].name);
	}
	free(c->inputs);
	strbuf_fini(&c->error);
	free(c);
}

/* --- reading ------------------------------------------------------------- */

/* The input whose record is the earliest; NULL at the end of all. */
static struct input *earliest(struct capture *c, bool *failed)
{
	struct input *first = NULL;

	for (size_t i = 0; i < c->len; i++) {
		struct input *in = &c->inputs[i];

		if (in->state < 0 && !advance(c, in)) {
			*failed = true;
			return NULL;
		}
		if (in->state &&
		    (!first || in->record.wall_ns < first->record.wall_ns))
			first = in;
	}
	return first;
}

static uint64_t clamp(struct capture *c, uint64_t wall_ns)
{
	if (unlikely(wall_ns < c->last_ns)) {
		c->steps_back++;
		return c->last_ns;
	}
	c->last_ns = wall_ns;
	return wall_ns;
}

static void make_packet(struct packet *pkt, uint8_t *buf, uint32_t used,
			const uint8_t *start, const struct frame *f)
{
	packet_init(pkt, buf, used, buf + (f->p - buf), f->len, f->wire_len);
	pkt->protocol = htobe16(f->protocol);
	pkt->pkttype = f->pkttype;
	if (f->has_l2) {
		pkt->flags |= PKT_HAS_L2;
		pkt->l2 = start;
		pkt->l2_len = (uint16_t)MIN(f->p - start, UINT16_MAX);
	}
}

enum capture_status capture_next(struct capture *c, uint8_t *buf,
				 struct packet *pkt,
				 struct capture_frame *frame)
{
	uint8_t *start = buf + CAPTURE_HEADROOM;
	bool failed = false;
	struct input *in = earliest(c, &failed);
	const struct record *r;
	struct frame f;
	bool is_ip;

	if (unlikely(!in))
		return failed ? CAPTURE_ERROR : CAPTURE_END;
	r = &in->record;
	memcpy(start, r->bytes, r->len);
	f = (struct frame){
		.p = start,
		.len = r->len,
		.wire_len = r->wire_len,
		.swapped = r->swapped,
		.directed = r->directed,
		.outgoing = r->outgoing,
	};
	is_ip = r->link->strip(&f);
	*frame = (struct capture_frame){
		.number = ++c->number,
		.wall_ns = clamp(c, r->wall_ns),
		.iface = r->iface,
		.directed = f.directed,
		.outgoing = f.outgoing,
		.used = ALIGN_UP(r->len + 2 * CAPTURE_HEADROOM, 64u),
	};
	in->state = -1;
	if (!is_ip)
		return CAPTURE_IGNORED;
	make_packet(pkt, buf, frame->used, start, &f);
	pkt->number = frame->number;
	return CAPTURE_PACKET;
}

const char *capture_error(const struct capture *c)
{
	return strbuf_str(&c->error);
}

uint64_t capture_steps_back(const struct capture *c)
{
	return c->steps_back;
}

double capture_progress(const struct capture *c)
{
	uint64_t size = 0, done = 0;

	for (size_t i = 0; i < c->len; i++) {
		if (!c->inputs[i].size)
			return -1;
		size += c->inputs[i].size;
		done += MIN(c->inputs[i].source->offset, c->inputs[i].size);
	}
	return size ? (double)done / (double)size : -1;
}
